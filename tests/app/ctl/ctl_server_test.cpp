#include "core/queue/key_names.h"
#include "tests/app/ctl/ctl_jobs_fixture.h"

#include <QJsonArray>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;
using test::get;

/// The subcommands about queues, workers, events and the server as a whole.
class CtlServerTest : public test::CtlJobsFixture {
    Q_OBJECT
private Q_SLOTS:
    void queuesAreListedPausedResumedAndPurged();
    void purgeWithoutYesAsksNobody();
    void workersOfOtherProcessesAreListed();
    void eventsArriveFromOtherProcesses();
    void eventsEndWhenNobodyReads();
    void metricsInEveryForm();
    void metricsOfTheLastHour();
    void damagedQueueIsSaidBesideTheOthers();
    void doctorFindsAndMends();
    void doctorFailsWhereKeysMayBeEvicted();
    void doctorSaysWhatItMayNotCheck();
    void benchLeavesNothingBehind();
};

void CtlServerTest::queuesAreListedPausedResumedAndPurged()
{
    const JobId done = ended(u"ok"_s);
    EXPECT(run({u"queues"_s, u"pause"_s, u"default"_s, u"--reason"_s, u"bank holiday"_s}), 0);
    const CtlEnd list = run({u"queues"_s, u"list"_s});
    EXPECT(list, 0);
    QVERIFY2(list.out.contains("paused: bank holiday"), list.all().constData());
    const JobId waiting = submit(u"ok"_s);
    EXPECT(run({u"wait"_s, waiting.text(), u"--timeout"_s, u"100ms"_s}), 5);
    const CtlEnd resumed = run({u"queues"_s, u"resume"_s, u"--json"_s});
    EXPECT(resumed, 0);
    QCOMPARE(resumed.json().value(u"outcome"_s).toString(), u"resumed"_s);
    EXPECT(run({u"wait"_s, waiting.text()}), 0);
    const JobId later = scheduled();
    const CtlEnd some
        = run({u"queues"_s, u"purge"_s, u"--status"_s, u"scheduled"_s, u"--yes"_s, u"--json"_s});
    EXPECT(some, 0);
    QCOMPARE(some.json().value(u"purged"_s).toInt(), 1);
    EXPECT(run({u"show"_s, later.text()}), 4);
    EXPECT(run({u"show"_s, done.text()}), 0);
    EXPECT(run({u"queues"_s, u"purge"_s, u"default"_s, u"--yes"_s}), 0);
    EXPECT(run({u"show"_s, done.text()}), 4);
    const CtlEnd json = run({u"queues"_s, u"list"_s, u"--json"_s});
    QCOMPARE(json.json().value(u"queues"_s).toArray().first().toObject().value(u"total_purged"_s).toInt(), 3);
}

void CtlServerTest::purgeWithoutYesAsksNobody()
{
    const JobId done = ended(u"ok"_s);
    const CtlEnd end = run({u"queues"_s, u"purge"_s});
    EXPECT(end, 2);
    QVERIFY(end.err.contains("--yes"));
    EXPECT(run({u"show"_s, done.text()}), 0);
}

void CtlServerTest::workersOfOtherProcessesAreListed()
{
    const JobId id = submit(u"waits"_s);
    QTRY_VERIFY(run({u"workers"_s, u"list"_s}).out.contains(id.bytes()));
    const CtlEnd list = run({u"workers"_s, u"list"_s});
    QCOMPARE(list.lines().size(), 3);
    QVERIFY(list.out.contains("busy") && list.out.contains("idle"));
    const CtlEnd json = run({u"workers"_s, u"list"_s, u"--json"_s});
    EXPECT(json, 0);
    const QJsonObject pool = json.json().value(u"pools"_s).toArray().first().toObject();
    QCOMPARE(pool.value(u"workers"_s).toArray().size(), 2);
    EXPECT(run({u"cancel"_s, id.text()}), 0);
}

void CtlServerTest::eventsArriveFromOtherProcesses()
{
    const auto events = m_ctl->start({u"events"_s, u"--json"_s, u"--count"_s, u"3"_s});
    QByteArray said;
    QTRY_VERIFY((said += events->readAllStandardError()).contains("Listening"));
    const JobId id = ended(u"ok"_s);
    QTRY_COMPARE_WITH_TIMEOUT(events->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(events->exitCode(), 0);
    QStringList names;
    for (const QByteArray &line : events->readAllStandardOutput().trimmed().split('\n')) {
        const QJsonObject event = QJsonDocument::fromJson(line).object();
        QCOMPARE(event.value(u"job_id"_s).toString(), id.text());
        names.append(event.value(u"event"_s).toString());
    }
    QCOMPARE(names, (QStringList{u"job.submitted"_s, u"job.started"_s, u"job.completed"_s}));
    EXPECT(run({u"events"_s, u"--type"_s, u"job.exploded"_s}), 3);
}

void CtlServerTest::eventsEndWhenNobodyReads()
{
    QProcess head; // reads one line and goes
    const auto events = m_ctl->make();
    events->setStandardOutputProcess(&head);
    head.start(u"head"_s, {u"-n1"_s});
    events->start(Ctl::program(), {u"events"_s, u"--json"_s});
    QByteArray said;
    QTRY_VERIFY((said += events->readAllStandardError()).contains("Listening"));
    QTRY_VERIFY_WITH_TIMEOUT((ended(u"ok"_s), events->state() == QProcess::NotRunning), 20'000);
    QCOMPARE(events->exitStatus(), QProcess::NormalExit); // and not by SIGPIPE
    QTRY_COMPARE(head.state(), QProcess::NotRunning);
}

void CtlServerTest::metricsInEveryForm()
{
    ended(u"ok"_s);
    ended(u"bad"_s);
    const CtlEnd table = run({u"metrics"_s});
    EXPECT(table, 0);
    QVERIFY(table.out.contains("dead_letter"));
    const CtlEnd json = run({u"metrics"_s, u"--json"_s});
    EXPECT(json, 0);
    QCOMPARE(json.json().value(u"total"_s).toObject().value(u"total_submitted"_s).toInt(), 2);
    CtlEnd text; // workers record every 5 s
    QTRY_VERIFY_WITH_TIMEOUT((text = run({u"metrics"_s, u"--prometheus"_s}),
                              text.out.contains("job_duration_seconds_count{handler=\"ok\"} 1\n")
                                  && text.out.contains("job_duration_seconds_count{handler=\"bad\"}")),
                             20'000);
    EXPECT(text, 0);
    for (const char *line :
         {"jobs_submitted_total{handler=\"ok\",priority=\"normal\"} 1",
          "jobs_completed_total{handler=\"ok\",status=\"success\"} 1",
          "jobs_dead_letter_total{handler=\"bad\"} 1", "jobs_dead_letter 1", "workers_total 2",
          "workers_busy 0", "job_duration_seconds_count{handler=\"ok\"} 1",
          "# TYPE job_duration_seconds histogram", "job_queue_time_seconds_count{priority=\"normal\"} 2",
          "job_result_size_bytes_count{handler=\"ok\"} 1", "# TYPE job_retry_delay_seconds histogram"})
        QVERIFY2(text.out.contains(QByteArray(line) + '\n'), text.all().constData());
}

void CtlServerTest::metricsOfTheLastHour()
{
    ended(u"ok"_s);
    ended(u"bad"_s);
    CtlEnd table;
    QTRY_VERIFY_WITH_TIMEOUT((table = run({u"metrics"_s, u"--since"_s, u"1h"_s}),
                              table.out.contains("bad") && table.out.contains("ok")),
                             20'000);
    EXPECT(table, 0);
    QVERIFY2(table.out.contains("WAIT P50") && table.out.contains("100"), table.all().constData());
    const CtlEnd json = run({u"metrics"_s, u"--since"_s, u"5m"_s, u"--json"_s});
    EXPECT(json, 0);
    const QJsonObject queue = json.json().value(u"queues"_s).toArray().at(0).toObject();
    QCOMPARE(queue.value(u"completed"_s).toInt(), 1);
    QCOMPARE(queue.value(u"dead_letter"_s).toInt(), 1);
    QCOMPARE(queue.value(u"handlers"_s).toArray().size(), 2);
    QVERIFY(queue.value(u"run"_s).toObject().value(u"p95"_s).isDouble());
    const CtlEnd csv = run({u"metrics"_s, u"--csv"_s});
    EXPECT(csv, 0);
    QVERIFY2(csv.out.startsWith("start,bucket_seconds,queue,handler,completed,"), csv.all().constData());
    QVERIFY2(csv.out.contains(",5,\"default\",\"ok\",1,0,0,0,0,"), csv.all().constData());
    QVERIFY(run({u"metrics"_s, u"--since"_s, u"26h"_s}).code != 0);
    QVERIFY(run({u"metrics"_s, u"--csv"_s, u"--prometheus"_s}).code != 0);
}

void CtlServerTest::damagedQueueIsSaidBesideTheOthers()
{
    ended(u"ok"_s);
    EXPECT(run({u"submit"_s, u"ok"_s, u"--queue"_s, u"other"_s}), 0);
    const QByteArray counts = queue::KeyNames(u"signalbox"_s).key(u"other"_s, queue::Noun::Counts);
    test::RawRedis raw = m_server->raw();
    raw.command({"DEL", counts});
    raw.command({"SET", counts, "damaged"});
    constexpr int damaged = 9; // a promise to scripts
    for (const QStringList &command :
         {QStringList{u"metrics"_s}, QStringList{u"metrics"_s, u"--json"_s},
          QStringList{u"metrics"_s, u"--prometheus"_s}, QStringList{u"queues"_s, u"list"_s}}) {
        const CtlEnd end = run(command);
        EXPECT(end, damaged);
        QVERIFY2(end.err.contains("other"), end.all().constData());
    }
    QCOMPARE(run({u"metrics"_s, u"--json"_s})
                 .json()
                 .value(u"total"_s)
                 .toObject()
                 .value(u"total_submitted"_s)
                 .toInt(),
             1);
    const QByteArray page = run({u"metrics"_s, u"--prometheus"_s}).out;
    QVERIFY(page.contains("jobs_completed_total{handler=\"ok\",status=\"success\"} 1\n"));
    QVERIFY(page.contains("queues_unreadable 1\n"));
}

void CtlServerTest::doctorFindsAndMends()
{
    const JobId id = scheduled();
    ended(u"ok"_s);
    EXPECT(run({u"doctor"_s}), 0);
    const CtlEnd well = run({u"doctor"_s, u"--deep"_s, u"--json"_s});
    EXPECT(well, 0);
    QVERIFY(well.json().value(u"healthy"_s).toBool());
    // A job in no list: the worst that another program can leave, since nothing would ever find it again.
    m_server->raw().command({"ZREM", "{signalbox:default}:scheduled", id.bytes()});
    const CtlEnd ill = run({u"doctor"_s, u"--deep"_s});
    EXPECT(ill, 1);
    QVERIFY2(ill.out.contains(id.bytes()), ill.all().constData());
    const CtlEnd json = run({u"doctor"_s, u"--deep"_s, u"--json"_s});
    EXPECT(json, 1);
    QVERIFY(json.json().value(u"found"_s).toInt() >= 1);
    const CtlEnd repaired = run({u"doctor"_s, u"--repair"_s});
    QVERIFY2(repaired.err.contains("Mended"), repaired.all().constData());
    EXPECT(run({u"doctor"_s, u"--deep"_s}), 0);
    EXPECT(run({u"status"_s, id.text()}), 0);
}

void CtlServerTest::doctorFailsWhereKeysMayBeEvicted()
{
    const test::TestServer server({.extraArguments = {"--maxmemory-policy", "volatile-lru"}});
    const CtlEnd end = Ctl(&server).run({u"doctor"_s});
    EXPECT(end, 1);
    QVERIFY2(end.out.contains("volatile-lru") && end.out.contains("noeviction"), end.all().constData());
}

void CtlServerTest::doctorSaysWhatItMayNotCheck()
{
    const test::TestServer server({.aclFile = "user default on nopass ~* &* +@all -config -info\n"});
    const CtlEnd end = Ctl(&server).run({u"doctor"_s});
    EXPECT(end, 0);
    QVERIFY2(end.err.contains("Not checked") && end.out.contains("what could be checked"),
             end.all().constData());
}

void CtlServerTest::benchLeavesNothingBehind()
{
    const CtlEnd end = run(
        {u"bench"_s, u"--jobs"_s, u"1000"_s, u"--samples"_s, u"5"_s, u"--workers"_s, u"2"_s, u"--json"_s});
    EXPECT(end, 0);
    QVERIFY(end.json().value(u"submitted_per_second"_s).toDouble() > 0);
    QVERIFY(end.json().value(u"drained_per_second"_s).toDouble() > 0);
    QVERIFY(end.json().value(u"start_latency_p99"_s).toDouble()
            >= end.json().value(u"start_latency_p50"_s).toDouble());
    const QJsonObject metrics = run({u"metrics"_s, u"--json"_s}).json();
    QCOMPARE(metrics.value(u"total"_s).toObject().value(u"size"_s).toInt(), 0);
}

QTEST_GUILESS_MAIN(CtlServerTest)
#include "ctl_server_test.moc"
