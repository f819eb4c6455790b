#include "core/worker/lease_keeper.h"
#include "tests/core/worker/pool_world.h"

#include <atomic>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::CancelToken;
using worker::RunResult;
using worker::WorkerPool;
using Line = WatchedQueue::Line;

class LeaseTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthyJobOfTwentyLeasesRunsOnce();
    void blockedEngineLosesNoLeaseUnnoticed();
    void poolThatStoodStillDoesNotReapItsOwnJobs();
    void tokenEndsWithItsLeaseWhileNobodyRenewsIt();
    void cutOffPoolStopsItsHandlersBeforeTheirLeasesEnd();
    void graceOfAHandlerEndsWithItsLease();
    void lateSettleIsRefusedAndSaid();
    void lostLeaseStopsItsHandler();
    void resultWaitsForTheConnection();
    void lostAnswersAreAskedForAgainAndChargeNothing();
    void claimOutlivesAQueueThatWasShutDownMeanwhile();
    void jobClaimedAgainStopsItsFirstRun();
    void earlierLeaseEndMovesTheCutOff();
    void renewalsAreOneCallAQueue();
    void deadPoolsJobsRunElsewhere();
    void heldJobsAreNotReapedWhileTheirResultIsOnTheWay();
    void defect16_workersAreSeenByEverybody();
    void defect27_heartbeatDiesWithItsLoop();
};

void LeaseTest::healthyJobOfTwentyLeasesRunsOnce()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(20 * 30s, 1s);
    QCOMPARE(world.status(id), JobStatus::Running);
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(gate->started(), 1);
    QCOMPARE(world.job(id).attempts, 1);
    QCOMPARE(world.job(id).workersLost, 0);
    QVERIFY(world.problems.isEmpty());
}

void LeaseTest::blockedEngineLosesNoLeaseUnnoticed()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    // The loop stands still for two leases: nothing is renewed, no timer fires. Then it goes on.
    world.time.standStill(60s);
    QTRY_COMPARE(gate->reasons(), QList{CancelToken::Reason::LeaseLost});
    QCOMPARE(gate->runningMax(), 1); // the first was over before the second began
    gate->releaseAll();
    world.advance(5s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
}

void LeaseTest::poolThatStoodStillDoesNotReapItsOwnJobs()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    // The lid is closed for an hour, four times. Nobody else works on this queue, so each time the job is
    // ours still when we wake up; were it reaped by us, the third time would bury it for taking workers down.
    for (int nap = 1; nap <= 4; ++nap) {
        world.time.standStill(1h);
        world.advance(5s);
        QTRY_COMPARE(gate->ended(), nap); // it was told, since another could have had the job
        QTRY_COMPARE(gate->started(), nap + 1);
    }
    QCOMPARE(world.job(id).workersLost, 0);
    QCOMPARE(world.job(id).attempts, 0);
    QCOMPARE(waitFor(world.queue.stats(u"default"_s)).value().leasesLost, 0);
    gate->releaseAll();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
}

void LeaseTest::tokenEndsWithItsLeaseWhileNobodyRenewsIt()
{
    // The engine's thread is blocked: nobody cancels the token. A handler that looks at it stops all the
    // same.
    runtime::ManualTime time;
    const CancelToken token(time);
    token.setLeaseEnd(time.monotonicNow() + 24s);
    bool isTold = false;
    token.whenCancelled([&isTold] { isTold = true; });
    time.advance(23s);
    QVERIFY(!token.isCancelled());
    QCOMPARE(token.untilLeaseEnd().value(), std::chrono::nanoseconds(1s));
    token.setLeaseEnd(time.monotonicNow() + 24s); // renewed
    time.advance(23s);
    QVERIFY(!token.isCancelled());
    time.advance(1s);
    QVERIFY(token.isCancelled());
    QVERIFY(isTold);
    QCOMPARE(token.reason(), CancelToken::Reason::LeaseLost);
    token.cancel(CancelToken::Reason::TimedOut); // the first reason counts
    QCOMPARE(token.reason(), CancelToken::Reason::LeaseLost);
    QVERIFY(token.waitFor(1h)); // at once
}

void LeaseTest::cutOffPoolStopsItsHandlersBeforeTheirLeasesEnd()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(15s); // renewed at 10 s, so the lease ends at 40 s
    world.queue.line = Line::Cut;
    world.advance(18s); // 33 s: before the margin
    QVERIFY(gate->reasons().isEmpty());
    world.advance(2s); // 35 s: the server would give it to another pool in 5 s
    QTRY_COMPARE(gate->reasons(), QList{CancelToken::Reason::LeaseLost});
    QCOMPARE(world.job(id).status, JobStatus::Running);
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(), [&id](const Error &error) {
        return error.kind == Error::Kind::ConnectionLost && error.what.contains(id.text());
    }));
    world.queue.reconnect();
    gate->releaseAll();
    world.advance(1s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(world.job(id).attempts, 1); // the run that was cut off was given back, and charged nothing
}

void LeaseTest::graceOfAHandlerEndsWithItsLease()
{
    worker::PoolOptions options = quickOptions();
    options.cancelGrace = 20s; // the margin of a lease of 30 s is 6 s
    PoolWorld world(options);
    const auto gate = world.addGate(u"gate"_s);
    std::atomic<std::chrono::nanoseconds> left{0ns};
    world.addFunction(u"tidy"_s, [&](const JobDefinition &job, worker::RunContext &context) {
        const RunResult result = gate->run(job, context);
        left = context.cancelToken().untilGraceEnds().value_or(-1ns);
        return result;
    });
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"tidy"_s);
    QTRY_COMPARE(gate->started(), 1);
    QVERIFY(waitFor(world.queue.cancel(u"default"_s, {id})));
    QTRY_COMPARE(world.status(id), JobStatus::Cancelled);
    QCOMPARE(left.load(), std::chrono::nanoseconds(20s)); // its lease would be renewed meanwhile
    world.submit(u"tidy"_s);
    QTRY_COMPARE(gate->started(), 2);
    world.queue.line = Line::Cut;
    world.advance(24s, 1s);
    QTRY_COMPARE(gate->ended(), 2);
    QTRY_COMPARE(left.load(), std::chrono::nanoseconds(6s)); // and now it will not
}

void LeaseTest::lateSettleIsRefusedAndSaid()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s, false); // goes on although it is told to stop
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.queue.line = Line::Cut;
    world.time.advance(26s); // it is told, and has no time to be replaced
    world.turn();
    gate->release();
    QTRY_COMPARE(gate->ended(), 1);
    world.advance(1s);
    // Another worker has taken it over by now, and ended it.
    world.time.advance(10s);
    QVERIFY(waitFor(world.queue.list({.status = JobStatus::Running})).value().rows.size() == 1);
    world.queue.MemoryJobQueue::reap(u"default"_s, [](const auto &) {});
    world.turn();
    const auto taken = waitFor(world.queue.getNext(u"default"_s, u"other"_s)).value();
    QCOMPARE(taken->definition.id, id);
    queue::Settlement better{id, taken->token, u"gate"_s, 3, {}};
    better.outcome.result = JsonText::trusted("\"by the other\"");
    QVERIFY(waitFor(world.queue.settle(u"default"_s, better)));
    world.queue.reconnect();
    world.advance(1s);
    QTRY_VERIFY(std::any_of(world.problems.begin(), world.problems.end(),
                            [](const Error &error) { return error.kind == Error::Kind::LeaseLost; }));
    QCOMPARE(world.job(id).result.bytes(), QByteArray("\"by the other\""));
    QCOMPARE(world.metrics().jobsCompleted, 0);
}

void LeaseTest::lostLeaseStopsItsHandler()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(11s); // renewed once
    QCOMPARE(world.queue.renewed.size(), 1);
    // Behind the pool's back the job goes back, and another takes it.
    queue::Settlement stolen{id, world.queue.renewed.first().token, u"gate"_s, 3, {}};
    stolen.outcome.kind = queue::Outcome::Kind::Released;
    world.queue.stopWaiting(world.pool->id()); // or our pool would be the one that takes it
    QVERIFY(waitFor(world.queue.settle(u"default"_s, stolen)));
    QVERIFY(waitFor(world.queue.getNext(u"default"_s, u"other"_s)).value());
    world.advance(10s); // one beat, and it is known
    QTRY_COMPARE(gate->reasons(), QList{CancelToken::Reason::LeaseLost});
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(), [&id](const Error &error) {
        return error.kind == Error::Kind::LeaseLost && error.what.contains(id.text());
    }));
    QCOMPARE(world.status(id), JobStatus::Running); // the other's, untouched
    QCOMPARE(world.job(id).workerId, u"other"_s);
}

void LeaseTest::resultWaitsForTheConnection()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.queue.line = Line::Cut;
    gate->release();
    QTRY_COMPARE(gate->ended(), 1);
    world.advance(20s);
    QCOMPARE(world.status(id), JobStatus::Running);
    QCOMPARE(world.problems.size(), 1); // one outage is said once
    world.queue.line = Line::Up;
    world.advance(3s); // nobody says that it is back: the repeat finds it
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(gate->started(), 1);
}

void LeaseTest::lostAnswersAreAskedForAgainAndChargeNothing()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(2)));
    world.advance(1s);
    QList<JobId> ids;
    for (int round = 0; round < 10; ++round) {
        world.queue.line = Line::LoseReplies;
        for (int i = 0; i < 5; ++i) ids.append(world.submit(u"gate"_s));
        world.advance(300ms, 50ms); // claims and settlements are carried out, and nobody hears of it
        world.queue.line = Line::Up;
        world.advance(3s);
    }
    QTRY_COMPARE(world.size(JobStatus::Completed), 50);
    QCOMPARE(gate->started(), 50);
    for (const JobId &id : ids) QCOMPARE(world.job(id).attempts, 1);
    const QueueStats stats = waitFor(world.queue.stats(u"default"_s)).value();
    QCOMPARE(stats.leasesLost, 0);
    QCOMPARE(stats.completed, 50);
    // Never a sequence twice with another content.
    QMap<QPair<int, quint64>, int> askedBy;
    for (const queue::SettleAndClaim &call : world.queue.claims) {
        const QPair<int, quint64> key{call.lane, call.sequence};
        if (askedBy.contains(key)) QCOMPARE(askedBy[key], call.claimMax);
        askedBy[key] = call.claimMax;
    }
}

void LeaseTest::claimOutlivesAQueueThatWasShutDownMeanwhile()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    world.advance(1s);
    world.queue.line = Line::LoseReplies;
    const JobId id = world.submit(u"gate"_s);
    world.turn(); // claimed, and nobody has heard of it
    QCOMPARE(world.status(id), JobStatus::Running);
    world.queue.line = Line::ShutDown; // "wrong state": but nothing says that the claim was not carried out
    world.advance(1s);
    world.queue.line = Line::Up;
    world.advance(3s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed); // the same claim was asked for again
    QCOMPARE(gate->started(), 1);
}

/// Behind the pool's back its running job goes back, and the pool's other worker gets it.
static void claimAgain(PoolWorld &world, const JobId &id)
{
    world.advance(11s); // renewed once
    queue::Settlement stolen{id, world.queue.renewed.first().token, u"gate"_s, 3, {}};
    stolen.outcome.kind = queue::Outcome::Kind::Released;
    QVERIFY(waitFor(world.queue.settle(u"default"_s, stolen)));
}

void LeaseTest::jobClaimedAgainStopsItsFirstRun()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    claimAgain(world, id);
    QTRY_COMPARE(gate->started(), 2);
    QTRY_COMPARE(gate->reasons(),
                 QList{CancelToken::Reason::LeaseLost}); // told at once, not at the next beat
    QVERIFY(std::any_of(world.problems.begin(), world.problems.end(), [&id](const Error &error) {
        return error.kind == Error::Kind::LeaseLost && error.what.contains(id.text());
    }));
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed); // by the second, whatever became of the first
    QCOMPARE(world.job(id).attempts, 1);
}

void LeaseTest::earlierLeaseEndMovesTheCutOff()
{
    runtime::ManualTime time;
    runtime::SeededRandom random{1};
    WatchedQueue queue{{&time, &time, &random}};
    worker::LaneContext context{queue, {&time, &time, &random}, "pool", 30s};
    const worker::PoolOptions options = quickOptions();
    worker::HeldJobs held{1};
    QList<JobId> cutOff;
    worker::LeaseKeeper keeper(context, options, held,
                               {[](const auto &) {}, [](const auto &) {},
                                [&cutOff](const worker::RunPtr &run) {
                                    if (run->cancelledAt) return; // it has been told
                                    run->cancelledAt = 0ns;
                                    cutOff.append(run->claim.definition.id);
                                },
                                [] {}, [](const Error &) {}});
    const auto begin = [&](quint8 number, std::chrono::nanoseconds left) {
        queue::Claim claim;
        claim.definition.id = JobId::fromRandom({number});
        const auto run = std::make_shared<worker::Run>(claim, 0, time, nullptr);
        held.add(run);
        if (!keeper.begin(*run, time.monotonicNow(), left)) qFatal("It is too short to begin with.");
        return claim.definition.id;
    };
    const JobId later = begin(1, 30s);
    const JobId earlier = begin(2, 12s); // a claim whose answer had to be asked for again
    time.advance(6s);                    // the margin before the earlier one
    QCOMPARE(cutOff, QList{earlier});
    time.advance(18s);
    QCOMPARE(cutOff, (QList{earlier, later}));
}

void LeaseTest::renewalsAreOneCallAQueue()
{
    worker::PoolOptions options = quickOptions();
    options.queues = {{u"a"_s, 1}, {u"b"_s, 1}};
    PoolWorld world(options);
    const auto gate = world.addGate(u"gate"_s);
    for (const QString &name : {u"a"_s, u"b"_s})
        for (int i = 0; i < 10; ++i)
            world.submit(u"gate"_s, [&name](JobDefinition &job) { job.queue = name; });
    QVERIFY(waitFor(world.pool->start(20)));
    QTRY_COMPARE(gate->started(), 20);
    const int before = world.queue.calls[u"renew"_s];
    world.advance(30s);
    QCOMPARE(world.queue.calls[u"renew"_s] - before, 6); // three beats, two queues
}

void LeaseTest::deadPoolsJobsRunElsewhere()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1); // its one worker is busy, so another pool gets the next job
    world.advance(7s);
    const JobId id = world.submit(u"gate"_s);
    QCOMPARE(waitFor(world.queue.getNext(u"default"_s, u"dead"_s)).value()->definition.id, id);
    gate->release(); // ours has looked, and knows nothing of it; the other is killed now
    QTRY_COMPARE(world.size(JobStatus::Completed), 1);
    world.advance(29s);
    QCOMPARE(gate->started(), 1);
    world.advance(3s); // the lease and two seconds
    QTRY_COMPARE(gate->started(), 2);
    QCOMPARE(world.job(id).workersLost, 1);
    QCOMPARE(world.job(id).attempts, 0); // a lost lease is no attempt
}

void LeaseTest::heldJobsAreNotReapedWhileTheirResultIsOnTheWay()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.queue.cutCalls = {u"settleAndClaim"_s};
    gate->release();
    QTRY_COMPARE(gate->ended(), 1);
    world.advance(90s); // three leases; the renewals get through, and keep the job ours
    QCOMPARE(world.status(id), JobStatus::Running);
    QCOMPARE(waitFor(world.queue.stats(u"default"_s)).value().leasesLost, 0);
    world.queue.cutCalls.clear();
    world.advance(3s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(gate->started(), 1);
}

void LeaseTest::defect16_workersAreSeenByEverybody()
{
    PoolWorld world(quickOptions());
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(3)));
    const JobId id = world.submit(u"gate"_s, [](JobDefinition &job) { job.timeout = 90s; });
    QTRY_COMPARE(gate->started(), 1);
    world.advance(2s);
    // What another process reads: the queue's own list, not this pool's memory.
    const QList<PoolInfo> pools = waitFor(world.queue.pools()).value();
    QCOMPARE(pools.size(), 1);
    QCOMPARE(pools.first().id, QString::fromLatin1(world.pool->id()));
    QCOMPARE(pools.first().handlers, QStringList{u"gate"_s});
    QCOMPARE(pools.first().workers.size(), 3);
    const auto busy
        = std::find_if(pools.first().workers.begin(), pools.first().workers.end(),
                       [](const WorkerInfo &worker) { return worker.status == WorkerStatus::Busy; });
    QVERIFY(busy != pools.first().workers.end());
    QCOMPARE(busy->currentJob, id);
    QCOMPARE(busy->currentHandler, u"gate"_s);
    QCOMPARE(busy->currentQueue, u"default"_s);
    QCOMPARE(busy->jobTimeout, std::optional<std::chrono::milliseconds>(90s));
    QVERIFY(busy->jobStartedAt.has_value());
    QVERIFY(busy->isHealthy(world.time.wallNow()));
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    world.advance(2s);
    const PoolInfo later = waitFor(world.queue.pools()).value().first();
    qint64 completed = 0;
    for (const WorkerInfo &worker : later.workers) {
        QCOMPARE(worker.status, WorkerStatus::Idle);
        completed += worker.jobsCompleted;
    }
    QCOMPARE(completed, 1);
    QVERIFY(world.infos.size() <= 45); // at most ten a second, in the four seconds there were
}

void LeaseTest::defect27_heartbeatDiesWithItsLoop()
{
    PoolWorld world(quickOptions());
    QVERIFY(waitFor(world.pool->start(1)));
    world.advance(60s);
    const auto worker = [&world] { return waitFor(world.queue.pools()).value().first().workers.first(); };
    QVERIFY(worker().isHealthy(world.time.wallNow()));
    // The loop stands still while time goes on: nothing else may say that it lives.
    const QList<PoolInfo> published = world.queue.published;
    world.time.jumpWall(31s);
    QCOMPARE(world.queue.published.size(), published.size());
    QVERIFY(!published.last().workers.first().isHealthy(world.time.wallNow()));
    // And a pool that goes on beating, but reaches nobody, does not call itself healthy.
    world.queue.line = Line::Cut;
    world.advance(31s);
    QCOMPARE(world.metrics().healthy, 0);
    QCOMPARE(world.metrics().unhealthy, 1);
    world.queue.reconnect();
    world.advance(11s);
    QCOMPARE(world.metrics().healthy, 1);
}

QTEST_GUILESS_MAIN(LeaseTest)
#include "lease_test.moc"
