#include "core/metrics/alert_rules.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::metrics;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Kind = Alert::Kind;

namespace {

/// A small system that can be put into any state, and looked at as time goes on.
class Watched {
public:
    Watched()
    {
        sight.now = fromMicros(1'799'000'000'000'000);
        sight.queues.append(QueueStats{});
        queue().queue = u"mail"_s;
        PoolInfo pool;
        pool.id = pool.hostname = u"berlin-3"_s;
        pool.queues = {u"mail"_s};
        pool.workers.append(WorkerInfo{});
        sight.pools.append(pool);
    }
    [[nodiscard]] QueueStats &queue() { return sight.queues.first(); }
    [[nodiscard]] WorkerInfo &worker() { return sight.pools.first().workers.first(); }
    void setPending(qint64 count) { queue().sizes[static_cast<size_t>(JobStatus::Pending)] = count; }
    /// The pool's heart beats unless it is told not to.
    AlertRules::Change after(std::chrono::microseconds time, bool beats = true)
    {
        sight.now += time;
        if (beats && !sight.pools.isEmpty()) sight.pools.first().lastHeartbeat = sight.now;
        return rules.look(sight);
    }
    [[nodiscard]] QList<Kind> kinds() const
    {
        QList<Kind> list;
        for (const Alert &alert : rules.alerts()) list.append(alert.kind);
        return list;
    }

    AlertSight sight;
    AlertRules rules;
};

using Kinds = QList<Kind>;

} // namespace

class AlertRulesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsWellIsSilent();
    void aQueueThatNobodyServesIsToldOfAfterAMoment();
    void aPausedQueueMayWait();
    void silentPoolsAreNoWorkers();
    void aQueueThatStandsStillIsTold();
    void busyWorkersAreNoStall();
    void anOldJobIsToldAndEndsOnlyWhenItIsBetter();
    void deadLettersAreCountedWithinTheWindow();
    void aCountThatFellStartsAnew();
    void theServerIsJudged();
    void whatIsNotSeenEndsNothing();
    void oneStateIsOneAlertWithOneBeginning();
    void zeroSwitchesOff();
    void alertsAreTold();
};

void AlertRulesTest::whatIsWellIsSilent()
{
    Watched w;
    w.setPending(5);
    w.queue().oldestWait = 2s;
    w.sight.server = ServerHealth{.usedMemory = 50,
                                  .maxMemory = 100,
                                  .evictionPolicy = u"noeviction"_s,
                                  .evictedKeys = 0,
                                  .couldWriteToDisk = true};
    w.sight.diskFree = 100LL << 30;
    for (int i = 0; i < 100; ++i) {
        ++w.queue().processed;
        QVERIFY(w.after(5s).raised.isEmpty());
    }
    QVERIFY(w.rules.alerts().isEmpty());
}

void AlertRulesTest::aQueueThatNobodyServesIsToldOfAfterAMoment()
{
    Watched w;
    w.sight.pools.first().queues = {u"other"_s};
    w.setPending(3);
    w.after(0s);
    QVERIFY(w.kinds().isEmpty());
    w.after(5s);
    QVERIFY(w.kinds().isEmpty());
    const AlertRules::Change change = w.after(5s);
    QCOMPARE(change.raised.size(), 1);
    QCOMPARE(change.raised.first().kind, Kind::NoWorkerServes);
    QCOMPARE(change.raised.first().queue, u"mail"_s);
    QVERIFY(change.raised.first().what.contains(u"3 jobs"_s));
    w.sight.pools.first().queues = {u"mail"_s};
    QCOMPARE(w.after(1s).cleared.size(), 1);
    QVERIFY(w.kinds().isEmpty());
}

void AlertRulesTest::aPausedQueueMayWait()
{
    Watched w;
    w.sight.pools.clear();
    w.setPending(3);
    w.queue().paused = true;
    w.queue().oldestWait = 3h;
    w.after(0s);
    w.after(1h);
    QVERIFY(w.kinds().isEmpty());
}

void AlertRulesTest::silentPoolsAreNoWorkers()
{
    Watched w;
    w.after(0s);
    w.after(29s, false);
    QVERIFY(w.kinds().isEmpty());
    w.after(1s, false);
    QCOMPARE(w.kinds(), Kinds{Kind::NoHealthyWorker});
    QVERIFY(w.rules.alerts().first().what.contains(u"berlin-3"_s));
    w.setPending(1);
    w.after(1s, false);
    w.after(10s, false);
    QCOMPARE(w.kinds(), (Kinds{Kind::NoHealthyWorker, Kind::NoWorkerServes}));
    w.after(1s); // it is back
    QVERIFY(w.kinds().isEmpty());
    w.after(2h, false); // and now it is nobody's hope any more
    w.after(10s, false);
    QCOMPARE(w.kinds(), Kinds{Kind::NoWorkerServes});
}

void AlertRulesTest::aQueueThatStandsStillIsTold()
{
    Watched w;
    w.worker().status = WorkerStatus::Idle;
    w.setPending(7);
    w.after(0s);
    w.after(59s);
    QVERIFY(w.kinds().isEmpty());
    w.after(1s);
    QCOMPARE(w.kinds(), Kinds{Kind::QueueStalled});
    ++w.queue().processed;
    QCOMPARE(w.after(1s).cleared.size(), 1);
    w.after(59s);
    QVERIFY(w.kinds().isEmpty());
}

void AlertRulesTest::busyWorkersAreNoStall()
{
    Watched w;
    w.worker().status = WorkerStatus::Busy;
    w.setPending(7);
    w.after(0s);
    w.after(1h);
    QVERIFY(!w.kinds().contains(Kind::QueueStalled));
}

void AlertRulesTest::anOldJobIsToldAndEndsOnlyWhenItIsBetter()
{
    Watched w;
    w.setPending(1);
    const auto with = [&w](std::chrono::microseconds wait) {
        w.queue().oldestWait = wait;
        ++w.queue().processed;
        w.after(1s);
        return w.kinds().contains(Kind::QueueAge);
    };
    QVERIFY(!with(299s));
    QVERIFY(with(300s));
    QVERIFY(with(299s)); // does not flicker
    QVERIFY(with(240s));
    QVERIFY(!with(239s));
    QVERIFY(!with(299s));
}

void AlertRulesTest::deadLettersAreCountedWithinTheWindow()
{
    Watched w;
    w.queue().deadLettered = 1'000; // of last month
    w.after(0s);
    QVERIFY(w.kinds().isEmpty());
    for (int i = 0; i < 19; ++i) {
        ++w.queue().deadLettered;
        w.after(10s);
        QVERIFY(w.kinds().isEmpty());
    }
    ++w.queue().deadLettered;
    w.after(10s);
    QCOMPARE(w.kinds(), Kinds{Kind::DeadLetterGrowth});
    QVERIFY2(w.rules.alerts().first().what.contains(u"20 jobs"_s), qPrintable(w.rules.alerts().first().what));
    for (int i = 0; i < 100; ++i) w.after(10s); // they leave the window
    QVERIFY(w.kinds().isEmpty());
    for (int i = 0; i < 60; ++i) { // one a minute is no growth: ten within the window
        ++w.queue().deadLettered;
        w.after(1min);
        QVERIFY(w.kinds().isEmpty());
    }
}

void AlertRulesTest::aCountThatFellStartsAnew()
{
    Watched w;
    w.queue().deadLettered = 1'000;
    w.after(0s);
    w.queue().deadLettered = 30; // another server
    w.after(1s);
    QVERIFY(w.kinds().isEmpty());
    w.queue().deadLettered = 50;
    w.after(1s);
    QCOMPARE(w.kinds(), Kinds{Kind::DeadLetterGrowth});
}

void AlertRulesTest::theServerIsJudged()
{
    Watched w;
    ServerHealth health{.usedMemory = 90,
                        .maxMemory = 100,
                        .evictionPolicy = u"allkeys-lru"_s,
                        .evictedKeys = 0,
                        .couldWriteToDisk = false};
    w.sight.server = health;
    w.sight.diskFree = 1'000'000;
    w.after(0s);
    const Kinds kinds = w.kinds();
    QCOMPARE(kinds.size(), 4);
    for (const Kind kind : {Kind::RedisMemory, Kind::EvictionPolicy, Kind::DiskWrites, Kind::DiskSpace})
        QVERIFY(kinds.contains(kind));
    QCOMPARE(w.rules.alerts().last().kind, Kind::EvictionPolicy); // a warning stands behind errors
    w.sight.server = ServerHealth{.usedMemory = 200};             // unlimited, and nothing else is told
    w.sight.diskFree = 10LL << 30;
    w.after(1s);
    QVERIFY(w.kinds().isEmpty());
}

void AlertRulesTest::whatIsNotSeenEndsNothing()
{
    Watched w;
    w.queue().oldestWait = 1h;
    w.sight.server = ServerHealth{.evictionPolicy = u"volatile-lru"_s};
    w.sight.diskFree = 1;
    w.after(0s);
    QCOMPARE(w.kinds().size(), 3);
    const QList<QueueStats> queues = std::exchange(w.sight.queues, {}); // could not be read this time
    w.sight.server.reset();
    w.sight.diskFree.reset();
    QVERIFY(w.after(1s).cleared.isEmpty());
    QCOMPARE(w.kinds().size(), 3);
    w.sight.queues = queues;
    w.queue().oldestWait.reset();
    w.sight.server = ServerHealth{.evictionPolicy = u"noeviction"_s};
    w.sight.diskFree = 1LL << 40;
    QCOMPARE(w.after(1s).cleared.size(), 3);
}

void AlertRulesTest::oneStateIsOneAlertWithOneBeginning()
{
    Watched w;
    w.queue().oldestWait = 1h;
    const QList<Alert> raised = w.after(0s).raised;
    QCOMPARE(raised.size(), 1);
    const Timestamp since = raised.first().since;
    for (int i = 0; i < 10; ++i) {
        w.queue().oldestWait = *w.queue().oldestWait + 1min;
        QVERIFY(w.after(5s).raised.isEmpty());
    }
    QCOMPARE(w.rules.alerts().first().since, since);
    QVERIFY(w.rules.alerts().first().what != raised.first().what); // its number is today's
}

void AlertRulesTest::zeroSwitchesOff()
{
    Watched w;
    w.rules = AlertRules(
        {.queueAge = 0ms, .deadLetters = 0, .stalledAfter = 0ms, .redisMemory = 1, .diskFree = 0});
    w.worker().status = WorkerStatus::Idle;
    w.setPending(4);
    w.queue().oldestWait = 5h;
    w.sight.server = ServerHealth{.usedMemory = 100, .maxMemory = 100};
    w.sight.diskFree = 0;
    w.after(0s);
    w.queue().deadLettered = 500;
    w.after(1h);
    QVERIFY(w.kinds().isEmpty());
}

void AlertRulesTest::alertsAreTold()
{
    Alert alert{Kind::QueueAge, Alert::Level::Warning, u"mail"_s,
                u"late"_s,      u"more workers"_s,     fromMicros(1'799'000'000'000'000)};
    QCOMPARE(alert.key(), u"queue_age:mail"_s);
    QCOMPARE(alert.toJson(),
             R"({"kind":"queue_age","level":"warning","queue":"mail","what":"late","todo":"more workers",)"
             R"("since":")"
                 + toText(alert.since).toUtf8() + R"("})");
    alert.queue.clear();
    QCOMPARE(alert.key(), u"queue_age"_s);
    QVERIFY(alert.toJson().contains(R"("queue":null)"));
}

QTEST_GUILESS_MAIN(AlertRulesTest)
#include "alert_rules_test.moc"
