#include "tests/app/ctl/ctl_jobs_fixture.h"

#include <QJsonArray>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;
using test::get;

/// The subcommands about jobs: what they print, their JSON, their exit status.
class CtlCommandsTest : public test::CtlJobsFixture {
    Q_OBJECT
private Q_SLOTS:
    void statusIsALineAJob();
    void showHasEverything();
    void resultIsTheAnswerAlone();
    void waitEndsWithTheJob();
    void waitTimesOut();
    void cancelSaysEachOutcome();
    void cancelReachesARunningJob();
    void retryRunsDeadAndScheduledJobs();
    void listShowsAllStatesAndPages();
    void listFilters();
    void deadLettersAreListedRequeuedAndDeleted();
    void deadActsOnAll();
    void idsOfEveryQueueAreFound();
    void nothingButTheAnswerIsOnStdout();
};

void CtlCommandsTest::statusIsALineAJob()
{
    const JobId ok = ended(u"ok"_s);
    const JobId bad = ended(u"bad"_s);
    const CtlEnd end = run({u"status"_s, ok.text(), bad.text()});
    EXPECT(end, 0);
    QCOMPARE(end.lines().size(), 3); // the titles first
    QVERIFY(end.lines()[1].startsWith(ok.bytes()) && end.lines()[1].contains("completed"));
    QVERIFY(end.lines()[2].startsWith(bad.bytes()) && end.lines()[2].contains("dead_letter")
            && end.lines()[2].contains("ValueError: no"));
    const CtlEnd json = run({u"status"_s, ok.text(), m_unknown, u"--json"_s});
    EXPECT(json, 4);
    QCOMPARE(json.json().value(u"status"_s).toString(), u"completed"_s);
    QCOMPARE(json.errorJson().value(u"kind"_s).toString(), u"not_found"_s);
    EXPECT(run({u"status"_s, u"no-uuid"_s}), 2);
    EXPECT(run({u"status"_s}), 2);
}

void CtlCommandsTest::showHasEverything()
{
    const JobId id = ended(u"ok"_s, [](JobDefinition &job) {
        job.args = *JsonText::parse("[9007199254740993, 1.0, {\"ключ\": []}]");
        job.tags = {{u"customer"_s, u"42"_s}};
    });
    const CtlEnd end = run({u"show"_s, id.text()});
    EXPECT(end, 0);
    for (const QByteArray &part :
         {id.bytes(), QByteArray("9007199254740993"), QByteArray("1.0"), QByteArray("customer=42"),
          QByteArray("completed"), QByteArray("a line of the log")})
        QVERIFY2(end.out.contains(part), end.all().constData());
    const CtlEnd json = run({u"show"_s, id.text(), u"--json"_s});
    EXPECT(json, 0);
    QVERIFY(json.out.contains("[9007199254740993, 1.0, {\"ключ\": []}]")); // byte for byte
    QCOMPARE(json.json().value(u"log"_s).toString().trimmed(), u"a line of the log"_s);
    EXPECT(run({u"show"_s, m_unknown}), 4);
}

void CtlCommandsTest::resultIsTheAnswerAlone()
{
    const JobId ok = ended(u"ok"_s, [](JobDefinition &job) { job.args = *JsonText::parse("[1]"); });
    const CtlEnd end = run({u"result"_s, ok.text()});
    EXPECT(end, 0);
    QCOMPARE(end.out, QByteArray("[\n  1\n]\n"));
    QCOMPARE(end.err, QByteArray());
    const JobId bad = ended(u"bad"_s);
    const CtlEnd failed = run({u"result"_s, bad.text()});
    EXPECT(failed, 1);
    QCOMPARE(failed.out, QByteArray());
    QVERIFY(failed.err.contains("Traceback line"));
    const CtlEnd json = run({u"result"_s, bad.text(), u"--json"_s});
    EXPECT(json, 1);
    QCOMPARE(json.json().value(u"error"_s).toString(), u"ValueError: no\nTraceback line"_s);
    EXPECT(run({u"result"_s, scheduled().text()}), 5);
    EXPECT(run({u"result"_s, m_unknown}), 4);
}

void CtlCommandsTest::waitEndsWithTheJob()
{
    QVERIFY(get((*m_rig)->pauseQueue(u"default"_s, u"test"_s)));
    const JobId ok = submit(u"ok"_s);
    const JobId bad = submit(u"bad"_s);
    const auto waiting = m_ctl->start({u"wait"_s, ok.text(), bad.text(), u"--json"_s});
    QVERIFY(!waiting->waitForFinished(200)); // it is paused: nothing to print yet
    QVERIFY(get((*m_rig)->resumeQueue(u"default"_s)));
    QTRY_COMPARE_WITH_TIMEOUT(waiting->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(waiting->exitCode(), 1); // one of them did not complete
    const QList<QByteArray> lines = waiting->readAllStandardOutput().trimmed().split('\n');
    QCOMPARE(lines.size(), 2);
    QCOMPARE(QJsonDocument::fromJson(lines[0]).object().value(u"job_id"_s).toString(), ok.text());
    QCOMPARE(QJsonDocument::fromJson(lines[1]).object().value(u"status"_s).toString(), u"dead_letter"_s);
    EXPECT(run({u"wait"_s, ok.text()}), 0);
}

void CtlCommandsTest::waitTimesOut()
{
    const CtlEnd end = run({u"wait"_s, scheduled().text(), u"--timeout"_s, u"50ms"_s});
    EXPECT(end, 5);
    QVERIFY(end.err.contains("has not ended"));
    EXPECT(run({u"wait"_s, scheduled().text(), u"--timeout"_s, u"soon"_s}), 2);
    EXPECT(run({u"wait"_s, m_unknown}), 4);
}

void CtlCommandsTest::cancelSaysEachOutcome()
{
    const JobId waiting = scheduled();
    const JobId done = ended(u"ok"_s);
    const CtlEnd end = run({u"cancel"_s, waiting.text(), m_unknown, done.text()});
    EXPECT(end, 4); // of the first that was refused
    QCOMPARE(end.out.trimmed(), waiting.bytes() + "  cancelled");
    QVERIFY(end.err.contains(m_unknown.toUtf8()) && end.err.contains(done.bytes()));
    QCOMPARE(jobOf(waiting).value(u"status"_s).toString(), u"cancelled"_s);
    const CtlEnd json = run({u"cancel"_s, scheduled().text(), u"--json"_s});
    EXPECT(json, 0);
    QCOMPARE(json.json().value(u"outcome"_s).toString(), u"cancelled"_s);
    EXPECT(run({u"cancel"_s, done.text()}), 5);
}

void CtlCommandsTest::cancelReachesARunningJob()
{
    const JobId id = submit(u"waits"_s);
    QTRY_COMPARE(jobOf(id).value(u"status"_s).toString(), u"running"_s);
    const CtlEnd end = run({u"cancel"_s, id.text()});
    EXPECT(end, 0);
    QCOMPARE(end.out.trimmed(), id.bytes() + "  asked");
    const CtlEnd result = run({u"wait"_s, id.text(), u"--timeout"_s, u"20"_s, u"--json"_s});
    EXPECT(result, 1);
    QCOMPARE(result.json().value(u"status"_s).toString(), u"cancelled"_s);
}

void CtlCommandsTest::retryRunsDeadAndScheduledJobs()
{
    const JobId dead = ended(u"bad"_s);
    const JobId later = scheduled();
    m_isMended = true;
    const CtlEnd end = run({u"retry"_s, dead.text(), later.text()});
    EXPECT(end, 0);
    QCOMPARE(end.lines().size(), 2);
    EXPECT(run({u"wait"_s, dead.text(), later.text()}), 0);
    EXPECT(run({u"retry"_s, dead.text()}), 5); // completed now
}

void CtlCommandsTest::listShowsAllStatesAndPages()
{
    QStringList expected;
    for (int i = 0; i < 4; ++i) expected.append(ended(u"ok"_s).text());
    for (int i = 0; i < 3; ++i) expected.append(scheduled().text());
    expected.append(ended(u"bad"_s).text());
    const CtlEnd all = run({u"list"_s});
    EXPECT(all, 0);
    QCOMPARE(all.lines().size(), 9);
    QVERIFY(all.lines().first().startsWith("ID "));

    QStringList paged; // three a page: the pages' ends fall within states and between them
    QString after;
    for (int page = 0; page < 4; ++page) {
        QStringList arguments{u"list"_s, u"--limit"_s, u"3"_s, u"--json"_s};
        if (!after.isEmpty()) arguments << u"--after"_s << after;
        const CtlEnd end = run(arguments);
        EXPECT(end, 0);
        for (const auto row : end.json().value(u"jobs"_s).toArray())
            paged.append(row.toObject().value(u"id"_s).toString());
        after = end.json().value(u"next"_s).toString();
        if (after.isEmpty()) break;
    }
    QVERIFY(after.isEmpty());
    QCOMPARE(QSet<QString>(paged.begin(), paged.end()), QSet<QString>(expected.begin(), expected.end()));
    QCOMPARE(paged.size(), 8); // none twice
    const CtlEnd one = run({u"list"_s, u"--status"_s, u"scheduled"_s, u"--limit"_s, u"2"_s});
    QCOMPARE(one.lines().size(), 3);
    QVERIFY(one.err.contains("--after S:"));
    EXPECT(run({u"list"_s, u"--after"_s, u"nonsense"_s}), 3);
    EXPECT(run({u"list"_s, u"--status"_s, u"happy"_s}), 3);
    EXPECT(run({u"list"_s, u"--limit"_s, u"0"_s}), 2);
    const CtlEnd none = run({u"list"_s, u"--queue"_s, u"nobody"_s, u"--json"_s});
    EXPECT(none, 0);
    QVERIFY(none.json().value(u"jobs"_s).toArray().isEmpty());
    QVERIFY(none.json().value(u"next"_s).isNull());
}

void CtlCommandsTest::listFilters()
{
    ended(u"ok"_s);
    const JobId tagged = ended(u"ok"_s, [](JobDefinition &job) {
        job.tags = {{u"customer"_s, u"42"_s}};
        job.priority = JobPriority::High;
    });
    const JobId bad = ended(u"bad"_s);
    const auto ids = [&](const QStringList &filter) {
        QStringList found;
        const CtlEnd end = run(QStringList{u"list"_s, u"--json"_s} + filter);
        for (const auto row : end.json().value(u"jobs"_s).toArray())
            found.append(row.toObject().value(u"id"_s).toString());
        return found;
    };
    QCOMPARE(ids({u"--tag"_s, u"customer=42"_s}), QStringList{tagged.text()});
    QCOMPARE(ids({u"--priority"_s, u"high"_s}), QStringList{tagged.text()});
    QCOMPARE(ids({u"--handler"_s, u"ba*"_s}), QStringList{bad.text()});
    QCOMPARE(ids({u"--text"_s, u"valueerror"_s}), QStringList{bad.text()});

    const JobId mail = submit(u"ok"_s, [](JobDefinition &job) { // no worker serves that queue
        job.queue = u"mail:eu"_s;
        job.kwargs = JsonText::trusted(R"({"tenant":"Acme"})");
    });
    const auto matching = [&](const QString &filter) { return ids({u"--filter"_s, filter}); };
    QCOMPARE(matching(u"handler:ba* -state:completed"_s), QStringList{bad.text()});
    QCOMPARE(matching(u"state:dead_letter error:valueerror ended:<1h"_s), QStringList{bad.text()});
    QVERIFY(matching(u"args:acme"_s).isEmpty()); // in another queue
    QCOMPARE(matching(u"queue:\"mail*\" args:acme"_s), QStringList{mail.text()});
    QCOMPARE(matching(u"id:"_s + bad.text()), QStringList{bad.text()});
    QVERIFY(matching(u"state:completed id:"_s + bad.text()).isEmpty());
    QCOMPARE(ids({u"--filter"_s, u"queue:*"_s, u"--queue"_s, u"mail:eu"_s}), QStringList{mail.text()});
    QCOMPARE(matching(u"queue:*"_s).size(), 4);

    QStringList paged; // one a page, over two queues
    QString after;
    do {
        QStringList arguments{u"list"_s, u"--json"_s, u"--limit"_s, u"1"_s, u"--filter"_s, u"queue:*"_s};
        if (!after.isEmpty()) arguments << u"--after"_s << after;
        const CtlEnd end = run(arguments);
        EXPECT(end, 0);
        for (const auto row : end.json().value(u"jobs"_s).toArray())
            paged.append(row.toObject().value(u"id"_s).toString());
        after = end.json().value(u"next"_s).toString();
    } while (!after.isEmpty());
    QCOMPARE(paged.size(), 4);
    QCOMPARE(QSet<QString>(paged.begin(), paged.end()).size(), 4);

    const CtlEnd wrong = run({u"list"_s, u"--filter"_s, u"queue:mail colour:red"_s});
    EXPECT(wrong, 2);
    QVERIFY(wrong.err.contains("At character 12"));
    const CtlEnd dead = run({u"dead"_s, u"list"_s, u"--filter"_s, u"error:valueerror"_s, u"--json"_s});
    EXPECT(dead, 0);
    QCOMPARE(dead.json().value(u"jobs"_s).toArray().size(), 1);
}

void CtlCommandsTest::deadLettersAreListedRequeuedAndDeleted()
{
    const JobId first = ended(u"bad"_s);
    const JobId second = ended(u"bad"_s);
    const CtlEnd list = run({u"dead"_s, u"list"_s});
    EXPECT(list, 0);
    QCOMPARE(list.lines().size(), 3);
    QVERIFY(list.lines()[1].startsWith(second.bytes())); // newest first
    m_isMended = true;
    const CtlEnd requeued = run({u"dead"_s, u"requeue"_s, first.text()});
    EXPECT(requeued, 0);
    QCOMPARE(requeued.out.trimmed(), first.bytes() + "  pending");
    EXPECT(run({u"wait"_s, first.text()}), 0);
    EXPECT(run({u"dead"_s, u"delete"_s, second.text()}), 0);
    EXPECT(run({u"show"_s, second.text()}), 4);
    EXPECT(run({u"dead"_s, u"requeue"_s}), 3);
    EXPECT(run({u"dead"_s}), 2);
    EXPECT(run({u"dead"_s, u"requeue"_s, u"--all"_s, first.text()}), 2);
}

void CtlCommandsTest::deadActsOnAll()
{
    QList<JobId> buried;
    for (int i = 0; i < 5; ++i) buried.append(ended(u"bad"_s));
    m_isMended = true;
    const CtlEnd none = run({u"dead"_s, u"requeue"_s, u"--all"_s, u"--handler"_s, u"other"_s, u"--json"_s});
    EXPECT(none, 0);
    QCOMPARE(none.json().value(u"done"_s).toInt(), 0);
    const CtlEnd all = run({u"dead"_s, u"requeue"_s, u"--all"_s, u"--json"_s});
    EXPECT(all, 0);
    QCOMPARE(all.json().value(u"done"_s).toInt(), 5);
    for (const JobId &id : buried) QTRY_COMPARE(jobOf(id).value(u"status"_s).toString(), u"completed"_s);
    m_isMended = false;
    const JobId again = ended(u"bad"_s);
    EXPECT(run({u"dead"_s, u"delete"_s, u"--all"_s}), 2); // nobody to ask
    QCOMPARE(jobOf(again).value(u"status"_s).toString(), u"dead_letter"_s);
    const CtlEnd deleted = run({u"dead"_s, u"delete"_s, u"--all"_s, u"--yes"_s});
    EXPECT(deleted, 0);
    QVERIFY2(deleted.out.contains("1 job"), deleted.all().constData());
    EXPECT(run({u"show"_s, again.text()}), 4);
}

void CtlCommandsTest::idsOfEveryQueueAreFound()
{
    const JobId elsewhere = submit(u"ok"_s, [](JobDefinition &job) { job.queue = u"else:where {1}"_s; });
    EXPECT(run({u"status"_s, elsewhere.text()}), 0);
    EXPECT(run({u"status"_s, elsewhere.text(), u"--queue"_s, u"default"_s}), 4);
    EXPECT(run({u"cancel"_s, elsewhere.text()}), 0);
    QCOMPARE(jobOf(elsewhere).value(u"status"_s).toString(), u"cancelled"_s);
    EXPECT(run({u"retry"_s, elsewhere.text()}), 0);
}

void CtlCommandsTest::nothingButTheAnswerIsOnStdout()
{
    const CtlEnd empty = run({u"list"_s, u"--queue"_s, u"nobody"_s});
    EXPECT(empty, 0);
    QCOMPARE(empty.out, QByteArray());
    QVERIFY(!empty.err.isEmpty());
    const CtlEnd wrong = run({u"frobnicate"_s});
    EXPECT(wrong, 2);
    QCOMPARE(wrong.out, QByteArray());
    const CtlEnd help = run({u"--help"_s});
    EXPECT(help, 0);
    QVERIFY(help.out.contains("submit"));
    QVERIFY(help.err.isEmpty());
    const CtlEnd version = run({u"--version"_s});
    EXPECT(version, 0);
    QCOMPARE(version.lines().size(), 1);
}

QTEST_GUILESS_MAIN(CtlCommandsTest)
#include "ctl_commands_test.moc"
