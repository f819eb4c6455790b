#include "core/worker/busy_meter.h"
#include "core/worker/prefetch_gauge.h"
#include "core/worker/queue_chooser.h"
#include "core/worker/run.h"
#include "core/worker/settle_rules.h"
#include "tests/core/worker/test_context.h"

#include <QTest>

#include <limits>

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using Reason = worker::CancelToken::Reason;
using worker::RunResult;

Q_DECLARE_METATYPE(Kind)
Q_DECLARE_METATYPE(Reason)

/// The pool's decisions, each a plain function: no threads, no queue, no time.
class RulesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_claim = {};
        m_claim.definition = jobFor(u"h"_s);
    }
    void outcomeFollowsTheReason_data();
    void outcomeFollowsTheReason();
    void failuresWaitLonger();
    void longErrorsKeepBothEnds();
    void unknownHandlerNamesAFew();
    void weightsAreExactOneByOne();
    void absentQueuesLoseNothing();
    void shortRunsAreClaimedAhead();
    void utilisationIsOfTheLastMinute();
    void progressIsTheLatestAndTheLogItsTail();
    void progressThatIsNoNumberIsLeftOut();

private:
    queue::Claim m_claim;
};

void RulesTest::outcomeFollowsTheReason_data()
{
    QTest::addColumn<Kind>("answered");
    QTest::addColumn<Reason>("reason");
    QTest::addColumn<Kind>("outcome");
    const auto row = [](const char *name, Kind answered, Reason reason, Kind outcome) {
        QTest::newRow(name) << answered << reason << outcome;
    };
    row("completed", Kind::Completed, Reason::None, Kind::Completed);
    row("failed", Kind::Failed, Reason::None, Kind::Failed);
    row("failed for good", Kind::FailedPermanently, Reason::None, Kind::FailedPermanently);
    row("failed quietly", Kind::FailedQuietly, Reason::None, Kind::FailedQuietly);
    row("stopped unasked", Kind::Cancelled, Reason::None, Kind::Failed);
    row("gave back unasked", Kind::Released, Reason::None, Kind::Failed);
    row("completed too late", Kind::Completed, Reason::TimedOut, Kind::Failed);
    row("failed too late", Kind::FailedPermanently, Reason::TimedOut, Kind::Failed);
    row("completed before it noticed", Kind::Completed, Reason::Cancelled, Kind::Completed);
    row("failed by the cancel", Kind::Failed, Reason::Cancelled, Kind::Cancelled);
    row("completed, lease over", Kind::Completed, Reason::LeaseLost, Kind::Completed);
    row("failed, lease over", Kind::Failed, Reason::LeaseLost, Kind::Released);
    row("completed while stopping", Kind::Completed, Reason::PoolStopping, Kind::Completed);
    row("failed while stopping", Kind::FailedPermanently, Reason::PoolStopping, Kind::Released);
}

void RulesTest::outcomeFollowsTheReason()
{
    QFETCH(const Kind, answered);
    QFETCH(const Reason, reason);
    QFETCH(const Kind, outcome);
    const RunResult result{answered, JsonText::trusted("1"), u"text"_s};
    QCOMPARE(worker::outcomeOf(result, reason, m_claim, 0).kind, outcome);
}

void RulesTest::failuresWaitLonger()
{
    const RunResult failed = RunResult::failed(u"x"_s);
    std::chrono::milliseconds expected = 1s;
    for (m_claim.failures = 0; m_claim.failures < 5; ++m_claim.failures, expected *= 2)
        QCOMPARE(worker::outcomeOf(failed, Reason::None, m_claim, 0).retryDelay, expected);
    m_claim.failures = 1'000'000;
    QCOMPARE(worker::outcomeOf(failed, Reason::None, m_claim, 0.1).retryDelay, 300s);
    m_claim.failures = 0;
    QCOMPARE(worker::outcomeOf(failed, Reason::None, m_claim, 0.1).retryDelay, 1100ms);
    QCOMPARE(worker::outcomeOf(RunResult::failedPermanently(u"x"_s), Reason::None, m_claim, 0).retryDelay,
             0ms);
}

void RulesTest::longErrorsKeepBothEnds()
{
    const QString error = u"message\n"_s + QString(1'000'000, u'x') + u"\ninnermost frame"_s;
    const QString kept = worker::outcomeOf(RunResult::failed(error), Reason::None, m_claim, 0).error;
    QVERIFY(kept.size() < worker::errorCharsMax + 100);
    QVERIFY(kept.startsWith(u"message\n"_s));
    QVERIFY(kept.endsWith(u"\ninnermost frame"_s));
}

void RulesTest::unknownHandlerNamesAFew()
{
    QStringList names;
    for (int i = 0; i < 1000; ++i) names.append(u"handler%1"_s.arg(i));
    const queue::Outcome many = worker::unknownHandler(m_claim, names, 0);
    QCOMPARE(many.kind, Kind::Failed);
    QVERIFY(many.error.startsWith(
        u"UnknownHandler: 'h' is not registered in this pool (registered: handler0, "_s));
    QVERIFY(many.error.size() < 500);
    QVERIFY(worker::unknownHandler(m_claim, {}, 0).error.contains(u"none"_s));
}

void RulesTest::weightsAreExactOneByOne()
{
    worker::QueueChooser chooser({5, 1, 1});
    std::vector<int> sum(3, 0);
    for (int i = 0; i < 700; ++i) {
        const std::vector<int> share = chooser.share(1, {true, true, true});
        for (size_t q = 0; q < 3; ++q) sum[q] += share[q];
    }
    QCOMPARE(sum, (std::vector<int>{500, 100, 100}));
    QCOMPARE(worker::QueueChooser({5, 1, 1}).share(7, {true, true, true}), (std::vector<int>{5, 1, 1}));
}

void RulesTest::absentQueuesLoseNothing()
{
    worker::QueueChooser chooser({1, 1});
    QCOMPARE(chooser.share(10, {true, false}), (std::vector<int>{10, 0}));
    QCOMPARE(chooser.share(10, {false, false}), (std::vector<int>{0, 0}));
    QCOMPARE(chooser.share(0, {true, true}), (std::vector<int>{0, 0}));
    QCOMPARE(chooser.share(10, {true, true}), (std::vector<int>{5, 5})); // and the other one is not owed ten
}

void RulesTest::shortRunsAreClaimedAhead()
{
    worker::PrefetchGauge gauge;
    QCOMPARE(gauge.jobsAhead(4, 400), 0); // nothing measured
    gauge.add(1ms);
    QCOMPARE(gauge.jobsAhead(4, 400), 80);
    QCOMPARE(gauge.jobsAhead(4, 50), 50);
    gauge.add(10s); // one long job among short ones
    QCOMPARE(gauge.jobsAhead(4, 400), 0);
    for (int i = 0; i < 100; ++i) gauge.add(0ns);
    QCOMPARE(gauge.jobsAhead(1, 400), 400);
    gauge.tooSlow();
    QCOMPARE(gauge.jobsAhead(1, 400), 0);
}

void RulesTest::utilisationIsOfTheLastMinute()
{
    worker::BusyMeter meter;
    QCOMPARE(meter.sample(0s, 2, 0s), 0.0);
    for (int second = 1; second <= 60; ++second) {
        meter.addRun(1s); // one of two workers is busy
        const double now = meter.sample(std::chrono::seconds(second), 2, 0s);
        QVERIFY2(now > 0.49 && now < 0.51, qPrintable(QString::number(now)));
    }
    double now = 1;
    for (int second = 61; second <= 130; ++second) now = meter.sample(std::chrono::seconds(second), 2, 0s);
    QVERIFY2(now < 0.01, qPrintable(QString::number(now)));
    QVERIFY(meter.sample(140s, 2, 10s) > 0); // what runs now counts as well
}

void RulesTest::progressIsTheLatestAndTheLogItsTail()
{
    worker::ProgressCell cell;
    QVERIFY(!cell.take());
    JobProgress progress;
    QVERIFY(cell.putProgress(progress)); // the first one wakes
    progress.current = 2;
    QVERIFY(!cell.putProgress(progress));
    QVERIFY(!cell.putLog(u"line"_s));
    const auto change = cell.take();
    QCOMPARE(change->progress->current, 2);
    QCOMPARE(change->logTail, QByteArray("line\n"));
    QVERIFY(!cell.take());
    QVERIFY(cell.putLog(QString(1'000'000, u'x'))); // one line longer than the whole tail
    QVERIFY(cell.take()->logTail.size() <= worker::ProgressCell::logBytesMax);
    for (int i = 0; i < 10'000; ++i) (void)cell.putLog(u"line %1"_s.arg(i));
    const QByteArray tail = cell.take()->logTail;
    QVERIFY(tail.size() <= worker::ProgressCell::logBytesMax);
    QVERIFY(tail.endsWith("line 9998\nline 9999\n"));
    QVERIFY(tail.startsWith("line "));
}

void RulesTest::progressThatIsNoNumberIsLeftOut()
{
    const auto door = std::make_shared<worker::EngineDoor>([](std::vector<worker::WorkerNews> &&) {});
    worker::Run run(m_claim, 0, *runtime::systemSeams().clock, door);
    run.reportProgress(std::numeric_limits<double>::quiet_NaN(), 10, {}, JsonText::emptyObject());
    auto change = run.progress.take();
    QVERIFY(!change->progress);
    QVERIFY(change->logTail.contains("not a number"));
    run.reportProgress(1, std::numeric_limits<double>::infinity(), QString(5000, u'm'),
                       JsonText::trusted('"' + QByteArray(10'000, 'x') + '"'));
    change = run.progress.take();
    QVERIFY(!change->progress->total);
    QCOMPARE(change->progress->message.size(), JobProgress::messageCharsMax);
    QCOMPARE(change->progress->metadata.bytes(), QByteArray("{}")); // too large to go round with every change
    door->close();
    run.log(u"after the pool"_s); // goes nowhere, and harms nobody
}

QTEST_GUILESS_MAIN(RulesTest)
#include "rules_test.moc"
