#include "core/local/file_lock.h"
#include "core/local/private_folder.h"
#include "core/local/private_redis.h"
#include "core/local/server_process.h"
#include "core/runtime/answer.h"
#include "core/runtime/manual_clock.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLocalServer>
#include <QLocalSocket>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <csignal>

using namespace signalbox;
using namespace signalbox::local;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 20'000;

template <typename T> Error errorOf(const Result<T> &result)
{
    if (result) qFatal("A call succeeded that should have failed.");
    return result.error();
}

} // namespace

/// What a healthy machine never shows: other programs in the way, servers that do not answer, tools that are
/// missing.
class PrivateRedisFaultsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void turnHeldForMinutesIsSaid();
    void silentServerIsSaid();
    void strangeServerIsRefused();
    void loadingServerIsWaitedFor();
    void serverOnItsWayOutIsWaitedForAndReplaced();
    void refusedStopIsSaid();
    void slowStopIsSaid();
    void leavingWhileStartingLeavesAfterwards();
    void leavingTwiceIsLeavingOnce();
    void damageWithoutToolsIsSaid();
    void programWithoutInterpreterIsSaid();
    void processEndIsSeen();
    void linkPlantedForTheConfigIsNotFollowed();
    void linkPlantedForALockIsRefused();
    void folderOfAnotherUserIsRefused();
    void largeLogIsPutAside();
    void noPlaceForASocketIsSaid();

private:
    [[nodiscard]] std::unique_ptr<PrivateRedis> make(const runtime::Seams &seams,
                                                     const QString &program = {}) const
    {
        return std::make_unique<PrivateRedis>(PrivateRedisOptions{m_folder, program, true}, seams);
    }
    /// Time by hand; the sockets are real.
    [[nodiscard]] runtime::Seams byHand() { return {&m_time, &m_time, runtime::systemSeams().random}; }
    template <typename T> [[nodiscard]] static T get(const QFuture<T> &future)
    {
        if (!QTest::qWaitFor([&] { return future.isFinished(); }, patience))
            qFatal("A call was not answered.");
        return future.result();
    }
    /// Advances the time whenever the loop has nothing more to do, until the answer is there.
    template <typename T> [[nodiscard]] T getInTime(const QFuture<T> &future, std::chrono::milliseconds step)
    {
        if (!QTest::qWaitFor(
                [&] {
                    if (!future.isFinished()) m_time.advance(step);
                    return future.isFinished();
                },
                patience))
            qFatal("A call was not answered, whatever the time.");
        return future.result();
    }
    /// A server that somebody else left: its lock held, its socket known, answers as given.
    void pretendServer(std::function<QByteArray(const QByteArray &line)> answer)
    {
        m_lock = std::make_unique<FileLock>(std::move(*FileLock::open(m_folder + u"/server.lock"_s)));
        QVERIFY(m_lock->tryLock(FileLock::Mode::Exclusive));
        const QString socket = m_folder + u"/redis.sock"_s;
        QVERIFY(PrivateFolder::open(m_folder)->write(u"socket"_s, QFile::encodeName(socket)));
        m_fake = std::make_unique<QLocalServer>();
        QVERIFY(m_fake->listen(socket));
        connect(m_fake.get(), &QLocalServer::newConnection, m_fake.get(), [this, answer] {
            QLocalSocket *peer = m_fake->nextPendingConnection();
            connect(peer, &QLocalSocket::readyRead, peer, [peer, answer] {
                while (peer->canReadLine()) {
                    const QByteArray reply = answer(peer->readLine().trimmed());
                    if (reply == "close") return peer->disconnectFromServer();
                    peer->write(reply + "\r\n");
                }
            });
        });
    }
    [[nodiscard]] int serverPid() const
    {
        const QString folder = QFileInfo(m_folder).canonicalFilePath();
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs))
            if (entry.toInt() > 0 && QFile::symLinkTarget(u"/proc/"_s + entry + u"/cwd"_s) == folder)
                return entry.toInt();
        return 0;
    }
    std::unique_ptr<QTemporaryDir> m_home;
    QString m_folder;
    runtime::ManualTime m_time;
    std::unique_ptr<FileLock> m_lock;
    std::unique_ptr<QLocalServer> m_fake;
    QByteArray m_path;
};

void PrivateRedisFaultsTest::init()
{
    m_home = std::make_unique<QTemporaryDir>(u"/tmp/signalbox-test-XXXXXX"_s);
    m_folder = m_home->filePath(u"redis"_s);
    QVERIFY(PrivateFolder::open(m_folder));
    m_path = qgetenv("PATH");
}

void PrivateRedisFaultsTest::cleanup()
{
    qputenv("PATH", m_path);
    m_fake.reset();
    m_lock.reset();
    if (const int pid = serverPid()) ::kill(pid, SIGKILL);
}

void PrivateRedisFaultsTest::turnHeldForMinutesIsSaid()
{
    const Result<FileLock> turn = FileLock::open(m_folder + u"/turn.lock"_s);
    QVERIFY(turn && turn->tryLock(FileLock::Mode::Exclusive));
    const auto redis = make(byHand());
    const Error error = errorOf(getInTime(redis->start(), 10s));
    QCOMPARE(error.kind, Error::Kind::Unavailable);
    QVERIFY2(error.todo.contains(u"turn.lock"), qPrintable(error.text()));
}

void PrivateRedisFaultsTest::silentServerIsSaid()
{
    pretendServer([](const QByteArray &) { return "-LOADING"; });
    m_fake->close(); // it holds its lock, and nobody listens
    const auto redis = make(byHand());
    const Error error = errorOf(getInTime(redis->start(), 1s));
    QVERIFY2(error.what.contains(u"does not answer"), qPrintable(error.text()));
    QVERIFY(error.todo.contains(u"redis.log"));
}

void PrivateRedisFaultsTest::strangeServerIsRefused()
{
    pretendServer([](const QByteArray &) { return "-NOAUTH Authentication required."; });
    const auto redis = make(runtime::systemSeams());
    const Error error = errorOf(get(redis->start()));
    QVERIFY2(error.why.contains(u"NOAUTH"), qPrintable(error.text()));
}

void PrivateRedisFaultsTest::loadingServerIsWaitedFor()
{
    int asked = 0;
    // Far beyond the silence that is borne: who loads is not silent.
    pretendServer(
        [&asked](const QByteArray &) { return ++asked < 20 ? "-LOADING Redis is loading" : "+PONG"; });
    const auto redis = make(byHand());
    const auto started = getInTime(redis->start(), 5s);
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    QVERIFY(started->attached);
    QCOMPARE(asked, 20);
}

void PrivateRedisFaultsTest::serverOnItsWayOutIsWaitedForAndReplaced()
{
    pretendServer([this](const QByteArray &) {
        m_fake->close(); // no longer listens, and its lock goes a moment later
        m_lock->close();
        return "close";
    });
    const auto redis = make(runtime::systemSeams());
    const auto started = get(redis->start());
    QVERIFY2(started, qPrintable(started ? QString() : started.error().text()));
    QVERIFY(!started->attached);
    QVERIFY(get(redis->leave()));
}

void PrivateRedisFaultsTest::refusedStopIsSaid()
{
    pretendServer(
        [](const QByteArray &line) { return line == "PING" ? "+PONG" : "-ERR Errors trying to SHUTDOWN."; });
    const auto redis = make(runtime::systemSeams());
    QVERIFY(get(redis->start()));
    const Error error = errorOf(get(redis->leave()));
    QVERIFY2(error.why.contains(u"Errors trying to SHUTDOWN"), qPrintable(error.text()));
    QVERIFY(get(redis->leave())); // left all the same
}

void PrivateRedisFaultsTest::slowStopIsSaid()
{
    pretendServer(
        [](const QByteArray &line) { return line == "PING" ? "+PONG" : "close"; }); // and keeps its lock
    const auto redis = make(byHand());
    QVERIFY(getInTime(redis->start(), 10ms));
    const Error error = errorOf(getInTime(redis->leave(), 1s));
    QVERIFY2(error.what.contains(u"takes long to stop"), qPrintable(error.text()));
}

void PrivateRedisFaultsTest::leavingWhileStartingLeavesAfterwards()
{
    const auto redis = make(runtime::systemSeams());
    const auto starting = redis->start();
    const auto leaving = redis->leave();
    QVERIFY(get(starting));
    QVERIFY(get(leaving));
    QCOMPARE(serverPid(), 0);
}

/// A program that is interrupted while it opens leaves twice: as the opening fails, and as it closes.
void PrivateRedisFaultsTest::leavingTwiceIsLeavingOnce()
{
    const auto redis = make(runtime::systemSeams());
    const auto starting = redis->start();
    const auto whileStarting = redis->leave();
    const auto again = redis->leave();
    QVERIFY(get(starting));
    const auto whileLeaving = redis->leave();
    for (const auto &left : {whileStarting, again, whileLeaving}) QVERIFY(get(left));
    QCOMPARE(serverPid(), 0);
    QVERIFY(get(redis->leave())); // nothing to leave
    QVERIFY(get(redis->start())); // and it can start again
    QVERIFY(get(redis->leave()));
}

void PrivateRedisFaultsTest::damageWithoutToolsIsSaid()
{
    {
        const auto redis = make(runtime::systemSeams());
        QVERIFY(get(redis->start()));
        QVERIFY(get(redis->leave()));
    }
    QFile file(m_folder + u"/appendonlydir/appendonly.aof.1.incr.aof"_s);
    QVERIFY(file.open(QIODevice::Append));
    file.write(QByteArray(64, '\0'));
    file.close();
    const QString program = QStandardPaths::findExecutable(u"redis-server"_s);
    const QString tools = m_home->filePath(u"tools"_s);
    QVERIFY(QDir().mkpath(tools));
    qputenv("PATH", tools.toUtf8());
    const auto withoutCopy = make(runtime::systemSeams(), program);
    QVERIFY(errorOf(get(withoutCopy->start())).what.contains(u"cp"));
    QVERIFY(QFile::link(u"/bin/cp"_s, tools + u"/cp"_s));
    const auto withoutCheck = make(runtime::systemSeams(), program);
    const Error error = errorOf(get(withoutCheck->start()));
    QVERIFY2(error.what.contains(u"redis-check-aof") && error.todo.contains(u"apt install"),
             qPrintable(error.text()));
    qputenv("PATH", m_path);
    const auto redis = make(runtime::systemSeams());
    const auto started = get(redis->start());
    QVERIFY2(started && started->notice.contains(u"mended"),
             qPrintable(started ? QString() : started.error().text()));
    QVERIFY(get(redis->leave()));
}

void PrivateRedisFaultsTest::programWithoutInterpreterIsSaid()
{
    const QString program = m_home->filePath(u"server"_s);
    QFile script(program);
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/no/such/interpreter\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::ExeOwner));
    const auto redis = make(runtime::systemSeams(), program);
    const Error error = errorOf(get(redis->start()));
    QVERIFY2(error.what.contains(program) && !error.why.isEmpty(), qPrintable(error.text()));
}

void PrivateRedisFaultsTest::processEndIsSeen()
{
    ProcessWatch watch;
    QSignalSpy ended(&watch, &ProcessWatch::ended);
    const Result<pid_t> pid = launchDetached({u"/bin/sleep"_s, {u"60"_s}, m_home->filePath(u"out"_s), -1});
    QVERIFY(pid);
    watch.watch(*pid);
    QVERIFY(ended.isEmpty());
    ::kill(*pid, SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 1, patience);
    watch.watch(*pid); // gone already: said all the same
    QTRY_COMPARE_WITH_TIMEOUT(ended.size(), 2, patience);
}

void PrivateRedisFaultsTest::linkPlantedForTheConfigIsNotFollowed()
{
    const QString victim = m_home->filePath(u"victim"_s);
    QFile file(victim);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("mine") == 4);
    file.close();
    QVERIFY(QFile::link(victim, m_folder + u"/redis.conf"_s));
    const auto redis = make(runtime::systemSeams());
    QVERIFY(get(redis->start()));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("mine"));
    QVERIFY(!QFileInfo(m_folder + u"/redis.conf"_s).isSymLink());
    QVERIFY(get(redis->leave()));
}

void PrivateRedisFaultsTest::linkPlantedForALockIsRefused()
{
    const QString victim = m_home->filePath(u"victim"_s);
    QVERIFY(QFile::link(victim, m_folder + u"/turn.lock"_s));
    const auto redis = make(runtime::systemSeams());
    QVERIFY(errorOf(get(redis->start())).what.contains(u"turn.lock"));
    QVERIFY(!QFileInfo::exists(victim));
}

void PrivateRedisFaultsTest::folderOfAnotherUserIsRefused()
{
    if (::geteuid() != 0) QSKIP("Only root can give a folder away.");
    QCOMPARE(::chown(QFile::encodeName(m_folder).constData(), 12345, 12345), 0);
    const auto redis = make(runtime::systemSeams());
    const Error error = errorOf(get(redis->start()));
    QVERIFY2(error.why.contains(u"another user"), qPrintable(error.text()));
}

void PrivateRedisFaultsTest::largeLogIsPutAside()
{
    QFile log(m_folder + u"/redis.log"_s);
    QVERIFY(log.open(QIODevice::WriteOnly) && log.resize(6 * 1024 * 1024));
    log.close();
    const auto redis = make(runtime::systemSeams());
    QVERIFY(get(redis->start()));
    QVERIFY(get(redis->leave()));
    QVERIFY(QFileInfo(log.fileName()).size() < 1024 * 1024);
    QCOMPARE(QFileInfo(log.fileName() + u".1"_s).size(), 6 * 1024 * 1024);
}

void PrivateRedisFaultsTest::noPlaceForASocketIsSaid()
{
    const QString deep = m_home->filePath(QString(120, u'd') + u"/redis"_s);
    const Result<PrivateFolder> folder = PrivateFolder::open(deep);
    QVERIFY(folder);
    const QString shorter = *chooseSocketPath(*folder);
    const QString place = QFileInfo(shorter).path();
    QVERIFY(shorter.size() <= 107);
    QVERIFY(QDir(place).removeRecursively());
    QFile inTheWay(place); // a file of that name, and no other place
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    qunsetenv("XDG_RUNTIME_DIR");
    const Result<QString> refused = chooseSocketPath(*folder);
    inTheWay.remove();
    if (place.startsWith(u"/tmp/")) {
        QVERIFY(errorOf(refused).why.contains(u"107"));
        QVERIFY(errorOf(refused).todo.contains(u"private.folder"));
    }
}

QTEST_GUILESS_MAIN(PrivateRedisFaultsTest)
#include "private_redis_faults_test.moc"
