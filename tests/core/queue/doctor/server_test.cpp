// What the doctor says of a server.
#include "core/queue/doctor.h"
#include "tests/core/queue/conformance/redis_backend.h"
#include "tests/core/queue/conformance/test_queue.h"
#include "tests/support/wait_for.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

DoctorReport examine(const redis::RedisUrl &url, const DoctorOptions &options = {})
{
    redis::Client client({.url = url}, runtime::systemSeams());
    client.start();
    Doctor doctor(client, runtime::systemSeams(), u"signalbox"_s);
    return waitForCallback<Result<DoctorReport>>([&](auto done) { doctor.examine(options, std::move(done)); })
        .value();
}

QByteArrayList keysOf(const DoctorReport &report)
{
    QByteArrayList keys;
    for (const Finding &finding : report.findings) keys.append(finding.key);
    return keys;
}

} // namespace

class DoctorServerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSoundServerIsHealthy();
    void everyEvictionPolicyButOneIsNamed_data();
    void everyEvictionPolicyButOneIsNamed();
    void theDurabilityIsSaid();
    void whatMayNotBeAskedIsSaid_data();
    void whatMayNotBeAskedIsSaid();
    void aServerThatTakesNoWriteIsUnhealthy();
    void countsAreLookedAtInConstantTime();
    void repairMendsAllQueues();
};

void DoctorServerTest::aSoundServerIsHealthy()
{
    TestServer server;
    RedisBackend backend(server);
    TestQueue(backend).submit();
    const DoctorReport report = examine(server.url(), {.isDeep = true});
    QVERIFY2(report.isHealthy(), report.toJson().constData());
    QVERIFY(report.unchecked.isEmpty());
    QVERIFY(report.facts.join(u' ').contains(u"Redis 7"_s));
    QVERIFY(report.facts.join(u' ').contains(u"1 jobs"_s));
    QVERIFY(report.toJson().startsWith("{\"healthy\":true"));
}

void DoctorServerTest::everyEvictionPolicyButOneIsNamed_data()
{
    QTest::addColumn<QByteArray>("policy");
    for (const char *policy : {"noeviction", "allkeys-lru", "allkeys-lfu", "allkeys-random", "volatile-lru",
                               "volatile-lfu", "volatile-random", "volatile-ttl"})
        QTest::newRow(policy) << QByteArray(policy);
}

void DoctorServerTest::everyEvictionPolicyButOneIsNamed()
{
    QFETCH(QByteArray, policy);
    TestServer server({.extraArguments = {"--maxmemory-policy", policy}});
    const DoctorReport report = examine(server.url());
    if (policy == "noeviction") {
        QVERIFY(report.isHealthy());
        return;
    }
    QCOMPARE(keysOf(report), QByteArrayList{"maxmemory-policy"});
    QVERIFY(report.findings.constFirst().what.contains(QString::fromLatin1(policy)));
}

void DoctorServerTest::theDurabilityIsSaid()
{
    TestServer volatileServer, safe({.appendOnly = true});
    QVERIFY(examine(volatileServer.url()).facts.join(u' ').contains(u"no append-only file"_s));
    QVERIFY(examine(safe.url()).facts.join(u' ').contains(u"appendfsync always"_s));
    safe.raw().command({"CONFIG", "SET", "appendfsync", "everysec"});
    QVERIFY(examine(safe.url()).facts.join(u' ').contains(u"2 seconds"_s));
}

void DoctorServerTest::whatMayNotBeAskedIsSaid_data()
{
    QTest::addColumn<QByteArray>("rules");
    QTest::addColumn<QStringList>("unchecked"); // what each of them names
    QTest::addColumn<bool>("isPolicyKnown");
    const QString version = u"version"_s, memory = u"memory is full"_s, crash = u"crash"_s;
    QTest::newRow("all dangerous ones")
        << QByteArray("-@dangerous") << QStringList{version, memory, crash} << false;
    QTest::newRow("neither") << QByteArray("-info -config") << QStringList{version, memory, crash} << false;
    QTest::newRow("INFO") << QByteArray("-info") << QStringList{version, crash} << true;
    QTest::newRow("CONFIG") << QByteArray("-config") << QStringList() << true; // INFO tells the policy, too
}

void DoctorServerTest::whatMayNotBeAskedIsSaid()
{
    QFETCH(QByteArray, rules);
    QFETCH(QStringList, unchecked);
    QFETCH(bool, isPolicyKnown);
    TestServer server({.extraArguments = {"--maxmemory-policy", "allkeys-lru"},
                       .aclFile = "user default on nopass ~* &* +@all\n"
                                  "user plain on >secret ~* &* +@all "
                           + rules + '\n'});
    redis::RedisUrl url = server.url();
    url.user = u"plain"_s;
    url.password = u"secret"_s;
    const DoctorReport report = examine(url);
    QCOMPARE(report.unchecked.size(), unchecked.size());
    for (qsizetype i = 0; i < unchecked.size(); ++i) {
        QVERIFY2(report.unchecked.at(i).contains(unchecked.at(i)), qPrintable(report.unchecked.at(i)));
        QVERIFY2(report.unchecked.at(i).contains(u"may not be asked"_s), qPrintable(report.unchecked.at(i)));
    }
    QCOMPARE(keysOf(report), isPolicyKnown ? QByteArrayList{"maxmemory-policy"} : QByteArrayList());
}

void DoctorServerTest::aServerThatTakesNoWriteIsUnhealthy()
{
    TestServer server({.extraArguments = {"--maxmemory", "100kb"}});
    const DoctorReport report = examine(server.url());
    QVERIFY(keysOf(report).contains("write"));
    QVERIFY(!report.findings.constFirst().cure.isEmpty());
}

void DoctorServerTest::countsAreLookedAtInConstantTime()
{
    TestServer server;
    RedisBackend backend(server);
    TestQueue queue(backend);
    queue.submit();
    RawRedis raw = server.raw();
    const QByteArray counts = KeyNames(u"signalbox"_s).key(u"default"_s, Noun::Counts);
    raw.command({"HINCRBY", counts, "in:P", "1"});
    const DoctorReport report = examine(server.url());
    QCOMPARE(report.found, 1);
    QCOMPARE(report.findings.constFirst().invariant, 4);
    QCOMPARE(report.findings.constFirst().queue, u"default"_s);
}

void DoctorServerTest::repairMendsAllQueues()
{
    TestServer server;
    RedisBackend backend(server);
    TestQueue queue(backend);
    const KeyNames names(u"signalbox"_s);
    RawRedis raw = server.raw();
    backend.prepareQueue(u"mail {1}"_s);
    for (const QString &name : {u"default"_s, u"mail {1}"_s}) {
        JobDefinition job = testJob();
        job.queue = name;
        queue.submit(job);
        raw.command({"ZREM", names.key(name, Noun::Pending), job.id.bytes()});
    }
    QVERIFY(!examine(server.url(), {.isDeep = true}).isHealthy());
    const DoctorReport repaired = examine(server.url(), {.repairs = true});
    QVERIFY2(repaired.isHealthy(), repaired.toJson().constData());
    QCOMPARE(repaired.mended.filter(u"into pending"_s).size(), 2);
    QVERIFY(queue.next().has_value());
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::DoctorServerTest)

#include "server_test.moc"
