#include "core/redis/redis_url.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using Scheme = RedisUrl::Scheme;

class RedisUrlTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void parses_data();
    void parses();
    void refuses_data();
    void refuses();
    void readsTlsParameters();
    void readsAUnixSocketWithItsUser();
    void takesTheLongestSocketPathThereCanBe();
    void neverShowsAPassword_data();
    void neverShowsAPassword();
};

void RedisUrlTest::parses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("display");
    const auto row = [](const char *text, const char *user, const char *password, const char *display) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(user)
                            << QString::fromLatin1(password) << QString::fromLatin1(display);
    };
    row("redis://localhost", "", "", "redis://localhost:6379/0");
    row("redis://", "", "", "redis://127.0.0.1:6379/0");
    row("redis:///2", "", "", "redis://127.0.0.1:6379/2");
    row("  redis://host:7000/3\n", "", "", "redis://host:7000/3");
    row("rediss://host/", "", "", "rediss://host:6379/0");
    row("REDIS://HOST", "", "", "redis://host:6379/0");
    row("redis://:secret@host", "", "secret", "redis://host:6379/0");
    row("redis://u@host", "u", "", "redis://u@host:6379/0");
    row("redis://u:p%40%2F%3A%23w@host:1/1", "u", "p@/:#w", "redis://u@host:1/1");
    row("redis://[::1]:7000/0", "", "", "redis://[::1]:7000/0");
    row("unix:///run/redis.sock", "", "", "unix:///run/redis.sock");
    row("unix:///run/a%20b.sock?db=4", "", "", "unix:///run/a b.sock?db=4");
}

void RedisUrlTest::parses()
{
    QFETCH(const QString, text);
    QFETCH(const QString, user);
    QFETCH(const QString, password);
    QFETCH(const QString, display);
    const Result<RedisUrl> url = RedisUrl::parse(text);
    QVERIFY2(url, url ? "" : qPrintable(url.error().text()));
    QCOMPARE(url->user, user);
    QCOMPARE(url->password, password);
    QCOMPARE(url->display(), display);
}

void RedisUrlTest::refuses_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("why"); // a part of the cause: it must say which part is wrong
    const auto row = [](const char *text, const char *why) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(why);
    };
    row("", "empty");
    row("   ", "empty");
    row("localhost:6379", "begins with none");
    row("http://localhost", "begins with none");
    row("/run/redis.sock", "begins with none");
    row("redis://host:0", "port is 0");
    row("redis://host:65536", "parts cannot be told");
    row("redis://host:port", "parts cannot be told");
    row("redis://u:p@ss/w:rd@host", "\"@\" where");
    row("redis://u:12?ss@host", "One of its parameters");
    row("redis://u:p#ss@host", "parts cannot be told");
    row("redis://host#x", "\"#\"");
    row("redis://ho st", "parts cannot be told");
    row("redis://host/x", "not a number");
    row("redis://host/-1", "not a number");
    row("redis://host/01", "not a number");
    row("redis://host/1/2", "not a number");
    row("redis://host/99999999999", "database");
    row("redis://host?ca=x", "for TLS");
    row("redis://host?timeout=3", "\"timeout\" is not known");
    row("rediss://host?verify=no", "\"verify\" is not known");
    row("rediss://host?insecure", "\"insecure\" is not known");
    row("rediss://host?ca=a&ca=b", "there twice");
    row("rediss://host?cert=c", "both");
    row("rediss://host?key=k", "both");
    row("unix://run/redis.sock", "no host");
    row("unix://u:p@/run/redis.sock", "no host");
    row("unix:", "not absolute");
    row("unix:run/redis.sock", "not absolute");
    row("unix:///run/a%00b", "zero byte");
    row("unix:///run/r.sock?db=x", "database");
    row("unix:///run/r.sock?ca=x", "\"ca\" is not known");
}

void RedisUrlTest::refuses()
{
    QFETCH(const QString, text);
    QFETCH(const QString, why);
    const Result<RedisUrl> url = RedisUrl::parse(text);
    QVERIFY(!url);
    QCOMPARE(url.error().kind, Error::Kind::Invalid);
    QVERIFY2(url.error().why.contains(why), qPrintable(url.error().why));
    QVERIFY(!url.error().todo.isEmpty());
}

void RedisUrlTest::readsTlsParameters()
{
    const auto url = RedisUrl::parse(
        QStringLiteral("rediss://u:p@host:1/2?ca=/a%20b/ca.pem&cert=c.pem&key=k.pem&server_name=other"));
    const RedisUrl expected{.scheme = Scheme::Tls,
                            .host = QStringLiteral("host"),
                            .port = 1,
                            .socketPath = {},
                            .user = QStringLiteral("u"),
                            .password = QStringLiteral("p"),
                            .db = 2,
                            .caFile = QStringLiteral("/a b/ca.pem"),
                            .certificateFile = QStringLiteral("c.pem"),
                            .keyFile = QStringLiteral("k.pem"),
                            .serverName = QStringLiteral("other")};
    QVERIFY(url);
    QCOMPARE(*url, expected);
}

void RedisUrlTest::readsAUnixSocketWithItsUser()
{
    const auto url = RedisUrl::parse(QStringLiteral("unix:///run/r.sock?db=2&user=u&password=p%26q"));
    QVERIFY(url);
    QCOMPARE(url->scheme, Scheme::Unix);
    QCOMPARE(url->socketPath, QStringLiteral("/run/r.sock"));
    QCOMPARE(url->db, 2);
    QCOMPARE(url->user, QStringLiteral("u"));
    QCOMPARE(url->password, QStringLiteral("p&q"));
}

void RedisUrlTest::takesTheLongestSocketPathThereCanBe()
{
    const QString longest = u'/' + QString(106, u'x');
    QVERIFY(RedisUrl::parse(QStringLiteral("unix://") + longest));
    const auto tooLong = RedisUrl::parse(QStringLiteral("unix://") + longest + u'x');
    QVERIFY(!tooLong);
    QVERIFY(tooLong.error().why.contains(QStringLiteral("108 bytes")));
    const auto bytesCount
        = RedisUrl::parse(QStringLiteral("unix:///") + QString(54, QChar(0xe9))); // 109 in UTF-8
    QVERIFY(!bytesCount);
    QVERIFY(bytesCount.error().why.contains(QStringLiteral("109 bytes")));
}

void RedisUrlTest::neverShowsAPassword_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text :
         {"redis://u:hunter2@host", "redis://u:hunter2@host/x", "redis://u:hunter2@host:bad",
          "redis://u:hunter2#@host", "redis://u:a@b/hunter2@host", "redis://u:1?hunter2@host",
          "redis://u:1?hunter2=@host", "unix:///r?password=a&hunter2", "redis://u:hunter2/@host",
          "redis://u:hunter2@host?x=hunter2", "http://u:hunter2@host", "unix:///r?password=hunter2",
          "unix:r?password=hunter2", "unix:///r?password=hunter2&password=hunter2",
          "redis://u:hunter2@ho st"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void RedisUrlTest::neverShowsAPassword()
{
    QFETCH(const QString, text);
    const Result<RedisUrl> url = RedisUrl::parse(text);
    const QString said = url ? url->display() : url.error().text();
    QVERIFY2(!said.contains(QStringLiteral("hunter2")), qPrintable(said));
}

QTEST_GUILESS_MAIN(RedisUrlTest)
#include "redis_url_test.moc"
