#include "core/local/file_lock.h"
#include "core/local/private_redis.h"
#include "core/runtime/answer.h"
#include "tests/core/local/files.h"
#include "tests/support/raw_redis.h"

#include <QDateTime>
#include <QDir>
#include <QDirIterator>
#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

#include <csignal>

using namespace signalbox;
using namespace signalbox::local;
using namespace Qt::StringLiterals;
using test::changeFile;
using test::modeOf;
using test::RawRedis;
using test::why;

namespace {

constexpr int patience = 20'000;

} // namespace

/// One folder a case; what a case starts, it stops, so that no server outlives the test.
class PrivateRedisTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>(u"/tmp/signalbox-test-XXXXXX"_s);
        QVERIFY(m_home->isValid());
        m_folder = m_home->filePath(u"redis"_s);
    }
    void cleanup()
    {
        const pid_t pid = serverPid();
        if (pid > 0) ::kill(pid, SIGKILL);
        m_home.reset();
    }

    void nobodyElseCanReachIt();
    void codeRunningCommandsAreOff();
    void secondUserAttachesAndTheLastToLeaveStopsIt();
    void dataSurvivesStopAndStart();
    void survivesKill9OfItsOwner();
    void survivesKill9OfItsOwnerWhileStarting();
    void manyStartersGetOneServer();
    void serverKilledIsSaidAndStartedAgainWithoutLoss();
    void destructorStopsItToo();
    void damagedTailIsMendedAndSaid_data();
    void damagedTailIsMendedAndSaid();
    void damagedBaseIsRefusedWithACopy();
    void missingManifestIsMadeAnew();
    void unclearFilesAreNotGuessedAt();
    void missingDataIsNoFirstStart();
    void missingProgramSaysHowToInstallIt();
    void folderThatCannotBeMadeIsRefused();
    void folderOpenToOthersIsRefused();
    void plantedLinkIsRefused();
    void longFolderGetsAShortSocket();
    void serverThatDiesAtStartIsQuoted();
    void secondStartIsAnError();
    void leavingUnstartedIsDone();

private:
    [[nodiscard]] std::unique_ptr<PrivateRedis> make(QString program = {}) const
    {
        return std::make_unique<PrivateRedis>(PrivateRedisOptions{m_folder, std::move(program), true},
                                              runtime::systemSeams());
    }
    [[nodiscard]] static Result<PrivateRedis::Started> start(PrivateRedis &redis)
    {
        const auto future = redis.start();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), patience); }();
        return future.result();
    }
    [[nodiscard]] static Result<> leave(PrivateRedis &redis)
    {
        const auto future = redis.leave();
        [&] { QTRY_VERIFY_WITH_TIMEOUT(future.isFinished(), patience); }();
        return future.result();
    }
    /// Runs a server with `keys` in it and stops it: a folder with data.
    void fill(int keys) const
    {
        const auto redis = make();
        const auto started = start(*redis);
        QVERIFY2(started, why(started));
        RawRedis raw(started->url.socketPath);
        for (int i = 0; i < keys; ++i) raw.command({"HSET", "jobs", QByteArray::number(i), "kept"});
        QVERIFY(leave(*redis));
    }
    [[nodiscard]] QString dataFile(const QString &name) const
    {
        return m_folder + u"/appendonlydir/"_s + name;
    }
    /// As the log says it, and only when it still runs.
    [[nodiscard]] pid_t serverPid() const
    {
        const QFileInfo folder(m_folder);
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            bool isPid = false;
            const int pid = entry.toInt(&isPid);
            if (isPid && QFile::symLinkTarget(u"/proc/%1/cwd"_s.arg(pid)) == folder.canonicalFilePath())
                return pid;
        }
        return 0;
    }
    [[nodiscard]] int serverCount() const
    {
        int count = 0;
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs)) {
            bool isPid = false;
            const int pid = entry.toInt(&isPid);
            if (isPid
                && QFile::symLinkTarget(u"/proc/%1/cwd"_s.arg(pid))
                    == QFileInfo(m_folder).canonicalFilePath())
                ++count;
        }
        return count;
    }

    std::unique_ptr<QTemporaryDir> m_home;
    QString m_folder;
};

void PrivateRedisTest::nobodyElseCanReachIt()
{
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY2(started, why(started));
    QVERIFY(!started->attached);
    QCOMPARE(started->notice, QString());
    RawRedis raw(started->url.socketPath);
    raw.command({"SET", "a", "1"});
    QCOMPARE(raw.command({"CONFIG", "GET", "port"}).at(1).text, QByteArray("0"));
    QCOMPARE(raw.command({"CONFIG", "GET", "maxmemory-policy"}).at(1).text, QByteArray("noeviction"));
    QCOMPARE(raw.command({"CONFIG", "GET", "appendfsync"}).at(1).text, QByteArray("always"));
    QCOMPARE(modeOf(m_folder), 0700U);
    int files = 0;
    QDirIterator all(m_folder, QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot,
                     QDirIterator::Subdirectories);
    while (all.hasNext()) {
        const QString path = all.next();
        QVERIFY2((modeOf(path) & 077U) == 0,
                 qPrintable(path)); // nothing for group and others, whatever it is
        ++files;
    }
    QVERIFY(files >= 8);
    QCOMPARE(modeOf(started->url.socketPath), 0600U);
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::codeRunningCommandsAreOff()
{
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(started);
    RawRedis raw(started->url.socketPath);
    QVERIFY(raw.tryCommand({"DEBUG", "OBJECT", "a"}).error().why.contains(u"DEBUG command not allowed"));
    QVERIFY(raw.tryCommand({"MODULE", "LOAD", "/x.so"}).error().why.contains(u"MODULE command not allowed"));
    QVERIFY(raw.tryCommand({"CONFIG", "SET", "dir", "/tmp"}).error().why.contains(u"protected config"));
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::secondUserAttachesAndTheLastToLeaveStopsIt()
{
    const auto first = make();
    const auto second = make();
    const auto one = start(*first);
    const auto two = start(*second);
    QVERIFY(one && two);
    QVERIFY(!one->attached);
    QVERIFY(two->attached);
    QCOMPARE(two->url, one->url);
    QVERIFY(leave(*first));
    RawRedis(two->url.socketPath).command({"SET", "a", "1"}); // it runs on for the second
    QVERIFY(leave(*second));
    QCOMPARE(serverPid(), 0);
    QVERIFY(!QFileInfo::exists(two->url.socketPath)); // a clean end removes it
}

void PrivateRedisTest::dataSurvivesStopAndStart()
{
    fill(100);
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(started);
    QVERIFY(!started->attached);
    QCOMPARE(RawRedis(started->url.socketPath).command({"HLEN", "jobs"}).integer, 100);
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::survivesKill9OfItsOwner()
{
    QProcess owner;
    owner.start(QStringLiteral(PRIVATE_REDIS_USER), {m_folder});
    QTRY_VERIFY_WITH_TIMEOUT(owner.canReadLine(), patience);
    const QString said = QString::fromUtf8(owner.readLine()).trimmed();
    QVERIFY2(said.startsWith(u"up "), qPrintable(said));
    RawRedis raw(said.mid(3));
    raw.command({"SET", "acknowledged", "1"});
    const pid_t before = serverPid();
    owner.kill();
    QTRY_COMPARE_WITH_TIMEOUT(owner.state(), QProcess::NotRunning, patience);
    QCOMPARE(raw.command({"GET", "acknowledged"}).text, QByteArray("1"));

    const auto next = make();
    const auto started = start(*next);
    QVERIFY(started);
    QVERIFY(started->attached);
    QCOMPARE(serverPid(), before);
    QVERIFY(leave(*next)); // the dead owner does not count as one who still uses it
    QCOMPARE(serverPid(), 0);
}

void PrivateRedisTest::survivesKill9OfItsOwnerWhileStarting()
{
    fill(10);
    const auto seed = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch());
    qInfo("seed %llu", seed);
    QRandomGenerator random(static_cast<quint32>(seed));
    int killedEarly = 0;
    for (int round = 0; round < 25; ++round) {
        QProcess owner;
        owner.start(QStringLiteral(PRIVATE_REDIS_USER), {m_folder});
        QVERIFY(owner.waitForStarted());
        // Anywhere between its first line and a server that answers; how long that takes differs by machine.
        const bool spoke = owner.waitForReadyRead(round == 0 ? 0 : random.bounded(50));
        killedEarly += spoke ? 0 : 1;
        owner.kill();
        QVERIFY(owner.waitForFinished());
        const auto next = make();
        const auto started = start(*next);
        QVERIFY2(started, why(started));
        QCOMPARE(serverCount(), 1); // two on one folder would write over each other
        QCOMPARE(RawRedis(started->url.socketPath).command({"HLEN", "jobs"}).integer, 10);
        QVERIFY(leave(*next));
        QCOMPARE(serverCount(), 0);
    }
    qInfo("killed before it answered: %d of 25", killedEarly);
    QVERIFY(killedEarly > 0);
}

void PrivateRedisTest::manyStartersGetOneServer()
{
    std::vector<std::unique_ptr<QProcess>> users;
    for (int i = 0; i < 8; ++i) {
        users.push_back(std::make_unique<QProcess>());
        users.back()->start(QStringLiteral(PRIVATE_REDIS_USER), {m_folder});
    }
    for (const auto &user : users) {
        QTRY_VERIFY_WITH_TIMEOUT(user->canReadLine(), patience);
        QVERIFY(user->readLine().startsWith("up "));
    }
    QCOMPARE(serverCount(), 1);
    for (const auto &user : users) user->closeWriteChannel(); // all leave at once
    for (const auto &user : users) {
        QTRY_COMPARE_WITH_TIMEOUT(user->state(), QProcess::NotRunning, patience);
        QCOMPARE(user->exitCode(), 0);
    }
    QCOMPARE(serverCount(), 0);
}

void PrivateRedisTest::serverKilledIsSaidAndStartedAgainWithoutLoss()
{
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(started);
    QSignalSpy lost(redis.get(), &PrivateRedis::lost);
    RawRedis(started->url.socketPath).command({"SET", "acknowledged", "1"});
    ::kill(serverPid(), SIGKILL);
    QTRY_COMPARE_WITH_TIMEOUT(lost.size(), 1, patience);
    const auto again = start(*redis);
    QVERIFY(again);
    QVERIFY(!again->attached);
    QCOMPARE(RawRedis(again->url.socketPath).command({"GET", "acknowledged"}).text, QByteArray("1"));
    QVERIFY(leave(*redis));
    QCOMPARE(lost.size(), 1); // a stop that we asked for is no loss
}

void PrivateRedisTest::destructorStopsItToo()
{
    auto redis = make();
    QVERIFY(start(*redis));
    QVERIFY(serverPid() != 0);
    redis.reset();
    QTRY_COMPARE_WITH_TIMEOUT(serverPid(), 0, patience);
}

void PrivateRedisTest::damagedTailIsMendedAndSaid_data()
{
    using Change = std::function<void(QByteArray &)>;
    QTest::addColumn<Change>("damage");
    QTest::newRow("64 NULs at the end") << Change([](QByteArray &b) { b += QByteArray(64, '\0'); });
    QTest::newRow("a zeroed byte in the last command")
        << Change([](QByteArray &b) { b[b.lastIndexOf('*')] = '\0'; });
    for (int cut : {1, 2, 7, 14}) // the id of the last command ends 16 bytes before the end
        QTest::addRow("%d bytes cut off", cut) << Change([cut](QByteArray &b) { b.chop(cut); });
    QTest::newRow("random bytes at the end")
        << Change([](QByteArray &b) { b += QByteArray("\xff\x00garbage", 9); });
}

void PrivateRedisTest::damagedTailIsMendedAndSaid()
{
    using Change = std::function<void(QByteArray &)>;
    QFETCH(Change, damage);
    fill(0);
    {
        const auto redis = make();
        const auto started = start(*redis);
        QVERIFY(started);
        RawRedis raw(started->url.socketPath);
        for (int i = 0; i < 20; ++i) raw.command({"HSET", "jobs", QByteArray::number(i), "kept"});
        raw.command({"HSET", "jobs", "5f2c41d0-aaaa-4bbb-8ccc-0123456789ab", "the last"});
        QVERIFY(leave(*redis));
    }
    const QString incr = dataFile(u"appendonly.aof.1.incr.aof"_s);
    QByteArray before;
    QVERIFY(changeFile(incr, damage));
    QVERIFY(changeFile(incr, [&](QByteArray &b) { before = b; }));

    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY2(started, why(started));
    QVERIFY2(started->notice.contains(u"mended"), qPrintable(started->notice));
    QVERIFY2(started->notice.contains(u"bytes were dropped"), qPrintable(started->notice));
    const qint64 kept = RawRedis(started->url.socketPath).command({"HLEN", "jobs"}).integer;
    QVERIFY(kept >= 20);
    if (kept == 20)
        QVERIFY2(started->notice.contains(u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab"),
                 qPrintable(started->notice));
    const QStringList copies = QDir(m_folder).entryList({u"damaged-*"_s}, QDir::Dirs);
    QCOMPARE(copies.size(), 1);
    QVERIFY(changeFile(m_folder + u'/' + copies.first() + u"/appendonly.aof.1.incr.aof"_s,
                       [&](QByteArray &b) { QCOMPARE(b, before); }));
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::damagedBaseIsRefusedWithACopy()
{
    fill(20);
    QVERIFY(changeFile(dataFile(u"appendonly.aof.1.base.rdb"_s), [](QByteArray &b) { b[12] = '\xff'; }));
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY2(!started.error().todo.isEmpty(), why(started));
    QVERIFY2(started.error().text().contains(u"appendonly"), why(started));
    QCOMPARE(serverCount(), 0);
}

void PrivateRedisTest::missingManifestIsMadeAnew()
{
    fill(50);
    QVERIFY(QFile::remove(dataFile(u"appendonly.aof.manifest"_s)));
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY2(started, why(started));
    QVERIFY2(started->notice.contains(u"manifest"), qPrintable(started->notice));
    QCOMPARE(RawRedis(started->url.socketPath).command({"HLEN", "jobs"}).integer, 50);
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::unclearFilesAreNotGuessedAt()
{
    fill(5);
    QVERIFY(QFile::remove(dataFile(u"appendonly.aof.manifest"_s)));
    QVERIFY(QFile::copy(dataFile(u"appendonly.aof.1.base.rdb"_s), dataFile(u"appendonly.aof.2.base.rdb"_s)));
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(!started);
    QCOMPARE(started.error().kind, Error::Kind::Damaged);
    QVERIFY(!QFileInfo::exists(dataFile(u"appendonly.aof.manifest"_s))); // nothing was touched
    QCOMPARE(serverCount(), 0);
}

void PrivateRedisTest::missingDataIsNoFirstStart()
{
    fill(5);
    QVERIFY(QDir(m_folder + u"/appendonlydir"_s).removeRecursively());
    const auto redis = make();
    const auto refused = start(*redis);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Damaged);
    QCOMPARE(serverCount(), 0);
    QVERIFY(refused.error().todo.contains(m_folder + u"/has-run"_s));
    QVERIFY(QFile::remove(m_folder + u"/has-run"_s)); // the yes it asks for
    const auto started = start(*redis);
    QVERIFY2(started, why(started));
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::missingProgramSaysHowToInstallIt()
{
    const auto redis = make(u"/nonexistent/redis-server"_s);
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY(started.error().why.contains(u"/nonexistent/redis-server"));
    QVERIFY(started.error().todo.contains(u"apt install redis-server"));
}

void PrivateRedisTest::folderThatCannotBeMadeIsRefused()
{
    m_folder = u"/dev/null/redis"_s; // cannot be made, not even by root
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY(started.error().what.contains(m_folder));
    QVERIFY(!started.error().why.isEmpty());
    QVERIFY(started.error().todo.contains(u"--redis"));
}

void PrivateRedisTest::folderOpenToOthersIsRefused()
{
    QVERIFY(QDir().mkpath(m_folder));
    QCOMPARE(::chmod(QFile::encodeName(m_folder).constData(), 0755), 0);
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY(started.error().why.contains(u"0755"));
    QVERIFY(started.error().todo.contains(u"chmod 700"));
    QCOMPARE(modeOf(m_folder), 0755U);
}

void PrivateRedisTest::plantedLinkIsRefused()
{
    const QString elsewhere = m_home->filePath(u"elsewhere"_s);
    QVERIFY(QDir().mkpath(elsewhere));
    QVERIFY(QFile::link(elsewhere, m_folder));
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY(started.error().why.contains(u"link"));
    QVERIFY(QDir(elsewhere).isEmpty());
}

void PrivateRedisTest::longFolderGetsAShortSocket()
{
    m_folder = m_home->filePath(QString(120, u'd') + u"/redis"_s);
    const auto redis = make();
    const auto started = start(*redis);
    QVERIFY2(started, why(started));
    QVERIFY(started->url.socketPath.size() <= 107);
    QCOMPARE(modeOf(started->url.socketPath), 0600U);
    QCOMPARE(modeOf(QFileInfo(started->url.socketPath).path()), 0700U);
    const auto other = make();
    const auto attached = start(*other);
    QVERIFY(attached);
    QCOMPARE(attached->url, started->url);
    QVERIFY(leave(*other));
    QVERIFY(leave(*redis));
    QVERIFY(QDir(QFileInfo(started->url.socketPath).path()).removeRecursively());
}

void PrivateRedisTest::serverThatDiesAtStartIsQuoted()
{
    const QString program = m_home->filePath(u"server"_s);
    QFile script(program);
    QVERIFY(script.open(QIODevice::WriteOnly));
    script.write("#!/bin/sh\necho 'no luck today' >&2\nexit 3\n");
    script.close();
    QVERIFY(script.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    const auto redis = make(program);
    const auto started = start(*redis);
    QVERIFY(!started);
    QVERIFY2(started.error().why.contains(u"no luck today"), why(started));
}

void PrivateRedisTest::secondStartIsAnError()
{
    const auto redis = make();
    QVERIFY(start(*redis));
    const auto again = start(*redis);
    QVERIFY(!again);
    QCOMPARE(again.error().kind, Error::Kind::WrongState);
    QVERIFY(leave(*redis));
}

void PrivateRedisTest::leavingUnstartedIsDone()
{
    const auto redis = make();
    QVERIFY(leave(*redis));
    QVERIFY(leave(*redis));
}

QTEST_GUILESS_MAIN(PrivateRedisTest)
#include "private_redis_test.moc"
