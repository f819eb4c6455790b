#include "core/redis/error_table.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using Kind = Error::Kind;

class ErrorTableTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsWhatAnErrorMeans_data();
    void knowsWhatAnErrorMeans();
    void splitsWordAndDetail_data();
    void splitsWordAndDetail();
    void keepsTheServersWordsForWhatItDoesNotKnow();
    void boundsWhatItTakesOver();
    void saysWhereAConnectionLed_data();
    void saysWhereAConnectionLed();
    void lostInFlightSaysThatItMayHaveHappened();
    void saysWhatAnswersInsteadOfRedis_data();
    void saysWhatAnswersInsteadOfRedis();
};

void ErrorTableTest::knowsWhatAnErrorMeans_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<Remedy>("remedy");
    const auto row = [](const char *text, Kind kind, Remedy remedy) {
        QTest::newRow(text) << QByteArray(text) << kind << remedy;
    };
    row("LOADING Redis is loading the dataset in memory", Kind::Unavailable, Remedy::Wait);
    row("READONLY You can't write against a read only replica.", Kind::Unavailable, Remedy::Reroute);
    row("MASTERDOWN Link with MASTER is down", Kind::Unavailable, Remedy::Wait);
    row("BUSY Redis is busy running a script.", Kind::Unavailable, Remedy::Wait);
    row("MISCONF Redis is configured to save RDB snapshots", Kind::Unavailable, Remedy::Wait);
    row("NOREPLICAS Not enough good replicas to write.", Kind::Unavailable, Remedy::Wait);
    row("OOM command not allowed when used memory > 'maxmemory'.", Kind::OutOfMemory, Remedy::Wait);
    row("UNBLOCKED force unblock from blocking operation", Kind::Unavailable, Remedy::Retry);
    row("TRYAGAIN Multiple keys request during rehashing of slot", Kind::Unavailable, Remedy::Retry);
    row("CLUSTERDOWN The cluster is down", Kind::Unavailable, Remedy::Wait);
    row("MOVED 3999 127.0.0.1:6381", Kind::Unsupported, Remedy::Reroute);
    row("ASK 3999 127.0.0.1:6381", Kind::Unsupported, Remedy::Reroute);
    row("CROSSSLOT Keys in request don't hash to the same slot", Kind::Internal, Remedy::Stop);
    row("NOAUTH Authentication required.", Kind::Unauthorised, Remedy::Stop);
    row("WRONGPASS invalid username-password pair or user is disabled.", Kind::Unauthorised, Remedy::Stop);
    row("NOPERM this user has no permissions to run the 'x' command", Kind::Unauthorised, Remedy::Stop);
    row("ERR The user executing the script can't run this command", Kind::Unauthorised, Remedy::Stop);
    row("DENIED Redis is running in protected mode", Kind::Unauthorised, Remedy::Stop);
    row("WRONGTYPE Operation against a key holding the wrong kind of value", Kind::Damaged, Remedy::Stop);
    row("EXECABORT Transaction discarded because of previous errors.", Kind::Internal, Remedy::Stop);
    row("ERR max number of clients reached", Kind::Unavailable, Remedy::Wait);
    row("ERR unknown command 'FOO'", Kind::Unsupported, Remedy::Stop);
    row("ERR DB index is out of range", Kind::Invalid, Remedy::Stop);
    row("ERR AUTH <password> called without any password configured", Kind::Unauthorised, Remedy::Stop);
    row("ERR syntax error", Kind::Internal, Remedy::Stop);
    row("NOT_FOUND job", Kind::NotFound, Remedy::Stop);
    row("WRONG_STATE running", Kind::WrongState, Remedy::Stop);
    row("LEASE_LOST x", Kind::LeaseLost, Remedy::Stop);
    row("QUEUE_FULL 10", Kind::QueueFull, Remedy::Wait);
    row("LAYOUT 2", Kind::Unsupported, Remedy::Stop);
    row("WRONG_KEY jobs string", Kind::Damaged, Remedy::Stop);
    row("STALE_CLAIM 7", Kind::LeaseLost, Remedy::Stop);
    row("NEWWORD whatever", Kind::Internal, Remedy::Stop);
}

void ErrorTableTest::knowsWhatAnErrorMeans()
{
    QFETCH(const QByteArray, text);
    QFETCH(const Kind, kind);
    QFETCH(const Remedy, remedy);
    const Refusal refusal = refusalFromServer(text, QStringLiteral("Script x"));
    QCOMPARE(refusal.error.kind, kind);
    QCOMPARE(refusal.remedy, remedy);
    QCOMPARE(refusal.error.what, QStringLiteral("Script x was refused."));
    QVERIFY(!refusal.error.why.isEmpty());
    QVERIFY(!refusal.error.todo.isEmpty()); // each says what to do
    QVERIFY(refusal.wasSent);
}

void ErrorTableTest::splitsWordAndDetail_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("word");
    QTest::addColumn<QByteArray>("detail");
    const auto row = [](const char *text, const char *word, const char *detail) {
        QTest::newRow(text) << QByteArray(text) << QByteArray(word) << QByteArray(detail);
    };
    row("WRONG_STATE dead_letter", "WRONG_STATE", "dead_letter");
    row("WRONG_KEY jobs string", "WRONG_KEY", "jobs string");
    row("ERR", "ERR", "");
    row("", "", "");
    row("no word here", "", "no word here");
    row(" ", "", " ");
}

void ErrorTableTest::splitsWordAndDetail()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QByteArray, word);
    QFETCH(const QByteArray, detail);
    const Refusal refusal = refusalFromServer(text, {});
    QCOMPARE(refusal.word, word);
    QCOMPARE(refusal.detail, detail);
}

void ErrorTableTest::keepsTheServersWordsForWhatItDoesNotKnow()
{
    const Refusal refusal = refusalFromServer("NEWWORD the moon is full", {});
    QVERIFY(refusal.error.why.contains(QStringLiteral("NEWWORD the moon is full")));
}

void ErrorTableTest::boundsWhatItTakesOver()
{
    const Refusal refusal = refusalFromServer("NEWWORD " + QByteArray(1'000'000, 'x'), {});
    QVERIFY(refusal.detail.size() <= 4096);
    QVERIFY(refusal.error.why.size() < 400);
}

void ErrorTableTest::saysWhereAConnectionLed_data()
{
    using namespace std::chrono_literals;
    QTest::addColumn<QString>("scheme");
    QTest::addColumn<QString>("why");
    QTest::addColumn<QString>("todo");
    QTest::addColumn<Kind>("kind");
    QTest::newRow("refused") << "refused"
                             << "Nothing listens there"
                             << "Start the server" << Kind::Unavailable;
    QTest::newRow("socket missing") << "missing"
                                    << "no such socket"
                                    << "unixsocket" << Kind::Unavailable;
    QTest::newRow("socket forbidden") << "forbidden"
                                      << "may not use"
                                      << "unixsocketperm" << Kind::Unauthorised;
    QTest::newRow("host") << "host"
                          << "no host called"
                          << "spelling" << Kind::Unavailable;
    QTest::newRow("unreachable") << "unreachable"
                                 << "No route to host"
                                 << "network" << Kind::Unavailable;
    QTest::newRow("silent") << "silent"
                            << "silent for 5.2 s (while connecting)"
                            << "hang" << Kind::Unavailable;
    QTest::newRow("closed") << "closed"
                            << "closed the connection"
                            << "rediss://" << Kind::Unavailable;
    QTest::newRow("stopped") << "stopped"
                             << "ended here"
                             << "again" << Kind::Unavailable;
    QTest::newRow("garbage") << "garbage"
                             << "cannot be understood. It is odd."
                             << "limit" << Kind::Damaged;
}

void ErrorTableTest::saysWhereAConnectionLed()
{
    using namespace std::chrono_literals;
    QFETCH(const QString, scheme);
    QFETCH(const QString, why);
    QFETCH(const QString, todo);
    QFETCH(const Kind, kind);
    const RedisUrl url = *RedisUrl::parse(QStringLiteral("redis://u:hunter2@h:1/2"));
    const QMap<QString, Error> errors{
        {QStringLiteral("refused"), connection_error::refused(url)},
        {QStringLiteral("missing"), connection_error::socketMissing(url)},
        {QStringLiteral("forbidden"), connection_error::socketForbidden(url)},
        {QStringLiteral("host"), connection_error::hostNotFound(url)},
        {QStringLiteral("unreachable"),
         connection_error::unreachable(url, QStringLiteral("No route to host"))},
        {QStringLiteral("silent"), connection_error::silent(url, 5200ms, QStringLiteral("while connecting"))},
        {QStringLiteral("closed"), connection_error::closed(url)},
        {QStringLiteral("stopped"), connection_error::stopped(url)},
        {QStringLiteral("garbage"), connection_error::garbage(url, QStringLiteral("It is odd."))},
    };
    const Error error = errors.value(scheme);
    QCOMPARE(error.kind, kind);
    QCOMPARE(error.what, QStringLiteral("No connection to redis://u@h:1/2."));
    QVERIFY2(error.why.contains(why), qPrintable(error.why));
    QVERIFY2(error.todo.contains(todo), qPrintable(error.todo));
    QCOMPARE(isLasting(error), kind == Kind::Unauthorised);
}

void ErrorTableTest::lostInFlightSaysThatItMayHaveHappened()
{
    const Refusal lost = lostInFlight(QStringLiteral("Script x"), connection_error::closed({}));
    QCOMPARE(lost.error.kind, Kind::ConnectionLost);
    QCOMPARE(lost.remedy, Remedy::Check);
    QVERIFY(lost.wasSent && lost.word.isEmpty());
    QVERIFY(lost.error.why.contains(QStringLiteral("may or may not")));
    const Refusal unsent = notSent(QStringLiteral("Script x"), std::nullopt);
    QCOMPARE(unsent.error.kind, Kind::ConnectionLost);
    QVERIFY(!unsent.wasSent);
    const Refusal hopeless = notSent(QStringLiteral("Script x"), connection_error::socketForbidden({}));
    QCOMPARE(hopeless.error.kind, Kind::Unauthorised);
    QCOMPARE(hopeless.remedy, Remedy::Stop);
}

void ErrorTableTest::saysWhatAnswersInsteadOfRedis_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("why");
    QTest::newRow("web") << QByteArray("HTTP/1.1 400 Bad Request\r\n") << "web server";
    QTest::newRow("web page") << QByteArray("<html>") << "web server";
    QTest::newRow("ssh") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n") << "SSH";
    QTest::newRow("tls") << QByteArray("\x15\x03\x01\x00\x02\x02\x46", 7) << "TLS";
    QTest::newRow("other") << QByteArray("\x4a\x00\x00\x1b[2Jmysql", 11) << "It began with \"J...[2Jmysq\"";
}

void ErrorTableTest::saysWhatAnswersInsteadOfRedis()
{
    QFETCH(const QByteArray, bytes);
    QFETCH(const QString, why);
    const Error error = connection_error::notRedis({}, bytes);
    QCOMPARE(error.kind, Kind::Unsupported);
    QVERIFY2(error.why.contains(why), qPrintable(error.why));
    QVERIFY(isLasting(error));
    for (const QChar character : error.text()) QVERIFY(character.isPrint()); // no escape reaches a terminal
}

QTEST_GUILESS_MAIN(ErrorTableTest)
#include "error_table_test.moc"
