#include "tests/core/worker/pool_world.h"

#include <algorithm>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::RunResult;

/// Which jobs a pool claims, when and in which order, and what it tells of them on their way.
class ClaimTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneWorkerKeepsPriorityAndOrder();
    void weightsShareTheWorkers();
    void wakesStartWorkAtOnce();
    void idlePoolSendsAtMostTwoCommandsASecond();
    void longJobsAreNotClaimedAhead();
    void shortJobsAreClaimedAheadAndHandedBackWhenTheyWait();
    void scheduledJobStartsWhenItIsDue();
    void poolClaimsNoMoreThanItCanSettle();
    void pausedQueueIsLeftAlone();
    void whatEndedLongAgoGoesThoughNothingHappens();
    void progressIsCoalescedAndItsLastWordKept();
    void oversizedResultIsRefused();
    void cancelOfARunningJobReachesItsHandler();
    void cancelOfAWaitingJobNeverRunsIt();

private:
    static void learnThatJobsAreShort(PoolWorld &world);
};

void ClaimTest::oneWorkerKeepsPriorityAndOrder()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QList<QList<JobId>> byPriority(4);
    for (int i = 0; i < 400; ++i) {
        const auto level = static_cast<size_t>(world.random.bits() % 4);
        const JobPriority priority = allJobPriorities[level];
        byPriority[static_cast<qsizetype>(level)].append(
            world.submit(u"gate"_s, [priority](JobDefinition &job) { job.priority = priority; }));
    }
    QVERIFY(waitFor(world.pool->start(1)));
    QTRY_COMPARE(world.size(JobStatus::Completed), 400);
    QCOMPARE(gate->order(), byPriority[3] + byPriority[2] + byPriority[1] + byPriority[0]);
}

void ClaimTest::weightsShareTheWorkers()
{
    worker::PoolOptions options;
    options.queues = {{u"a"_s, 3}, {u"b"_s, 1}};
    options.prefetchMax = 0; // so that each claim is a choice
    PoolWorld world(options);
    const auto gate = world.addGate(u"gate"_s);
    std::set<JobId> ofA;
    for (int i = 0; i < 40; ++i) {
        ofA.insert(world.submit(u"gate"_s, [](JobDefinition &job) { job.queue = u"a"_s; }));
        world.submit(u"gate"_s, [](JobDefinition &job) { job.queue = u"b"_s; });
    }
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 1; i <= 40; ++i) {
        QTRY_COMPARE(gate->started(), i);
        gate->release();
    }
    qsizetype fromA = 0;
    const QList<JobId> order = gate->order();
    for (const JobId &id : order.first(40)) fromA += static_cast<qsizetype>(ofA.count(id));
    QVERIFY2(fromA >= 29 && fromA <= 31, qPrintable(QString::number(fromA)));
    gate->releaseAll();
    QTRY_COMPARE(world.size(JobStatus::Completed, u"b"_s), 40); // and nobody starves
}

void ClaimTest::wakesStartWorkAtOnce()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    world.advance(60s);
    const std::chrono::nanoseconds before = world.time.monotonicNow();
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(world.time.monotonicNow(), before); // no timer was needed for it
}

void ClaimTest::idlePoolSendsAtMostTwoCommandsASecond()
{
    PoolWorld world;
    world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(4)));
    world.advance(10s);
    const int before = world.queue.callsInAll();
    world.advance(120s);
    const int sent = world.queue.callsInAll() - before;
    QVERIFY2(sent <= 120, qPrintable(QString::number(sent))); // one a second, and the waiter's own beside it
    QVERIFY(sent > 0);                                        // the safety look and the heartbeat are there
}

void ClaimTest::longJobsAreNotClaimedAhead()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    for (int i = 0; i < 10; ++i) world.submit(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    for (int i = 2; i < 10; i += 2) {
        QTRY_COMPARE(gate->started(), i);
        QTRY_COMPARE(world.size(JobStatus::Running), 2);
        world.time.advance(100ms); // that long they run
        gate->release(2);
    }
    gate->releaseAll();
    QTRY_COMPARE(world.size(JobStatus::Completed), 10);
    for (const queue::SettleAndClaim &call : world.queue.claims) QVERIFY(call.claimMax <= 2);
}

/// From now on the pool of one worker claims ahead: twenty quick jobs have ended.
void ClaimTest::learnThatJobsAreShort(PoolWorld &world)
{
    world.addFunction(u"quick"_s,
                      [](const JobDefinition &, worker::RunContext &) { return RunResult::completed(); });
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 0; i < 20; ++i) world.submit(u"quick"_s);
    QTRY_COMPARE(world.size(JobStatus::Completed), 20);
}

void ClaimTest::shortJobsAreClaimedAheadAndHandedBackWhenTheyWait()
{
    PoolWorld world;
    const auto gate = world.addGate(u"slow"_s);
    learnThatJobsAreShort(world);
    for (int i = 0; i < 10; ++i) world.submit(u"slow"_s); // it does not know yet that these are slow
    QTRY_COMPARE(gate->started(), 1);
    QTRY_COMPARE(world.size(JobStatus::Running), 10); // claimed ahead
    world.advance(500ms);
    QTRY_COMPARE(world.size(JobStatus::Running), 1);
    QCOMPARE(world.size(JobStatus::Pending), 9); // others may have them
    QCOMPARE(waitFor(world.queue.stats(u"default"_s)).value().failed, 0);
    gate->releaseAll();
    QTRY_COMPARE(world.size(JobStatus::Completed), 30);
    const QList<JobId> order = gate->order();
    QCOMPARE(std::set<JobId>(order.begin(), order.end()).size(), 10U);
    QVERIFY(std::is_sorted(order.begin(), order.end())); // each kept its place
    QCOMPARE(world.job(order.last()).attempts, 1);       // and was charged nothing
}

void ClaimTest::scheduledJobStartsWhenItIsDue()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(
        u"gate"_s, [&world](JobDefinition &job) { job.scheduledAt = world.time.wallNow() + 7300ms; });
    QCOMPARE(world.status(id), JobStatus::Scheduled);
    world.advance(7200ms);
    QCOMPARE(world.status(id), JobStatus::Scheduled);
    world.advance(110ms, 10ms);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
}

void ClaimTest::poolClaimsNoMoreThanItCanSettle()
{
    worker::PoolOptions options;
    options.prefetchMax = 5;
    PoolWorld world(options);
    const JsonText result = JsonText::trusted('"' + QByteArray(3 * 1024 * 1024, 'x') + '"');
    world.addFunction(u"big"_s, [result](const JobDefinition &, worker::RunContext &) {
        return RunResult::completed(result); // at once; but one call takes no more than one of these
    });
    constexpr int jobs = 150;
    for (int i = 0; i < jobs; ++i) world.submit(u"big"_s);
    QVERIFY(waitFor(world.pool->start(4)));
    qint64 heldMax = 0;
    for (int looks = 0; world.size(JobStatus::Completed) < jobs; ++looks) { // each a turn of the loop
        heldMax = std::max(heldMax, world.size(JobStatus::Running));
        QVERIFY(looks < 1'000'000);
    }
    // Four that run, five claimed ahead, two calls' worth of them, and a few whose results wait.
    QVERIFY2(heldMax <= 30, qPrintable(QString::number(heldMax)));
}

void ClaimTest::pausedQueueIsLeftAlone()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    QVERIFY(waitFor(world.queue.pause(u"default"_s, u"maintenance"_s)));
    const JobId id = world.submit(u"gate"_s);
    world.advance(30s);
    QCOMPARE(world.status(id), JobStatus::Pending);
    QVERIFY(waitFor(world.queue.resume(u"default"_s)));
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
}

void ClaimTest::whatEndedLongAgoGoesThoughNothingHappens()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    world.time.jumpWall(24h * 365); // ages are counted from 2024 on
    QVERIFY(waitFor(world.queue.setLimits(u"default"_s, {.keepFinishedFor = 1h})));
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 0; i < 700; ++i) world.submit(u"gate"_s); // more than three steps take away
    QTRY_COMPARE(world.size(JobStatus::Completed), 700);
    world.advance(59min, 1min);
    QCOMPARE(world.size(JobStatus::Completed), 700);
    const int before = world.queue.calls[u"trim"_s];
    world.advance(3min, 1s); // an idle queue, and no job ends any more
    QCOMPARE(world.size(JobStatus::Completed), 0);
    const int calls = world.queue.calls[u"trim"_s] - before;
    QVERIFY2(calls <= 3 + 4, qPrintable(QString::number(calls))); // one a minute, and on while there was more
}

void ClaimTest::progressIsCoalescedAndItsLastWordKept()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    world.addFunction(u"chatty"_s, [gate](const JobDefinition &job, worker::RunContext &context) {
        for (int i = 1; i <= 10'000; ++i) {
            context.reportProgress(i, 10'000, u"row %1"_s.arg(i));
            context.log(u"line %1"_s.arg(i));
        }
        const RunResult result = gate->run(job, context);
        context.log(u"the last line"_s);
        return result;
    });
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"chatty"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(1s);
    QTRY_VERIFY(world.job(id).progress.has_value());
    QCOMPARE(world.job(id).progress->current, 10'000);
    QCOMPARE(world.job(id).progress->message, u"row 10000"_s);
    QVERIFY2(world.queue.reports.size() <= 7, qPrintable(QString::number(world.queue.reports.size())));
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    const QByteArray log = waitFor(world.queue.logTail(u"default"_s, id)).value();
    QVERIFY(log.endsWith("line 10000\nthe last line\n"));
    QVERIFY(log.size() <= 16 * 1024);
    QVERIFY(log.startsWith("line ")); // cut between lines
}

void ClaimTest::oversizedResultIsRefused()
{
    PoolWorld world;
    world.addFunction(u"big"_s, [](const JobDefinition &, worker::RunContext &) {
        return RunResult::completed(JsonText::trusted('"' + QByteArray(17 * 1024 * 1024, 'x') + '"'));
    });
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"big"_s);
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QVERIFY(world.job(id).error.startsWith(u"ResultTooLarge"_s));
}

void ClaimTest::cancelOfARunningJobReachesItsHandler()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    QCOMPARE(waitFor(world.queue.cancel(u"default"_s, {id})).value().first().value(),
             queue::CancelOutcome::Asked);
    QTRY_COMPARE(world.status(id), JobStatus::Cancelled);
    QCOMPARE(gate->reasons(), QList{worker::CancelToken::Reason::Cancelled});
}

void ClaimTest::cancelOfAWaitingJobNeverRunsIt()
{
    PoolWorld world;
    const auto gate = world.addGate(u"slow"_s);
    learnThatJobsAreShort(world);
    QList<JobId> ids;
    for (int i = 0; i < 3; ++i) ids.append(world.submit(u"slow"_s));
    QTRY_COMPARE(world.size(JobStatus::Running), 3); // two of them claimed ahead
    QVERIFY(waitFor(world.queue.cancel(u"default"_s, {ids[2]})));
    QTRY_COMPARE(world.status(ids[2]), JobStatus::Cancelled);
    gate->releaseAll();
    QTRY_COMPARE(world.status(ids[1]), JobStatus::Completed);
    QCOMPARE(gate->started(), 2);
}

QTEST_GUILESS_MAIN(ClaimTest)
#include "claim_test.moc"
