// Connections break, replies are lost and workers sleep past their leases: rows 2, 3 and 6 of the fault list.
#include "tests/faults/scene.h"

#include <QJsonObject>
#include <QRandomGenerator>
#include <QTest>

using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Fate = FaultProxy::Fate;

namespace {
constexpr int patience = 30'000; ///< ms; only ever waited in full by a test that fails
}

class CutsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void row02_connectionCutAroundScripts_data();
    void row02_connectionCutAroundScripts();
    void row03_repliesAreLost();
    void row03_submitSentAgainMakesOneJob();
    void row06_lateAnswerOfASleepingWorkerIsRefused();
    void row06_aPoolCutOffStopsItsHandlersBeforeTheirLeasesEnd();

private:
    quint32 m_seed = 0;
};

void CutsTest::initTestCase()
{
    m_seed = static_cast<quint32>(qEnvironmentVariableIntValue("SIGNALBOX_SEED"));
    if (m_seed == 0) m_seed = QRandomGenerator::system()->generate() % 1'000'000 + 1;
    qInfo("seed %u (SIGNALBOX_SEED repeats it)", m_seed);
}

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
    QRandomGenerator random(m_seed + static_cast<quint32>(fate));
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    int cuts = 0;
    constexpr int cutsMax = 15;
    proxy.setCommandRule([&](const FaultProxy::Command &command) {
        if (scriptOf(command).isEmpty() || cuts >= cutsMax || random.bounded(4) != 0) return Fate::Pass;
        ++cuts;
        return static_cast<Fate>(fate);
    });
    const QStringList fine = scene.submit(30);
    const QStringList failing
        = scene.submit(3, {{u"mode"_s, u"fail"_s}}, {{u"max_retries"_s, 2}, {u"retry_delay"_s, 0.05}});
    WorkerProcess worker({.redis = proxy.urlText(), .workers = 2, .leaseSeconds = 2});
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("in:C") == 30 && scene.counter("in:D") == 3, 60'000);
    for (const QString &id : failing) QCOMPARE(scene.attempts(id), 3); // never charged twice, never skipped
    QVERIFY(cuts > 0);
    const QString wrong = scene.audit("CD", cuts);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    qInfo("%d cuts injected, %d connections made", cuts, proxy.connections());
}

void CutsTest::row03_repliesAreLost()
{
    QRandomGenerator random(m_seed);
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    int lost = 0;
    constexpr int lostMax = 15;
    proxy.setReplyRule([&](const FaultProxy::Command &command, const QByteArray &) {
        if (scriptOf(command).isEmpty() || lost >= lostMax || random.bounded(4) != 0) return Fate::Pass;
        ++lost;
        return Fate::CutBefore; // the script was carried out; nobody hears of it
    });
    scene.submit(30);
    const QStringList failing
        = scene.submit(3, {{u"mode"_s, u"fail"_s}}, {{u"max_retries"_s, 2}, {u"retry_delay"_s, 0.05}});
    WorkerProcess worker({.redis = proxy.urlText(), .workers = 2, .leaseSeconds = 2});
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("in:C") == 30 && scene.counter("in:D") == 3, 60'000);
    for (const QString &id : failing) QCOMPARE(scene.attempts(id), 3);
    // A claim whose reply was lost charges no attempt, and no run was doubled without a lost lease.
    for (const QString &id : scene.acknowledged())
        if (scene.state(id) == 'C') QCOMPARE(scene.attempts(id), 1);
    QVERIFY(lost > 0);
    const QString wrong = scene.audit("CD", lost);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    qInfo("%d replies lost", lost);
}

void CutsTest::row03_submitSentAgainMakesOneJob()
{
    Scene scene;
    const QByteArray job = R"({"id": "6f1c2c56-58a1-4f4e-9d6b-0d8f2a1f9a01", "handler": "fault"})"
                           "\n";
    const CtlRun first = runCtl(scene.url(), {u"--json"_s, u"submit"_s, u"--file"_s, u"-"_s}, job);
    QCOMPARE(first.exitCode, 0);
    const CtlRun again = runCtl(scene.url(), {u"--json"_s, u"submit"_s, u"--file"_s, u"-"_s}, job);
    QCOMPARE(again.exitCode, 0);
    QCOMPARE(scene.counter("submitted"), 1);
    QCOMPARE(scene.counter("in:P"), 1);
}

void CutsTest::row06_lateAnswerOfASleepingWorkerIsRefused()
{
    Scene scene;
    WorkerProcess sleeper({.redis = scene.url()});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines(u"begin"_s), 1, patience);
    sleeper.suspend(); // its handler goes on
    WorkerProcess heir({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines(u"begin"_s), 2, patience);
    scene.openGate(gate, 2); // both handlers end; only the heir can say so
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    const qint64 settled = scene.counter("in:C");
    sleeper.resume();
    const QString after = scene.submit(2).last(); // and both are of use again
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(after), 'C', patience);
    QTRY_COMPARE_WITH_TIMEOUT(scene.counter("in:C"), settled + 2, patience);
    QCOMPARE(scene.attempts(id), 1);
    QVERIFY(sleeper.isRunning());
    const QString wrong = scene.audit("C", 1);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void CutsTest::row06_aPoolCutOffStopsItsHandlersBeforeTheirLeasesEnd()
{
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    WorkerProcess cutOff({.redis = proxy.urlText(), .leaseSeconds = 2, .heartbeatSeconds = 0.5});
    const QString gate = scene.makeGate();
    const QString id = scene.submit(1, {{u"gate"_s, gate}}).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines(u"begin"_s), 1, patience);
    const pid_t first = scene.ledger().first().pid;
    proxy.refuse(true);
    proxy.cutAll();
    WorkerProcess other({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines(u"begin"_s), 2, patience);
    QVERIFY2(!isAlive(first), "two handlers ran at once");
    scene.openGate(gate);
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(id), 'C', patience);
    proxy.refuse(false); // it heals by itself
    const QStringList later = scene.submit(4);
    for (const QString &job : later) QTRY_COMPARE_WITH_TIMEOUT(scene.state(job), 'C', patience);
    QVERIFY(cutOff.isRunning());
}

QTEST_GUILESS_MAIN(CutsTest)
#include "cuts_test.moc"
