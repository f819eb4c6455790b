#include "tests/core/worker/pool_world.h"

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using worker::RunResult;

/// What a pool records of its work, when, and what becomes of it when the line is bad.
class MetricsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatItSettledIsRecordedOncePerInterval();
    void anIdlePoolRecordsNothing();
    void aLongRunKeepsItsWorkerBusy();
    void aLostReplyCountsOnce();
    void theLastWordComesWithTheStop();
    void aRefusalIsSaidOnce();

private:
    static MetricsSeries read(PoolWorld &world) { return waitFor(world.queue.metricsSeries({})).value(); }
    static void addHandlers(PoolWorld &world)
    {
        world.addFunction(u"good"_s, [](const JobDefinition &, worker::RunContext &) {
            return RunResult::completed(JsonText::trusted("[1]"));
        });
        world.addFunction(
            u"bad"_s, [](const JobDefinition &, worker::RunContext &) { return RunResult::failed(u"no"_s); });
    }
};

void MetricsTest::whatItSettledIsRecordedOncePerInterval()
{
    PoolWorld world;
    addHandlers(world);
    QVERIFY(waitFor(world.pool->start(2)));
    for (int i = 0; i < 10; ++i) {
        const JobId id = world.submit(u"good"_s);
        QTRY_COMPARE(world.status(id), JobStatus::Completed);
    }
    const JobId bad = world.submit(u"bad"_s, [](JobDefinition &job) { job.retry.maxRetries = 0; });
    QTRY_COMPARE(world.status(bad), JobStatus::DeadLetter);
    world.turn();
    QCOMPARE(world.queue.recorded.size(), 0);
    world.advance(6s);
    QCOMPARE(world.queue.recorded.size(), 1);
    const QMap<QString, HandlerFigures> figures = read(world).byHandler();
    QCOMPARE(figures.value(u"good"_s).completed, 10);
    QCOMPARE(figures.value(u"good"_s).run.count(), 10);
    QCOMPARE(figures.value(u"good"_s).wait.count(), 10);
    QCOMPARE(figures.value(u"good"_s).resultBytes.sum(), 30);
    QCOMPARE(figures.value(u"bad"_s).failed, 1);
    QCOMPARE(figures.value(u"bad"_s).dead, 1);
    QCOMPARE(read(world).workers().waitByLevel[1].count(), 11);
}

void MetricsTest::anIdlePoolRecordsNothing()
{
    PoolWorld world;
    addHandlers(world);
    QVERIFY(waitFor(world.pool->start(2)));
    world.advance(60s);
    QCOMPARE(world.queue.recorded.size(), 0);
    const JobId first = world.submit(u"good"_s);
    QTRY_COMPARE(world.status(first), JobStatus::Completed);
    world.advance(11s);
    const qsizetype sent = world.queue.recorded.size();
    QCOMPARE(sent, 1);
    world.advance(60s);
    QCOMPARE(world.queue.recorded.size(), sent);
    const JobId second = world.submit(u"good"_s);
    QTRY_COMPARE(world.status(second), JobStatus::Completed);
    world.advance(11s);
    const MetricsSeries series = read(world); // and who reads it knows that the pool was there meanwhile
    QVERIFY(series.isIdle(series.last - 6));
    QVERIFY(!series.isIdle(series.last - 100));
}

void MetricsTest::aLongRunKeepsItsWorkerBusy()
{
    PoolWorld world;
    const auto gate = world.addGate(u"gate"_s);
    QVERIFY(waitFor(world.pool->start(2)));
    (void)world.submit(u"gate"_s);
    QTRY_COMPARE(gate->started(), 1);
    world.advance(30s);
    QVERIFY(world.queue.recorded.size() >= 5);
    const auto utilisation = read(world).workers().utilisation();
    QVERIFY(utilisation.has_value());
    QVERIFY2(*utilisation > 0.45 && *utilisation < 0.55, qPrintable(QString::number(*utilisation)));
    gate->release();
}

void MetricsTest::aLostReplyCountsOnce()
{
    PoolWorld world;
    addHandlers(world);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"good"_s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    world.queue.line = WatchedQueue::Line::LoseReplies;
    world.advance(12s);
    world.queue.line = WatchedQueue::Line::Up;
    world.advance(12s);
    QVERIFY(world.queue.recorded.size() >= 2);
    QCOMPARE(world.queue.recorded.at(1).sequence, world.queue.recorded.at(0).sequence);
    QCOMPARE(read(world).sum().completed, 1);
}

void MetricsTest::theLastWordComesWithTheStop()
{
    PoolWorld world;
    addHandlers(world);
    QVERIFY(waitFor(world.pool->start(1)));
    const JobId id = world.submit(u"good"_s);
    QTRY_COMPARE(world.status(id), JobStatus::Completed);
    QVERIFY(waitFor(world.pool->stop(worker::WorkerPool::StopMode::Graceful)));
    world.turn();
    QCOMPARE(read(world).sum().completed, 1);
}

void MetricsTest::aRefusalIsSaidOnce()
{
    PoolWorld world;
    addHandlers(world);
    QVERIFY(waitFor(world.pool->start(1)));
    world.queue.refusal = Error{Error::Kind::OutOfMemory, u"full"_s, {}, {}};
    for (int i = 0; i < 3; ++i) {
        const JobId id = world.submit(u"good"_s);
        QTRY_COMPARE(world.status(id), JobStatus::Completed);
        world.advance(6s);
    }
    QCOMPARE(world.queue.recorded.size(), 3);
    QCOMPARE(std::count_if(world.problems.begin(), world.problems.end(),
                           [](const Error &error) { return error.kind == Error::Kind::OutOfMemory; }),
             1);
}

QTEST_GUILESS_MAIN(MetricsTest)
#include "metrics_test.moc"
