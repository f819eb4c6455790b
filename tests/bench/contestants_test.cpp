#include "tests/support/test_server.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTest>

#include <chrono>

namespace signalbox::test {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const int deadlineMs = static_cast<int>(std::chrono::milliseconds(60s).count());

struct Run {
    int exitCode = -1;
    QJsonObject answer; ///< of the last line
    QString complaint;
};

QStringList arguments(const TestServer &server, const QString &scenario, int jobs)
{
    return {scenario,    u"--redis"_s,          u"127.0.0.1:%1"_s.arg(server.tcpUrl().port),
            u"--jobs"_s, QString::number(jobs), u"--samples"_s,
            u"20"_s};
}

Run runToEnd(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(deadlineMs)) {
        process.kill();
        return {-1, {}, u"It did not end in time."_s};
    }
    const QByteArrayList lines = process.readAllStandardOutput().trimmed().split('\n');
    return {process.exitCode(), QJsonDocument::fromJson(lines.constLast()).object(),
            QString::fromUtf8(process.readAllStandardError())};
}

qint64 sizeOf(const TestServer &server, const QByteArray &command, const QByteArray &noun)
{
    return server.raw().command({command, "{signalbox:default}:" + noun}).toInteger();
}

} // namespace

/// The contestants of tests/bench/run that are ours: a figure from one that left jobs undone would be worth
/// nothing.
class ContestantsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aDrainEndsWhenEveryJobIsCompleted_data() { programs(); }
    void aDrainEndsWhenEveryJobIsCompleted() { completesAll(u"drain"_s); }
    void aLifecycleEndsWhenEveryJobIsCompleted_data() { programs(); }
    void aLifecycleEndsWhenEveryJobIsCompleted() { completesAll(u"lifecycle"_s); }
    void pendingLeavesEveryJobUnrun_data() { programs(); }
    void pendingLeavesEveryJobUnrun();
    void latencyAnswersOneSampleAJob_data() { programs(); }
    void latencyAnswersOneSampleAJob();
    void viewsAreAskedOfHalfWaitingHalfEndedJobs();
    void anIdlePoolSaysReadyAndGoesWithItsInput();
    void anUnknownScenarioIsRefusedByName_data() { programs(); }
    void anUnknownScenarioIsRefusedByName();

private:
    void programs();
    void completesAll(const QString &scenario);
};

void ContestantsTest::programs()
{
    QTest::addColumn<QString>("program");
    QTest::newRow("signalbox_bench") << QStringLiteral(SIGNALBOX_BENCH_PROGRAM);
    QTest::newRow("raw_hiredis") << QStringLiteral(RAW_HIREDIS_PROGRAM);
}

void ContestantsTest::completesAll(const QString &scenario)
{
    QFETCH(QString, program);
    const TestServer server({.tcp = true});
    constexpr int jobs = 1'050; // not a multiple of anybody's batch
    const Run run = runToEnd(program, arguments(server, scenario, jobs));
    QVERIFY2(run.exitCode == 0, qPrintable(run.complaint));
    QCOMPARE(run.answer.value(u"jobs").toInt(), jobs);
    QVERIFY(run.answer.value(u"seconds").toDouble() > 0);
    QVERIFY(run.answer.value(u"worker_cpu_s").toDouble() > 0);
    QVERIFY(run.answer.value(u"server_cpu_s").toDouble() > 0);
    QCOMPARE(sizeOf(server, "ZCARD", "completed"), jobs);
    QCOMPARE(sizeOf(server, "ZCARD", "pending"), 0);
    QCOMPARE(sizeOf(server, "ZCARD", "running"), 0);
}

void ContestantsTest::pendingLeavesEveryJobUnrun()
{
    QFETCH(QString, program);
    const TestServer server({.tcp = true});
    const Run run = runToEnd(program, arguments(server, u"pending"_s, 250));
    QVERIFY2(run.exitCode == 0, qPrintable(run.complaint));
    QCOMPARE(sizeOf(server, "ZCARD", "pending"), 250);
    QCOMPARE(sizeOf(server, "HLEN", "runs"), 0);
}

void ContestantsTest::latencyAnswersOneSampleAJob()
{
    QFETCH(QString, program);
    const TestServer server({.tcp = true});
    const Run run = runToEnd(program, arguments(server, u"latency"_s, 1));
    QVERIFY2(run.exitCode == 0, qPrintable(run.complaint));
    const QJsonArray samples = run.answer.value(u"samples_ms").toArray();
    QCOMPARE(samples.size(), 20);
    for (const QJsonValue &sample : samples) QVERIFY(sample.toDouble() > 0);
}

void ContestantsTest::viewsAreAskedOfHalfWaitingHalfEndedJobs()
{
    const TestServer server({.tcp = true});
    const Run run = runToEnd(QStringLiteral(SIGNALBOX_BENCH_PROGRAM), arguments(server, u"views"_s, 1'000));
    QVERIFY2(run.exitCode == 0, qPrintable(run.complaint));
    QCOMPARE(sizeOf(server, "ZCARD", "pending"), 500);
    QCOMPARE(sizeOf(server, "ZCARD", "completed"), 500);
    const QJsonObject views = run.answer.value(u"samples_ms").toObject();
    QVERIFY(views.contains(u"counts"_s) && views.contains(u"metrics"_s));
    for (const QJsonValue &samples : views) QCOMPARE(samples.toArray().size(), 20);
}

void ContestantsTest::anIdlePoolSaysReadyAndGoesWithItsInput()
{
    const TestServer server({.tcp = true});
    QProcess process;
    process.start(QStringLiteral(SIGNALBOX_BENCH_PROGRAM), arguments(server, u"idle"_s, 1));
    QTRY_VERIFY_WITH_TIMEOUT(process.canReadLine() || process.state() == QProcess::NotRunning, deadlineMs);
    QCOMPARE(process.readLine(), "{\"ready\":true}\n");
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished(deadlineMs));
    QCOMPARE(process.exitCode(), 0);
}

void ContestantsTest::anUnknownScenarioIsRefusedByName()
{
    QFETCH(QString, program);
    const TestServer server({.tcp = true});
    const Run run = runToEnd(program, arguments(server, u"sprint"_s, 1));
    QCOMPARE(run.exitCode, 1);
    QVERIFY2(run.complaint.contains(u"sprint"), qPrintable(run.complaint));
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::ContestantsTest)
#include "contestants_test.moc"
