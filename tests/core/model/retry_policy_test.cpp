#include "core/model/retry_policy.h"
#include "tests/core/model/checks.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;

class RetryPolicyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void growsByTheFactor()
    {
        const RetryPolicy policy;
        QCOMPARE(policy.delayAfter(1, 0), 1000ms);
        QCOMPARE(policy.delayAfter(2, 0), 2000ms);
        QCOMPARE(policy.delayAfter(3, 0), 4000ms);
        QCOMPARE(policy.delayAfter(9, 0), 256'000ms);
    }
    void isCutAtTheCap()
    {
        const RetryPolicy policy;
        QCOMPARE(policy.delayAfter(10, 0), 300'000ms);
        QCOMPARE(policy.delayAfter(9, 0.1), 281'600ms);
        QCOMPARE((RetryPolicy{3, 299s, 1.0}.delayAfter(1, 0.1)),
                 300'000ms); // the jitter is under the cap too
        QCOMPARE((RetryPolicy{3, 24h, 1.0}.delayAfter(1, 0)), 300'000ms);
    }
    void jitterAddsAtMostATenth()
    {
        const RetryPolicy policy;
        QCOMPARE(policy.delayAfter(1, 0.05), 1050ms);
        QCOMPARE(policy.delayAfter(1, 0.1), 1100ms);
        QCOMPARE(policy.delayAfter(1, 5.0), 1100ms);
        QCOMPARE(policy.delayAfter(1, -1.0), 1000ms);
        QCOMPARE(policy.delayAfter(1, std::nan("")), 1000ms);
    }
    void factorBelowOneShrinks()
    {
        QCOMPARE((RetryPolicy{3, 1s, 0.5}.delayAfter(3, 0)), 250ms);
        QCOMPARE((RetryPolicy{3, 1s, 1e-300}.delayAfter(1000, 0)), 0ms);
    }
    void defect18_backoffNeverOverflows()
    {
        const double hugest = std::numeric_limits<double>::max();
        for (const double factor : {2.0, 1e10, 1e300, hugest})
            for (const int failures : {1, 2, 64, 1024, 1'000'000, std::numeric_limits<int>::max()})
                for (const auto base : {0ms, 1ms, 1000ms, std::chrono::milliseconds(RetryPolicy::baseMax)}) {
                    const auto delay = RetryPolicy{3, base, factor}.delayAfter(failures, 0.1);
                    QVERIFY2(delay >= 0ms && delay <= RetryPolicy::cap,
                             qPrintable(QStringLiteral("%1 ms").arg(delay.count())));
                    QCOMPARE(delay == 0ms, base == 0ms);
                }
    }
    void fewerThanOneFailureCountsAsOne()
    {
        QCOMPARE(RetryPolicy().delayAfter(0, 0), 1000ms);
        QCOMPARE(RetryPolicy().delayAfter(-5, 0), 1000ms);
    }
    void validates_data()
    {
        QTest::addColumn<RetryPolicy>("policy");
        QTest::addColumn<QString>("field");
        const double infinity = std::numeric_limits<double>::infinity();
        QTest::newRow("negative retries") << RetryPolicy{-1, 1s, 2} << QStringLiteral("max_retries");
        QTest::newRow("negative delay") << RetryPolicy{3, -1ms, 2} << QStringLiteral("retry_delay");
        QTest::newRow("delay of centuries")
            << RetryPolicy{3, RetryPolicy::baseMax + 1s, 2} << QStringLiteral("retry_delay");
        QTest::newRow("no factor") << RetryPolicy{3, 1s, 0} << QStringLiteral("retry_backoff");
        QTest::newRow("negative factor") << RetryPolicy{3, 1s, -2} << QStringLiteral("retry_backoff");
        QTest::newRow("infinite factor") << RetryPolicy{3, 1s, infinity} << QStringLiteral("retry_backoff");
        QTest::newRow("NaN") << RetryPolicy{3, 1s, std::nan("")} << QStringLiteral("retry_backoff");
    }
    void validates()
    {
        QFETCH(RetryPolicy, policy);
        QFETCH(QString, field);
        const Error error = errorOf(policy.validate());
        QCOMPARE(error.kind, Error::Kind::Invalid);
        QVERIFY2(error.what.contains(field), qPrintable(error.text()));
    }
    void acceptsTheEdges()
    {
        VERIFY_OK((RetryPolicy{0, 0ms, 1e-9}.validate()));
        VERIFY_OK((RetryPolicy{std::numeric_limits<int>::max(), RetryPolicy::baseMax, 1e300}.validate()));
    }
};

QTEST_GUILESS_MAIN(RetryPolicyTest)
#include "retry_policy_test.moc"
