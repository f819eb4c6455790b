// signalboxctl watch: what is wrong is said when it begins and when it ends, and handed to a program.
#include "tests/app/ctl/ctl_jobs_fixture.h"

#include <QFile>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

class CtlWatchTest : public CtlJobsFixture {
    Q_OBJECT
private Q_SLOTS:
    void onceEndsWithOneWhenSomethingIsWrong();
    void theServerIsWatchedToo();
    void aProgramHearsOfTheBeginningAndTheEnd();
    void aProgramThatFailsIsSaid();
    void badInputIsRefused();

private:
    JobId unserved()
    {
        return submit(u"ok"_s, [](JobDefinition &job) { job.queue = u"lonely"_s; });
    }
    /// A program that writes down what it was told.
    [[nodiscard]] QString scribe(const QByteArray &end = "exit 0")
    {
        const QString path = m_ctl->write(
            u"scribe"_s,
            "#!/bin/sh\n"
            "read -r json\n"
            "printf '%s %s %s %s %s\\n' \"$1\" \"$SIGNALBOX_ALERT_STATE\" "
            "\"$SIGNALBOX_ALERT_KIND\" \"$SIGNALBOX_ALERT_QUEUE\" \"$json\" >> \"$HOME/told\"\n"
                + end + '\n');
        QFile(path).setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }
    [[nodiscard]] QByteArray told() const
    {
        QFile file(m_ctl->home() + u"/told"_s);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

void CtlWatchTest::onceEndsWithOneWhenSomethingIsWrong()
{
    EXPECT(run({u"watch"_s, u"--once"_s}), 0);
    unserved();
    const CtlEnd end = run({u"watch"_s, u"--once"_s});
    EXPECT(end, 1);
    QVERIFY2(end.out.contains("No worker serves queue lonely: 1 job waiting"), end.all());
    const CtlEnd json = run({u"watch"_s, u"--once"_s, u"--json"_s});
    EXPECT(json, 1);
    QCOMPARE(json.json().value(u"state"_s).toString(), u"raised"_s);
    QCOMPARE(json.json().value(u"kind"_s).toString(), u"no_worker_serves"_s);
    QCOMPARE(json.json().value(u"queue"_s).toString(), u"lonely"_s);
}

void CtlWatchTest::theServerIsWatchedToo()
{
    m_server->raw().command({"CONFIG", "SET", "maxmemory-policy", "allkeys-lru"});
    const CtlEnd end = run({u"watch"_s, u"--once"_s});
    EXPECT(end, 1);
    QVERIFY2(end.out.contains("allkeys-lru"), end.all());
}

void CtlWatchTest::aProgramHearsOfTheBeginningAndTheEnd()
{
    const JobId id = unserved();
    const auto watch
        = m_ctl->start({u"watch"_s, u"--every"_s, u"1"_s, u"--set"_s, u"alerts.unserved_after=0"_s,
                        u"--exec"_s, scribe(), u"first; rm -rf /"_s}); // no shell reads that
    QTRY_VERIFY_WITH_TIMEOUT(
        told().contains("first; rm -rf / raised no_worker_serves lonely {\"state\":\"raised\","), 30'000);
    QVERIFY(get((*m_rig)->remove(u"lonely"_s, {id})));
    QTRY_VERIFY_WITH_TIMEOUT(told().contains(" cleared no_worker_serves lonely {\"state\":\"cleared\","),
                             30'000);
    QCOMPARE(told().count('\n'), 2);
    watch->terminate();
    QVERIFY(watch->waitForFinished());
    QCOMPARE(watch->exitCode(), 0);
}

void CtlWatchTest::aProgramThatFailsIsSaid()
{
    unserved();
    const CtlEnd end = run({u"watch"_s, u"--once"_s, u"--exec"_s, scribe("exit 3")});
    EXPECT(end, 1);
    QVERIFY2(end.err.contains("status 3"), end.all());
    QCOMPARE(told().count('\n'), 1); // it was waited for
}

void CtlWatchTest::badInputIsRefused()
{
    EXPECT(run({u"watch"_s, u"--once"_s, u"--exec"_s, u"/nonexistent"_s}), 4);
    EXPECT(run({u"watch"_s, u"--once"_s, u"--exec"_s, m_ctl->write(u"plain"_s, "no program")}), 4);
    EXPECT(run({u"watch"_s, u"--once"_s, u"argument"_s}), 3);
    EXPECT(run({u"watch"_s, u"--every"_s, u"0.1"_s}), 3);
}

QTEST_GUILESS_MAIN(CtlWatchTest)
#include "ctl_watch_test.moc"
