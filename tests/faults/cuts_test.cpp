// Connections break, replies are lost and workers sleep past their leases: rows 2, 3 and 6 of the fault list.
#include "tests/faults/scene.h"
#include "tests/faults/script_hits.h"

#include <QDateTime>
#include <QJsonObject>
#include <QTest>

using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Fate = FaultProxy::Fate;

namespace {
constexpr int patience = 30'000; ///< ms; only ever waited in full by a test that fails
} // namespace

class CutsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void row02_connectionCutAroundScripts_data();
    void row02_connectionCutAroundScripts();
    void row03_repliesAreLost();
    void row03_submitSentAgainMakesOneJob();
    void row06_lateAnswerOfASleepingWorkerIsRefused();
    void row06_aPoolCutOffStopsItsHandlersBeforeTheirLeasesEnd();
};

namespace {

/// Jobs of every priority, some that are due later and some that fail; the ids of those that fail.
QStringList submitMixed(Scene &scene, const QString &url)
{
    for (const QString &priority : {u"low"_s, u"normal"_s, u"high"_s, u"critical"_s, u"normal"_s})
        scene.submit(6, {}, {{u"priority"_s, priority}}, url);
    const QDateTime due = QDateTime::currentDateTimeUtc().addMSecs(1500);
    scene.submit(2, {}, {{u"scheduled_at"_s, due.toString(Qt::ISODateWithMs)}}, url);
    return scene.submit(3, {{u"mode"_s, u"fail"_s}}, {{u"max_retries"_s, 2}, {u"retry_delay"_s, 0.05}}, url);
}
constexpr int good = 32; ///< of these; and three fail

} // namespace

void CutsTest::row02_connectionCutAroundScripts_data()
{
    QTest::addColumn<int>("fate");
    QTest::newRow("before") << int(Fate::CutBefore);
    QTest::newRow("in") << int(Fate::CutMiddle);
    QTest::newRow("after") << int(Fate::CutAfter);
}

void CutsTest::row02_connectionCutAroundScripts()
{
    QFETCH(const int, fate);
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    ScriptHits cuts(testSeed() + static_cast<quint32>(fate));
    proxy.setCommandRule([&](const FaultProxy::Command &command) {
        if (!cuts.hits(command)) return Fate::Pass;
        scene.noteFault();
        return static_cast<Fate>(fate);
    });
    const QStringList failing = submitMixed(scene, proxy.urlText());
    WorkerProcess worker({.redis = proxy.urlText(), .leaseSeconds = 2});
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("in:C") == good && scene.counter("in:D") == 3, 60'000);
    for (const QString &id : failing) QCOMPARE(scene.attempts(id), 3); // never charged twice, never skipped
    QVERIFY2(cuts.haveHit({"submit", "settle_and_claim", "renew_leases"}), qPrintable(cuts.text()));
    const QString wrong = scene.audit({.states = "CD", .isOrdered = true, .leaseSeconds = 2});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    qInfo("cut: %s; %d connections made", qPrintable(cuts.text()), proxy.connections());
}

void CutsTest::row03_repliesAreLost()
{
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    ScriptHits losses(testSeed());
    proxy.setReplyRule([&](const FaultProxy::Command &command, const QByteArray &) {
        if (!losses.hits(command)) return Fate::Pass;
        scene.noteFault();
        return Fate::CutBefore; // the script was carried out; nobody hears of it
    });
    const QStringList failing = submitMixed(scene, proxy.urlText());
    WorkerProcess worker({.redis = proxy.urlText(), .leaseSeconds = 2});
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("in:C") == good && scene.counter("in:D") == 3, 60'000);
    for (const QString &id : failing) QCOMPARE(scene.attempts(id), 3);
    // A claim whose reply was lost charges no attempt, and no run was doubled without a lost lease.
    for (const QString &id : scene.acknowledged())
        if (scene.state(id) == 'C') QCOMPARE(scene.attempts(id), 1);
    QVERIFY2(losses.haveHit({"submit", "settle_and_claim", "renew_leases"}), qPrintable(losses.text()));
    const QString wrong = scene.audit({.states = "CD", .isOrdered = true, .leaseSeconds = 2});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    qInfo("replies lost: %s", qPrintable(losses.text()));
}

void CutsTest::row03_submitSentAgainMakesOneJob()
{
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    proxy.setReplyRule([&](const FaultProxy::Command &command, const QByteArray &) {
        if (scriptOf(command) != "submit" || scene.faults() == 3) return Fate::Pass;
        scene.noteFault(0);
        return Fate::CutBefore;
    });
    const QString id = scene.submit(1, {}, {}, proxy.urlText()).first(); // three times unheard, then heard
    QCOMPARE(scene.faults(), 3);
    QCOMPARE(scene.counter("submitted"), 1);
    QCOMPARE(scene.counter("in:P"), 1);
    WorkerProcess worker({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void CutsTest::row06_lateAnswerOfASleepingWorkerIsRefused()
{
    Scene scene;
    WorkerProcess sleeper({.redis = scene.url()});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    sleeper.suspend(); // its handler goes on
    scene.noteFault();
    WorkerProcess heir({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, patience);
    scene.openGate(gate); // both handlers end; only the heir can say so
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const qint64 settled = scene.counter("in:C");
    sleeper.resume();
    const QString after = scene.submit(2).last(); // and both are of use again
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(after), 'C', patience);
    QTRY_COMPARE_WITH_TIMEOUT(scene.counter("in:C"), settled + 2, patience);
    QCOMPARE(scene.attempts(id), 1);
    QVERIFY(sleeper.isRunning());
    // What it had to say is refused by the server; or it hears first that its lease is lost, and keeps it to
    // itself.
    const QByteArray lost = "The lease of job " + id.toUtf8() + " was lost";
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("refused") == 1 || sleeper.errors().contains(lost), patience);
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void CutsTest::row06_aPoolCutOffStopsItsHandlersBeforeTheirLeasesEnd()
{
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    WorkerProcess cutOff({.redis = proxy.urlText(), .leaseSeconds = 2, .heartbeatSeconds = 0.5});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    const pid_t first = scene.firstRun();
    proxy.refuse(true);
    proxy.cutAll();
    scene.noteFault();
    WorkerProcess other({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 2, patience);
    QVERIFY2(!isAlive(first), "two handlers ran at once");
    scene.openGate(gate);
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    proxy.refuse(false); // it heals by itself
    const QStringList later = scene.submit(4);
    for (const QString &job : later) QTRY_COMPARE_WITH_TIMEOUT(scene.state(job), 'C', patience);
    QVERIFY(cutOff.isRunning());
    const QString wrong = scene.audit({.leaseSeconds = 2});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_GUILESS_MAIN(CutsTest)
#include "cuts_test.moc"
