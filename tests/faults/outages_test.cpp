// The server goes, comes back, refuses, forgets its scripts: rows 10, 16 and 22 of the fault list, seen from
// a worker's process; what the client alone makes of them is tests/core/redis/client_faults_test.cpp.
#include "tests/faults/scene.h"
#include "tests/faults/script_hits.h"

#include <QJsonObject>
#include <QTest>
#include <QTimer>

using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Fate = FaultProxy::Fate;

namespace {

constexpr int patience = 30'000; ///< ms; only ever waited in full by a test that fails

enum class Outage { Restart, Kill, Clients, Readers, Pause, LongPause };

/// Breaks off the connections that wait in a blocking read, and no other.
void killReaders(Scene &scene)
{
    RawRedis raw = scene.server().raw();
    for (const QByteArray &client : raw.command({"CLIENT", "LIST"}).text.split('\n')) {
        if (!client.contains(" cmd=blpop") && !client.contains(" cmd=xread")) continue;
        const qsizetype at = client.indexOf("id=") + 3;
        raw.command({"CLIENT", "KILL", "ID", client.mid(at, client.indexOf(' ', at) - at)});
    }
}

/// Returns when the server answers again.
void carryOut(Outage outage, Scene &scene)
{
    const auto pauseFor = [&scene](std::chrono::milliseconds time) {
        bool isOver = false;
        scene.server().suspend();
        QTimer::singleShot(time, [&isOver] { isOver = true; });
        QTRY_VERIFY_WITH_TIMEOUT(isOver, patience); // the injected time
        scene.server().resume();
        QVERIFY(RawRedis::answers(scene.server().socketPath(), 2s));
    };
    switch (outage) {
    case Outage::Restart:
        return scene.server().restart();
    case Outage::Kill:
        scene.server().kill9();
        return scene.server().start();
    case Outage::Clients:
        scene.server().raw().command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
        return;
    case Outage::Readers:
        return killReaders(scene);
    case Outage::Pause:
        return pauseFor(1s);
    case Outage::LongPause:
        return pauseFor(12s); // beyond the ten seconds after which the silence is noticed
    }
}

} // namespace

class OutagesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void row10_workGoesOnSoonAfterTheServerAnswers_data();
    void row10_workGoesOnSoonAfterTheServerAnswers();
    void row16_refusedScriptsLoseAndDoubleNothing_data();
    void row16_refusedScriptsLoseAndDoubleNothing();
    void row22_scriptsForgottenUnderLoadShowNowhere();
};

void OutagesTest::row10_workGoesOnSoonAfterTheServerAnswers_data()
{
    QTest::addColumn<Outage>("outage");
    QTest::addColumn<int>("cycles");
    QTest::newRow("restart") << Outage::Restart << timesIn(5, 200);
    QTest::newRow("kill -9") << Outage::Kill << timesIn(5, 200);
    QTest::newRow("CLIENT KILL TYPE normal") << Outage::Clients << timesIn(10, 200);
    QTest::newRow("CLIENT KILL of what waits") << Outage::Readers << timesIn(10, 200);
    QTest::newRow("SIGSTOP for a second") << Outage::Pause << timesIn(2, 200);
    QTest::newRow("SIGSTOP until it is noticed") << Outage::LongPause << timesIn(1, 200);
}

void OutagesTest::row10_workGoesOnSoonAfterTheServerAnswers()
{
    QFETCH(const Outage, outage);
    QFETCH(const int, cycles);
    Scene scene({.appendOnly = true});
    WorkerProcess worker({.redis = scene.url()});
    const QString first = scene.submit(1).first();
    QTRY_COMPARE_WITH_TIMEOUT(scene.state(first), 'C', patience); // it is up, and waits for more
    for (int cycle = 0; cycle < cycles; ++cycle) {
        carryOut(outage, scene);
        if (QTest::currentTestFailed()) return;
        scene.noteFault();
        const QString id = scene.submit(1).first();
        QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin", id), 1, 2000);
    }
    QVERIFY(worker.isRunning());
    const QString wrong = scene.audit({});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void OutagesTest::row16_refusedScriptsLoseAndDoubleNothing_data()
{
    QTest::addColumn<QByteArray>("refusal");
    for (const char *refusal :
         {"LOADING Redis is loading the dataset in memory",
          "READONLY You can't write against a read only replica.",
          "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
          "BUSY Redis is busy running a script.",
          "MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.",
          "NOREPLICAS Not enough good replicas to write.",
          "OOM command not allowed when used memory > 'maxmemory'.",
          "UNBLOCKED force unblock from blocking operation", "NOSCRIPT No matching script.",
          "TRYAGAIN Multiple keys request during rehashing of slot", "CLUSTERDOWN Hash slot not served",
          "MOVED 3999 127.0.0.1:1", "ASK 3999 127.0.0.1:1",
          "CROSSSLOT Keys in request don't hash to the same slot", "NOAUTH Authentication required.",
          "WRONGPASS invalid username-password pair or user is disabled.",
          "NOPERM this user has no permissions to access one of the keys used as arguments",
          "WRONGTYPE Operation against a key holding the wrong kind of value",
          "EXECABORT Transaction discarded because of previous errors."})
        QTest::newRow(QByteArray(refusal).split(' ').front().constData()) << QByteArray(refusal);
}

void OutagesTest::row16_refusedScriptsLoseAndDoubleNothing()
{
    QFETCH(const QByteArray, refusal);
    Scene scene;
    FaultProxy proxy(scene.server().socketPath());
    ScriptHits refusals(testSeed());
    proxy.setRefusal(refusal);
    proxy.setCommandRule([&](const FaultProxy::Command &command) {
        if (!refusals.hits(command)) return Fate::Pass;
        scene.noteFault();
        return Fate::Refuse;
    });
    for (const QString &priority : {u"low"_s, u"high"_s})
        scene.submit(5, {}, {{u"priority"_s, priority}}, proxy.urlText());
    WorkerProcess worker({.redis = proxy.urlText()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.counter("in:C"), 10, 60'000);
    QVERIFY2(refusals.haveHit({"submit", "settle_and_claim"}), qPrintable(refusals.text()));
    const QString wrong = scene.audit({.isOrdered = true});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void OutagesTest::row22_scriptsForgottenUnderLoadShowNowhere()
{
    Scene scene;
    for (const QString &priority : {u"low"_s, u"critical"_s, u"normal"_s, u"high"_s, u"normal"_s})
        scene.submit(60, {}, {{u"priority"_s, priority}});
    RawRedis raw = scene.server().raw();
    QTimer flush;
    connect(&flush, &QTimer::timeout, this, [&] {
        raw.command({"SCRIPT", "FLUSH", "SYNC"});
        scene.noteFault(0);
    });
    flush.start(20);
    WorkerProcess worker({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.counter("in:C"), 300, 60'000);
    flush.stop();
    QVERIFY2(scene.faults() > 20, qPrintable(QString::number(scene.faults())));
    QVERIFY2(!worker.errors().contains("rror"), worker.errors().constData());
    const QString wrong = scene.audit({.isOrdered = true});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_GUILESS_MAIN(OutagesTest)
#include "outages_test.moc"
