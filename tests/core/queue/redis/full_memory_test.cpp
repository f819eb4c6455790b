// A server at its memory limit refuses new work in words, and lets all work end.
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;

class FullMemoryTest : public RedisRig {
    Q_OBJECT
public:
    FullMemoryTest() : RedisRig({.extraArguments = {"--maxmemory-policy", "noeviction"}}) { }

private Q_SLOTS:
    void aFullServerRefusesSubmitsAndLetsAllElseEnd();
    void retentionCountsBytes();

private:
    void fill();
};

/// Until nothing more goes in: the limit is a little above what is used, and somebody else uses that up.
void FullMemoryTest::fill()
{
    const QByteArray info = raw().command({"INFO", "memory"}).text;
    const qsizetype at = info.indexOf("used_memory:") + 12;
    const qint64 used = info.mid(at, info.indexOf('\r', at) - at).toLongLong();
    raw().command({"CONFIG", "SET", "maxmemory", QByteArray::number(used + 2'000'000)});
    for (int i = 0; i < 100'000; ++i) {
        if (!raw().tryCommand({"RPUSH", "another program's", QByteArray(4096, 'x')})) return;
    }
    QFAIL("The server takes everything.");
}

void FullMemoryTest::aFullServerRefusesSubmitsAndLetsAllElseEnd()
{
    const Everything all = submitOneOfEach();
    QList<JobDefinition> more;
    for (int i = 0; i < 300; ++i) more.append(testJob());
    q().submitAll(more);
    fill();

    const Result<QList<Result<Submitted>>> refused = waitFor(q().queue().submit({testJob()}));
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::OutOfMemory);
    QVERIFY2(refused.error().why.contains(QStringLiteral("MB"))
                 || refused.error().why.contains(QStringLiteral("MiB")),
             qPrintable(refused.error().text())); // how much of how much
    QVERIFY2(!refused.error().todo.isEmpty(), "No advice");

    // What ends work goes on: cancel, run now, progress, results big and small, failures, reap, delete,
    // purge.
    QCOMPARE(q().tryCancel(all.pending).value(), CancelOutcome::Cancelled);
    QVERIFY(q().tryRunNow(all.scheduled));
    QVERIFY(q().tryRemove(all.failed));
    q().report(all.running, progressOf(all.running.definition.id, 2), "more");
    q().complete(all.running, bigArray(5000).bytes());
    q().pause(QStringLiteral("full"));
    q().resume();
    for (int i = 0; i < 100; ++i) q().complete(q().claim());
    (void)q().fail(q().claim());
    (void)q().claim();
    const QByteArray limit = raw().command({"CONFIG", "GET", "maxmemory"}).at(1).text;
    raw().command({"CONFIG", "SET", "maxmemory", "0"}); // the test's own clock is a write, too
    q().advance(std::chrono::seconds(31)); // the retry is due, and the lease of the last claim has ended
    raw().command({"CONFIG", "SET", "maxmemory", limit});
    (void)q().reap();
    while (std::optional<Claim> claim = q().next()) q().complete(*claim);
    QCOMPARE(q().stats().size(JobStatus::Pending), 0);
    QCOMPARE(q().stats().size(JobStatus::Running), 0);
    MetricsRecord record{.queue = QStringLiteral("default"), .sequence = 1};
    record.lines = {{.bucket = 1, .handler = QStringLiteral("noop")}};
    const Result<> recorded = waitForCallback<Result<>>(
        [&](auto done) { q().queue().recordMetrics("w", record, std::move(done)); });
    QVERIFY(!recorded); // figures are not worth a full server's last bytes
    QCOMPARE(recorded.error().kind, Error::Kind::OutOfMemory);
    QVERIFY(q().purge({}).done > 300);
    QCOMPARE(q().stats().total(), 0);
}

void FullMemoryTest::retentionCountsBytes()
{
    q().setLimits({.keepFinishedBytes = 100'000});
    for (int i = 0; i < 40; ++i) {
        q().submit();
        q().complete(q().claim(), bigArray(10'000).bytes());
    }
    QVERIFY(q().stats().finishedBytes <= 100'000);
    const qint64 kept = q().stats().size(JobStatus::Completed);
    QVERIFY2(kept >= 5 && kept <= 10, qPrintable(QString::number(kept)));
    QCOMPARE(q().stats().trimmed, 40 - kept);
    QCOMPARE(raw().command({"HLEN", key(Noun::Big)}).integer, kept);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::FullMemoryTest)
#include "full_memory_test.moc"
