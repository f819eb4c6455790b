#include "core/redis/client.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/test_server.h"
#include "tests/support/tls_files.h"

#include <QFile>
#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using namespace signalbox::test;
using namespace std::chrono_literals;
using Phase = ConnectionState::Phase;

namespace {

const ScriptSource setScript{"set", "return redis.call('SET', KEYS[1], ARGV[1])"};

/// A client and how its connection went.
struct Attempt {
    explicit Attempt(const RedisUrl &url) : client(options(url), runtime::systemSeams())
    {
        QObject::connect(&client, &Client::stateChanged, &client, [this](const ConnectionState &state) {
            if (state.lastError) error = state.lastError;
            isReady |= state.phase == Phase::Ready;
        });
        client.start();
    }
    static ClientOptions options(const RedisUrl &url)
    {
        ClientOptions options;
        options.url = url;
        options.name = "access test";
        return options;
    }
    [[nodiscard]] bool isDecided() const { return isReady || error; }
    [[nodiscard]] QString why() const { return error ? error->text() : QStringLiteral("(it worked)"); }
    std::optional<Error> error;
    bool isReady = false;
    Client client;
};

TestServerOptions tlsOptions(const TlsFiles &files, const TlsFiles::Pair &pair)
{
    TestServerOptions options;
    options.tlsCertificate = pair.certificate;
    options.tlsKey = pair.key;
    options.tlsCa = files.authority();
    return options;
}

} // namespace

/// Ways in: TCP, TLS, users and passwords; and each way of being kept out, in words.
class ClientAccessTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void connectsByTcp();
    void connectsByTls();
    void connectsByTlsWithAClientCertificate();
    void saysThatAClientCertificateIsWanted();
    void refusesATlsServer_data();
    void refusesATlsServer();
    void refusesAPlainServerOnATlsUrl();
    void saysThatAServerWantsTls();
    void refusesUnusableFiles_data();
    void refusesUnusableFiles();
    void logsInAsAnAclUser();
    void worksForAUserWithoutDangerousCommands();
    void worksForAUserWhoMayNotLoadScripts();
    void failsAtOnceWithAWrongPassword();
    void asksForAMissingPassword();
    void selectsADatabase();
    void saysThatADatabaseDoesNotExist();
    void saysThatNothingListens();
    void saysThatAHostDoesNotExist();
    void saysThatASocketIsLeftOver();
    void showsThePasswordNowhere();

private:
    TlsFiles m_files;
};

void ClientAccessTest::connectsByTcp()
{
    TestServerOptions options;
    options.tcp = true;
    TestServer server(options);
    Attempt attempt(server.tcpUrl());
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.isReady, qPrintable(attempt.why()));
    const QByteArray large(3'000'000, 'x');
    std::optional<Result<Reply>> reply;
    attempt.client.eval(setScript, {"k"}, {large}, [](const Result<Reply> &) {});
    attempt.client.send({"GET", "k"}, [&](Result<Reply> got) { reply = std::move(got); });
    QTRY_VERIFY(reply);
    QVERIFY(*reply && (*reply)->text == large);
}

void ClientAccessTest::connectsByTls()
{
    TestServer server(tlsOptions(m_files, m_files.make()));
    RedisUrl url = server.tlsUrl();
    for (const char *host : {"127.0.0.1", "localhost"}) {
        url.host = QString::fromLatin1(host);
        Attempt attempt(url);
        QTRY_VERIFY(attempt.isDecided());
        QVERIFY2(attempt.isReady, qPrintable(attempt.why()));
        std::optional<Result<Reply>> reply;
        const QByteArray large(1'000'000, 'x');
        attempt.client.send({"ECHO", large}, [&](Result<Reply> got) { reply = std::move(got); });
        QTRY_VERIFY(reply);
        QVERIFY(*reply && (*reply)->text == large);
    }
    url.host = QStringLiteral("127.0.0.1");
    url.serverName = QStringLiteral("localhost"); // through a tunnel, say: another address, the same name
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.isReady, qPrintable(attempt.why()));
}

void ClientAccessTest::connectsByTlsWithAClientCertificate()
{
    TestServerOptions options = tlsOptions(m_files, m_files.make());
    options.tlsClientCertificates = true;
    TestServer server(options);
    const TlsFiles::Pair mine = m_files.make();
    RedisUrl url = server.tlsUrl();
    url.certificateFile = mine.certificate;
    url.keyFile = mine.key;
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.isReady, qPrintable(attempt.why()));
}

void ClientAccessTest::saysThatAClientCertificateIsWanted()
{
    TestServerOptions options = tlsOptions(m_files, m_files.make());
    options.tlsClientCertificates = true;
    TestServer server(options);
    Attempt without(server.tlsUrl());
    QTRY_VERIFY(without.isDecided());
    QVERIFY2(without.why().contains(QStringLiteral("wants a client certificate")), qPrintable(without.why()));
    QCOMPARE(without.error->kind, Error::Kind::Unauthorised);
    const TlsFiles::Pair foreign = m_files.make({.byForeignAuthority = true});
    RedisUrl url = server.tlsUrl();
    url.certificateFile = foreign.certificate;
    url.keyFile = foreign.key;
    Attempt with(url);
    QTRY_VERIFY(with.isDecided());
    QVERIFY2(with.why().contains(QStringLiteral("does not accept our client certificate")),
             qPrintable(with.why()));
}

void ClientAccessTest::refusesATlsServer_data()
{
    QTest::addColumn<int>("flaw");
    QTest::addColumn<QString>("why");
    QTest::newRow("wrong host name") << 0 << "is for other.example, not for 127.0.0.1";
    QTest::newRow("self-signed") << 1 << "signed by itself";
    QTest::newRow("expired") << 2 << "expired on";
    QTest::newRow("other authority") << 3 << "signed by \"Test foreign\", which is not trusted here";
    QTest::newRow("only TLS 1.1") << 4 << "versions of TLS before 1.2";
}

void ClientAccessTest::refusesATlsServer()
{
    QFETCH(const int, flaw);
    QFETCH(const QString, why);
    TlsFiles::Wish wish;
    if (flaw == 0) wish.subjectAltName = QStringLiteral("DNS:other.example");
    wish.isSelfSigned = flaw == 1;
    wish.isExpired = flaw == 2;
    wish.byForeignAuthority = flaw == 3;
    TestServerOptions options = tlsOptions(m_files, m_files.make(wish));
    if (flaw == 4) // OpenSSL 3 speaks 1.1 only at security level 0
        options.extraArguments = {"--tls-protocols", "TLSv1.1", "--tls-ciphers", "DEFAULT:@SECLEVEL=0"};
    TestServer server(options);
    Attempt attempt(server.tlsUrl());
    std::optional<Result<Reply>> waiting;
    attempt.client.send({"PING"}, [&](Result<Reply> got) { waiting = std::move(got); });
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY(!attempt.isReady);
    QVERIFY2(attempt.why().contains(why), qPrintable(attempt.why()));
    QVERIFY(!attempt.error->todo.isEmpty());
    QTRY_VERIFY(waiting); // at once: it will not get better by waiting
    QVERIFY(!*waiting);
    QCOMPARE(waiting->error().why, attempt.error->why);
    QVERIFY(
        !server.raw().command({"CLIENT", "LIST"}).text.contains("access_test")); // not a byte of ours went in
}

void ClientAccessTest::refusesAPlainServerOnATlsUrl()
{
    TestServerOptions options;
    options.tcp = true;
    TestServer server(options);
    RedisUrl url = server.tcpUrl();
    url.scheme = RedisUrl::Scheme::Tls;
    Attempt real(url);
    QTRY_VERIFY(real.isDecided());
    QVERIFY(!real.isReady);
    ScriptedPeer peer;
    peer.setGreeting("+hello, in plain text\r\n");
    url = peer.url();
    url.scheme = RedisUrl::Scheme::Tls;
    Attempt scripted(url);
    QTRY_VERIFY(scripted.isDecided());
    QVERIFY2(scripted.why().contains(QStringLiteral("does not speak TLS")), qPrintable(scripted.why()));
    QCOMPARE(scripted.error->kind, Error::Kind::Unsupported);
}

void ClientAccessTest::saysThatAServerWantsTls()
{
    TestServer server(tlsOptions(m_files, m_files.make()));
    RedisUrl url = server.tlsUrl();
    url.scheme = RedisUrl::Scheme::Tcp;
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.why().contains(QStringLiteral("TLS")), qPrintable(attempt.why()));
    QVERIFY(attempt.why().contains(QStringLiteral("rediss://")));
}

void ClientAccessTest::refusesUnusableFiles_data()
{
    QTest::addColumn<QString>("ca");
    QTest::addColumn<QString>("certificate");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("why");
    const TlsFiles::Pair pair = m_files.make();
    QTest::newRow("no CA file") << "/nowhere/ca.pem"
                                << ""
                                << ""
                                << "/nowhere/ca.pem cannot be read";
    QTest::newRow("no certificate in it") << pair.key << ""
                                          << ""
                                          << "holds no certificate in PEM form";
    QTest::newRow("no key file") << "" << pair.certificate << "/nowhere/key"
                                 << "/nowhere/key cannot be read";
    QTest::newRow("no key in it") << "" << pair.certificate << pair.certificate
                                  << "holds no usable private key";
}

void ClientAccessTest::refusesUnusableFiles()
{
    QFETCH(const QString, ca);
    QFETCH(const QString, certificate);
    QFETCH(const QString, key);
    QFETCH(const QString, why);
    RedisUrl url;
    url.scheme = RedisUrl::Scheme::Tls;
    url.port = freePort();
    url.caFile = ca;
    url.certificateFile = certificate;
    url.keyFile = key;
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.why().contains(why), qPrintable(attempt.why()));
    QCOMPARE(attempt.error->kind, Error::Kind::Invalid);
}

void ClientAccessTest::logsInAsAnAclUser()
{
    TestServerOptions options;
    options.aclFile = "user default on nopass ~* &* +@all\nuser alice on >p@ss ~* &* +@all\n";
    TestServer server(options);
    RedisUrl url = server.url();
    url.user = QStringLiteral("alice");
    url.password = QStringLiteral("p@ss");
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.isReady, qPrintable(attempt.why()));
    std::optional<Result<Reply>> reply;
    attempt.client.send({"ACL", "WHOAMI"}, [&](Result<Reply> got) { reply = std::move(got); });
    QTRY_VERIFY(reply);
    QCOMPARE((*reply)->text, QByteArray("alice"));
}

void ClientAccessTest::worksForAUserWithoutDangerousCommands()
{
    TestServerOptions options;
    options.aclFile = "user default on nopass ~* &* +@all\nuser safe on >pw ~* &* +@all -@dangerous\n";
    TestServer server(options);
    RedisUrl url = server.url();
    url.user = QStringLiteral("safe");
    url.password = QStringLiteral("pw");
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.isReady, qPrintable(attempt.why())); // INFO is forbidden: no version, and that is all
    QVERIFY(attempt.client.state().serverVersion.isEmpty());
    std::optional<Result<Reply>> script, forbidden;
    attempt.client.eval(setScript, {"k"}, {"v"}, [&](Result<Reply> got) { script = std::move(got); });
    attempt.client.send({"FLUSHALL"}, [&](Result<Reply> got) { forbidden = std::move(got); });
    QTRY_VERIFY(script && forbidden);
    QVERIFY(*script);
    QCOMPARE(forbidden->error().kind, Error::Kind::Unauthorised);
    QVERIFY(forbidden->error().why.contains(QStringLiteral("flushall")));
}

void ClientAccessTest::worksForAUserWhoMayNotLoadScripts()
{
    TestServerOptions options;
    options.aclFile = "user default on nopass ~* &* +@all\nuser few on >pw ~* +eval +evalsha +set +ping\n";
    TestServer server(options);
    RedisUrl url = server.url();
    url.user = QStringLiteral("few");
    url.password = QStringLiteral("pw");
    Attempt attempt(url);
    int done = 0;
    for (int i = 0; i < 5; ++i)
        attempt.client.eval(setScript, {"k"}, {"v"},
                            [&](const Result<Reply> &reply) { done += reply.has_value(); });
    QTRY_COMPARE(done, 5);
}

void ClientAccessTest::failsAtOnceWithAWrongPassword()
{
    TestServerOptions options;
    options.aclFile = "user default on nopass ~* &* +@all\nuser alice on >right ~* &* +@all\n";
    TestServer server(options);
    RedisUrl url = server.url();
    url.user = QStringLiteral("alice");
    url.password = QStringLiteral("wrong-secret");
    Attempt attempt(url);
    std::optional<Result<Reply>> reply;
    attempt.client.send({"PING"}, [&](Result<Reply> got) { reply = std::move(got); });
    QTRY_VERIFY(reply);
    QCOMPARE(reply->error().kind, Error::Kind::Unauthorised);
    QVERIFY(!reply->error().text().contains(QStringLiteral("wrong-secret")));
    server.raw().command({"ACL", "SETUSER", "alice", ">wrong-secret"});
    QTRY_VERIFY(attempt.isReady); // somebody mended it: no restart of ours is needed
}

void ClientAccessTest::asksForAMissingPassword()
{
    TestServerOptions options;
    options.extraArguments = {"--requirepass", "pw"};
    TestServer server(options);
    Attempt attempt(server.url());
    QTRY_VERIFY(attempt.isDecided());
    QCOMPARE(attempt.error->kind, Error::Kind::Unauthorised);
    QVERIFY2(attempt.why().contains(QStringLiteral("wants a password")), qPrintable(attempt.why()));
    RedisUrl url = server.url();
    url.password = QStringLiteral("pw");
    Attempt right(url);
    QTRY_VERIFY(right.isReady);
}

void ClientAccessTest::selectsADatabase()
{
    TestServer server;
    RedisUrl url = server.url();
    url.db = 3;
    Attempt attempt(url);
    bool done = false;
    attempt.client.eval(setScript, {"k"}, {"v"}, [&](const Result<Reply> &) { done = true; });
    QTRY_VERIFY(done);
    RawRedis raw = server.raw();
    QVERIFY(raw.command({"GET", "k"}).isNil());
    raw.command({"SELECT", "3"});
    QCOMPARE(raw.command({"GET", "k"}).text, QByteArray("v"));
}

void ClientAccessTest::saysThatADatabaseDoesNotExist()
{
    TestServer server;
    RedisUrl url = server.url();
    url.db = 99;
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QCOMPARE(attempt.error->kind, Error::Kind::Invalid);
    QVERIFY2(attempt.why().contains(QStringLiteral("no database of this number")), qPrintable(attempt.why()));
}

void ClientAccessTest::saysThatNothingListens()
{
    RedisUrl url;
    url.port = freePort();
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.why().contains(QStringLiteral("Nothing listens there")), qPrintable(attempt.why()));
    QVERIFY(attempt.why().contains(url.display()));
}

void ClientAccessTest::saysThatAHostDoesNotExist()
{
    RedisUrl url;
    url.host = QStringLiteral("no-such-host.invalid");
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.why().contains(QStringLiteral("no host called \"no-such-host.invalid\"")),
             qPrintable(attempt.why()));
}

void ClientAccessTest::saysThatASocketIsLeftOver()
{
    TestServer server;
    server.kill9(); // leaves its socket file
    QVERIFY(QFile::exists(server.socketPath()));
    Attempt attempt(server.url());
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY2(attempt.why().contains(QStringLiteral("left from a server that has ended")),
             qPrintable(attempt.why()));
}

void ClientAccessTest::showsThePasswordNowhere()
{
    ScriptedPeer peer(ScriptedPeer::healthyExcept("AUTH", "-WRONGPASS invalid username-password pair\r\n"));
    RedisUrl url = peer.url();
    url.user = QStringLiteral("u");
    url.password = QStringLiteral("hunter2");
    Attempt attempt(url);
    QTRY_VERIFY(attempt.isDecided());
    QVERIFY(peer.commands().value(0).contains("hunter2")); // it was sent, to the server alone
    QVERIFY(!attempt.why().contains(QStringLiteral("hunter2")));
    QVERIFY(!url.display().contains(QStringLiteral("hunter2")));
}

QTEST_GUILESS_MAIN(ClientAccessTest)
#include "client_access_test.moc"
