// Pages neither repeat nor skip a job while jobs come and go, and cost what they show.
#include "tests/core/queue/redis/redis_rig.h"

#include <QElapsedTimer>
#include <QSet>
#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

class ListingTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void defect29_tenThousandEqualDueTimesArePagedOnceEach();
    void rowsThatComeAndGoBetweenPagesShiftNothing_data();
    void rowsThatComeAndGoBetweenPagesShiftNothing();
    void aPageCommandsDoNotGrowWithTheQueue();
    void defect20_aMalformedEntryHurtsNoOther();
    void aCursorThatIsNoneIsRefused();
    void aJobIsFoundWhereItsRecordDoesNotSay();

private:
    [[nodiscard]] QList<JobId> walk(ListQuery query, const std::function<void()> &between = {});
};

QList<JobId> ListingTest::walk(ListQuery query, const std::function<void()> &between)
{
    QList<JobId> seen;
    do {
        const ListPage page = q().page(query);
        for (const JobSummary &row : page.rows) seen.append(row.id);
        query.after = page.next;
        if (between) between();
    } while (query.after);
    return seen;
}

void ListingTest::defect29_tenThousandEqualDueTimesArePagedOnceEach()
{
    constexpr int count = 10'000;
    QList<JobDefinition> jobs;
    for (int i = 0; i < count; ++i) {
        jobs.append(testJob());
        jobs.last().scheduledAt = backend().now() + std::chrono::hours(1);
    }
    const QList<JobId> ids = q().submitAll(jobs);
    for (const bool reversed : {false, true}) {
        const QList<JobId> seen = walk(
            {.status = JobStatus::Scheduled, .filter = {}, .limit = 333, .after = {}, .reversed = reversed});
        QCOMPARE(seen.size(), count);
        QCOMPARE(QSet<JobId>(seen.begin(), seen.end()), QSet<JobId>(ids.begin(), ids.end()));
        QVERIFY(std::is_sorted(seen.begin(), seen.end(), [&](const JobId &a, const JobId &b) {
            return reversed ? b < a : a < b; // of one score, by id
        }));
    }
    // The job that a page ended with goes: the place stays, in the middle of ten thousand of the same time.
    ListQuery query{.status = JobStatus::Scheduled, .filter = {}, .limit = 100};
    const ListPage first = q().page(query);
    QVERIFY(q().tryRemove(first.rows.last().id));
    query.after = first.next;
    QSet<JobId> both;
    for (const JobSummary &row : first.rows) both.insert(row.id);
    for (const JobSummary &row : q().page(query).rows) both.insert(row.id);
    QCOMPARE(both.size(), 200);
    query.limit = 1;
    QCOMPARE(q().page(query).rows.constFirst().id,
             walk({.status = JobStatus::Scheduled, .filter = {}, .limit = 1000}).at(99));
}

void ListingTest::rowsThatComeAndGoBetweenPagesShiftNothing_data()
{
    QTest::addColumn<bool>("reversed");
    QTest::newRow("forwards") << false;
    QTest::newRow("backwards") << true;
}

void ListingTest::rowsThatComeAndGoBetweenPagesShiftNothing()
{
    QFETCH(const bool, reversed);
    QList<JobDefinition> jobs;
    for (int i = 0; i < 600; ++i) jobs.append(testJob());
    const QList<JobId> ids = q().submitAll(jobs);
    QSet<JobId> stay(ids.begin(), ids.end());
    int step = 0;
    const QList<JobId> seen = walk(
        {.status = JobStatus::Pending, .filter = {}, .limit = 50, .after = {}, .reversed = reversed}, [&] {
            q().submit(testJob(u"new"_s, JobPriority::Critical)); // before all others
            q().submit(testJob(u"new"_s, JobPriority::Low));      // behind them
            const JobId gone = ids.at((step++ * 37) % 600);
            if (q().tryCancel(gone)) stay.remove(gone);
        });
    QSet<JobId> seenOnce(seen.begin(), seen.end());
    QCOMPARE(seenOnce.size(), seen.size()); // none twice
    QVERIFY(seenOnce.contains(stay));       // none left out
}

/// What the server does for a page, and not how long it takes here: the same commands at 1,000 and at 30,000
/// jobs.
void ListingTest::aPageCommandsDoNotGrowWithTheQueue()
{
    const auto commandsOfAPage = [this] {
        const ListPage first = q().page({.filter = {}, .limit = 100});
        raw().command({"CONFIG", "RESETSTAT"});
        (void)q().page({.filter = {}, .limit = 100, .after = first.next});
        (void)q().stats();
        const QByteArray info = raw().command({"INFO", "commandstats"}).text;
        qint64 calls = 0;
        for (qsizetype at = info.indexOf("calls="); at >= 0; at = info.indexOf("calls=", at + 1))
            calls += info.mid(at + 6, info.indexOf(',', at) - at - 6).toLongLong();
        return calls;
    };
    QList<JobDefinition> jobs;
    for (int i = 0; i < 1000; ++i) jobs.append(testJob());
    q().submitAll(jobs);
    (void)commandsOfAPage(); // the scripts are known from now on
    const qint64 few = commandsOfAPage();
    jobs.clear();
    for (int i = 0; i < 29'000; ++i) jobs.append(testJob());
    q().submitAll(jobs);
    QCOMPARE(commandsOfAPage(), few);
}

void ListingTest::defect20_aMalformedEntryHurtsNoOther()
{
    QList<JobId> good;
    for (int i = 0; i < 5; ++i) good.append(q().submit());
    const JobId bad = good.takeAt(2);
    raw().command({"HSET", key(Noun::Jobs), bad.bytes(), "{\"another\": \"program\"}"});
    raw().command({"ZADD", key(Noun::Pending), "1", "an id without a job"});
    const ListPage page = q().page({});
    QCOMPARE(page.rows.size(), 6);
    QSet<JobId> shown;
    for (const JobSummary &row : page.rows) shown.insert(row.id);
    for (const JobId &id : good) QVERIFY(shown.contains(id));
    QCOMPARE(q().tryLook(bad).error().kind, Error::Kind::Damaged);
    QCOMPARE(q().tryLook(good.first()).value().status, JobStatus::Pending);
    const BulkProgress purged = q().purge(JobStatus::Pending);
    QCOMPARE(purged.done, 6);
    QCOMPARE(raw().command({"EXISTS", key(Noun::Jobs), key(Noun::Pending)}).integer, 0);
}

void ListingTest::aCursorThatIsNoneIsRefused()
{
    for (const char *text : {"", "garbage", "12", "12:", ":id", "x:id"}) {
        ListQuery query;
        query.after = Cursor{text};
        const Result<ListPage> refused = waitFor(q().queue().list(query));
        QVERIFY2(!refused, text);
        QCOMPARE(refused.error().kind, Error::Kind::Invalid);
    }
}

/// A record that says another state than the job's place: the place counts, for looking and for acting.
void ListingTest::aJobIsFoundWhereItsRecordDoesNotSay()
{
    const Everything all = submitOneOfEach();
    const QByteArray record = raw().command({"HGET", key(Noun::Runs), all.completed.bytes()}).text;
    raw().command({"HSET", key(Noun::Runs), all.dead.bytes(), record});
    QCOMPARE(q().status(all.dead), JobStatus::DeadLetter);
    QVERIFY(q().tryRequeue(all.dead));
    QCOMPARE(q().status(all.dead), JobStatus::Pending);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::ListingTest)
#include "listing_test.moc"
