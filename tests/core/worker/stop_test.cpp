#include "tests/core/worker/pool_world.h"

#include <atomic>
#include <thread>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::CancelToken;
using worker::RunResult;
using worker::WorkerPool;
using Line = WatchedQueue::Line;

/// How runs end that do not end by themselves: timeouts, stops, stuck handlers.
class StopTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void defect05_forcedStopStops();
    void defect14_timeoutsAreEnforced();
    void timeoutCountsFromTheStartOfTheRun();
    void lateSuccessIsStillTimedOut();
    void manyTimeoutsEachCount();
    void gracefulStopFinishesWhatRuns();
    void gracefulStopTurnsForcedAfterItsTime();
    void forcedStopHastensAGracefulOne();
    void forcedStopGivesBackInOneCallBeforeItCancels();
    void forcedStopCoversRunsWhoseJobWasClaimedAgain();
    void forcedStopWithoutServerEndsAllTheSame();
    void resultsThatAreReadyAreKeptByAForcedStop();
    void stuckHandlerLosesItsSlotAndIsCounted();
    void stuckHandlerThatIsCancelledIsCancelled();
    void stuckThreadsAreReplacedUpToALimit();
    void destructorDoesNotWaitForStuckHandlers();
    void destructorGivesJobsBack();
    void destructorWaitsForHandlersThatHeed();
    void hundredStopsLoseAndChargeNothing();
};

void StopTest::defect05_forcedStopStops()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const QList<JobId> ids{world.submit(u"gate"_s), world.submit(u"gate"_s), world.submit(u"gate"_s)};
    QTRY_COMPARE(gate->started(), 2);
    QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Now)));
    QCOMPARE(gate->ended(), 2); // when stop has answered, nothing runs any more
    QCOMPARE(gate->reasons(), (QList{CancelToken::Reason::PoolStopping, CancelToken::Reason::PoolStopping}));
    for (const JobId &id : ids) {
        QCOMPARE(world.status(id), JobStatus::Pending); // not stuck as running, and not completed later
        QCOMPARE(world.job(id).attempts, 0);
        QCOMPARE(world.job(id).failures, 0);
    }
    gate->releaseAll();
    world.advance(60s);
    QCOMPARE(world.size(JobStatus::Completed), 0);
    QVERIFY(waitFor(world.pool->start(1)));
    QTRY_COMPARE(world.size(JobStatus::Completed), 3);
    QCOMPARE(gate->order().sliced(2), ids); // each kept its place
}

void StopTest::defect14_timeoutsAreEnforced()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s, [](JobDefinition &job) {
        job.timeout = 5s;
        job.retry.maxRetries = 1;
    });
    QTRY_COMPARE(gate->started(), 1);
    world.advance(4900ms);
    QVERIFY(gate->reasons().isEmpty());
    world.advance(200ms);
    QTRY_COMPARE(gate->reasons(), QList{CancelToken::Reason::TimedOut});
    QTRY_COMPARE(world.status(id), JobStatus::Retrying);
    QVERIFY(world.job(id).error.startsWith(u"TimedOut: it ran longer than its timeout of 5 s."_s));
    world.advance(2s); // due again
    QTRY_COMPARE(gate->started(), 2);
    world.advance(5100ms); // its second run as well
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QCOMPARE(world.job(id).attempts, 2);
}

void StopTest::timeoutCountsFromTheStartOfTheRun()
{
    PoolWorld world(quickOptions());
    world.addFunction(u"quick"_s,
                      [](const JobDefinition &, worker::RunContext &) { return RunResult::completed(); });
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 0; i < 20; ++i) world.submit(u"quick"_s);
    QTRY_COMPARE(world.size(JobStatus::Completed), 20);
    const auto brief = [](JobDefinition &job) { job.timeout = 1s; };
    world.submit(u"gate"_s, brief);
    const JobId second = world.submit(u"gate"_s, brief); // claimed ahead, and waits for its worker
    QTRY_COMPARE(gate->started(), 1);
    QTRY_COMPARE(world.size(JobStatus::Running), 2);
    world.time.advance(90ms);
    gate->release();
    QTRY_COMPARE(gate->started(), 2);
    world.advance(950ms, 10ms);
    QCOMPARE(world.status(second), JobStatus::Running);
    world.advance(60ms, 10ms);
    QTRY_COMPARE(world.status(second), JobStatus::Retrying);
}

void StopTest::lateSuccessIsStillTimedOut()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s, false);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s, [](JobDefinition &job) { job.timeout = 1s; });
    QTRY_COMPARE(gate->started(), 1);
    world.advance(1500ms);
    gate->release(); // it answers "completed", half a second too late
    QTRY_COMPARE(world.status(id), JobStatus::Retrying);
}

void StopTest::manyTimeoutsEachCount()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(20)));
    QList<JobId> ids;
    for (int i = 1; i <= 20; ++i)
        ids.append(world.submit(u"gate"_s, [i](JobDefinition &job) { job.timeout = (21 - i) * 1s; }));
    QTRY_COMPARE(gate->started(), 20);
    for (int i = 1; i <= 20; ++i) {
        world.advance(1s);
        QTRY_COMPARE(gate->reasons().size(), i);
        QTRY_COMPARE(world.status(ids[20 - i]), JobStatus::Retrying);
        gate->release(0);
        if (i == 1) QVERIFY(waitFor(world.queue.pause(u"default"_s, {}))); // no retries in this test
    }
}

void StopTest::gracefulStopFinishesWhatRuns()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    QList<JobId> ids;
    for (int i = 0; i < 4; ++i) ids.append(world.submit(u"gate"_s));
    QTRY_COMPARE(gate->started(), 2);
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Graceful);
    world.advance(25s);
    QVERIFY(!stopped.isFinished());
    QCOMPARE(world.info().workers.size(), 2);
    QCOMPARE(world.info().workers.first().status, WorkerStatus::Stopping);
    gate->release(2);
    QVERIFY(waitFor(stopped));
    QCOMPARE(world.status(ids[0]), JobStatus::Completed);
    QCOMPARE(world.status(ids[1]), JobStatus::Completed);
    QCOMPARE(world.status(ids[2]), JobStatus::Pending);
    QCOMPARE(gate->started(), 2);
}

void StopTest::gracefulStopTurnsForcedAfterItsTime()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Graceful);
    world.advance(31s);
    QVERIFY(waitFor(stopped));
    QCOMPARE(gate->reasons(), QList{CancelToken::Reason::PoolStopping});
    QCOMPARE(world.status(id), JobStatus::Pending);
    QCOMPARE(world.job(id).attempts, 0);
}

void StopTest::forcedStopHastensAGracefulOne()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    const QFuture<Result<>> graceful = world.pool->stop(WorkerPool::StopMode::Graceful);
    world.turn();
    QVERIFY(!graceful.isFinished());
    QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Now)));
    QVERIFY(waitFor(graceful)); // both are answered
}

void StopTest::forcedStopGivesBackInOneCallBeforeItCancels()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(30)));
    for (int i = 0; i < 30; ++i) world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 30);
    const qsizetype before = world.queue.claims.size();
    // The call does not arrive at first: the handlers are not told before it has, or a second has passed.
    world.queue.line = Line::Cut;
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Now);
    world.turn();
    QCOMPARE(world.queue.claims.size(), before + 1);
    QCOMPARE(world.queue.claims.last().settlements.size(), 30);
    QCOMPARE(world.queue.claims.last().claimMax, 0);
    for (const queue::Settlement &one : world.queue.claims.last().settlements)
        QCOMPARE(one.outcome.kind, queue::Outcome::Kind::Released);
    QVERIFY(gate->reasons().isEmpty());
    world.queue.line = Line::Up;
    world.advance(400ms, 10ms);
    QVERIFY(waitFor(stopped));
    QCOMPARE(gate->reasons().size(), 30);
    QCOMPARE(world.size(JobStatus::Pending), 30);
}

void StopTest::forcedStopCoversRunsWhoseJobWasClaimedAgain()
{
    PoolWorld world(quickOptions());
    const auto stuck = world.addGate(u"stuck"_s, false);
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(u"stuck"_s);
    QTRY_COMPARE(stuck->started(), 1);
    world.advance(11s); // renewed once
    queue::Settlement stolen{id, world.queue.renewed.first().token, u"stuck"_s, 3, {}};
    stolen.outcome.kind = queue::Outcome::Kind::Released;
    QVERIFY(waitFor(world.queue.settle(u"default"_s, stolen)));
    QTRY_COMPARE(stuck->started(), 2); // two runs of one job here, of which the pool holds the second
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Now);
    world.advance(4s); // both are told, and neither heeds it
    QVERIFY(stopped.isFinished());
    QCOMPARE(world.status(id), JobStatus::Pending);
    stuck->releaseAll();
    QTRY_COMPARE(stuck->ended(), 2);
}

void StopTest::forcedStopWithoutServerEndsAllTheSame()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.queue.line = Line::Cut;
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Now);
    world.advance(1100ms);
    QTRY_COMPARE(gate->ended(), 1); // told after a second at the latest
    world.advance(5s);
    QVERIFY(waitFor(stopped));
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(), [](const Error &error) {
        return error.what.contains(u"could not be given back"_s);
    }));
    world.queue.line = Line::Up;
    QCOMPARE(world.status(id), JobStatus::Running); // until its lease ends
    QVERIFY(waitFor(world.pool->start(1)));
    gate->releaseAll();
    world.advance(33s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
}

void StopTest::resultsThatAreReadyAreKeptByAForcedStop()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(4)));
    for (int i = 0; i < 4; ++i) world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 4);
    const QFuture<Result<>> stopped = world.pool->stop(WorkerPool::StopMode::Now);
    gate->releaseAll(); // all of them end before the engine has read the request
    while (gate->ended() < 4) std::this_thread::yield();
    QVERIFY(waitFor(stopped));
    QCOMPARE(world.size(JobStatus::Completed) + world.size(JobStatus::Pending), 4);
    QCOMPARE(waitFor(world.queue.stats(u"default"_s)).value().failed, 0);
}

void StopTest::stuckHandlerLosesItsSlotAndIsCounted()
{
    PoolWorld world(quickOptions());
    const auto stuck = world.addGate(u"stuck"_s, false);
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"stuck"_s, [](JobDefinition &job) {
        job.timeout = 3s;
        job.retry.maxRetries = 0;
    });
    QTRY_COMPARE(stuck->started(), 1);
    const JobId next = world.submit(u"gate"_s);
    world.advance(4500ms);
    QCOMPARE(world.status(id), JobStatus::Running); // told, and within its grace
    QCOMPARE(world.info().stuckThreads, 0);
    world.advance(600ms);
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QVERIFY(world.job(id).error.contains(u"did not stop within 2 s"_s));
    QTRY_COMPARE(world.status(next), JobStatus::Completed); // another thread has the place
    QCOMPARE(world.info().stuckThreads, 1);
    QCOMPARE(world.info().workers.size(), 1);
    QCOMPARE(world.metrics().stuckThreads, 1);
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(),
                        [](const Error &error) { return error.what.contains(u"does not stop"_s); }));
    stuck->release(); // it comes back after all
    QTRY_COMPARE(world.info().stuckThreads, 0);
    QCOMPARE(world.info().workers.size(), 1);
    QCOMPARE(world.status(id), JobStatus::DeadLetter); // and what it says does not count
}

void StopTest::stuckHandlerThatIsCancelledIsCancelled()
{
    PoolWorld world(quickOptions());
    const auto stuck = world.addGate(u"stuck"_s, false);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"stuck"_s);
    QTRY_COMPARE(stuck->started(), 1);
    QVERIFY(waitFor(world.queue.cancel(u"default"_s, {id})));
    world.advance(3s);
    QTRY_COMPARE(world.status(id), JobStatus::Cancelled);
    QCOMPARE(world.info().stuckThreads, 1);
}

void StopTest::stuckThreadsAreReplacedUpToALimit()
{
    worker::PoolOptions options = quickOptions();
    options.stuckThreadsMax = 1;
    PoolWorld world(options);
    const auto stuck = world.addGate(u"stuck"_s, false);
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(2)));
    const QList<JobId> ids{world.submit(u"stuck"_s), world.submit(u"stuck"_s)};
    QTRY_COMPARE(stuck->started(), 2);
    QVERIFY(waitFor(world.queue.cancel(u"default"_s, ids)));
    world.advance(3s);
    QTRY_COMPARE(world.size(JobStatus::Cancelled), 2);
    QCOMPARE(world.info().stuckThreads, 2);
    QCOMPARE(world.info().workers.size(), 1); // one has been replaced, the other not
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(),
                        [](const Error &error) { return error.why.contains(u"2 threads are stuck"_s); }));
    const JobId next = world.submit(u"gate"_s);
    QTRY_COMPARE(world.status(next), JobStatus::Completed); // what is left works on
    QVERIFY(waitFor(world.pool->scale(3)));                 // and more can be had, by whoever knows why
    QTRY_COMPARE(world.info().workers.size(), 2);
    QVERIFY(waitFor(world.pool->scale(2)));
    QTRY_COMPARE(world.info().workers.size(), 2); // the place that nobody has is given up first
    stuck->releaseAll();
    QTRY_COMPARE(world.info().stuckThreads, 0);
    QCOMPARE(world.info().workers.size(), 2);
}

void StopTest::destructorDoesNotWaitForStuckHandlers()
{
    worker::PoolOptions options = quickOptions();
    options.cancelGrace = 50ms; // real time in the destructor
    PoolWorld world(options);
    const auto stuck = world.addGate(u"stuck"_s, false);
    QVERIFY(waitFor(world.pool->start(2)));
    world.submit(u"stuck"_s);
    QTRY_COMPARE(stuck->started(), 1);
    world.pool.reset(); // must return
    QCOMPARE(stuck->ended(), 0);
    QTRY_COMPARE(world.size(JobStatus::Pending), 1); // its job went back
    QVERIFY(!world.problems.isEmpty());
    stuck->release(); // the thread left behind ends in peace, without a pool
    QTRY_COMPARE(stuck->ended(), 1);
}

void StopTest::destructorGivesJobsBack()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.pool.reset();
    QCOMPARE(gate->ended(), 1);
    QTRY_COMPARE(world.status(id), JobStatus::Pending);
    QCOMPARE(world.job(id).attempts, 0);
    QVERIFY(waitFor(world.queue.pools()).value().isEmpty());
}

void StopTest::destructorWaitsForHandlersThatHeed()
{
    PoolWorld world(quickOptions());
    std::atomic<bool> isOut = false;
    world.addFunction(u"tidy"_s, [&isOut](const JobDefinition &, worker::RunContext &context) {
        (void)context.cancelToken().waitFor(1h);
        for (int i = 0; i < 1000; ++i) std::this_thread::yield(); // it tidies up
        isOut = true;                                             // refers to what goes right after the pool
        return RunResult::completed();
    });
    QVERIFY(waitFor(world.pool->start(1)));
    world.submit(u"tidy"_s);
    QTRY_COMPARE(world.metrics().busy, 1);
    world.pool.reset();
    QVERIFY(isOut);
}

void StopTest::hundredStopsLoseAndChargeNothing()
{
    PoolWorld world(quickOptions());
    std::atomic<int> runs = 0;
    world.addFunction(u"work"_s, [&runs](const JobDefinition &, worker::RunContext &context) {
        ++runs;
        for (int i = 0; i < 200 && !context.cancelToken().isCancelled(); ++i) std::this_thread::yield();
        return context.cancelToken().isCancelled() ? RunResult::failed(u"stopped"_s) : RunResult::completed();
    });
    for (int i = 0; i < 1000; ++i) world.submit(u"work"_s);
    for (int i = 0; i < 100; ++i) {
        QVERIFY(waitFor(world.pool->start(3)));
        const int wanted = runs + static_cast<int>(world.random.bits() % 20);
        QTRY_VERIFY(runs >= wanted || world.size(JobStatus::Completed) == 1000);
        const bool isForced = world.random.bits() % 2 == 0;
        QVERIFY(
            waitFor(world.pool->stop(isForced ? WorkerPool::StopMode::Now : WorkerPool::StopMode::Graceful)));
        QCOMPARE(world.size(JobStatus::Running), 0);
        QCOMPARE(world.size(JobStatus::Completed) + world.size(JobStatus::Pending), 1000);
    }
    QVERIFY(waitFor(world.pool->start(3)));
    QTRY_COMPARE(world.size(JobStatus::Completed), 1000);
    queue::ListQuery ended{.status = JobStatus::Completed, .limit = 1000};
    const QList<JobSummary> rows = waitFor(world.queue.list(ended)).value().rows;
    QCOMPARE(rows.size(), 1000);
    for (const JobSummary &row : rows) QCOMPARE(row.attempts, 1);
    const QueueStats stats = waitFor(world.queue.stats(u"default"_s)).value();
    QCOMPARE(stats.failed, 0);
    QCOMPARE(stats.retried, 0);
    QCOMPARE(stats.leasesLost, 0);
    QCOMPARE(stats.completed, 1000);
}

QTEST_GUILESS_MAIN(StopTest)
#include "stop_test.moc"
