// What is left behind: nothing that has no job, and nothing that stays for ever.
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

class KeysLifeTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void defect03_aClaimWhoseClientDiesIsNotLost();
    void defect10_purgeLeavesNoKeysBehind();
    void defect11_everythingExpires();
    void defect11_theClaimsOfPoolsLongGoneGo();
    void defect12_trimmedDeadLettersLeaveNoOrphans();
    void defect13_severalPromotersHandOutEachJobOnce();
    void defect18_aHugeBackoffStaysATimeInTheFuture();
    void eventsKeepToTheirCap();
    void handlerCountersKeepToTheirCap();
    void aPoolNotHeardOfForAnHourGoes();
    void emptyingTheStoreStartsAnew();

private:
    [[nodiscard]] QByteArrayList leftOvers();
};

/// All keys but those that a queue keeps for its life: settings, counts, events.
QByteArrayList KeysLifeTest::leftOvers()
{
    QByteArrayList names = keysThere();
    for (const Noun noun : {Noun::Meta, Noun::Counts, Noun::Handlers, Noun::Events, Noun::Wake, Noun::Claims})
        names.removeAll(key(noun));
    names.removeIf(
        [](const QByteArray &name) { return name == "{signalbox}:queues" || name == "{signalbox}:news"; });
    return names;
}

/// Taking, reading and marking a job is one step on the server: there is no moment at which it is nowhere.
void KeysLifeTest::defect03_aClaimWhoseClientDiesIsNotLost()
{
    const JobId id = q().submit();
    {
        RedisJobQueue dying({.client = {.url = server().url()}}, runtime::systemSeams());
        QVERIFY(waitFor(dying.initialize()));
        dying.settleAndClaim("w:1:a",
                             {.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 1},
                             [](const Result<SettledAndClaimed> &) {}); // it never looks at the answer
        QTRY_COMPARE_WITH_TIMEOUT(raw().command({"ZCARD", key(Noun::Running)}).integer, 1, 10'000);
    }
    QCOMPARE(q().status(id), JobStatus::Running);
    q().advance(std::chrono::seconds(31));
    (void)q().reap();
    QCOMPARE(q().claim().definition.id, id);
}

void KeysLifeTest::defect10_purgeLeavesNoKeysBehind()
{
    const Everything all = submitOneOfEach();
    q().complete(all.running);
    QCOMPARE(q().purge({}).done, 8);
    QCOMPARE(leftOvers(), QByteArrayList());
}

void KeysLifeTest::defect11_everythingExpires()
{
    const Everything all = submitOneOfEach();
    q().complete(all.running, bigArray(5000).bytes());
    (void)q().tryCancel(all.pending);
    (void)q().tryCancel(all.scheduled);
    (void)q().tryCancel(all.retrying);
    q().advance(std::chrono::hours(24 * 8)); // finished jobs are kept for a week …
    q().submit();
    q().complete(q().claim());
    QCOMPARE(q().stats().expired, 7);
    QCOMPARE(q().stats().size(JobStatus::DeadLetter), 1);
    q().advance(std::chrono::hours(24 * 31)); // … dead letters for a month
    q().submit();
    q().complete(q().claim());
    QCOMPARE(q().stats().total(), 1);
    QCOMPARE(q().stats().expired, 9);
    QCOMPARE(leftOvers(), (QByteArrayList{key(Noun::Completed), key(Noun::Jobs), key(Noun::Runs)}));
}

void KeysLifeTest::defect11_theClaimsOfPoolsLongGoneGo()
{
    for (int i = 0; i < 30; ++i) {
        q().submit();
        q().complete(q().turn("w:1:" + QByteArray::number(i),
                              {.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 1})
                         .claims.constFirst());
    }
    QCOMPARE(raw().command({"HLEN", key(Noun::Claims)}).integer, 30);
    q().advance(std::chrono::hours(2));
    (void)q().trim();
    QCOMPARE(raw().command({"HLEN", key(Noun::Claims)}).integer, 0);
}

void KeysLifeTest::defect12_trimmedDeadLettersLeaveNoOrphans()
{
    q().setLimits({.deadMax = 3});
    for (int i = 0; i < 8; ++i) {
        JobDefinition job = testJob();
        job.args = bigArray(5000);
        job.idempotencyKey = QString::number(i);
        q().submit(job);
        (void)q().settle(q().claim(),
                         {.kind = Outcome::Kind::FailedPermanently, .error = QString(5000, u'e')});
    }
    for (const Noun noun : {Noun::Jobs, Noun::Runs, Noun::Keys, Noun::Keyed})
        QCOMPARE(raw().command({"HLEN", key(noun)}).integer, 3);
    QCOMPARE(raw().command({"HLEN", key(Noun::Big)}).integer, 6); // payload and error of each
    QCOMPARE(q().stats().trimmed, 5);
}

void KeysLifeTest::defect13_severalPromotersHandOutEachJobOnce()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 100; ++i) {
        jobs.append(testJob());
        jobs.last().scheduledAt = backend().now() + std::chrono::seconds(1);
    }
    q().submitAll(jobs);
    q().advance(std::chrono::seconds(2));
    std::array<std::unique_ptr<RedisJobQueue>, 4> pools;
    QList<JobId> got;
    int answers = 0;
    for (std::unique_ptr<RedisJobQueue> &pool : pools) {
        pool = std::make_unique<RedisJobQueue>(RedisJobQueueOptions{.client = {.url = server().url()}},
                                               runtime::systemSeams());
        QVERIFY(waitFor(pool->initialize()));
    }
    for (size_t i = 0; i < pools.size(); ++i)
        for (int lane = 0; lane < 4; ++lane)
            pools[i]->settleAndClaim(
                "w:1:" + QByteArray::number(static_cast<int>(i)),
                {.queue = u"default"_s, .settlements = {}, .lane = lane, .sequence = 1, .claimMax = 10},
                [&](const Result<SettledAndClaimed> &answer) {
                    for (const Claim &claim : answer.value().claims) got.append(claim.definition.id);
                    ++answers;
                });
    QTRY_COMPARE_WITH_TIMEOUT(answers, 16, 10'000);
    QCOMPARE(got.size(), 100);
    QCOMPARE(QSet<JobId>(got.begin(), got.end()).size(), 100);
}

void KeysLifeTest::defect18_aHugeBackoffStaysATimeInTheFuture()
{
    JobDefinition job = testJob();
    job.retry = {1'000'000, std::chrono::seconds(1'000'000'000), 1e300};
    q().submit(job);
    const Claim claim = q().claim();
    const std::chrono::milliseconds delay = job.retry.delayAfter(1'000'000, 0.1);
    QCOMPARE(q().fail(claim, u"again"_s, delay), JobStatus::Retrying);
    const Job after = q().look(job.id);
    QCOMPARE(after.status, JobStatus::Retrying);
    QVERIFY(after.dueAt.value() > backend().now());
    QVERIFY(after.dueAt.value() <= backend().now() + RetryPolicy::cap * 1.1);
    q().advance(std::chrono::seconds(331));
    QCOMPARE(q().claim().definition.id, job.id);
}

void KeysLifeTest::eventsKeepToTheirCap()
{
    q().setLimits({.eventsMax = 500});
    QList<JobDefinition> jobs;
    for (int i = 0; i < 20; ++i) {
        jobs.clear();
        for (int k = 0; k < 200; ++k) jobs.append(testJob());
        q().submitAll(jobs);
    }
    qint64 events = 0;
    for (const redis::Reply &entry : raw().command({"XRANGE", key(Noun::Events), "-", "+"}).elements)
        events += entry.at(0).text.split('-').at(1).toLongLong();
    QVERIFY2(events >= 500 && events < 2000,
             qPrintable(QString::number(events))); // whole nodes of the stream go
}

void KeysLifeTest::handlerCountersKeepToTheirCap()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 6000; ++i) jobs.append(testJob(u"handler%1"_s.arg(i)));
    q().submitAll(jobs);
    const auto counts = waitFor(q().queue().handlerCounts(u"default"_s)).value();
    QCOMPARE(raw().command({"HLEN", key(Noun::Handlers)}).integer, 5001);
    QCOMPARE(counts.value(u"submitted.normal"_s).value(u"(other)"_s), 1000);
}

void KeysLifeTest::aPoolNotHeardOfForAnHourGoes()
{
    raw().command({"HSET", "{signalbox}:pools", "old", R"({"id": "old"})"});
    raw().command({"ZADD", "{signalbox}:beats", "1000", "old"});
    PoolInfo pool;
    pool.id = u"new"_s;
    QVERIFY(
        waitForCallback<Result<>>([&](auto done) { q().queue().publishPool(pool, false, std::move(done)); }));
    const QList<PoolInfo> pools = waitFor(q().queue().pools()).value();
    QCOMPARE(pools.size(), 1);
    QCOMPARE(pools.constFirst().id, u"new"_s);
    QCOMPARE(raw().command({"HLEN", "{signalbox}:pools"}).integer, 1);
}

void KeysLifeTest::emptyingTheStoreStartsAnew()
{
    submitOneOfEach();
    raw().command({"FLUSHALL"});
    q().submit();
    QCOMPARE(waitFor(q().queue().queues()).value(), QStringList{u"default"_s}); // its name is back, too
    q().complete(q().claim());
    QCOMPARE(q().stats().total(), 1);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::KeysLifeTest)
#include "keys_life_test.moc"
