#include "core/redis/client.h"
#include "tests/support/test_server.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using namespace signalbox::test;
using namespace std::chrono_literals;
using Phase = ConnectionState::Phase;

namespace {

const ScriptSource echoScript{"echo", "return {KEYS[1], ARGV[1]}"};
const ScriptSource refuseScript{"refuse", "return redis.error_reply('WRONG_STATE running')"};

ClientOptions optionsFor(const RedisUrl &url)
{
    return {.url = url, .name = "test client"};
}

/// Takes one reply and says when it is there.
struct Reply1 {
    std::optional<Result<Reply>> got;
    ReplyHandler handler()
    {
        return [this](Result<Reply> reply) { got = std::move(reply); };
    }
    [[nodiscard]] QByteArray text() const { return got && *got ? (*got)->text : QByteArray("(no reply)"); }
};

} // namespace

/// The client against a real server on a unix socket: what its users rely on.
class ClientTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void answersACommand();
    void neverCallsBackInsideSend();
    void keepsTheOrderOfReplies();
    void runsAScript();
    void tellsARefusalsWordAndDetail();
    void tellsVersionAndRunId();
    void waitsForAServerThatStartsLater();
    void failsWhatIsInFlightWhenTheServerDies();
    void answersEverythingBeforeItIsDestroyed();
    void canBeDestroyedByAReceiver();
    void stopsAndStartsAgain();

private:
    TestServer m_server;
};

void ClientTest::answersACommand()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    Reply1 reply;
    client.send({"ECHO", "hello"}, reply.handler());
    QTRY_VERIFY(reply.got);
    QCOMPARE(reply.text(), QByteArray("hello"));
    QCOMPARE(client.state().phase, Phase::Ready);
}

void ClientTest::neverCallsBackInsideSend()
{
    ClientOptions options = optionsFor(m_server.url());
    options.waitingCommandsMax = 1;
    Client client(options, runtime::systemSeams());
    Reply1 first, second;
    client.send({"PING"}, first.handler());
    client.send({"PING"}, second.handler()); // one too many: refused, but not before send() has returned
    QVERIFY(!second.got);
    QTRY_VERIFY(second.got);
    QCOMPARE(second.got->error().kind, Error::Kind::Unavailable);
    client.start();
    QTRY_VERIFY(first.got);
    QCOMPARE(first.text(), QByteArray("PONG"));
}

void ClientTest::keepsTheOrderOfReplies()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    std::vector<int> order;
    constexpr int count = 5000;
    for (int i = 0; i < count; ++i) {
        client.send({"ECHO", QByteArray::number(i)},
                    [&order](const Result<Reply> &reply) { order.push_back(reply->text.toInt()); });
    }
    QTRY_COMPARE(order.size(), size_t{count});
    for (int i = 0; i < count; ++i) QCOMPARE(order.at(static_cast<size_t>(i)), i);
}

void ClientTest::runsAScript()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    for (const QByteArray &value : {QByteArray("a\r\nb"), QByteArray(), QByteArray("\0x", 2)}) {
        Reply1 reply;
        client.eval(echoScript, {"k"}, {value}, reply.handler());
        QTRY_VERIFY(reply.got);
        QVERIFY2(*reply.got, qPrintable(reply.got->has_value() ? QString() : reply.got->error().text()));
        QCOMPARE((*reply.got)->at(0).text, QByteArray("k"));
        QCOMPARE((*reply.got)->at(1).text, value);
    }
}

void ClientTest::tellsARefusalsWordAndDetail()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    std::optional<Outcome> got;
    client.run(refuseScript, {}, {}, [&got](Outcome outcome) { got = std::move(outcome); });
    QTRY_VERIFY(got);
    QCOMPARE(got->error().word, QByteArray("WRONG_STATE"));
    QCOMPARE(got->error().detail, QByteArray("running"));
    QCOMPARE(got->error().error.kind, Error::Kind::WrongState);
}

void ClientTest::tellsVersionAndRunId()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    QVERIFY(client.state().serverVersion.startsWith(u'7'));
    QCOMPARE(client.state().runId.size(), 40);
    QCOMPARE(client.state().epoch, 1U);
    QVERIFY(m_server.raw().command({"CLIENT", "LIST"}).text.contains("name=test_client"));
}

void ClientTest::waitsForAServerThatStartsLater()
{
    m_server.stop();
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    Reply1 reply;
    client.send({"PING"}, reply.handler());
    QTRY_COMPARE(client.state().phase, Phase::Lost);
    QVERIFY(client.state().lastError->why.contains(QStringLiteral("no such socket")));
    m_server.start();
    QTRY_VERIFY(reply.got);
    QCOMPARE(reply.text(), QByteArray("PONG"));
}

void ClientTest::failsWhatIsInFlightWhenTheServerDies()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    Reply1 reply;
    m_server.suspend(); // it takes the bytes and says nothing
    client.send({"INCR", "n"}, reply.handler());
    const quint64 before = client.commandsSent();
    QTRY_COMPARE(client.commandsSent(), before + 1);
    m_server.kill9();
    QTRY_VERIFY(reply.got);
    QCOMPARE(reply.got->error().kind, Error::Kind::ConnectionLost);
    m_server.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    QCOMPARE(client.state().epoch, 2U);
}

void ClientTest::answersEverythingBeforeItIsDestroyed()
{
    int failed = 0;
    {
        Client client(optionsFor(m_server.url()), runtime::systemSeams());
        client.start();
        QTRY_COMPARE(client.state().phase, Phase::Ready);
        m_server.suspend();
        for (int i = 0; i < 3; ++i)
            client.send({"PING"}, [&](const Result<Reply> &reply) { failed += !reply; });
        const quint64 before = client.commandsSent();
        QTRY_COMPARE(client.commandsSent(), before + 3);
        client.send({"PING"}, [&](const Result<Reply> &reply) {
            failed += !reply;
            client.send({"PING"},
                        [](const Result<Reply> &) { qFatal("A send into a dying client was answered."); });
        });
    }
    QCOMPARE(failed, 4);
    m_server.resume();
}

void ClientTest::canBeDestroyedByAReceiver()
{
    auto client = std::make_unique<Client>(optionsFor(m_server.url()), runtime::systemSeams());
    client->start();
    int answered = 0;
    client->send({"PING"}, [&](const Result<Reply> &) {
        ++answered;
        client.reset();
    });
    client->send({"PING"}, [&](const Result<Reply> &) { ++answered; });
    QTRY_VERIFY(!client);
    QCOMPARE(answered, 2);
}

void ClientTest::stopsAndStartsAgain()
{
    Client client(optionsFor(m_server.url()), runtime::systemSeams());
    std::vector<Phase> phases;
    connect(&client, &Client::stateChanged, this,
            [&phases](const ConnectionState &state) { phases.push_back(state.phase); });
    client.start();
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    client.stop();
    client.stop();
    QCOMPARE(client.state().phase, Phase::Stopped);
    client.start();
    QTRY_COMPARE(client.state().phase, Phase::Ready);
    const std::vector<Phase> expected{Phase::Connecting, Phase::Ready, Phase::Stopped, Phase::Connecting,
                                      Phase::Ready};
    QCOMPARE(phases, expected);
}

QTEST_GUILESS_MAIN(ClientTest)
#include "client_test.moc"
