#include "tests/app/ctl/ctl_rig.h"

#include <QJsonArray>

#include <csignal>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;

#define EXPECT(end, expected) QVERIFY2((end).code == (expected), (end).all().constData())

/// `work`: the headless pool, stopped in every way.
class CtlWorkTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<test::TestServer>();
        m_ctl = std::make_unique<Ctl>(m_server.get());
    }
    void drainRunsEverythingAndEnds();
    void handlersFileIsUsed();
    void termFinishesWhatRuns();
    void secondTermGivesBackAtOnce();
    void killedWorkersJobIsRunByAnother();
    void malformedHandlersFileIsNamed();
    void optionsAreChecked();

private:
    [[nodiscard]] CtlEnd run(const QStringList &arguments) const { return m_ctl->run(arguments); }
    [[nodiscard]] QString submit(const QStringList &options) const
    {
        const CtlEnd end = run(QStringList{u"submit"_s} + options);
        if (end.code != 0) qFatal("%s", end.all().constData());
        return QString::fromLatin1(end.out.trimmed());
    }
    [[nodiscard]] QJsonObject jobOf(const QString &id) const
    {
        return run({u"show"_s, id, u"--json"_s}).json();
    }
    [[nodiscard]] QString statusOf(const QString &id) const
    {
        return jobOf(id).value(u"status"_s).toString();
    }
    /// A handlers.json with a program that runs until its job says "go" in a file.
    [[nodiscard]] QString slowHandlers() const
    {
        const QString script = m_ctl->write(u"slow.py"_s, R"(
import json, os, sys, time
job = json.load(sys.stdin)
gate = job["kwargs"]["gate"]
print(json.dumps({"progress": {"current": 1, "total": 2}}), flush=True)
while not os.path.exists(gate):
    time.sleep(0.01)
print(json.dumps({"result": "went"}), flush=True)
)");
        return m_ctl->write(
            u"handlers.json"_s,
            R"({"handlers": {"slow": {"kind": "process", "program": "/usr/bin/python3", "arguments": [")"
                + script.toUtf8() + R"("]}}})");
    }
    [[nodiscard]] QString gatedJob() const
    {
        return submit({u"slow"_s, u"--kwargs"_s, u"{\"gate\": \""_s + m_ctl->home() + u"/gate\"}"_s});
    }
    void openGate() const { (void)m_ctl->write(u"gate"_s, "go"); }
    std::unique_ptr<test::TestServer> m_server;
    std::unique_ptr<Ctl> m_ctl;
};

void CtlWorkTest::drainRunsEverythingAndEnds()
{
    (void)m_ctl->write(u"some.txt"_s, "text\n");
    const QString id
        = submit({u"sample.hash_tree"_s, u"--kwargs"_s, u"{\"folder\": \""_s + m_ctl->home() + u"\"}"_s});
    const QString unknown = submit({u"no.such.handler"_s, u"--max-retries"_s, u"0"_s});
    const CtlEnd end = run({u"work"_s, u"--drain"_s, u"--workers"_s, u"2"_s});
    EXPECT(end, 0);
    QCOMPARE(end.out, QByteArray());
    QCOMPARE(statusOf(id), u"completed"_s);
    const QJsonObject refused = jobOf(unknown); // only what is registered here runs
    QCOMPARE(refused.value(u"status"_s).toString(), u"dead_letter"_s);
    QVERIFY(refused.value(u"error"_s).toString().contains(u"not registered"));
}

void CtlWorkTest::handlersFileIsUsed()
{
    openGate();
    const QString id = gatedJob();
    EXPECT(run({u"work"_s, u"--drain"_s, u"--handlers"_s, slowHandlers()}), 0);
    QCOMPARE(run({u"result"_s, id}).out.trimmed(), QByteArray("\"went\""));
}

void CtlWorkTest::termFinishesWhatRuns()
{
    const QString id = gatedJob();
    const auto work = m_ctl->start({u"work"_s, u"--workers"_s, u"1"_s, u"--handlers"_s, slowHandlers()});
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(id), u"running"_s, 20'000);
    const QString waiting = gatedJob();
    work->terminate();
    QByteArray said;
    QTRY_VERIFY((said += work->readAllStandardError()).contains("Stopping: "));
    QCOMPARE(work->state(), QProcess::Running); // it waits for its job
    openGate();
    QTRY_COMPARE_WITH_TIMEOUT(work->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(work->exitCode(), 0);
    QCOMPARE(statusOf(id), u"completed"_s);
    const QJsonObject next = jobOf(waiting); // never begun, so never charged
    QCOMPARE(next.value(u"status"_s).toString(), u"pending"_s);
    QCOMPARE(next.value(u"attempts"_s).toInt(), 0);
}

void CtlWorkTest::secondTermGivesBackAtOnce()
{
    const QString id = gatedJob();
    const auto work = m_ctl->start({u"work"_s, u"--workers"_s, u"1"_s, u"--handlers"_s, slowHandlers()});
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(id), u"running"_s, 20'000);
    QByteArray said;
    work->terminate();
    QTRY_VERIFY((said += work->readAllStandardError()).contains("Stopping: "));
    work->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(work->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(work->exitCode(), 0);
    const QJsonObject job = jobOf(id);
    QCOMPARE(job.value(u"status"_s).toString(), u"pending"_s);
    QCOMPARE(job.value(u"attempts"_s).toInt(), 0);
    QCOMPARE(job.value(u"workers_lost"_s).toInt(), 0);
}

void CtlWorkTest::killedWorkersJobIsRunByAnother()
{
    const QString id = gatedJob();
    const QStringList arguments{u"work"_s,
                                u"--workers"_s,
                                u"1"_s,
                                u"--handlers"_s,
                                slowHandlers(),
                                u"--set"_s,
                                u"workers.lease=1"_s,
                                u"--set"_s,
                                u"workers.heartbeat_interval=0.3"_s};
    const auto first = m_ctl->start(arguments);
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(id), u"running"_s, 20'000);
    const QString worker = jobOf(id).value(u"worker_id"_s).toString();
    first->kill();
    QTRY_COMPARE_WITH_TIMEOUT(first->state(), QProcess::NotRunning, 20'000);
    const auto second = m_ctl->start(arguments);
    QTRY_VERIFY_WITH_TIMEOUT(
        jobOf(id).value(u"worker_id"_s).toString() != worker && statusOf(id) == u"running", 20'000);
    QCOMPARE(jobOf(id).value(u"workers_lost"_s).toInt(), 1);
    openGate();
    QTRY_COMPARE_WITH_TIMEOUT(statusOf(id), u"completed"_s, 20'000);
    second->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(second->state(), QProcess::NotRunning, 20'000);
}

void CtlWorkTest::malformedHandlersFileIsNamed()
{
    for (const QByteArray &text :
         {QByteArray("{"), QByteArray(R"({"handlers": {"a": {"kind": "magic"}}})"),
          QByteArray(R"({"handlers": {"a": {"kind": "process", "program": "/no/such/program"}}})")}) {
        const QString path = m_ctl->write(u"handlers.json"_s, text);
        const CtlEnd end = run({u"work"_s, u"--drain"_s, u"--handlers"_s, path});
        EXPECT(end, 3);
        QVERIFY2(end.err.contains("handlers.json"), end.all().constData());
        QVERIFY2(end.err.count('\n') >= 2, end.all().constData()); // what, why or what to do
    }
    EXPECT(run({u"work"_s, u"--drain"_s, u"--handlers"_s, u"/nonexistent.json"_s}), 4);
}

void CtlWorkTest::optionsAreChecked()
{
    EXPECT(run({u"work"_s, u"--workers"_s, u"0"_s}), 2);
    EXPECT(run({u"work"_s, u"--queues"_s, u"a:0"_s}), 3);
    EXPECT(run({u"work"_s, u"--set"_s, u"workers.lease=1"_s}), 3); // shorter than the heartbeat
    EXPECT(run({u"work"_s, u"--set"_s, u"nonsense"_s}), 3);
}

QTEST_GUILESS_MAIN(CtlWorkTest)
#include "ctl_work_test.moc"
