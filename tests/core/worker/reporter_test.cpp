#include "tests/core/worker/pool_world.h"

#include <algorithm>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::RunResult;

namespace {

qsizetype busyIn(const PoolInfo &pool)
{
    return std::count_if(pool.workers.begin(), pool.workers.end(),
                         [](const WorkerInfo &worker) { return worker.status == WorkerStatus::Busy; });
}

} // namespace

/// What a pool lets other processes know of its workers, and how often.
class ReporterTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRunsBeginAndEndArePublishedAtOnce();
    void aBusyPoolPublishesAtMostTwiceASecond();
    void anIdlePoolPublishesOnItsBeatAlone();
};

void ReporterTest::aRunsBeginAndEndArePublishedAtOnce()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    world.advance(5s); // what starting it had to say is said
    const JobId id = world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(500ms);
    QCOMPARE(busyIn(world.queue.published.last()), 1);
    world.advance(5s);
    gate->release();
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    world.advance(100ms);
    QCOMPARE(busyIn(world.queue.published.last()), 0);
    qint64 completed = 0;
    for (const WorkerInfo &worker : world.queue.published.last().workers) completed += worker.jobsCompleted;
    QCOMPARE(completed, 1);
}

void ReporterTest::aBusyPoolPublishesAtMostTwiceASecond()
{
    PoolWorld world;
    world.addFunction(u"quick"_s,
                      [](const JobDefinition &, worker::RunContext &) { return RunResult::completed(); });
    QVERIFY(waitFor(world.pool->start(2)));
    world.advance(5s);
    const qsizetype before = world.queue.published.size();
    for (int i = 0; i < 400; ++i) { // 20 s, twenty jobs in each
        const JobId id = world.submit(u"quick"_s);
        QTRY_COMPARE(world.status(id), JobStatus::Completed);
        world.advance(50ms, 10ms);
    }
    const qsizetype sent = world.queue.published.size() - before;
    constexpr qsizetype beats = 2; // in 20 s; their moments are not the changes'
    QVERIFY2(sent <= 40 + beats, qPrintable(QString::number(sent)));
    QVERIFY2(sent >= 20, qPrintable(QString::number(sent)));
}

void ReporterTest::anIdlePoolPublishesOnItsBeatAlone()
{
    PoolWorld world;
    world.addFunction(u"quick"_s,
                      [](const JobDefinition &, worker::RunContext &) { return RunResult::completed(); });
    QVERIFY(waitFor(world.pool->start(4)));
    const JobId id = world.submit(u"quick"_s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    world.advance(10s);
    const qsizetype before = world.queue.published.size();
    world.advance(60s);
    QCOMPARE(world.queue.published.size() - before, 60s / worker::PoolOptions().heartbeat);
}

QTEST_GUILESS_MAIN(ReporterTest)
#include "reporter_test.moc"
