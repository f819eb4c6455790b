#include "tests/app/ctl/ctl_rig.h"
#include "tests/support/tls_files.h"

#include <QFile>
#include <QTcpServer>
#include <QTcpSocket>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;

#define EXPECT(end, expected) QVERIFY2((end).code == (expected), (end).all().constData())

/// Whatever is wrong outside: an error that says what to do, no crash, nothing lost.
class CtlBadInputTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wrongUrl_data();
    void wrongUrl();
    void nobodyListens();
    void wrongPassword();
    void passwordIsNeverRepeated();
    void passwordLeavesTheCommandLine();
    void urlFromAFileOrStdin();
    void serverThatIsNotRedis();
    void wrongTlsHostName();
    void longSocketPath();
    void unknownHandlerIsADeadLetterInWords();
    void keyOfAnotherType_data();
    void keyOfAnotherType();
    void foreignJobText();
    void hundredMegabytePayload();
    void serverGoesAwayMeanwhile();
    void settingsFileIsWrong();

private:
    /// The error has all three parts: what, why, and what to do.
    static bool isWhole(const CtlEnd &end)
    {
        return end.out.isEmpty() && end.err.startsWith("error: ") && end.err.count("\n       ") >= 1;
    }
    static bool isWholeJson(const CtlEnd &end)
    {
        const QJsonObject error = end.errorJson();
        return !error.value(u"what"_s).toString().isEmpty() && !error.value(u"why"_s).toString().isEmpty()
            && !error.value(u"todo"_s).toString().isEmpty();
    }
};

void CtlBadInputTest::wrongUrl_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url :
         {"http://host", "redis://host:notaport", "redis://host:99999", "redis://host/x",
          "redis://host/0?verify=no", "unix://relative", "unix:", "rediss://host?insecure=1",
          "localhost:6379", "redis://ho st", "://", "redis://host/0#part"})
        QTest::newRow(url) << QString::fromLatin1(url);
}

void CtlBadInputTest::wrongUrl()
{
    QFETCH(QString, url);
    const CtlEnd end = Ctl().run({u"list"_s, u"--redis"_s, url});
    EXPECT(end, 3);
    QVERIFY2(isWhole(end) && end.err.contains("queue.redis_url"), end.all().constData());
}

void CtlBadInputTest::nobodyListens()
{
    const QString url = u"redis://127.0.0.1:%1"_s.arg(test::freePort());
    const CtlEnd end = Ctl().run({u"list"_s, u"--redis"_s, url});
    EXPECT(end, 8);
    QVERIFY2(isWhole(end) && end.err.contains("127.0.0.1"), end.all().constData());
    const CtlEnd gone = Ctl().run({u"list"_s, u"--redis"_s, u"unix:///nonexistent.sock"_s, u"--json"_s});
    EXPECT(gone, 8);
    QVERIFY2(isWholeJson(gone), gone.all().constData());
}

void CtlBadInputTest::wrongPassword()
{
    const test::TestServer server({.aclFile = "user default on >right ~* &* +@all\n"});
    Ctl ctl;
    for (const QString &url : {server.urlText(), server.urlText() + u"?password=wrong"_s}) {
        ctl.set(u"REDIS_URL"_s, url);
        const CtlEnd end = ctl.run({u"list"_s});
        EXPECT(end, 7);
        QVERIFY2(isWhole(end), end.all().constData());
    }
    ctl.set(u"REDIS_URL"_s, server.urlText() + u"?password=right"_s);
    EXPECT(ctl.run({u"list"_s}), 0);
}

void CtlBadInputTest::passwordIsNeverRepeated()
{
    const test::TestServer server({.aclFile = "user default on >right ~* &* +@all\n"});
    Ctl ctl;
    for (const QString &url : {server.urlText() + u"?password=canary-secret"_s,
                               u"redis://u:canary-secret@127.0.0.1:%1"_s.arg(test::freePort()),
                               u"redis://u:canary-secret@host:notaport"_s}) {
        ctl.set(u"REDIS_URL"_s, url);
        for (const CtlEnd &end : {ctl.run({u"list"_s}), ctl.run({u"work"_s, u"--drain"_s, u"--json"_s})}) {
            QVERIFY(end.code != 0);
            QVERIFY2(!end.all().contains("canary"), end.all().constData());
        }
    }
}

void CtlBadInputTest::passwordLeavesTheCommandLine()
{
    const test::TestServer server({.aclFile = "user default on >canary-secret ~* &* +@all\n"});
    const Ctl ctl;
    const auto events
        = ctl.start({u"events"_s, u"--redis"_s, server.urlText() + u"?password=canary-secret"_s});
    QByteArray said;
    QTRY_VERIFY((said += events->readAllStandardError()).contains("Listening"));
    QFile commandLine(u"/proc/%1/cmdline"_s.arg(events->processId()));
    QVERIFY(commandLine.open(QIODevice::ReadOnly));
    const QByteArray text = commandLine.readAll();
    QVERIFY(text.contains("events") && text.contains("password="));
    QVERIFY2(!text.contains("canary"), text.constData());
    events->terminate();
    QTRY_COMPARE(events->state(), QProcess::NotRunning);
}

void CtlBadInputTest::urlFromAFileOrStdin()
{
    const test::TestServer server;
    const Ctl ctl;
    const QString path = ctl.write(u"url"_s, server.urlText().toUtf8() + '\n');
    EXPECT(ctl.run({u"list"_s, u"--redis"_s, u'@' + path}), 0);
    EXPECT(ctl.run({u"list"_s, u"--redis"_s, u"@-"_s}, server.urlText().toUtf8()), 0);
    const CtlEnd missing = ctl.run({u"list"_s, u"--redis"_s, u"@/nonexistent"_s});
    EXPECT(missing, 4);
    QVERIFY(isWhole(missing));
}

void CtlBadInputTest::serverThatIsNotRedis()
{
    for (const QByteArray &greeting :
         {QByteArray("SSH-2.0-OpenSSH_9.2\r\n"), QByteArray("HTTP/1.1 400 Bad Request\r\n\r\n"),
          QByteArray("\x16\x03\x01\x02\x00", 5)}) {
        QTcpServer peer;
        QVERIFY(peer.listen(QHostAddress::LocalHost));
        connect(&peer, &QTcpServer::newConnection, &peer, [&] {
            QTcpSocket *socket = peer.nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, socket, [socket, greeting] {
                socket->readAll();
                socket->write(greeting);
            });
        });
        const Ctl ctl;
        const auto list
            = ctl.start({u"list"_s, u"--redis"_s, u"redis://127.0.0.1:%1"_s.arg(peer.serverPort())});
        QTRY_COMPARE_WITH_TIMEOUT(list->state(), QProcess::NotRunning, 20'000);
        const CtlEnd end{list->exitCode(), list->readAllStandardOutput(), list->readAllStandardError()};
        QVERIFY2(end.code == 8 || end.code == 10, end.all().constData());
        QVERIFY2(isWhole(end), end.all().constData());
    }
}

void CtlBadInputTest::wrongTlsHostName()
{
    test::TlsFiles tls;
    const auto pair = tls.make({.subjectAltName = u"DNS:somebody.else"_s});
    const test::TestServer server(
        {.tlsCertificate = pair.certificate, .tlsKey = pair.key, .tlsCa = tls.authority()});
    const CtlEnd end
        = Ctl().run({u"list"_s, u"--redis"_s,
                     u"rediss://127.0.0.1:%1?ca=%2"_s.arg(server.tlsUrl().port).arg(tls.authority())});
    QVERIFY2(end.code == 7 || end.code == 8, end.all().constData());
    QVERIFY2(isWhole(end) && end.err.contains("name"), end.all().constData());
}

void CtlBadInputTest::longSocketPath()
{
    const CtlEnd end = Ctl().run({u"list"_s, u"--redis"_s, u"unix:///"_s + QString(120, u'x')});
    EXPECT(end, 3);
    QVERIFY2(isWhole(end) && end.err.contains("107"), end.all().constData());
}

void CtlBadInputTest::unknownHandlerIsADeadLetterInWords()
{
    const test::TestServer server;
    const Ctl ctl(&server);
    const CtlEnd submitted = ctl.run({u"submit"_s, u"os.getcwd"_s, u"--max-retries"_s, u"0"_s});
    EXPECT(submitted, 0);
    EXPECT(ctl.run({u"work"_s, u"--drain"_s}), 0);
    const CtlEnd result = ctl.run({u"result"_s, QString::fromLatin1(submitted.out.trimmed())});
    EXPECT(result, 1);
    QVERIFY2(result.err.contains("os.getcwd") && result.err.contains("not registered"),
             result.all().constData());
}

void CtlBadInputTest::keyOfAnotherType_data()
{
    QTest::addColumn<QByteArray>("noun");
    for (const char *noun : {"jobs", "runs", "pending", "counts", "events", "scheduled", "meta"})
        QTest::newRow(noun) << QByteArray(noun);
}

void CtlBadInputTest::keyOfAnotherType()
{
    QFETCH(QByteArray, noun);
    const test::TestServer server;
    test::RawRedis raw = server.raw();
    const Ctl ctl(&server);
    EXPECT(ctl.run({u"submit"_s, u"a"_s, u"--delay"_s, u"1h"_s}), 0);
    const QByteArray key = "{signalbox:default}:" + noun;
    raw.command({"DEL", key});
    raw.command({"SET", key, "planted"});
    for (const QStringList &command : {QStringList{u"submit"_s, u"a"_s}, QStringList{u"list"_s},
                                       QStringList{u"queues"_s, u"list"_s}, QStringList{u"metrics"_s}}) {
        const CtlEnd end = ctl.run(command);
        // Not every command reads every key; which one does must say what is wrong, and none may crash.
        QVERIFY2(end.code == 0 || end.code == 9, end.all().constData());
        if (end.code == 9) QVERIFY2(isWhole(end) && end.err.contains(noun), end.all().constData());
    }
    EXPECT(ctl.run({u"submit"_s, u"a"_s}), 9);
    QCOMPARE(raw.command({"GET", key}).text, QByteArray("planted"));
}

void CtlBadInputTest::foreignJobText()
{
    const test::TestServer server;
    test::RawRedis raw = server.raw();
    const Ctl ctl(&server);
    const CtlEnd good = ctl.run({u"submit"_s, u"good"_s});
    const QByteArray id = ctl.run({u"submit"_s, u"spoilt"_s}).out.trimmed();
    raw.command({"HSET", "{signalbox:default}:jobs", id, "not\x01 a record"});
    const CtlEnd list = ctl.run({u"list"_s});
    QVERIFY2(list.code == 0 || list.code == 9, list.all().constData());
    QVERIFY2(list.out.contains(good.out.trimmed()), list.all().constData()); // one spoils not the others
    const CtlEnd show = ctl.run({u"show"_s, QString::fromLatin1(id)});
    EXPECT(show, 9);
    QVERIFY2(isWhole(show), show.all().constData());
    EXPECT(ctl.run({u"show"_s, QString::fromLatin1(good.out.trimmed())}), 0);
}

void CtlBadInputTest::hundredMegabytePayload()
{
    const test::TestServer server;
    const Ctl ctl(&server);
    const QByteArray payload = R"({"handler": "a", "args": [")" + QByteArray(100'000'000, 'x') + "\"]}\n";
    const CtlEnd end = ctl.run({u"submit"_s, u"--file"_s, u"-"_s}, payload);
    EXPECT(end, 3);
    QVERIFY2(isWhole(end) && end.err.contains("MiB") && end.err.size() < 2000, end.all().constData());
    const QByteArray large = R"({"handler": "a", "args": [")" + QByteArray(20'000'000, 'x') + "\"]}\n";
    const CtlEnd second = ctl.run({u"submit"_s, u"--file"_s, u"-"_s}, large);
    EXPECT(second, 3);
    QVERIFY2(second.err.contains("Line 1:") && second.err.contains("args"), second.all().constData());
    QVERIFY(ctl.run({u"list"_s}).out.isEmpty());
}

void CtlBadInputTest::serverGoesAwayMeanwhile()
{
    test::TestServer server;
    const Ctl ctl(&server);
    const CtlEnd submitted = ctl.run({u"submit"_s, u"a"_s});
    const auto waiting
        = ctl.start({u"wait"_s, QString::fromLatin1(submitted.out.trimmed()), u"--timeout"_s, u"1"_s});
    server.kill9();
    QTRY_COMPARE_WITH_TIMEOUT(waiting->state(), QProcess::NotRunning, 30'000);
    QVERIFY(waiting->exitStatus() == QProcess::NormalExit);
    QVERIFY2(waiting->exitCode() == 8 || waiting->exitCode() == 5,
             waiting->readAllStandardError().constData());
}

void CtlBadInputTest::settingsFileIsWrong()
{
    const test::TestServer server;
    Ctl ctl(&server);
    const QString path = ctl.write(u"settings.json"_s, "{\"workers\": {\n \"count\": \"many\"}}");
    const CtlEnd end = ctl.run({u"list"_s, u"--settings"_s, path});
    EXPECT(end, 3);
    QVERIFY2(isWhole(end) && end.err.contains("settings.json, line 2") && end.err.contains("workers.count"),
             end.all().constData());
    EXPECT(ctl.run({u"list"_s, u"--settings"_s, u"/nonexistent.json"_s}), 4);
    ctl.set(u"JOB_WORKER_COUNT"_s, u"-3"_s);
    const CtlEnd environment = ctl.run({u"list"_s});
    EXPECT(environment, 3);
    QVERIFY(environment.err.contains("JOB_WORKER_COUNT"));
    ctl.set(u"JOB_WORKER_COUNT"_s, {});
    ctl.set(u"JOB_QUEUE_ENABLED"_s, u"false"_s);
    EXPECT(ctl.run({u"list"_s}), 5);
}

QTEST_GUILESS_MAIN(CtlBadInputTest)
#include "ctl_bad_input_test.moc"
