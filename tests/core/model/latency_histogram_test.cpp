#include "core/model/metrics_series.h"

#include <QTest>

#include <rapidcheck.h>

#include <algorithm>
#include <cmath>

using namespace signalbox;
using namespace std::chrono_literals;

namespace {

LatencyHistogram of(const std::vector<qint64> &values)
{
    LatencyHistogram histogram;
    for (const qint64 value : values) histogram.observe(value);
    return histogram;
}

/// From 1 µs to days, each magnitude as likely.
rc::Gen<std::vector<qint64>> someTimes()
{
    return rc::gen::container<std::vector<qint64>>(rc::gen::exec([] {
        const int bits = *rc::gen::inRange(0, 43);
        return *rc::gen::inRange<qint64>(0, qint64{1} << bits);
    }));
}

qint64 exact(std::vector<qint64> values, double share)
{
    std::sort(values.begin(), values.end());
    const auto rank
        = static_cast<size_t>(std::max(1.0, std::ceil(share * static_cast<double>(values.size()))));
    return values[rank - 1];
}

} // namespace

class LatencyHistogramTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void stepsFollowEachOther();
    void aValueIsInItsStep_data();
    void aValueIsInItsStep();
    void anEmptyOneHasNoPercentile();
    void percentilesAreWithinTheirError();
    void whatIsAddedIsAsIfOneHadSeenAll();
    void textGivesTheSame();
    void belowAPowerOfTwoIsExact();
    void figuresGiveTheSame();
    void whatIsMissingIsIdleOrUnknown();
};

void LatencyHistogramTest::stepsFollowEachOther()
{
    for (int step = 0; step + 1 < LatencyHistogram::stepCount; ++step) {
        const qint64 next = LatencyHistogram::lowest(step + 1);
        QVERIFY(LatencyHistogram::lowest(step) < next);
        QCOMPARE(LatencyHistogram::stepOf(LatencyHistogram::lowest(step)), step);
        QCOMPARE(LatencyHistogram::stepOf(next - 1), step);
    }
}

void LatencyHistogramTest::aValueIsInItsStep_data()
{
    QTest::addColumn<qint64>("value");
    QTest::addColumn<int>("step");
    QTest::newRow("negative") << qint64{-5} << 0;
    QTest::newRow("zero") << qint64{0} << 0;
    QTest::newRow("exact") << qint64{7} << 7;
    QTest::newRow("first octave") << qint64{8} << 8;
    QTest::newRow("second octave") << qint64{17} << 16;
    QTest::newRow("a second") << qint64{1'000'000} << 143;
    QTest::newRow("beyond") << std::numeric_limits<qint64>::max() << LatencyHistogram::stepCount - 1;
}

void LatencyHistogramTest::aValueIsInItsStep()
{
    QFETCH(const qint64, value);
    QFETCH(const int, step);
    QCOMPARE(LatencyHistogram::stepOf(value), step);
}

void LatencyHistogramTest::anEmptyOneHasNoPercentile()
{
    QVERIFY(!LatencyHistogram().percentile(0.5));
    QCOMPARE(*of({42}).percentile(0), 41); // the middle of its step, 40 to 43
}

void LatencyHistogramTest::percentilesAreWithinTheirError()
{
    QVERIFY(rc::check([] {
        const std::vector<qint64> values = *someTimes();
        RC_PRE(!values.empty());
        for (const double share : {0.0, 0.5, 0.95, 0.99, 1.0}) {
            const auto truth = static_cast<double>(exact(values, share));
            const auto told = static_cast<double>(*of(values).percentile(share));
            RC_ASSERT(std::abs(told - truth) <= truth * LatencyHistogram::error);
        }
    }));
}

void LatencyHistogramTest::whatIsAddedIsAsIfOneHadSeenAll()
{
    QVERIFY(rc::check([] {
        const std::vector<qint64> one = *someTimes(), other = *someTimes();
        std::vector<qint64> both = one;
        both.insert(both.end(), other.begin(), other.end());
        LatencyHistogram sum = of(one);
        sum.add(of(other));
        RC_ASSERT(sum == of(both));
    }));
}

void LatencyHistogramTest::textGivesTheSame()
{
    QVERIFY(rc::check([] {
        HandlerFigures figures;
        figures.run = of(*someTimes());
        HandlerFigures read;
        addPairs(toPairs(figures), read);
        RC_ASSERT(read == figures);
    }));
    HandlerFigures odd;
    addPairs(" q:7 r w: :3 w900:1 w-1:2 rx:4 c:x w3:-1", odd);
    QCOMPARE(odd, HandlerFigures());
}

void LatencyHistogramTest::belowAPowerOfTwoIsExact()
{
    const LatencyHistogram seen = of({1023, 1024, 5000, 1'000'000});
    QCOMPARE(seen.below(10), 1);
    QCOMPARE(seen.below(13), 3);
    QCOMPARE(seen.below(20), 4);
}

void LatencyHistogramTest::figuresGiveTheSame()
{
    HandlerFigures figures{.completed = 5, .failed = 3, .retried = 2, .dead = 1, .cancelled = 4};
    figures.wait = of({1, 2, 3});
    figures.retryDelay = of({5'000'000});
    figures.resultBytes = of({17});
    HandlerFigures twice;
    addPairs(toPairs(figures), twice);
    QCOMPARE(twice, figures);
    addPairs(toPairs(figures), twice);
    QCOMPARE(twice.completed, 10);
    QCOMPARE(twice.wait.count(), 6);
    QCOMPARE(*figures.errorRate(), 3.0 / 8);
    WorkerFigures workers{.busyUs = 30, .availableUs = 40};
    workers.waitByLevel[2] = of({9});
    WorkerFigures read;
    addPairs(toPairs(workers), read);
    QCOMPARE(read, workers);
    QCOMPARE(*read.utilisation(), 0.75);
}

void LatencyHistogramTest::whatIsMissingIsIdleOrUnknown()
{
    MetricsSeries series;
    series.first = 100;
    series.last = 110;
    series.buckets = {MetricsBucket{.number = 102}, MetricsBucket{.number = 106, .since = 104}};
    series.serverNow = series.startOf(110);
    QVERIFY(!series.isIdle(101)); // before anybody was there
    QVERIFY(!series.isIdle(102)); // it is there
    QVERIFY(!series.isIdle(103));
    QVERIFY(series.isIdle(105));
    QVERIFY(!series.isIdle(108));
    QVERIFY(series.isIdle(108, series.startOf(107))); // by a pool that lives
    QVERIFY(!series.isIdle(107, series.startOf(108)));
}

QTEST_GUILESS_MAIN(LatencyHistogramTest)
#include "latency_histogram_test.moc"
