#include "core/redis/client.h"
#include "core/redis/error_table.h"
#include "core/redis/transport.h"
#include "core/runtime/manual_clock.h"
#include "tests/support/scripted_peer.h"
#include "tests/support/test_server.h"

#include <QElapsedTimer>
#include <QTest>
#include <QTimer>

using namespace signalbox;
using namespace signalbox::redis;
using namespace signalbox::test;
using namespace std::chrono_literals;
using Phase = ConnectionState::Phase;

namespace {

const ScriptSource append1{"append1", "return redis.call('RPUSH', KEYS[1], ARGV[1])"};
const ScriptSource append2{"append2", "return redis.call('RPUSH', KEYS[1], ARGV[1]) + 0"};

/// A name service that is out of order for a while.
class DeadNameService : public Transport {
public:
    explicit DeadNameService(RedisUrl url) : m_url(std::move(url)) { }
    void open() override { Q_EMIT broken(connection_error::hostNotFound(m_url)); }
    void write(const QByteArray &) override { }
    void abort() override { }

private:
    RedisUrl m_url;
};

/// Real sockets, and a clock that moves by hand.
struct SlowMotion {
    explicit SlowMotion(const RedisUrl &url) : random(1), client(options(url), {&time, &time, &random}) { }
    static ClientOptions options(RedisUrl url)
    {
        url.user = QStringLiteral("u");
        url.password = QStringLiteral("p");
        url.db = 1;
        ClientOptions options;
        options.url = url;
        options.name = "n";
        return options;
    }
    runtime::ManualTime time;
    runtime::SeededRandom random;
    Client client;
};

/// SIGNALBOX_SEED=n repeats a run's jitter.
quint64 seedOfThisRun()
{
    bool isSet = false;
    const quint64 seed = qEnvironmentVariable("SIGNALBOX_SEED").toULongLong(&isSet);
    return isSet ? seed : runtime::systemSeams().random->bits();
}

std::optional<Error> failureOf(const std::optional<Result<Reply>> &reply)
{
    if (!reply || *reply) return std::nullopt;
    return reply->error();
}

} // namespace

/// What a network and a server can do to a client. The rows are those of the project's list of faults.
class ClientFaultsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void faults_row10_answersAgainAfterEachFault_data();
    void faults_row10_answersAgainAfterEachFault();
    void faults_row11_noticesSilenceInEachPhase_data();
    void faults_row11_noticesSilenceInEachPhase();
    void faults_row16_tellsWhatToDoAboutEachError_data();
    void faults_row16_tellsWhatToDoAboutEachError();
    void faults_row16_findsTheNewPrimaryAfterReadonly();
    void faults_row16_waitsUntilAServerHasLoaded();
    void faults_row22_flushedScriptsKeepTheirOrder();
    void survivesAConnectionCutAtAnyByte();
    void refusesGarbage_data();
    void refusesGarbage();
    void endsAConnectionWithGarbageInTheMiddle();
    void takesAnUnaskedErrorAtItsWord();
    void saysThatTheServerIsFull();
};

void ClientFaultsTest::faults_row10_answersAgainAfterEachFault_data()
{
    QTest::addColumn<int>("cycles");
    QTest::addColumn<int>("fault");
    QTest::newRow("restart") << 4 << 0;
    QTest::newRow("kill -9") << 4 << 1;
    QTest::newRow("CLIENT KILL TYPE normal") << 6 << 2;
    QTest::newRow("SIGSTOP until it is noticed") << 2 << 3;
    QTest::newRow("DNS failure") << 3 << 4;
}

void ClientFaultsTest::faults_row10_answersAgainAfterEachFault()
{
    QFETCH(const int, cycles);
    QFETCH(const int, fault);
    const quint64 seed = seedOfThisRun();
    runtime::SeededRandom random(seed);
    runtime::Seams seams = runtime::systemSeams();
    seams.random = &random;
    TestServer server;
    bool isNameServiceDead = false;
    ClientOptions options;
    options.url = server.url();
    options.connectDeadline = options.replyDeadline = 400ms; // a tenth and less: cycles are what counts here
    options.quietPing = 200ms;
    options.transport = [&](const RedisUrl &url) -> std::unique_ptr<Transport> {
        if (isNameServiceDead) return std::make_unique<DeadNameService>(url);
        return makeSocketTransport(url);
    };
    QByteArrayList woken;
    std::function<void()> readOn; // before the clients: they call it until they are gone
    Client commands(options, seams);
    Client reader(options, seams); // as a worker waits: it must not go deaf
    readOn = [&] {
        reader.sendBlocking({"BLPOP", "wake", "0"}, 24h, [&](const Result<Reply> &reply) {
            if (reply) woken << reply->at(1).text;
            readOn();
        });
    };
    commands.start();
    reader.start();
    readOn();
    for (int i = 0; i < cycles; ++i) {
        QTRY_VERIFY(commands.state().phase == Phase::Ready && reader.state().phase == Phase::Ready);
        const quint64 epoch = commands.state().epoch;
        switch (fault) {
        case 0:
            server.restart();
            break;
        case 1:
            server.kill9();
            QTRY_VERIFY(commands.state().phase != Phase::Ready);
            server.start();
            break;
        case 2:
            server.raw().command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
            break;
        case 3:
            server.suspend();
            QTRY_COMPARE(commands.state().phase, Phase::Lost); // by its own ping: nobody else is asking
            server.resume();
            break;
        case 4:
            isNameServiceDead = true;
            server.raw().command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
            QTRY_VERIFY(commands.state().lastError
                        && commands.state().lastError->why.contains(QStringLiteral("name service")));
            isNameServiceDead = false;
        }
        QVERIFY(RawRedis::answers(server.socketPath(), 2s));
        QElapsedTimer sinceItAnswers;
        sinceItAnswers.start();
        const QByteArray token = QByteArray::number(i);
        server.raw().command({"RPUSH", "wake", token});
        QTRY_VERIFY(commands.state().phase == Phase::Ready && commands.state().epoch > epoch);
        std::optional<Result<Reply>> reply;
        commands.send({"PING"}, [&](Result<Reply> got) { reply = std::move(got); });
        QTRY_VERIFY(reply && *reply);
        // A reader that the server believes in still may swallow one: that is why such a token carries no
        // job.
        if (fault != 3) QTRY_COMPARE(woken.isEmpty() ? QByteArray() : woken.last(), token);
        QVERIFY2(sinceItAnswers.elapsed() <= 2000, qPrintable(QString::number(sinceItAnswers.elapsed())));
    }
    qInfo("SIGNALBOX_SEED=%llu, %d faults injected", static_cast<unsigned long long>(seed), cycles);
}

void ClientFaultsTest::faults_row11_noticesSilenceInEachPhase_data()
{
    QTest::addColumn<QByteArray>("silentAt"); // the command it is silent at; or "connect", "tls", "quiet"
    QTest::addColumn<QString>("said");
    QTest::newRow("connect") << QByteArray("connect") << "while connecting";
    QTest::newRow("TLS") << QByteArray("tls") << "during the TLS handshake";
    for (const char *verb : {"AUTH", "SELECT", "CLIENT", "INFO", "PING"})
        QTest::newRow(verb) << QByteArray(verb)
                            << QStringLiteral("waiting for the answer to ") + QLatin1String(verb);
    QTest::newRow("script") << QByteArray("EVALSHA") << "a command was waiting";
    QTest::newRow("blocking read") << QByteArray("BLPOP") << "a command was waiting";
    QTest::newRow("quiet") << QByteArray("quiet") << "a command was waiting";
}

void ClientFaultsTest::faults_row11_noticesSilenceInEachPhase()
{
    QFETCH(const QByteArray, silentAt);
    QFETCH(const QString, said);
    const DeafPort deaf;
    bool isDead = false; // from the silent command on: a peer that is gone answers nothing more
    ScriptedPeer peer([&](const QByteArrayList &command) {
        isDead |= command.value(0) == silentAt;
        return isDead ? std::nullopt : ScriptedPeer::healthy(command);
    });
    RedisUrl url = peer.url();
    if (silentAt == "connect") url.port = deaf.port();
    if (silentAt == "tls") url.scheme = RedisUrl::Scheme::Tls;
    SlowMotion test(url);
    std::optional<Result<Reply>> reply;
    const auto note = [&](Result<Reply> got) { reply = std::move(got); };
    test.client.start();
    if (silentAt == "EVALSHA" || silentAt == "BLPOP" || silentAt == "quiet") {
        QTRY_COMPARE(test.client.state().phase, Phase::Ready);
        if (silentAt == "EVALSHA") test.client.eval(append1, {"k"}, {"v"}, note);
        if (silentAt == "BLPOP") test.client.sendBlocking({"BLPOP", "k", "4"}, 9s, note);
        isDead = silentAt == "quiet";
    }
    if (silentAt == "tls")
        QTRY_VERIFY(peer.bytesReceived() > 0);
    else if (silentAt == "quiet")
        test.time.advance(ClientOptions().quietPing); // its ping is due
    else if (silentAt != "connect")
        QTRY_COMPARE(peer.count(silentAt), 1);
    if (silentAt == "quiet") QTRY_COMPARE(peer.count("PING"), 2);

    const auto left = silentAt == "quiet" ? 5s : 10s;
    test.time.advance(left); // so that ten seconds have passed since anything was heard
    QTRY_VERIFY(test.client.state().lastError);
    QVERIFY2(test.client.state().lastError->why.contains(said),
             qPrintable(test.client.state().lastError->why));
    QVERIFY(test.client.state().phase != Phase::Ready);
    QVERIFY(test.client.state().since <= test.time.wallNow()); // what a window shows as "since"
    if (silentAt == "EVALSHA" || silentAt == "BLPOP") {
        QVERIFY(reply);
        QCOMPARE(failureOf(reply)->kind, Error::Kind::ConnectionLost);
    }
}

void ClientFaultsTest::faults_row16_tellsWhatToDoAboutEachError_data()
{
    QTest::addColumn<QByteArray>("error");
    QTest::addColumn<Remedy>("remedy");
    const auto row = [](const char *error, Remedy remedy) {
        QTest::newRow(QByteArray(error).split(' ').front().constData()) << QByteArray(error) << remedy;
    };
    row("LOADING Redis is loading the dataset in memory", Remedy::Wait);
    row("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", Remedy::Wait);
    row("BUSY Redis is busy running a script.", Remedy::Wait);
    row("MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.", Remedy::Wait);
    row("NOREPLICAS Not enough good replicas to write.", Remedy::Wait);
    row("OOM command not allowed when used memory > 'maxmemory'.", Remedy::Wait);
    row("CLUSTERDOWN Hash slot not served", Remedy::Wait);
    row("UNBLOCKED force unblock from blocking operation", Remedy::Retry);
    row("TRYAGAIN Multiple keys request during rehashing of slot", Remedy::Retry);
    row("READONLY You can't write against a read only replica.", Remedy::Reroute);
    row("MOVED 3999 127.0.0.1:6381", Remedy::Reroute);
    row("ASK 3999 127.0.0.1:6381", Remedy::Reroute);
    row("CROSSSLOT Keys in request don't hash to the same slot", Remedy::Stop);
    row("NOAUTH Authentication required.", Remedy::Stop);
    row("WRONGPASS invalid username-password pair or user is disabled.", Remedy::Stop);
    row("NOPERM this user has no permissions to access one of the keys used as arguments", Remedy::Stop);
    row("WRONGTYPE Operation against a key holding the wrong kind of value", Remedy::Stop);
    row("EXECABORT Transaction discarded because of previous errors.", Remedy::Stop);
}

void ClientFaultsTest::faults_row16_tellsWhatToDoAboutEachError()
{
    QFETCH(const QByteArray, error);
    QFETCH(const Remedy, remedy);
    ScriptedPeer peer(ScriptedPeer::healthyExcept("EVALSHA", '-' + error + "\r\n"));
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    client.start();
    std::optional<Outcome> got;
    client.run(append1, {"k"}, {"v"}, [&](Outcome outcome) { got = std::move(outcome); });
    QTRY_VERIFY(got);
    QCOMPARE(got->error().word, error.split(' ').front());
    QCOMPARE(got->error().remedy, remedy);
    QVERIFY(!got->error().error.todo.isEmpty());
    QCOMPARE(peer.count("EVALSHA"), 1); // the caller decides, so it is not sent twice behind its back
    peer.setAnswer(ScriptedPeer::healthy);
    std::optional<Result<Reply>> next;
    client.send({"PING"}, [&](Result<Reply> reply) { next = std::move(reply); });
    QTRY_VERIFY(next);
    QVERIFY(*next); // no error leaves the client unusable
}

void ClientFaultsTest::faults_row16_findsTheNewPrimaryAfterReadonly()
{
    ScriptedPeer peer(
        ScriptedPeer::healthyExcept("EVALSHA", "-READONLY You can't write against a replica.\r\n"));
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    client.start();
    std::optional<Outcome> refused;
    client.run(append1, {}, {}, [&](Outcome outcome) { refused = std::move(outcome); });
    QTRY_VERIFY(refused);
    peer.setAnswer(ScriptedPeer::healthy); // the address leads to the new primary now
    QTRY_VERIFY(client.state().epoch == 2);
    QCOMPARE(peer.connections(), 2);
}

void ClientFaultsTest::faults_row16_waitsUntilAServerHasLoaded()
{
    ScriptedPeer peer(
        ScriptedPeer::healthyExcept("PING", "-LOADING Redis is loading the dataset in memory\r\n"));
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    client.start();
    std::optional<Outcome> got;
    client.run(append1, {}, {}, [&](Outcome outcome) { got = std::move(outcome); });
    QTRY_VERIFY(client.state().lastError);
    QVERIFY(client.state().lastError->why.contains(QStringLiteral("loading")));
    QVERIFY(!got); // what waits is not thrown at a server that would refuse it
    peer.setAnswer(ScriptedPeer::healthy);
    QTRY_VERIFY(got);
    QVERIFY(*got);
}

void ClientFaultsTest::faults_row22_flushedScriptsKeepTheirOrder()
{
    TestServer server;
    ClientOptions options;
    options.url = server.url();
    Client client(options, runtime::systemSeams());
    client.start();
    constexpr int count = 30'000;
    constexpr int window = 300;
    int sent = 0, answered = 0, flushes = 0;
    QStringList errors;
    std::function<void()> sendMore = [&] {
        for (; sent < count && sent - answered < window; ++sent) {
            const ScriptSource &script = sent % 3 == 0 ? append2 : append1;
            client.run(script, {"log"}, {QByteArray::number(sent)}, [&](const Outcome &outcome) {
                ++answered;
                if (!outcome) errors << outcome.error().error.text();
            });
        }
    };
    RawRedis raw = server.raw();
    QTimer load, flush;
    connect(&load, &QTimer::timeout, this, [&] { sendMore(); });
    connect(&flush, &QTimer::timeout, this, [&] {
        raw.command({"SCRIPT", "FLUSH", "SYNC"});
        ++flushes;
    });
    load.start(0);
    flush.start(3);
    QTRY_COMPARE_WITH_TIMEOUT(answered, count, 60'000);
    QVERIFY2(errors.isEmpty(), qPrintable(errors.value(0)));
    const Reply log = raw.command({"LRANGE", "log", "0", "-1"});
    QCOMPARE(log.size(), size_t{count});
    for (int i = 0; i < count; ++i) QCOMPARE(log.at(static_cast<size_t>(i)).text.toInt(), i);
    const QByteArray noScripts = raw.command({"INFO", "errorstats"}).text;
    QVERIFY2(noScripts.contains("errorstat_NOSCRIPT"), "No flush hit a call: this test has shown nothing.");
    qInfo("%d calls, %d flushes, %s", count, flushes, noScripts.trimmed().constData());
}

void ClientFaultsTest::survivesAConnectionCutAtAnyByte()
{
    const qsizetype all = ScriptedPeer::healthy({"INFO"})->size() + ScriptedPeer::healthy({"PING"})->size()
        + ScriptedPeer::healthy({"ECHO"})->size();
    for (qint64 cut = 0; cut <= all; ++cut) {
        ScriptedPeer peer;
        peer.cutAfter(cut);
        ClientOptions options;
        options.url = peer.url();
        options.reconnectMin = 1ms;
        options.reconnectMax = 2ms;
        Client client(options, runtime::systemSeams());
        client.start();
        std::optional<Result<Reply>> reply;
        client.send({"ECHO", "x"}, [&](Result<Reply> got) { reply = std::move(got); });
        QTRY_VERIFY(peer.connections() > 1); // it was cut, and came back
        peer.cutAfter(1'000'000);
        if (!reply) QTRY_VERIFY(reply);
        if (!*reply) QCOMPARE(failureOf(reply)->kind, Error::Kind::ConnectionLost); // it was in flight
        std::optional<Result<Reply>> next;
        client.send({"PING"}, [&](Result<Reply> got) { next = std::move(got); });
        QTRY_VERIFY(next && *next);
    }
}

void ClientFaultsTest::refusesGarbage_data()
{
    QTest::addColumn<QByteArray>("greeting");
    QTest::addColumn<QString>("why");
    QTest::addColumn<Error::Kind>("kind");
    QTest::newRow("web server") << QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n") << "web server"
                                << Error::Kind::Unsupported;
    QTest::newRow("SSH server") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n") << "SSH server"
                                << Error::Kind::Unsupported;
    QTest::newRow("TLS server") << QByteArray("\x15\x03\x01\x00\x02\x02\x46", 7) << "expects TLS"
                                << Error::Kind::Unsupported;
    QTest::newRow("anything") << QByteArray("\x00\x01\x02garbage", 10) << "not Redis"
                              << Error::Kind::Unsupported;
}

void ClientFaultsTest::refusesGarbage()
{
    QFETCH(const QByteArray, greeting);
    QFETCH(const QString, why);
    QFETCH(const Error::Kind, kind);
    ScriptedPeer peer([](const QByteArrayList &) { return std::nullopt; });
    peer.setGreeting(greeting);
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    client.start();
    std::optional<Result<Reply>> reply;
    client.send({"PING"}, [&](Result<Reply> got) { reply = std::move(got); });
    QTRY_VERIFY(reply); // at once: waiting would change nothing
    QCOMPARE(failureOf(reply)->kind, kind);
    QVERIFY2(failureOf(reply)->why.contains(why), qPrintable(failureOf(reply)->why));
    QVERIFY(!failureOf(reply)->todo.isEmpty());
}

void ClientFaultsTest::endsAConnectionWithGarbageInTheMiddle()
{
    ScriptedPeer peer;
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    std::optional<Error> why;
    connect(&client, &Client::stateChanged, this, [&](const ConnectionState &state) {
        if (state.lastError) why = state.lastError;
    });
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    peer.say("?what\r\n");
    QTRY_VERIFY(why);
    QCOMPARE(why->kind, Error::Kind::Damaged);
    QTRY_COMPARE(client.state().epoch, 2U); // nothing behind broken bytes means anything: it begins anew
}

void ClientFaultsTest::takesAnUnaskedErrorAtItsWord()
{
    ScriptedPeer peer;
    ClientOptions options;
    options.url = peer.url();
    Client client(options, runtime::systemSeams());
    std::optional<Error> why;
    connect(&client, &Client::stateChanged, this, [&](const ConnectionState &state) {
        if (state.lastError) why = state.lastError;
    });
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    peer.say("-DENIED Redis is running in protected mode\r\n");
    QTRY_VERIFY(why);
    QCOMPARE(why->kind, Error::Kind::Unauthorised);
    QVERIFY2(why->why.contains(QStringLiteral("protected mode")), qPrintable(why->why));
}

void ClientFaultsTest::saysThatTheServerIsFull()
{
    TestServer server({.extraArguments = {"--maxclients", "1"}});
    RawRedis only = server.raw();
    ClientOptions options;
    options.url = server.url();
    Client client(options, runtime::systemSeams());
    client.start();
    QTRY_VERIFY(client.state().lastError);
    QVERIFY2(client.state().lastError->why.contains(QStringLiteral("as many connections as it allows")),
             qPrintable(client.state().lastError->why));
}

QTEST_GUILESS_MAIN(ClientFaultsTest)
#include "client_faults_test.moc"
