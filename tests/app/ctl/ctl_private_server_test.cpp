#include "tests/app/ctl/ctl_rig.h"

#include <QDir>
#include <QFileInfo>

#include <csignal>

using namespace signalbox;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;

#define EXPECT(end, expected) QVERIFY2((end).code == (expected), (end).all().constData())

/// Without a URL: one private server for all programs of a user, there as long as one of them uses it.
class CtlPrivateServerTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_ctl = std::make_unique<Ctl>(); }
    void cleanup()
    {
        if (const int pid = serverPid()) ::kill(pid, SIGKILL);
    }
    void firstSliceSubmitClaimRunSettle();
    void submitReachesAWorkerThatRuns();
    void killedWorkerLeavesTheServerAndTheData();
    void missingProgramSaysHowToInstallIt();
    void unwritableFolderIsRefused();
    void longFolderWorks();
    void interruptLeavesTheServer();

private:
    [[nodiscard]] CtlEnd run(const QStringList &arguments) const { return m_ctl->run(arguments); }
    [[nodiscard]] QString folder() const { return m_ctl->home() + u"/.local/share/signalbox/redis"_s; }
    [[nodiscard]] int serverPid() const
    {
        const QString canonical = QFileInfo(folder()).canonicalFilePath();
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs))
            if (entry.toInt() > 0 && !canonical.isEmpty()
                && QFile::symLinkTarget(u"/proc/"_s + entry + u"/cwd"_s) == canonical)
                return entry.toInt();
        return 0;
    }
    std::unique_ptr<Ctl> m_ctl;
};

void CtlPrivateServerTest::firstSliceSubmitClaimRunSettle()
{
    (void)m_ctl->write(u"hello.txt"_s, "hello\n");
    const CtlEnd submitted = run(
        {u"submit"_s, u"sample.hash_tree"_s, u"--kwargs"_s, u"{\"folder\": \""_s + m_ctl->home() + u"\"}"_s});
    EXPECT(submitted, 0);
    QCOMPARE(serverPid(), 0); // the last has left: it is stopped, with the job on disk
    EXPECT(run({u"work"_s, u"--drain"_s}), 0);
    const CtlEnd result = run({u"result"_s, QString::fromLatin1(submitted.out.trimmed())});
    EXPECT(result, 0);
    QVERIFY(!result.out.trimmed().isEmpty());
    QCOMPARE(serverPid(), 0);
}

void CtlPrivateServerTest::submitReachesAWorkerThatRuns()
{
    const auto work = m_ctl->start({u"work"_s});
    QByteArray said;
    QTRY_VERIFY((said += work->readAllStandardError()).contains("worker(s) on"));
    const int pid = serverPid();
    QVERIFY(pid != 0);
    const CtlEnd end
        = run({u"submit"_s, u"sample.hash_tree"_s, u"--kwargs"_s, u"{\"folder\": \"/usr/share/doc/bash\"}"_s,
               u"--wait"_s, u"--wait-timeout"_s, u"30"_s});
    EXPECT(end, 0);
    QCOMPARE(serverPid(), pid); // attached, and left running for the other
    work->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(work->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(work->exitCode(), 0);
    QCOMPARE(serverPid(), 0);
}

void CtlPrivateServerTest::killedWorkerLeavesTheServerAndTheData()
{
    const auto work = m_ctl->start({u"work"_s});
    QByteArray said;
    QTRY_VERIFY((said += work->readAllStandardError()).contains("worker(s) on"));
    const CtlEnd submitted = run({u"submit"_s, u"nobody"_s, u"--delay"_s, u"1h"_s});
    EXPECT(submitted, 0);
    const int pid = serverPid();
    work->kill();
    QTRY_COMPARE_WITH_TIMEOUT(work->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(serverPid(), pid);
    EXPECT(run({u"status"_s, QString::fromLatin1(submitted.out.trimmed())}), 0);
    QCOMPARE(serverPid(), 0); // the dead do not count among those who use it
}

void CtlPrivateServerTest::missingProgramSaysHowToInstallIt()
{
    m_ctl->set(u"PATH"_s, u"/nonexistent"_s);
    const CtlEnd end = run({u"list"_s});
    EXPECT(end, 8);
    QVERIFY2(end.err.contains("apt install redis-server") && end.err.contains("--redis"),
             end.all().constData());
}

void CtlPrivateServerTest::unwritableFolderIsRefused()
{
    const CtlEnd end = run({u"list"_s, u"--set"_s, u"private.folder=/dev/null/redis"_s});
    EXPECT(end, 8);
    QVERIFY2(end.err.contains("/dev/null/redis") && end.err.contains("private.folder"),
             end.all().constData());
}

void CtlPrivateServerTest::longFolderWorks()
{
    const QString longFolder = m_ctl->home() + u'/' + QString(120, u'x');
    m_ctl->set(u"XDG_RUNTIME_DIR"_s, m_ctl->home());
    const CtlEnd end = run({u"submit"_s, u"a"_s, u"--set"_s, u"private.folder="_s + longFolder});
    EXPECT(end, 0);
    EXPECT(run({u"status"_s, QString::fromLatin1(end.out.trimmed()), u"--set"_s,
                u"private.folder="_s + longFolder}),
           0);
}

void CtlPrivateServerTest::interruptLeavesTheServer()
{
    const auto events
        = m_ctl->start({u"wait"_s, u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab"_s, u"--queue"_s, u"q"_s});
    QTRY_COMPARE_WITH_TIMEOUT(events->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(events->exitCode(), 4);
    const CtlEnd submitted = run({u"submit"_s, u"a"_s});
    const auto waiting = m_ctl->start({u"wait"_s, QString::fromLatin1(submitted.out.trimmed())});
    QTRY_VERIFY_WITH_TIMEOUT(serverPid() != 0, 20'000);
    waiting->terminate();
    QTRY_COMPARE_WITH_TIMEOUT(waiting->state(), QProcess::NotRunning, 20'000);
    QCOMPARE(waiting->exitCode(), 130);
    QCOMPARE(serverPid(), 0);
}

QTEST_GUILESS_MAIN(CtlPrivateServerTest)
#include "ctl_private_server_test.moc"
