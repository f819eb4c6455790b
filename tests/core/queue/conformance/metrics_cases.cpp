// What pools record of their work, and what is read of it.
#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Line = MetricsRecord::Line;

namespace {

HandlerFigures completed(qint64 number, qint64 waitUs)
{
    HandlerFigures figures;
    figures.completed = number;
    for (qint64 i = 0; i < number; ++i) {
        figures.wait.observe(waitUs);
        figures.run.observe(waitUs * 2);
    }
    return figures;
}

} // namespace

qint64 MetricsCases::nowBucket()
{
    return toMicros(q().backend().now()) / 5'000'000;
}

void MetricsCases::record(const QByteArray &worker, MetricsRecord record)
{
    record.queue = u"default"_s;
    const Result<> done = waitForCallback<Result<>>(
        [&](auto tell) { q().queue().recordMetrics(worker, std::move(record), std::move(tell)); });
    QVERIFY2(done.has_value(), done ? "" : qPrintable(done.error().text()));
}

MetricsSeries MetricsCases::read(const MetricsQuery &query)
{
    const Result<MetricsSeries> series = waitFor(q().queue().metricsSeries(query));
    if (!series) qFatal("%s", qPrintable(series.error().text()));
    return *series;
}

void MetricsCases::whatTwoPoolsRecordAddsUp()
{
    const qint64 now = nowBucket();
    record("a",
           {.sequence = 1,
            .since = now - 4,
            .lines = {Line{now - 1, u"mail send"_s, completed(3, 1'000)},
                      Line{now - 1, {}, {}, WorkerFigures{.busyUs = 5, .availableUs = 10}}}});
    record("b",
           {.sequence = 1,
            .since = now - 2,
            .lines = {Line{now - 1, u"mail send"_s, completed(2, 900'000)},
                      Line{now - 1, {}, {}, WorkerFigures{.busyUs = 1, .availableUs = 10}}}});
    HandlerFigures both = completed(3, 1'000);
    both.add(completed(2, 900'000));
    const MetricsSeries fine = read();
    QCOMPARE(fine.serverNow, q().backend().now());
    QCOMPARE(fine.last, now);
    QCOMPARE(fine.last - fine.first, 719);
    QCOMPARE(fine.buckets.size(), 2);
    QCOMPARE(fine.buckets.constFirst().number, now - 1);
    QCOMPARE(fine.buckets.constFirst().since, std::optional(now - 4));
    QCOMPARE(fine.buckets.constFirst().handlers.value(u"mail send"_s), both);
    QCOMPARE(fine.buckets.constFirst().workers, (WorkerFigures{.busyUs = 6, .availableUs = 20}));
    const MetricsSeries coarse = read({.resolution = MetricsResolution::Coarse, .length = 25h});
    QCOMPARE(coarse.sum(), both);
    QCOMPARE(coarse.last, now / 12);
}

void MetricsCases::aRecordThatIsSentAgainCountsOnce()
{
    const MetricsRecord first{.sequence = 7, .lines = {Line{nowBucket(), u"a"_s, completed(3, 10)}}};
    record("p", first);
    record("p", first);
    record("other", first);
    MetricsRecord next = first;
    next.sequence = 8;
    record("p", next);
    QCOMPARE(read().sum().completed, 9);
}

void MetricsCases::theSizesOfNowAreInTheBucketOfNow()
{
    q().submitAll({testJob(), testJob(), testJob()});
    (void)q().claim();
    q().advance(7s);
    record("p", {.sequence = 1, .lines = {Line{nowBucket() - 1, u"a"_s, completed(1, 10)}}});
    const MetricsBucket now = read().buckets.constLast();
    QCOMPARE(now.number, nowBucket());
    QVERIFY(now.handlers.isEmpty());
    QVERIFY(now.depth.has_value());
    QCOMPARE(now.depth->pending, 2);
    QCOMPARE(now.depth->running, 1);
    QCOMPARE(std::chrono::round<std::chrono::seconds>(now.depth->oldestWait), 7s);
    QVERIFY(!read().buckets.constFirst().depth.has_value());
}

void MetricsCases::handlersBeyondTheLimitAreOthers()
{
    MetricsRecord all{.sequence = 1};
    for (int i = 0; i < 25; ++i)
        all.lines.append(Line{nowBucket(), u"h%1"_s.arg(i, 2, 10, QLatin1Char('0')), completed(1, 10)});
    record("p", all);
    all.sequence = 2;
    record("p", all);
    const MetricsBucket bucket = read().buckets.constFirst();
    QCOMPARE(bucket.handlers.size(), MetricsBucket::handlersMax + 1);
    QCOMPARE(bucket.handlers.value(u"h09"_s).completed, 2);
    QCOMPARE(bucket.handlers.value(MetricsBucket::other()).completed, 30);
    QCOMPARE(read().sum().completed, 50);
}

void MetricsCases::ringsForgetWhatIsOld()
{
    record("p", {.sequence = 1, .lines = {Line{nowBucket(), u"a"_s, completed(1, 10)}}});
    q().advance(30min);
    record("p", {.sequence = 2, .lines = {Line{nowBucket(), u"a"_s, completed(1, 10)}}});
    QCOMPARE(read().sum().completed, 2);
    q().advance(30min);
    QCOMPARE(read({.length = 10h}).sum().completed, 1); // also when nobody wrote there since
    record("p", {.sequence = 3, .lines = {Line{nowBucket() - 720, u"a"_s, completed(1, 10)}}});
    QCOMPARE(read({.length = 10h}).sum().completed, 1);
    QCOMPARE(read({.resolution = MetricsResolution::Coarse, .length = 25h}).sum().completed, 3);
    q().advance(25h);
    QCOMPARE(read({.resolution = MetricsResolution::Coarse, .length = 100h}).sum().completed, 0);
}

void MetricsCases::aPoolsWrongClockLeavesTheFutureAlone()
{
    record("p", {.sequence = 1, .lines = {Line{nowBucket() + 100, u"a"_s, completed(1, 10)}}});
    QCOMPARE(read().buckets.size(), 1);
    QCOMPARE(read().buckets.constFirst().number, nowBucket());
}

void MetricsCases::aRangeIsReadByTimeAndHandler()
{
    const qint64 now = nowBucket();
    MetricsRecord all{.sequence = 1};
    for (qint64 back = 0; back < 20; ++back) {
        all.lines.append(Line{now - back, u"a"_s, completed(1, 10)});
        all.lines.append(Line{now - back, u"b"_s, completed(2, 10)});
    }
    record("p", all);
    const MetricsSeries some
        = read({.length = 15s, .until = fromMicros((now - 10) * 5'000'000), .handler = u"b"_s});
    QCOMPARE(some.first, now - 12);
    QCOMPARE(some.last, now - 10);
    QCOMPARE(some.buckets.size(), 3);
    QCOMPARE(some.sum().completed, 6);
    QCOMPARE(some.byHandler().keys(), QStringList{u"b"_s});
    QVERIFY(read({.until = fromMicros((now - 1000) * 5'000'000)}).buckets.isEmpty());
}

void MetricsCases::anUnknownQueueHasNone()
{
    q().backend().prepareQueue(u"nobody"_s);
    QVERIFY(read({.queue = u"nobody"_s}).buckets.isEmpty());
}

} // namespace signalbox::test
