#include "core/redis/connection_fsm.h"
#include "core/redis/error_table.h"
#include "core/runtime/manual_clock.h"

#include <QTest>

#include <algorithm>

using namespace signalbox;
using namespace signalbox::redis;
using namespace std::chrono_literals;
using Phase = ConnectionState::Phase;
using Todo = ConnectionFsm::Todo;

namespace {

/// A state machine with a clock that moves by hand, and shorthands for what a server says.
struct TestFsm {
    explicit TestFsm(ClientOptions clientOptions = {}, quint64 seed = 1)
        : options(std::move(clientOptions)), random(seed), fsm(options, time, random)
    {
    }
    static Outcome ok(const QByteArray &text = "OK")
    {
        Reply reply;
        reply.type = Reply::Type::Status;
        reply.text = text;
        return reply;
    }
    static Outcome refusal(QByteArrayView error) { return tl::unexpected(refusalFromServer(error, {})); }
    Todo becomeReady()
    {
        fsm.start();
        Todo todo = fsm.opened();
        const size_t steps = todo.handshake.size();
        for (size_t i = 0; i < steps; ++i) todo = fsm.replied(ok());
        return todo;
    }
    /// Moves to the machine's next due time; says how far that was.
    std::chrono::milliseconds waitUntilDue()
    {
        const auto by = *fsm.nextTick() - time.monotonicNow();
        time.advance(by);
        return std::chrono::duration_cast<std::chrono::milliseconds>(by);
    }
    ClientOptions options;
    runtime::ManualTime time;
    runtime::SeededRandom random;
    ConnectionFsm fsm;
};

ClientOptions optionsFor(const char *url, const QByteArray &name)
{
    ClientOptions options;
    options.url = *RedisUrl::parse(QString::fromLatin1(url));
    options.name = name;
    return options;
}

ClientOptions withEverything()
{
    return optionsFor("redis://u:p@h:1/3", "my name");
}

Error gone()
{
    return connection_error::closed({});
}

} // namespace

/// Events in, actions out: without a server and without a clock.
class ConnectionFsmTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asksForAConnectionWhenStarted();
    void shakesHandsInOneWrite();
    void sendsTheOldFormOfAuthWithoutAUser();
    void isReadyAfterTheLastAnswer();
    void readsVersionAndRunIdFromInfo();
    void doesWithoutWhatAclForbids();
    void aWrongPasswordRefusesWhatWaits();
    void aLoadingServerIsAskedAgainLater();
    void givesUpAConnectThatTakesTooLong_data();
    void givesUpAConnectThatTakesTooLong();
    void triesAgainWithGrowingJitteredDelays();
    void startsOverQuicklyOnceAConnectionHeld();
    void aHundredClientsDoNotComeBackTogether();
    void asksAQuietConnection();
    void stopsInEveryPhase();
    void ignoresWhatComesTooLate();
    void saysHowFarAHandshakeCame();
};

void ConnectionFsmTest::asksForAConnectionWhenStarted()
{
    TestFsm test;
    QCOMPARE(test.fsm.state().phase, Phase::Stopped);
    const Todo todo = test.fsm.start();
    QVERIFY(todo.open && todo.announce && !todo.close);
    QCOMPARE(test.fsm.state().phase, Phase::Connecting);
    QVERIFY(!test.fsm.start().open); // started already
}

void ConnectionFsmTest::shakesHandsInOneWrite()
{
    TestFsm test(withEverything());
    test.fsm.start();
    const std::vector<QByteArrayList> expected{
        {"AUTH", "u", "p"}, {"SELECT", "3"}, {"CLIENT", "SETNAME", "my_name"}, {"INFO", "server"}, {"PING"}};
    QCOMPARE(test.fsm.opened().handshake, expected);
}

void ConnectionFsmTest::sendsTheOldFormOfAuthWithoutAUser()
{
    TestFsm test(optionsFor("redis://:p@h", {}));
    test.fsm.start();
    const QByteArrayList expected{"AUTH", "p"};
    QCOMPARE(test.fsm.opened().handshake.front(), expected);
}

void ConnectionFsmTest::isReadyAfterTheLastAnswer()
{
    TestFsm test(withEverything());
    test.fsm.start();
    const Todo opened = test.fsm.opened();
    for (size_t i = 1; i < opened.handshake.size(); ++i) QVERIFY(!test.fsm.replied(TestFsm::ok()).release);
    const Todo last = test.fsm.replied(TestFsm::ok());
    QVERIFY(last.release && last.announce);
    QCOMPARE(test.fsm.state().phase, Phase::Ready);
    QCOMPARE(test.fsm.state().epoch, 1U);
    QVERIFY(!test.fsm.state().lastError);
}

void ConnectionFsmTest::readsVersionAndRunIdFromInfo()
{
    TestFsm test;
    test.fsm.start();
    test.fsm.opened();
    test.fsm.replied(TestFsm::ok("# Server\r\nredis_version:7.0.15\r\nrun_id:abc\r\n"));
    QCOMPARE(test.fsm.state().serverVersion, QStringLiteral("7.0.15"));
    QCOMPARE(test.fsm.state().runId, QByteArray("abc"));
}

void ConnectionFsmTest::doesWithoutWhatAclForbids()
{
    TestFsm test(optionsFor("redis://h", "n"));
    test.fsm.start();
    test.fsm.opened();
    QVERIFY(!test.fsm.replied(TestFsm::refusal("NOPERM this user has no permissions to run 'client|setname'"))
                 .close);
    QVERIFY(!test.fsm.replied(TestFsm::refusal("ERR unknown command 'INFO'")).close);
    QVERIFY(test.fsm.replied(TestFsm::refusal("NOPERM this user has no permissions to run 'ping'")).release);
}

void ConnectionFsmTest::aWrongPasswordRefusesWhatWaits()
{
    TestFsm test(withEverything());
    test.fsm.start();
    test.fsm.opened();
    const Todo todo = test.fsm.replied(TestFsm::refusal("WRONGPASS invalid username-password pair"));
    QVERIFY(todo.close && todo.refuseWaiting);
    QCOMPARE(todo.close->kind, Error::Kind::Unauthorised);
    QVERIFY(!todo.close->text().contains(QStringLiteral(":p@")));
    QCOMPARE(test.fsm.state().phase, Phase::Lost); // and tries again: somebody may change it on the server
}

void ConnectionFsmTest::aLoadingServerIsAskedAgainLater()
{
    TestFsm test;
    test.fsm.start();
    test.fsm.opened();
    test.fsm.replied(TestFsm::ok());
    const Todo todo = test.fsm.replied(TestFsm::refusal("LOADING Redis is loading the dataset in memory"));
    QVERIFY(todo.close && !todo.refuseWaiting);
    QVERIFY(test.waitUntilDue() <= test.options.reconnectMax);
    QVERIFY(test.fsm.tick().open);
}

void ConnectionFsmTest::givesUpAConnectThatTakesTooLong_data()
{
    QTest::addColumn<int>("answers"); // −2: nothing; −1: TCP only; 0 … 4: that many of the handshake
    QTest::addColumn<QString>("phase");
    QTest::newRow("connect") << -2 << "while connecting";
    QTest::newRow("TLS") << -1 << "during the TLS handshake";
    QTest::newRow("AUTH") << 0 << "waiting for the answer to AUTH";
    QTest::newRow("SELECT") << 1 << "waiting for the answer to SELECT";
    QTest::newRow("CLIENT") << 2 << "waiting for the answer to CLIENT";
    QTest::newRow("INFO") << 3 << "waiting for the answer to INFO";
    QTest::newRow("PING") << 4 << "waiting for the answer to PING";
}

void ConnectionFsmTest::givesUpAConnectThatTakesTooLong()
{
    QFETCH(const int, answers);
    QFETCH(const QString, phase);
    TestFsm test(withEverything());
    test.fsm.start();
    if (answers > -2) test.fsm.reached();
    if (answers > -1) test.fsm.opened();
    for (int i = 0; i < answers; ++i) test.fsm.replied(TestFsm::ok());
    test.time.advance(test.options.connectDeadline - 1ms);
    QVERIFY(!test.fsm.tick().close);
    test.time.advance(1ms);
    const Todo todo = test.fsm.tick();
    QVERIFY(todo.close);
    QVERIFY2(todo.close->why.contains(phase), qPrintable(todo.close->why));
    QVERIFY(todo.close->why.contains(QStringLiteral("5.0 s")));
    QCOMPARE(test.fsm.state().lastError, todo.close);
}

void ConnectionFsmTest::triesAgainWithGrowingJitteredDelays()
{
    TestFsm test;
    test.fsm.start();
    std::vector<std::chrono::milliseconds> bounds{200ms, 400ms, 800ms, 1500ms, 1500ms, 1500ms};
    for (const auto bound : bounds) {
        QVERIFY(test.fsm.broken(gone()).close);
        const auto delay = test.waitUntilDue();
        QVERIFY(delay >= test.options.reconnectMin);
        QVERIFY(delay <= bound);
        QVERIFY(test.fsm.tick().open);
    }
}

void ConnectionFsmTest::startsOverQuicklyOnceAConnectionHeld()
{
    TestFsm test;
    test.fsm.start();
    for (int i = 0; i < 10; ++i) {
        test.fsm.broken(gone());
        test.waitUntilDue();
        test.fsm.tick();
    }
    test.fsm.opened();
    test.fsm.replied(TestFsm::ok());
    test.fsm.replied(TestFsm::ok());
    QCOMPARE(test.fsm.state().phase, Phase::Ready);
    test.time.advance(test.options.reconnectMax);
    test.fsm.broken(gone());
    QVERIFY(test.waitUntilDue() <= 4 * test.options.reconnectMin);
}

void ConnectionFsmTest::aHundredClientsDoNotComeBackTogether()
{
    std::vector<std::chrono::milliseconds> delays;
    for (quint64 seed = 0; seed < 100; ++seed) {
        TestFsm test({}, seed);
        test.fsm.start();
        for (int failures = 0; failures < 4; ++failures) { // a restart takes longer than the first attempts
            test.fsm.broken(gone());
            const auto delay = test.waitUntilDue();
            if (failures == 3) delays.push_back(delay);
            test.fsm.tick();
        }
    }
    std::sort(delays.begin(), delays.end());
    for (size_t i = 0; i + 25 < delays.size(); ++i) QVERIFY(delays[i + 25] - delays[i] > 100ms);
}

void ConnectionFsmTest::asksAQuietConnection()
{
    TestFsm test;
    test.becomeReady();
    QVERIFY(!test.fsm.tick().ping);
    test.time.advance(test.options.quietPing);
    QVERIFY(test.fsm.tick().ping);
    QVERIFY(test.fsm.ponged(250us).announce);
    QCOMPARE(test.fsm.state().ping, 250us);
    test.time.advance(test.options.quietPing);
    QVERIFY(test.fsm.tick().ping);
}

void ConnectionFsmTest::stopsInEveryPhase()
{
    TestFsm connecting;
    connecting.fsm.start();
    TestFsm ready;
    ready.becomeReady();
    TestFsm lost;
    lost.fsm.start();
    lost.fsm.broken(gone());
    for (TestFsm *test : {&connecting, &ready, &lost}) {
        const Todo todo = test->fsm.stop();
        QVERIFY(todo.close && todo.refuseWaiting && todo.announce);
        QCOMPARE(test->fsm.state().phase, Phase::Stopped);
        QVERIFY(!test->fsm.nextTick());
        QVERIFY(!test->fsm.stop().close); // twice is once
        QVERIFY(test->fsm.start().open);
    }
}

void ConnectionFsmTest::ignoresWhatComesTooLate()
{
    TestFsm test;
    test.becomeReady();
    test.fsm.stop();
    QVERIFY(!test.fsm.broken(gone()).close);
    QVERIFY(test.fsm.opened().handshake.empty());
    QVERIFY(!test.fsm.replied(TestFsm::ok()).release);
    QVERIFY(!test.fsm.ponged(1us).announce);
    test.time.advance(1h);
    QVERIFY(!test.fsm.tick().open);
}

void ConnectionFsmTest::saysHowFarAHandshakeCame()
{
    TestFsm test(withEverything());
    test.fsm.start();
    test.fsm.opened();
    test.fsm.replied(TestFsm::ok());
    const Todo todo = test.fsm.broken(gone());
    QVERIFY2(todo.close->why.contains(QStringLiteral("waiting for the answer to SELECT")),
             qPrintable(todo.close->why));
}

QTEST_GUILESS_MAIN(ConnectionFsmTest)
#include "connection_fsm_test.moc"
