#include "tests/core/worker/pool_world.h"

#include <QDir>
#include <QThread>

#include <algorithm>
#include <stdexcept>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::RunResult;
using worker::WorkerPool;

class PoolTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jobRunsAndItsResultIsKept();
    void startWithoutWorkersIsRefused();
    void startTwiceIsRefused();
    void scaleWhileStoppedIsRefused();
    void startsAgainAfterAStop();
    void stopOfAStoppedPoolIsDone();
    void optionsAreCheckedAndKeptWhileRunning();
    void seed16_scaleTwoFourOne();
    void scalingDownLetsJobsFinish();
    void failingJobIsBuriedAfterItsRetries();
    void permanentFailureIsNotRetried();
    void exceptionsAreTheJobsFailure();
    void exceptionsOfARenewalAreSaid();
    void unknownHandlerIsRetriedElsewhereThenBuried();
    void replacedHandlerIsDestroyedByTheWorkerThatRanIt();
    void defect15_attemptsAreTrue();
    void defect17_namesAreNeverCode();
    void defect26_workerIdsAreUnique();
    void defect28_restartBlocksNobody();
    void defect31_registrationErrorsReachTheCaller();
    void restartOfAnIdleWorkerIsDoneAtOnce();
    void restartOfNobodyIsRefused();
    void workersAreRenewedAfterTheirJobs();
};

void PoolTest::jobRunsAndItsResultIsKept()
{
    PoolWorld world;
    world.addFunction(u"echo"_s, [](const JobDefinition &job, worker::RunContext &) {
        return RunResult::completed(job.kwargs);
    });
    QVERIFY(waitFor(world.pool->start(2)));
    const JobId id = world.submit(
        u"echo"_s, [](JobDefinition &job) { job.kwargs = JsonText::trusted(R"({"n":9007199254740993})"); });
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    const Job job = world.job(id);
    QCOMPARE(job.result.bytes(), QByteArray(R"({"n":9007199254740993})"));
    QCOMPARE(job.attempts, 1);
    QVERIFY(job.workerId.startsWith(QString::fromLatin1(world.pool->id())));
    QCOMPARE(world.metrics().jobsCompleted, 1);
}

void PoolTest::startWithoutWorkersIsRefused()
{
    PoolWorld world;
    for (const int count : {0, -1, 100'000}) {
        const Result<> started = waitFor(world.pool->start(count));
        QVERIFY(!started);
        QCOMPARE(started.error().kind, Error::Kind::Invalid);
    }
    QVERIFY(world.states.isEmpty());
}

void PoolTest::startTwiceIsRefused()
{
    PoolWorld world;
    QVERIFY(waitFor(world.pool->start(2)));
    const Result<> again = waitFor(world.pool->start(3));
    QVERIFY(!again);
    QCOMPARE(again.error().kind, Error::Kind::WrongState);
    QCOMPARE(world.info().workers.size(), 2); // and no worker was added
}

void PoolTest::scaleWhileStoppedIsRefused()
{
    PoolWorld world;
    const Result<> scaled = waitFor(world.pool->scale(2));
    QVERIFY(!scaled);
    QCOMPARE(scaled.error().kind, Error::Kind::WrongState);
}

void PoolTest::startsAgainAfterAStop()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    for (int i = 0; i < 3; ++i) {
        QVERIFY(waitFor(world.pool->start(2)));
        const JobId id = world.submit(u"gate"_s);
        QTRY_COMPARE(world.status(id), JobStatus::Completed);
        QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Graceful)));
        QVERIFY(waitFor(world.queue.pools()).value().isEmpty()); // and everybody knows
    }
    using State = WorkerPool::State;
    QCOMPARE(world.states.mid(0, 4),
             (QList<QPair<State, int>>{
                 {State::Starting, 0}, {State::Running, 2}, {State::Stopping, 2}, {State::Stopped, 0}}));
}

void PoolTest::stopOfAStoppedPoolIsDone()
{
    PoolWorld world;
    QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Graceful)));
    QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Now)));
}

void PoolTest::optionsAreCheckedAndKeptWhileRunning()
{
    PoolWorld world;
    worker::PoolOptions late;
    late.heartbeat = late.lease; // a lost heartbeat would lose the lease
    const Result<> refused = waitFor(world.pool->setOptions(late));
    QVERIFY(!refused);
    QVERIFY(refused.error().what.contains(u"heartbeat_interval"_s));
    worker::PoolOptions twice;
    twice.queues = {{u"a"_s, 1}, {u"a"_s, 2}};
    QVERIFY(!waitFor(world.pool->setOptions(twice)));
    QVERIFY(waitFor(world.pool->start(1)));
    QCOMPARE(waitFor(world.pool->setOptions({})).error().kind, Error::Kind::WrongState);
}

void PoolTest::seed16_scaleTwoFourOne()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    for (int i = 0; i < 8; ++i) world.submit(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    QTRY_COMPARE(gate->started(), 2);
    QVERIFY(waitFor(world.pool->scale(4)));
    QTRY_COMPARE(gate->started(), 4);
    QCOMPARE(world.metrics().busy, 4);
    QVERIFY(waitFor(world.pool->scale(1)));
    gate->release(4);
    QTRY_COMPARE(gate->started(), 5); // the four that ran finished, one goes on
    QTRY_COMPARE(world.info().workers.size(), 1);
    gate->releaseAll();
    QTRY_COMPARE(world.size(JobStatus::Completed), 8);
    QCOMPARE(gate->runningMax(), 4);
    QCOMPARE(world.metrics().jobsCompleted, 8);
}

void PoolTest::scalingDownLetsJobsFinish()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    for (int i = 0; i < 3; ++i) world.submit(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(3)));
    QTRY_COMPARE(gate->started(), 3);
    QVERIFY(waitFor(world.pool->scale(1)));
    QVERIFY(waitFor(world.pool->scale(2))); // one of the two that were to leave stays
    gate->release(3);
    QTRY_COMPARE(world.size(JobStatus::Completed), 3);
    QTRY_COMPARE(world.info().workers.size(), 2);
    QVERIFY(gate->reasons().isEmpty());
}

void PoolTest::failingJobIsBuriedAfterItsRetries()
{
    PoolWorld world;
    world.addFunction(u"bad"_s, [](const JobDefinition &, worker::RunContext &context) {
        return RunResult::failed(u"attempt %1\n  at line 7"_s.arg(context.attempt()));
    });
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"bad"_s, [](JobDefinition &job) { job.retry.maxRetries = 2; });
    QTRY_COMPARE(world.status(id), JobStatus::Retrying);
    world.advance(900ms);
    QCOMPARE(world.status(id), JobStatus::Retrying); // it waits for its second
    world.advance(300ms);
    QTRY_COMPARE(world.job(id).attempts, 2);
    world.advance(1900ms);
    QCOMPARE(world.job(id).attempts, 2); // and for twice as long now
    world.advance(500ms);
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QCOMPARE(world.job(id).attempts, 3);
    QCOMPARE(world.job(id).error, u"attempt 3\n  at line 7"_s);
    QCOMPARE(world.metrics().jobsFailed, 3);
}

void PoolTest::permanentFailureIsNotRetried()
{
    PoolWorld world;
    world.addFunction(u"fatal"_s, [](const JobDefinition &, worker::RunContext &) {
        return RunResult::failedPermanently(u"useless"_s);
    });
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"fatal"_s);
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QCOMPARE(world.job(id).attempts, 1);
}

void PoolTest::exceptionsAreTheJobsFailure()
{
    PoolWorld world;
    world.addFunction(u"throws"_s, [](const JobDefinition &, worker::RunContext &) -> RunResult {
        throw std::out_of_range("no such row");
    });
    world.addFunction(u"odd"_s, [](const JobDefinition &, worker::RunContext &) -> RunResult { throw 42; });
    QVERIFY(waitFor(world.pool->start(1)));
    const auto once = [](JobDefinition &job) { job.retry.maxRetries = 0; };
    const JobId known = world.submit(u"throws"_s, once);
    const JobId odd = world.submit(u"odd"_s, once);
    QTRY_COMPARE(world.status(odd), JobStatus::DeadLetter);
    QCOMPARE(world.job(known).error, u"std::out_of_range: no such row"_s);
    QVERIFY2(world.job(odd).error.contains(u"int"_s), qPrintable(world.job(odd).error));
}

void PoolTest::exceptionsOfARenewalAreSaid()
{
    class Brittle : public worker::Handler {
    public:
        RunResult run(const JobDefinition &, worker::RunContext &) override { return RunResult::completed(); }
        QString description() const override { return u"brittle"_s; }
        void renewWorker(int number) override
        {
            if (number == 0) throw std::runtime_error("its child cannot be ended");
            throw number;
        }
    };
    worker::PoolOptions options;
    options.jobsPerWorkerMax = 2;
    PoolWorld world(options);
    QVERIFY(world.handlers->add(u"brittle"_s, std::make_shared<Brittle>()));
    const auto gate = world.addGate(u"gate"_s); // renewed as well, though the one before it throws
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 0; i < 5; ++i) world.submit(u"brittle"_s);
    QTRY_COMPARE(world.size(JobStatus::Completed), 5);
    QTRY_COMPARE(gate->renewals(), (QList<int>{0, 0}));
    QTRY_VERIFY(std::any_of(world.problems.begin(), world.problems.end(), [](const Error &error) {
        return error.what.contains(u"brittle"_s)
            && error.why.contains(u"std::runtime_error: its child cannot be ended"_s);
    }));
}

void PoolTest::unknownHandlerIsRetriedElsewhereThenBuried()
{
    PoolWorld world;
    world.addGate(u"known"_s);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"nobody"_s, [](JobDefinition &job) { job.retry.maxRetries = 1; });
    QTRY_COMPARE(world.status(id), JobStatus::Retrying); // another pool may know it
    world.advance(1500ms);
    QTRY_COMPARE(world.status(id), JobStatus::DeadLetter);
    QCOMPARE(world.job(id).error,
             u"UnknownHandler: 'nobody' is not registered in this pool (registered: known)."_s);
}

void PoolTest::replacedHandlerIsDestroyedByTheWorkerThatRanIt()
{
    std::atomic<const QThread *> destroyedIn = nullptr;
    PoolWorld world;
    const auto gate = std::make_shared<GateHandler>();
    std::shared_ptr<int> part(new int, [&destroyedIn](const int *value) {
        destroyedIn = QThread::currentThread();
        delete value;
    });
    world.addFunction(u"heavy"_s, [gate, part](const JobDefinition &job, worker::RunContext &context) {
        return gate->run(job, context);
    });
    const std::weak_ptr<int> watched = part;
    part.reset();
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"heavy"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.handlers->replaceAll({}); // the run in progress keeps it
    QVERIFY(!watched.expired());
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QTRY_VERIFY(watched.expired());
    // Its destructor may have children to end, and to wait for: not in the engine, which is this thread.
    QTRY_VERIFY(destroyedIn != nullptr);
    QVERIFY(destroyedIn != QThread::currentThread());
}

void PoolTest::defect15_attemptsAreTrue()
{
    PoolWorld world;
    QList<int> attempts; // written by one worker's thread, read when it has ended
    world.addFunction(u"count"_s, [&attempts](const JobDefinition &, worker::RunContext &context) {
        attempts.append(context.attempt());
        return context.attempt() < 3 ? RunResult::failed(u"again"_s) : RunResult::completed();
    });
    QList<Event> events;
    QObject::connect(&world.queue, &queue::JobQueue::eventsArrived, &world,
                     [&events](const QList<Event> &some) { events += some; });
    world.queue.startEvents();
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"count"_s);
    QTRY_COMPARE(world.job(id).attempts, 1);
    world.advanceUntilDue(id);
    QTRY_COMPARE(world.job(id).attempts, 2);
    world.advanceUntilDue(id);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QCOMPARE(attempts, (QList<int>{1, 2, 3}));
    QCOMPARE(world.job(id).attempts, 3);
    // Time jumps here, and a claim that waited across a jump for its thread is handed back unrun: nothing is
    // charged, so the same attempt begins again.
    QByteArrayList started;
    for (const Event &event : events)
        if (event.type == Event::Type::JobStarted && (started.isEmpty() || started.last() != event.data))
            started.append(event.data);
    QCOMPARE(started.size(), 3);
    for (int i = 0; i < 3; ++i) QVERIFY(started[i].contains("\"attempt\":" + QByteArray::number(i + 1)));
}

void PoolTest::defect17_namesAreNeverCode()
{
    // Names that loaders, shells, importers and path searches would do something with. None may do anything
    // here.
    QStringList names{u"os.getcwd"_s,     u"/bin/true"_s,         u"../../bin/sh"_s,
                      u"$(touch x)"_s,    u"`touch x`"_s,         u";touch x"_s,
                      u"libevil.so"_s,    u"file:///bin/ls"_s,    u"http://localhost/x"_s,
                      u"builtins.eval"_s, u"sample.fail\u2028"_s, u"%s%n"_s,
                      u"sample.fail;"_s,  u"__import__"_s};
    while (names.size() < 100) names.append(u"%1/%2"_s.arg(names[names.size() % 14]).arg(names.size()));
    PoolWorld world;
    const auto gate = world.addGate(u"sample.fail"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    const QString folder = QDir::currentPath();
    const QStringList before = QDir(folder).entryList();
    QList<JobId> ids;
    for (const QString &name : names)
        ids.append(world.submit(name, [](JobDefinition &job) { job.retry.maxRetries = 0; }));
    QTRY_COMPARE(world.size(JobStatus::DeadLetter), 100);
    for (const JobId &id : ids) QVERIFY(world.job(id).error.startsWith(u"UnknownHandler: "_s));
    QCOMPARE(gate->started(), 0);
    QCOMPARE(QDir(folder).entryList(), before);
}

void PoolTest::defect26_workerIdsAreUnique()
{
    PoolWorld world;
    QVERIFY(waitFor(world.pool->start(3)));
    worker::WorkerPool second(world.queue, world.handlers, {}, world.seams);
    QVERIFY(waitFor(second.start(3)));
    std::set<QString> ids;
    int count = 0;
    for (const PoolInfo &pool : {world.info(), waitFor(second.info()).value()}) {
        for (const WorkerInfo &worker : pool.workers) {
            ids.insert(worker.id);
            ++count;
        }
    }
    // Nor are numbers given twice in one pool's life.
    QVERIFY(waitFor(world.pool->scale(1)));
    QTRY_COMPARE(world.info().workers.size(), 1);
    QVERIFY(waitFor(world.pool->scale(3)));
    for (const WorkerInfo &worker : world.info().workers) ids.insert(worker.id);
    QCOMPARE(count, 6);
    QCOMPARE(ids.size(), 8U);
}

void PoolTest::defect28_restartBlocksNobody()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    QString busy;
    for (const WorkerInfo &worker : world.info().workers)
        if (worker.status == WorkerStatus::Busy) busy = worker.id;
    QVERIFY(!busy.isEmpty());
    const QFuture<Result<>> restart = world.pool->restartWorker(busy);
    // The pool answers, scales and works meanwhile, and nobody is added by the restart.
    QCOMPARE(world.info().workers.size(), 2);
    world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 2);
    QVERIFY(waitFor(world.pool->scale(3)));
    QVERIFY(!restart.isFinished());
    gate->release(2);
    QVERIFY(waitFor(restart));
    QCOMPARE(gate->renewals().size(), 1);
    QCOMPARE(world.info().workers.size(), 3);
    QVERIFY(gate->reasons().isEmpty()); // its job was not interrupted
}

void PoolTest::defect31_registrationErrorsReachTheCaller()
{
    worker::HandlerRegistry registry;
    const auto handler = std::make_shared<GateHandler>();
    QCOMPARE(registry.add(QString(), handler).error().kind, Error::Kind::Invalid);
    QCOMPARE(registry.add(u"a\nb"_s, handler).error().kind, Error::Kind::Invalid);
    QCOMPARE(registry.add(QString(501, u'x'), handler).error().kind, Error::Kind::Invalid);
    QVERIFY(registry.add(u"a"_s, handler));
    const Result<> twice = registry.add(u"a"_s, handler);
    QCOMPARE(twice.error().kind, Error::Kind::WrongState);
    QVERIFY(twice.error().what.contains(u"\"a\""_s));
    QCOMPARE(registry.names(), QStringList{u"a"_s});
}

void PoolTest::restartOfAnIdleWorkerIsDoneAtOnce()
{
    PoolWorld world;
    QVERIFY(waitFor(world.pool->start(1)));
    world.advance(5s);
    const QString id = world.info().workers.first().id;
    QVERIFY(waitFor(world.pool->restartWorker(id)));
    QCOMPARE(world.info().workers.first().id, id);
    QVERIFY(world.info().workers.first().startedAt > world.info().startedAt);
}

void PoolTest::restartOfNobodyIsRefused()
{
    PoolWorld world;
    QVERIFY(waitFor(world.pool->start(1)));
    const QString pool = QString::fromLatin1(world.pool->id());
    for (const QString &id : {u"elsewhere:1:2/0"_s, pool + u"/99"_s, pool + u"/x"_s, QString()})
        QCOMPARE(waitFor(world.pool->restartWorker(id)).error().kind, Error::Kind::NotFound);
    QVERIFY(waitFor(world.pool->stop(WorkerPool::StopMode::Now)));
    QCOMPARE(waitFor(world.pool->restartWorker(pool + u"/0"_s)).error().kind, Error::Kind::WrongState);
}

void PoolTest::workersAreRenewedAfterTheirJobs()
{
    worker::PoolOptions options;
    options.jobsPerWorkerMax = 5;
    PoolWorld world(options);
    const auto gate = world.addGate(u"gate"_s);
    gate->releaseAll();
    QVERIFY(waitFor(world.pool->start(1)));
    for (int i = 0; i < 12; ++i) world.submit(u"gate"_s);
    QTRY_COMPARE(world.size(JobStatus::Completed), 12);
    QTRY_COMPARE(gate->renewals(), (QList<int>{0, 0}));
}

QTEST_GUILESS_MAIN(PoolTest)
#include "pool_test.moc"
