// Workers are killed, at each point of a job's way: rows 1, 7, 9 and 32 of the fault list.
#include "tests/faults/scene.h"

#include <QElapsedTimer>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Fate = FaultProxy::Fate;

namespace {

enum Point {
    BeforeClaimArrives,
    ClaimUnanswered,
    ReplyUnread,
    ReplyRead,
    HandlerForked,
    MidRun,
    AfterProgress,
    HandlerEnded,
    BeforeSettleArrives,
    SettleUnanswered,
    SettleAnswered,
    DuringStop
};
constexpr int leaseMs = 1000;
constexpr int patience = 20'000; ///< ms; only ever waited in full by a test that fails

} // namespace

class KillsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void row01_defect03_killedAtEachPointOfAJobsWay_data();
    void row01_defect03_killedAtEachPointOfAJobsWay();
    void row07_defect04_anotherPoolTakesOverWithinLeaseAndTwoSeconds();
    void row07_theFirstPoolToStartTakesOver();
    void row09_poisonIsBuriedAfterThreeWorkers_data();
    void row09_poisonIsBuriedAfterThreeWorkers();
    void row09_aProgramThatCrashesTakesNobodyDown_data();
    void row09_aProgramThatCrashesTakesNobodyDown();
    void row32_killedWhileStopping();
    void row32_forcedStopGivesBackAtOnce();

private:
    void watchWire(Point point, FaultProxy &proxy, WorkerProcess &worker, bool &reached);
    void waitUntilThere(Point point, const Scene &scene, FaultProxy &proxy, WorkerProcess &worker,
                        bool &reached);
    void reach(Point point, Scene &scene, FaultProxy &proxy, WorkerProcess &worker, const QString &gate);
};

void KillsTest::row01_defect03_killedAtEachPointOfAJobsWay_data()
{
    QTest::addColumn<int>("point");
    QTest::newRow("before the claim arrives") << int(BeforeClaimArrives);
    QTest::newRow("claimed, no reply") << int(ClaimUnanswered);
    QTest::newRow("reply unread") << int(ReplyUnread);
    QTest::newRow("reply read") << int(ReplyRead);
    QTest::newRow("handler forked") << int(HandlerForked);
    QTest::newRow("in the run") << int(MidRun);
    QTest::newRow("after progress") << int(AfterProgress);
    QTest::newRow("handler ended") << int(HandlerEnded);
    QTest::newRow("before the settle arrives") << int(BeforeSettleArrives);
    QTest::newRow("settled, no reply") << int(SettleUnanswered);
    QTest::newRow("settle's reply read") << int(SettleAnswered);
    QTest::newRow("during a stop") << int(DuringStop);
}

/// Where the point is one of the wire, `reached` becomes true there.
void KillsTest::watchWire(Point point, FaultProxy &proxy, WorkerProcess &worker, bool &reached)
{
    const auto isClaim
        = [](const FaultProxy::Command &c) { return scriptOf(c) == "settle_and_claim" && wantedBy(c) > 0; };
    const auto isSettle = [](const FaultProxy::Command &c) {
        return scriptOf(c) == "settle_and_claim" && settlementsOf(c) > 0;
    };
    switch (point) {
    case BeforeClaimArrives:
    case BeforeSettleArrives:
        proxy.setCommandRule([=, &reached](const FaultProxy::Command &c) {
            if (reached || !(point == BeforeClaimArrives ? isClaim(c) : isSettle(c))) return Fate::Pass;
            reached = true;
            return Fate::Drop;
        });
        break;
    case ClaimUnanswered:
    case ReplyUnread:
    case ReplyRead:
        proxy.setReplyRule([=, &reached, &worker](const FaultProxy::Command &c, const QByteArray &reply) {
            if (reached || !isClaim(c) || !reply.contains("fault\n")) return Fate::Pass; // it brings a job
            reached = true;
            if (point == ReplyUnread) worker.suspend();
            return point == ClaimUnanswered ? Fate::Hold : Fate::Pass;
        });
        break;
    case SettleUnanswered:
    case SettleAnswered:
        proxy.setReplyRule([=, &reached](const FaultProxy::Command &c, const QByteArray &) {
            if (reached || !isSettle(c)) return Fate::Pass;
            reached = true;
            return point == SettleUnanswered ? Fate::Hold : Fate::Pass;
        });
        break;
    case AfterProgress:
        proxy.setReplyRule([&reached](const FaultProxy::Command &c, const QByteArray &) {
            if (scriptOf(c) == "report") reached = true;
            return Fate::Pass;
        });
        break;
    case HandlerForked:
    case MidRun:
    case HandlerEnded:
    case DuringStop:
        break;
    }
}

void KillsTest::waitUntilThere(Point point, const Scene &scene, FaultProxy &proxy, WorkerProcess &worker,
                               bool &reached)
{
    switch (point) {
    case HandlerForked:
    case MidRun:
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
        break;
    case DuringStop:
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
        proxy.setCommandRule([&reached](const FaultProxy::Command &) {
            reached = true; // whatever it says while it stops
            return Fate::Pass;
        });
        worker.terminate();
        QTRY_VERIFY_WITH_TIMEOUT(reached, patience);
        break;
    case HandlerEnded:
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("end"), 1, patience);
        break;
    default:
        QTRY_VERIFY_WITH_TIMEOUT(reached, patience);
        break;
    }
}

/// Runs the loop until the worker is at the point, and kills it there.
void KillsTest::reach(Point point, Scene &scene, FaultProxy &proxy, WorkerProcess &worker,
                      const QString &gate)
{
    bool reached = false;
    watchWire(point, proxy, worker, reached);
    scene.submit(1, QJsonObject{{u"gate"_s, gate}, {u"progress"_s, point == AfterProgress}});
    waitUntilThere(point, scene, proxy, worker, reached);
    worker.kill9();
    scene.noteFault();
    proxy.setCommandRule({});
    proxy.setReplyRule({});
    proxy.cutAll();
}

void KillsTest::row01_defect03_killedAtEachPointOfAJobsWay()
{
    QFETCH(const int, point);
    const int rounds = timesIn(3, 100);
    for (int round = 0; round < rounds; ++round) {
        Scene scene;
        FaultProxy proxy(scene.server().socketPath());
        WorkerProcess victim({.redis = proxy.urlText()});
        QTRY_VERIFY_WITH_TIMEOUT(proxy.connections() > 0, patience);
        const bool staysInRun
            = point == HandlerForked || point == MidRun || point == AfterProgress || point == DuringStop;
        const QString gate = staysInRun ? scene.makeGate() : QString();
        reach(static_cast<Point>(point), scene, proxy, victim, gate);
        if (QTest::currentTestFailed()) return;

        WorkerProcess heir({.redis = scene.url()});
        const QString id = scene.acknowledged().first();
        if (staysInRun) {
            QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, patience);
            scene.openGate(gate);
        }
        QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
        QCOMPARE(scene.counter("in:C"), 1); // L3: one accepted settle
        const QString wrong = scene.audit({});
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    }
}

void KillsTest::row07_defect04_anotherPoolTakesOverWithinLeaseAndTwoSeconds()
{
    Scene scene;
    WorkerProcess first({.redis = scene.url()});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    WorkerProcess second({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.server().raw().command({"HLEN", "{signalbox}:pools"}).integer, 2,
                              patience);
    first.kill9();
    scene.noteFault();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, leaseMs + 2000);
    scene.openGate(gate);
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void KillsTest::row07_theFirstPoolToStartTakesOver()
{
    Scene scene;
    auto first = std::make_unique<WorkerProcess>(WorkerProcess::Options{.redis = scene.url()});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    first->kill9();
    scene.noteFault();
    WorkerProcess next({.redis = scene.url()}); // nobody else is there to notice
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, leaseMs + 2000);
    scene.openGate(gate);
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void KillsTest::row09_poisonIsBuriedAfterThreeWorkers_data()
{
    QTest::addColumn<int>("maxRetries");
    QTest::newRow("no retries") << 0;
    QTest::newRow("a thousand retries") << 1000;
}

void KillsTest::row09_poisonIsBuriedAfterThreeWorkers()
{
    QFETCH(const int, maxRetries);
    Scene scene;
    const QString poison
        = scene.submit(1, {{u"mode"_s, u"murder"_s}}, {{u"max_retries"_s, maxRetries}}).first();
    scene.submit(5);
    std::unique_ptr<WorkerProcess> worker;
    int died = 0;
    const auto keepOneAlive = [&] { // as a supervisor would
        if (worker && worker->isRunning()) return;
        if (worker) {
            ++died;
            scene.noteFault();
        }
        worker = std::make_unique<WorkerProcess>(WorkerProcess::Options{.redis = scene.url()});
    };
    QTRY_VERIFY_WITH_TIMEOUT((keepOneAlive(), scene.state(poison) == 'D' && scene.counter("in:C") == 5),
                             60'000);
    QCOMPARE(died, 3);
    QVERIFY2(scene.text(poison).contains(u"3 workers"_s), qPrintable(scene.text(poison)));
    const QString wrong = scene.audit({.states = "CD"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void KillsTest::row09_aProgramThatCrashesTakesNobodyDown_data()
{
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QString>("said");
    QTest::newRow("segmentation fault") << u"segv"_s << u"SIGSEGV"_s;
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // there a handler has no limit to come to
    QTest::newRow("memory, to its limit") << u"eat"_s << u"SIGABRT"_s; // what std::bad_alloc ends in
#endif
}

void KillsTest::row09_aProgramThatCrashesTakesNobodyDown()
{
    QFETCH(const QString, mode);
    QFETCH(const QString, said);
    Scene scene;
    WorkerProcess worker({.redis = scene.url()});
    const QString poison
        = scene.submit(1, {{u"mode"_s, mode}}, {{u"max_retries"_s, 2}, {u"retry_delay"_s, 0.05}}).first();
    scene.submit(20);
    QTRY_VERIFY_WITH_TIMEOUT(scene.state(poison) == 'D' && scene.counter("in:C") == 20, 60'000);
    QVERIFY(worker.isRunning());
    QCOMPARE(scene.attempts(poison), 3); // each is a run of its own that failed; no worker was lost
    QVERIFY2(scene.text(poison).contains(said), qPrintable(scene.text(poison)));
    const QString wrong = scene.audit({.states = "CD"});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void KillsTest::row32_killedWhileStopping()
{
    QRandomGenerator random(testSeed());
    Scene scene;
    for (int round = 1; round <= timesIn(8, 1000); ++round) {
        const QString gate = scene.makeGate();
        const int before = scene.lines("begin");
        scene.submit(3, {{u"gate"_s, gate}});
        WorkerProcess victim({.redis = scene.url(), .workers = 2});
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), before + 2, patience);
        victim.terminate();
        QTRY_VERIFY_WITH_TIMEOUT(victim.errors().contains("Stopping"), patience);
        QElapsedTimer stopping;
        stopping.start();
        const int grace = static_cast<int>(random.bounded(300));
        QTRY_VERIFY_WITH_TIMEOUT(stopping.hasExpired(grace), patience); // the moment drawn
        QVERIFY(victim.isRunning());                                    // its handlers wait at the gate
        victim.kill9();
        scene.noteFault(2);

        WorkerProcess heir({.redis = scene.url(), .workers = 3});
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), before + 5, patience);
        scene.openGate(gate);
        QTRY_COMPARE_WITH_TIMEOUT(scene.counter("in:C"), 3 * round, patience);
    }
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void KillsTest::row32_forcedStopGivesBackAtOnce()
{
    Scene scene;
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    WorkerProcess worker({.redis = scene.url(), .leaseSeconds = 600, .heartbeatSeconds = 60});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    worker.terminate();
    // Heard, before the second comes: the kernel makes one of two that wait.
    QTRY_VERIFY_WITH_TIMEOUT(worker.errors().contains("Stopping"), patience);
    worker.terminate();
    QTRY_VERIFY_WITH_TIMEOUT(!worker.isRunning(), patience);
    QCOMPARE(scene.state(id), 'P'); // long before its lease of ten minutes
    QCOMPARE(scene.attempts(id), 0);
    QCOMPARE(scene.counter("leases_lost"), 0);
    QVERIFY(!isAlive(scene.firstRun()));

    scene.noteFault(); // the run is to be repeated
    WorkerProcess heir({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, patience);
    scene.openGate(gate);
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_GUILESS_MAIN(KillsTest)
#include "kills_test.moc"
