#include "tests/app/ctl/ctl_rig.h"

#include <QJsonArray>
#include <QStandardPaths>

#include <csignal>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;
using test::get;
using test::ServiceRig;

#define EXPECT(end, expected) QVERIFY2((end).code == (expected), (end).all().constData())

/// `submit`, one and many.
class CtlSubmitTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<test::TestServer>();
        m_ctl = std::make_unique<Ctl>(m_server.get());
    }
    void idIsTheAnswer();
    void everyOptionReachesTheJob();
    void settingsGiveTheRetryPolicy();
    void delayAndTime();
    void delayIsByTheServersClock();
    void sameKeyMakesOneJob();
    void waitPrintsTheResult();
    void waitFailsWithTheJob();
    void badOptions_data();
    void badOptions();
    void manyFromAFile();
    void manyFromStdin();
    void wrongLinesAreNamedAndNothingIsSubmitted();
    void refusedLinesAreSaidOneByOne();
    void manyAreWaitedFor();
    void fileIsMissingOrEmpty();
    void sameFileTwiceDoublesNothing();

private:
    [[nodiscard]] CtlEnd run(const QStringList &arguments, const QByteArray &input = {}) const
    {
        return m_ctl->run(arguments, input);
    }
    [[nodiscard]] QJsonObject jobOf(const CtlEnd &submitted) const
    {
        return run({u"show"_s, QString::fromLatin1(submitted.out.trimmed()), u"--json"_s}).json();
    }
    [[nodiscard]] int jobsHeld() const
    {
        return run({u"metrics"_s, u"--json"_s}).json().value(u"total"_s).toObject().value(u"size"_s).toInt();
    }
    void startWorkers()
    {
        m_rig = std::make_unique<ServiceRig>(m_server.get());
        m_rig->handle(u"ok"_s, [](const JobDefinition &job, worker::RunContext &) {
            return worker::RunResult::completed(job.args);
        });
        m_rig->handle(u"bad"_s, [](const JobDefinition &, worker::RunContext &) {
            return worker::RunResult::failedPermanently(u"ValueError: no"_s);
        });
        QVERIFY(get((*m_rig)->start()));
        QVERIFY(get((*m_rig)->startWorkers(2)));
    }
    std::unique_ptr<test::TestServer> m_server;
    std::unique_ptr<ServiceRig> m_rig;
    std::unique_ptr<Ctl> m_ctl;
};

void CtlSubmitTest::idIsTheAnswer()
{
    const CtlEnd end = run({u"submit"_s, u"mail.send"_s});
    EXPECT(end, 0);
    QVERIFY(JobId::fromText(QString::fromLatin1(end.out.trimmed())));
    QCOMPARE(end.lines().size(), 1);
    QCOMPARE(end.err, QByteArray());
    const CtlEnd json = run({u"submit"_s, u"mail.send"_s, u"--json"_s});
    QCOMPARE(json.json().value(u"status"_s).toString(), u"pending"_s);
    QCOMPARE(json.json().value(u"already_there"_s).toBool(true), false);
}

void CtlSubmitTest::everyOptionReachesTheJob()
{
    const CtlEnd end = run({u"submit"_s,          u"mail.send"_s,
                            u"--queue"_s,         u"mail"_s,
                            u"--args"_s,          u"[9007199254740993, \"ü\", 1.0]"_s,
                            u"--kwargs"_s,        u"{\"to\": []}"_s,
                            u"--name"_s,          u"greeting"_s,
                            u"--priority"_s,      u"critical"_s,
                            u"--timeout"_s,       u"90s"_s,
                            u"--max-retries"_s,   u"7"_s,
                            u"--retry-delay"_s,   u"250ms"_s,
                            u"--retry-backoff"_s, u"1.5"_s,
                            u"--tag"_s,           u"customer=42"_s,
                            u"--tag"_s,           u"note=a=b"_s,
                            u"--key"_s,           u"once"_s});
    EXPECT(end, 0);
    const CtlEnd shown = run({u"show"_s, QString::fromLatin1(end.out.trimmed()), u"--json"_s});
    QVERIFY(shown.out.contains("[9007199254740993, \"ü\", 1.0]"));
    const QJsonObject job = shown.json();
    QCOMPARE(job.value(u"queue"_s).toString(), u"mail"_s);
    QCOMPARE(job.value(u"name"_s).toString(), u"greeting"_s);
    QCOMPARE(job.value(u"priority"_s).toInt(), 30);
    QCOMPARE(job.value(u"timeout"_s).toDouble(), 90.0);
    QCOMPARE(job.value(u"max_retries"_s).toInt(), 7);
    QCOMPARE(job.value(u"retry_delay"_s).toDouble(), 0.25);
    QCOMPARE(job.value(u"retry_backoff"_s).toDouble(), 1.5);
    QCOMPARE(job.value(u"idempotency_key"_s).toString(), u"once"_s);
    QCOMPARE(job.value(u"tags"_s).toObject().value(u"customer"_s).toString(), u"42"_s);
    QCOMPARE(job.value(u"tags"_s).toObject().value(u"note"_s).toString(), u"a=b"_s);
}

void CtlSubmitTest::settingsGiveTheRetryPolicy()
{
    m_ctl->set(u"SIGNALBOX_RETRY_MAX_ATTEMPTS"_s, u"9"_s);
    QCOMPARE(jobOf(run({u"submit"_s, u"a"_s})).value(u"max_retries"_s).toInt(), 9);
    QCOMPARE(jobOf(run({u"submit"_s, u"a"_s, u"--max-retries"_s, u"3"_s})).value(u"max_retries"_s).toInt(),
             3);
    const CtlEnd many = run({u"submit"_s, u"--file"_s, u"-"_s, u"--json"_s},
                            "{\"handler\": \"a\"}\n{\"handler\": \"a\", \"max_retries\": 3}\n");
    QCOMPARE(many.lines().size(), 2);
    for (int i = 0; i < 2; ++i) {
        const QString id = QJsonDocument::fromJson(many.lines()[i]).object().value(u"job_id"_s).toString();
        const QJsonObject job = run({u"show"_s, id, u"--json"_s}).json();
        QCOMPARE(job.value(u"max_retries"_s).toInt(), i == 0 ? 9 : 3);
    }
}

void CtlSubmitTest::delayAndTime()
{
    QCOMPARE(jobOf(run({u"submit"_s, u"a"_s, u"--delay"_s, u"1h"_s})).value(u"status"_s).toString(),
             u"scheduled"_s);
    const QJsonObject at = jobOf(run({u"submit"_s, u"a"_s, u"--at"_s, u"2100-01-01T12:00:00+02:00"_s}));
    QCOMPARE(at.value(u"due_at"_s).toString(), u"2100-01-01T10:00:00.000000Z"_s);
    QCOMPARE(
        jobOf(run({u"submit"_s, u"a"_s, u"--at"_s, u"2001-01-01T12:00:00Z"_s})).value(u"status"_s).toString(),
        u"pending"_s); // the past is now
}

void CtlSubmitTest::delayIsByTheServersClock()
{
    if (QStandardPaths::findExecutable(u"faketime"_s).isEmpty()) QSKIP("faketime is not installed here.");
    for (const QString &skew : {u"+600"_s, u"-600"_s}) { // a machine whose clock is ten minutes off
        const auto process = m_ctl->make();
        process->start(u"faketime"_s,
                       {u"-f"_s, skew, Ctl::program(), u"submit"_s, u"a"_s, u"--delay"_s, u"1h"_s});
        QTRY_COMPARE_WITH_TIMEOUT(process->state(), QProcess::NotRunning, 20'000);
        QCOMPARE(process->exitCode(), 0);
        const CtlEnd submitted{0, process->readAllStandardOutput(), {}};
        const Result<Timestamp> due = timestampFromText(jobOf(submitted).value(u"due_at"_s).toString());
        QVERIFY(due);
        const auto ahead = *due - runtime::systemSeams().clock->wallNow();
        QVERIFY2(ahead > 55min && ahead <= 60min, submitted.all().constData());
    }
}

void CtlSubmitTest::sameKeyMakesOneJob()
{
    const CtlEnd first = run({u"submit"_s, u"a"_s, u"--key"_s, u"k"_s});
    const CtlEnd second = run({u"submit"_s, u"a"_s, u"--key"_s, u"k"_s});
    EXPECT(second, 0);
    QCOMPARE(second.out, first.out);
    QVERIFY(second.err.contains("submitted before"));
    QCOMPARE(jobsHeld(), 1);
}

void CtlSubmitTest::waitPrintsTheResult()
{
    startWorkers();
    const CtlEnd end = run({u"submit"_s, u"ok"_s, u"--args"_s, u"[1]"_s, u"--wait"_s});
    EXPECT(end, 0);
    QCOMPARE(end.out, QByteArray("[\n  1\n]\n"));
    const CtlEnd json = run({u"submit"_s, u"ok"_s, u"--wait"_s, u"--json"_s});
    EXPECT(json, 0);
    QCOMPARE(json.json().value(u"status"_s).toString(), u"completed"_s);
    const CtlEnd nobody
        = run({u"submit"_s, u"ok"_s, u"--delay"_s, u"1h"_s, u"--wait"_s, u"--wait-timeout"_s, u"50ms"_s});
    EXPECT(nobody, 5);
}

void CtlSubmitTest::waitFailsWithTheJob()
{
    startWorkers();
    const CtlEnd end = run({u"submit"_s, u"bad"_s, u"--wait"_s});
    EXPECT(end, 1);
    QCOMPARE(end.out, QByteArray());
    QVERIFY(end.err.contains("dead_letter") && end.err.contains("ValueError: no"));
}

void CtlSubmitTest::badOptions_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<int>("code");
    QTest::addColumn<QByteArray>("says");
    const auto row = [](const char *name, const QStringList &options, int code, const char *says) {
        QTest::newRow(name) << options << code << QByteArray(says);
    };
    row("args that are no JSON", {u"--args"_s, u"[1,"_s}, 3, "--args");
    row("args that are no array", {u"--args"_s, u"{}"_s}, 3, "--args");
    row("kwargs that are no object", {u"--kwargs"_s, u"[]"_s}, 3, "--kwargs");
    row("NaN", {u"--args"_s, u"[NaN]"_s}, 3, "--args");
    row("duplicate keys", {u"--kwargs"_s, u"{\"a\":1,\"a\":2}"_s}, 3, "--kwargs");
    row("unknown priority", {u"--priority"_s, u"urgent"_s}, 3, "urgent");
    row("time without zone", {u"--at"_s, u"2026-01-01T00:00:00"_s}, 3, "zone");
    row("no time", {u"--at"_s, u"tomorrow"_s}, 3, "tomorrow");
    row("delay and time", {u"--delay"_s, u"1"_s, u"--at"_s, u"2100-01-01T00:00:00Z"_s}, 3, "--delay");
    row("negative retries", {u"--max-retries"_s, u"-1"_s}, 3, "max_retries");
    row("backoff of zero", {u"--retry-backoff"_s, u"0"_s}, 3, "retry_backoff");
    row("timeout of zero", {u"--timeout"_s, u"0"_s}, 3, "timeout");
    row("no duration", {u"--timeout"_s, u"soon"_s}, 2, "soon");
    row("no number", {u"--max-retries"_s, u"many"_s}, 2, "many");
    row("tag without value", {u"--tag"_s, u"x"_s}, 3, "--tag");
    row("file and handler", {u"--file"_s, u"-"_s}, 2, "--file");
    row("control character in the queue", {u"--queue"_s, u"a\nb"_s}, 3, "queue");
}

void CtlSubmitTest::badOptions()
{
    QFETCH(QStringList, options);
    QFETCH(int, code);
    QFETCH(QByteArray, says);
    const CtlEnd end = run(QStringList{u"submit"_s, u"handler"_s} + options);
    EXPECT(end, code);
    QCOMPARE(end.out, QByteArray());
    QVERIFY2(end.err.startsWith("error: ") && end.err.contains(says), end.all().constData());
    QCOMPARE(jobsHeld(), 0);
}

void CtlSubmitTest::manyFromAFile()
{
    QByteArray text;
    for (int i = 0; i < 1200; ++i)
        text += "{\"handler\": \"h\", \"args\": [" + QByteArray::number(i) + "]}\n\n";
    const QString path = m_ctl->write(u"jobs.jsonl"_s, text);
    const CtlEnd end = run({u"submit"_s, u"--file"_s, path});
    EXPECT(end, 0);
    QVERIFY(end.out.startsWith("1,200 submitted, 0 there before, 0 refused."));
    QCOMPARE(jobsHeld(), 1200);
    const CtlEnd first = run({u"list"_s, u"--limit"_s, u"1"_s, u"--json"_s});
    const QString id = first.json().value(u"jobs"_s).toArray().first().toObject().value(u"id"_s).toString();
    QCOMPARE(run({u"show"_s, id, u"--json"_s}).json().value(u"args"_s).toArray(),
             QJsonArray{0}); // in their order
}

void CtlSubmitTest::manyFromStdin()
{
    const CtlEnd end = run({u"submit"_s, u"--file"_s, u"-"_s, u"--queue"_s, u"mail"_s, u"--json"_s},
                           "{\"handler\": \"a\"}\r\n{\"handler\": \"b\", \"queue\": \"other\"}");
    EXPECT(end, 0);
    QCOMPARE(end.lines().size(), 2);
    QCOMPARE(QJsonDocument::fromJson(end.lines()[1]).object().value(u"line"_s).toInt(), 2);
    QVERIFY(run({u"list"_s, u"--queue"_s, u"mail"_s}).out.contains(" a "));
    QVERIFY(run({u"list"_s, u"--queue"_s, u"other"_s}).out.contains(" b ")); // a line's own queue stands
}

void CtlSubmitTest::wrongLinesAreNamedAndNothingIsSubmitted()
{
    const QByteArray text = "{\"handler\": \"ok\"}\n"
                            "{\"handler\": \n"
                            "{\"handler\": \"ok\", \"max_retries\": -1}\n"
                            "\n"
                            "[1, 2]\n"
                            "{\"handler\": \"\"}\n"
                            "{\"handler\": \"ok\", \"args\": [NaN]}\n"
                            "{\"handler\": \"ok\", \"scheduled_at\": \"2026-01-01T00:00:00\"}\n";
    const CtlEnd end = run({u"submit"_s, u"--file"_s, u"-"_s}, text);
    EXPECT(end, 3);
    QCOMPARE(end.out, QByteArray());
    for (const char *part : {"Nothing was submitted", "Line 2:", "Line 3:", "max_retries",
                             "Line 5:", "Line 6:", "handler", "Line 7:", "Line 8:"})
        QVERIFY2(end.err.contains(part), end.all().constData());
    QVERIFY(!end.err.contains("Line 1:") && !end.err.contains("Line 4:"));
    QCOMPARE(jobsHeld(), 0);
    QByteArray many;
    for (int i = 0; i < 100; ++i) many += "nonsense\n";
    const CtlEnd hundred = run({u"submit"_s, u"--file"_s, u"-"_s}, many);
    EXPECT(hundred, 3);
    QVERIFY(hundred.err.contains("100 line") && hundred.err.contains("Line 10:")
            && !hundred.err.contains("Line 11:"));
}

void CtlSubmitTest::refusedLinesAreSaidOneByOne()
{
    startWorkers();
    queue::QueueLimits limits;
    limits.sizeMax = 3;
    QVERIFY(get((*m_rig)->setLimits(u"small"_s, limits)));
    QByteArray text;
    for (int i = 0; i < 5; ++i) text += "{\"handler\": \"h\", \"queue\": \"small\"}\n";
    const CtlEnd end = run({u"submit"_s, u"--file"_s, u"-"_s}, text);
    EXPECT(end, 6);
    QVERIFY2(end.out.startsWith("3 submitted, 0 there before, 2 refused."), end.all().constData());
    QVERIFY(end.err.contains("Line 4:") && end.err.contains("Line 5:") && !end.err.contains("Line 3:"));
}

void CtlSubmitTest::manyAreWaitedFor()
{
    startWorkers();
    const CtlEnd end = run({u"submit"_s, u"--file"_s, u"-"_s, u"--wait"_s},
                           "{\"handler\": \"ok\"}\n{\"handler\": \"bad\"}\n{\"handler\": \"ok\"}\n");
    EXPECT(end, 1);
    QVERIFY2(end.out.contains("2 completed") && end.out.contains("1 dead_letter"), end.all().constData());
}

void CtlSubmitTest::fileIsMissingOrEmpty()
{
    EXPECT(run({u"submit"_s, u"--file"_s, u"/nonexistent.jsonl"_s}), 4);
    EXPECT(run({u"submit"_s, u"--file"_s, u"-"_s}, "\n\n"), 3);
    EXPECT(run({u"submit"_s}), 3);
}

void CtlSubmitTest::sameFileTwiceDoublesNothing()
{
    const QByteArray text = "{\"handler\": \"a\", \"id\": \"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab\"}\n"
                            "{\"handler\": \"a\", \"idempotency_key\": \"k\"}\n";
    EXPECT(run({u"submit"_s, u"--file"_s, u"-"_s}, text), 0);
    const CtlEnd again = run({u"submit"_s, u"--file"_s, u"-"_s}, text);
    EXPECT(again, 0);
    QVERIFY(again.out.startsWith("0 submitted, 2 there before"));
    QCOMPARE(jobsHeld(), 2);
}

QTEST_GUILESS_MAIN(CtlSubmitTest)
#include "ctl_submit_test.moc"
