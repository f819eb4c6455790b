// What another program, or a fault, left in the store: nothing that is whole suffers, and what is broken ends
// somewhere.
#include "core/queue/redis_job_queue_calls.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

class DamageTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void defect06_aMalformedJobIsADeadLetterAndNotLost();
    void defect07_anIdWithoutAJobHidesNobody();
    void defect07_manyIdsWithoutAJobAreClearedInSteps();
    void garbageInARunRecordKeepsNobodyFromEnding();
    void countersThatAreNoNumbersStartAnew();
    void anExpiredIndexEntryWithoutAJobIsDropped();
    void runningJobsWithoutARecordAreReaped();
};

void DamageTest::defect06_aMalformedJobIsADeadLetterAndNotLost()
{
    const JobId bad = q().submit(), good = q().submit();
    raw().command({"HSET", key(Noun::Jobs), bad.bytes(), "noop\n1 3 1000 2 - 1 - 20 20 -\n\n\n[1"});
    SettleAndClaim call{.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 10};
    const SettledAndClaimed got = q().turn("w:1:a", call);
    QCOMPARE(got.claims.size(), 1);
    QCOMPARE(got.claims.constFirst().definition.id, good);
    q().complete(got.claims.constFirst());
    QCOMPARE(q().stats().size(JobStatus::DeadLetter), 1);
    const ListPage dead = q().page({.status = JobStatus::DeadLetter, .filter = {}});
    QCOMPARE(dead.rows.constFirst().id, bad);
    QVERIFY2(dead.rows.constFirst().errorHead.contains(u"damaged"_s),
             qPrintable(dead.rows.constFirst().errorHead));
    QVERIFY(q().tryRemove(bad));
}

void DamageTest::defect07_anIdWithoutAJobHidesNobody()
{
    QList<JobId> ids;
    for (int i = 0; i < 4; ++i) ids.append(q().submit());
    for (int i = 0; i < 3; ++i) raw().command({"HDEL", key(Noun::Jobs), ids.at(i).bytes()});
    const std::optional<Claim> claim = q().next();
    QVERIFY(claim);
    QCOMPARE(claim->definition.id, ids.at(3));
    const QueueStats stats = q().stats();
    QCOMPARE(stats.deleted, 3); // counted, and told as events
    QCOMPARE(stats.submitted, stats.total() + stats.deleted);
}

void DamageTest::defect07_manyIdsWithoutAJobAreClearedInSteps()
{
    QByteArrayList command{"ZADD", key(Noun::Pending)};
    for (int i = 0; i < 1000; ++i) command.append({QByteArray::number(i), "ghost" + QByteArray::number(i)});
    raw().command(command);
    const JobId real = q().submit();
    SettleAndClaim call{.queue = u"default"_s, .settlements = {}, .sequence = 0, .claimMax = 100};
    QList<Claim> got;
    int calls = 0;
    for (; got.isEmpty() && calls < 10; ++calls) {
        ++call.sequence;
        got = q().turn("w:1:a", call).claims;
        QVERIFY(!got.isEmpty()
                || raw().command({"LLEN", key(Noun::Wake)}).integer > 0); // somebody comes again
    }
    QCOMPARE(got.size(), 1);
    QCOMPARE(got.constFirst().definition.id, real);
    QCOMPARE(raw().command({"EXISTS", key(Noun::Pending)}).integer, 0);
}

void DamageTest::garbageInARunRecordKeepsNobodyFromEnding()
{
    const Everything all = submitOneOfEach();
    const auto ruin = [this](const JobId &id) {
        raw().command({"HSET", key(Noun::Runs), id.bytes(), "what is this"});
    };
    for (const JobId &id :
         {all.pending, all.scheduled, all.retrying, all.completed, all.failed, all.cancelled, all.dead})
        ruin(id);
    ruin(all.running.definition.id);
    QCOMPARE(q().settle(all.running, {}).error().kind, Error::Kind::LeaseLost); // it proves nothing
    q().advance(std::chrono::hours(2));
    (void)q().reap(); // what ran comes back
    for (const JobId &id : {all.failed, all.cancelled, all.dead}) QVERIFY(q().tryRequeue(id));
    int ended = 0;
    while (std::optional<Claim> claim = q().next()) {
        q().complete(*claim);
        ++ended;
    }
    QCOMPARE(ended, 7); // running, pending, scheduled, retrying, and the three requeued
    QCOMPARE(q().stats().total(), q().stats().size(JobStatus::Completed));
    QCOMPARE(q().purge({}).done, 8);
    QCOMPARE(raw().command({"EXISTS", key(Noun::Runs), key(Noun::Jobs), key(Noun::Big)}).integer, 0);
}

void DamageTest::countersThatAreNoNumbersStartAnew()
{
    q().submit();
    for (const char *field : {"seq", "ev", "submitted", "in:P", "m0", "bytes", "handed_ms"})
        raw().command({"HSET", key(Noun::Counts), field, "garbage"});
    q().submit();
    q().complete(q().claim());
    QCOMPARE(q().stats().submitted, 1);
    QCOMPARE(q().stats().size(JobStatus::Pending), 1);
    raw().command({"HSET", key(Noun::Meta), "size_max", "garbage", "keep_count", "", "events_max", "x"});
    q().submit();
    q().complete(q().claim());
    QCOMPARE(q().stats().completed, 2);
}

void DamageTest::anExpiredIndexEntryWithoutAJobIsDropped()
{
    q().submit();
    raw().command({"ZADD", key(Noun::Running), "5", "ghost"});
    raw().command({"ZADD", key(Noun::Scheduled), "5", "ghost2"});
    raw().command({"ZADD", key(Noun::Retrying), "5", "ghost3"});
    (void)q().reap();
    q().complete(q().claim()); // promotes, too
    QCOMPARE(raw().command({"EXISTS", key(Noun::Running), key(Noun::Scheduled), key(Noun::Retrying)}).integer,
             0);
}

void DamageTest::runningJobsWithoutARecordAreReaped()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    raw().command({"HDEL", key(Noun::Runs), id.bytes()});
    QCOMPARE(q().settle(claim, {}).error().kind, Error::Kind::LeaseLost);
    q().advance(std::chrono::seconds(31));
    (void)q().reap();
    QCOMPARE(q().status(id), JobStatus::Pending);
    q().complete(q().claim());
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::DamageTest)
#include "damage_test.moc"
