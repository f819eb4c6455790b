#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

namespace {

const QString queueName = QStringLiteral("default");

QList<JobId> idsOf(const ListPage &page)
{
    QList<JobId> ids;
    for (const JobSummary &row : page.rows) ids.append(row.id);
    return ids;
}

ListQuery listOf(JobStatus status, int limit = 100)
{
    return {.status = status, .limit = limit};
}

} // namespace

void ViewCases::defect29_pagesAreStable()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 25; ++i) jobs.append(testJob());
    const QList<JobId> ids = q().submitAll(jobs);
    ListQuery query = listOf(JobStatus::Pending, 10);
    const ListPage first = q().page(query);
    QCOMPARE(idsOf(first), ids.mid(0, 10));
    // Jobs come before and after, and go from the part that was seen: the next page shifts by none of it.
    q().submit(testJob(QStringLiteral("noop"), JobPriority::Critical));
    (void)q().claim();
    QVERIFY(q().tryRemove(ids.at(3)).has_value());
    query.after = first.next;
    const ListPage second = q().page(query);
    QCOMPARE(idsOf(second), ids.mid(10, 10));
    query.after = second.next;
    const ListPage third = q().page(query);
    QCOMPARE(idsOf(third), ids.mid(20, 5));
    QVERIFY(!third.next);

    query = listOf(JobStatus::Pending, 1000);
    query.reversed = true;
    QList<JobId> backwards = idsOf(q().page(query));
    std::reverse(backwards.begin(), backwards.end());
    QCOMPARE(backwards, idsOf(q().page(listOf(JobStatus::Pending, 1000))));
}

void ViewCases::aCursorGoesOnWhenItsJobHasMoved()
{
    const QList<JobId> ids = q().submitAll({testJob(), testJob(), testJob(), testJob()});
    ListQuery query = listOf(JobStatus::Pending, 2);
    query.after = q().page(query).next;
    QVERIFY(query.after.has_value());
    QVERIFY(q().tryCancel(ids.at(1)).has_value()); // the very job that the page ended with
    QCOMPARE(idsOf(q().page(query)), ids.mid(2));
    query.after = Cursor{"nonsense"};
    QCOMPARE(waitFor(q().queue().list(query)).error().kind, Error::Kind::Invalid);
}

void ViewCases::endedJobsComeNewestFirst()
{
    QList<JobId> ids;
    for (int i = 0; i < 3; ++i) {
        ids.prepend(q().submit());
        q().advance(1s);
        q().complete(q().claim());
    }
    QCOMPARE(idsOf(q().page(listOf(JobStatus::Completed))), ids);
    ListQuery query = listOf(JobStatus::Completed, 2);
    query.after = q().page(query).next;
    QCOMPARE(idsOf(q().page(query)), ids.mid(2));
}

void ViewCases::filtersByHandlerPriorityTagAndText()
{
    JobDefinition mail = testJob(QStringLiteral("mail.send"), JobPriority::High);
    JobDefinition hash = testJob(QStringLiteral("files.hash"));
    mail.tags.insert(QStringLiteral("team"), QStringLiteral("ops"));
    hash.name = QStringLiteral("Prüfsumme");
    const QList<JobId> ids = q().submitAll({mail, hash});
    const auto found = [&](const char *text) {
        ListQuery query = listOf(JobStatus::Pending);
        query.filter = JobFilter::fromText(QString::fromUtf8(text)).value();
        return idsOf(q().page(query));
    };
    QCOMPARE(found("handler:mail.send"), ids.mid(0, 1));
    QCOMPARE(found("handler:files.*"), ids.mid(1));
    QCOMPARE(found("priority:high"), ids.mid(0, 1));
    QCOMPARE(found("tag:team=ops"), ids.mid(0, 1));
    QCOMPARE(found("pRÜF"), ids.mid(1));
    QCOMPARE(found("-pRÜF"), ids.mid(0, 1));
    QVERIFY(found("handler:mail").isEmpty());
    QVERIFY(found("state:running").isEmpty()); // the query's list is another
    QCOMPARE(found("created:<1h").size(), 2);
    QVERIFY(found("created:>1h").isEmpty());
    QCOMPARE(found("").size(), 2);
}

void ViewCases::filtersByTextInArguments()
{
    JobDefinition small = testJob();
    JobDefinition large = testJob(); // its payload lies apart
    JobDefinition other = testJob();
    small.kwargs = JsonText::trusted(R"({"tenant":"Acme"})");
    large.args = JsonText::trusted("[\"" + QByteArray(100'000, 'a') + " for acme\"]");
    const QList<JobId> ids = q().submitAll({small, other, large});
    ListQuery query = listOf(JobStatus::Pending);
    query.filter = JobFilter::fromText(u"args:acme").value();
    QCOMPARE(idsOf(q().page(query)), (QList<JobId>{ids[0], ids[2]}));
    query.filter = JobFilter::fromText(u"-args:acme").value();
    QCOMPARE(idsOf(q().page(query)), (QList<JobId>{ids[1]}));
}

void ViewCases::aSearchOfLargeArgumentsGoesOnBehindItsBound()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 12; ++i) { // 12 MB in all: more than one call may bring
        JobDefinition job = testJob();
        job.args = JsonText::trusted("[\"" + QByteArray(1'000'000, 'a') + (i % 2 ? " odd" : " even") + "\"]");
        jobs.append(job);
    }
    const QList<JobId> ids = q().submitAll(jobs);
    ListQuery query = listOf(JobStatus::Pending);
    query.filter = JobFilter::fromText(u"args:odd").value();
    const ListPage page = q().page(query);
    QCOMPARE(page.scanned, 12);
    QVERIFY(!page.next);
    QList<JobId> odd;
    for (int i = 1; i < 12; i += 2) odd.append(ids[i]);
    QCOMPARE(idsOf(page), odd);
}

void ViewCases::aFilterThatFindsLittleComesBackShortWithACursor()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 1000; ++i) jobs.append(testJob());
    jobs.append(testJob(QStringLiteral("rare")));
    const QList<JobId> ids = q().submitAll(jobs);
    ListQuery query = listOf(JobStatus::Pending, 50);
    query.filter = JobFilter::fromText(u"handler:rare").value();
    query.scanMax = 300;
    QList<JobId> found;
    int calls = 0;
    do {
        const ListPage page = q().page(query);
        QVERIFY(page.scanned <= 300);
        found.append(idsOf(page));
        query.after = page.next;
        ++calls;
    } while (query.after);
    QCOMPARE(found, ids.mid(1000));
    QVERIFY(calls >= 4);
}

void ViewCases::aRowNeverHoldsThePayload()
{
    JobDefinition job = testJob(QStringLiteral("files.hash"), JobPriority::Low);
    job.args = JsonText::trusted("[\"" + QByteArray(3000, 'a') + "\"]");
    job.timeout = 90s;
    job.tags.insert(QStringLiteral("a"), QStringLiteral("b"));
    q().submit(job);
    const JobSummary row = q().page(listOf(JobStatus::Pending)).rows.constFirst();
    QCOMPARE(row.payloadBytes, job.args.bytes().size() + job.kwargs.bytes().size());
    QVERIFY(row.toJson().size() < 1000);
    QCOMPARE(row.name, QStringLiteral("hash"));
    QCOMPARE(row.priority, JobPriority::Low);
    QCOMPARE(row.timeout.value(), 90s);
    QCOMPARE(row.tags, job.tags);
    QCOMPARE(row.createdAt, job.createdAt);
    QCOMPARE(row.maxRetries, 3);
    const Claim claim = q().claim(QStringLiteral("host:1:a"));
    (void)q().settle(claim,
                     {.kind = Outcome::Kind::FailedPermanently,
                      .result = {},
                      .error = QStringLiteral("first line\nsecond line")});
    const JobSummary dead = q().page(listOf(JobStatus::DeadLetter)).rows.constFirst();
    QCOMPARE(dead.errorHead, QStringLiteral("first line"));
    QVERIFY(dead.workerId.startsWith(QStringLiteral("host:1:a")));
    QCOMPARE(dead.attempts, 1);
    QCOMPARE(dead.endedAt.value(), q().backend().now());
}

void ViewCases::statsKeepTheConservationLaw()
{
    q().setLimits({.deadMax = 1});
    for (int i = 0; i < 3; ++i) {
        const JobId id = q().submit();
        QCOMPARE(q().die(id), JobStatus::DeadLetter);
        q().advance(1s);
    }
    q().submitAll({testJob(), testJob(), testJob()});
    q().complete(q().claim());
    (void)q().claim();
    (void)q().purge(JobStatus::Completed);
    const QueueStats s = q().stats();
    QCOMPARE(s.submitted, s.total() + s.purged + s.expired + s.trimmed + s.deleted);
    QCOMPARE(s.trimmed, 2);
    QCOMPARE(s.purged, 1);
    QCOMPARE(s.size(JobStatus::Running), 1);
}

void ViewCases::aJobIsFoundInWhateverQueue()
{
    q().backend().prepareQueue(QStringLiteral("mail"));
    JobDefinition job = testJob();
    job.queue = QStringLiteral("mail");
    QVERIFY(waitFor(q().queue().submit({job}))->constFirst().has_value());
    QCOMPARE(waitFor(q().queue().queueOf(job.id)).value(), QStringLiteral("mail"));
    QCOMPARE(waitFor(q().queue().queueOf(testId(777))).error().kind, Error::Kind::NotFound);
}

void ViewCases::queuesAreListed()
{
    q().backend().prepareQueue(QStringLiteral("mail"));
    q().submit();
    JobDefinition job = testJob();
    job.queue = QStringLiteral("mail");
    QVERIFY(waitFor(q().queue().submit({job}))->constFirst().has_value());
    QStringList names = waitFor(q().queue().queues()).value();
    names.sort();
    QCOMPARE(names, (QStringList{queueName, QStringLiteral("mail")}));
}

void ViewCases::unknownJobsAreNotFound()
{
    QCOMPARE(q().tryLook(testId(777)).error().kind, Error::Kind::NotFound);
    QCOMPARE(waitFor(q().queue().logTail(queueName, testId(777))).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().stats().total(), 0);
    QVERIFY(q().ids(JobStatus::Running).isEmpty());
}

void ViewCases::callsBeforeInitializeAreRefused()
{
    QVERIFY(waitFor(q().queue().initialize()).has_value()); // twice is once
    QVERIFY(waitFor(q().queue().shutdown(true)).has_value());
    QVERIFY(waitFor(q().queue().shutdown(true)).has_value());
    QCOMPARE(waitFor(q().queue().submit({testJob()})).error().kind, Error::Kind::WrongState);
    QCOMPARE(waitFor(q().queue().stats(queueName)).error().kind, Error::Kind::WrongState);
    QCOMPARE(q().tryTurn("w", {.queue = queueName}).error().kind, Error::Kind::WrongState);
    QVERIFY(waitFor(q().queue().initialize()).has_value());
    q().submit();
}

void ViewCases::poolsArePublishedAndGo()
{
    PoolInfo pool;
    pool.id = QStringLiteral("host:1:a");
    pool.hostname = QStringLiteral("host");
    pool.queues = QStringList{queueName};
    const auto publish = [&](bool gone) {
        return waitForCallback<Result<>>(
            [&](auto done) { q().queue().publishPool(pool, gone, std::move(done)); });
    };
    QVERIFY(publish(false).has_value());
    const QList<PoolInfo> pools = waitFor(q().queue().pools()).value();
    QCOMPARE(pools.size(), 1);
    QVERIFY(pools.constFirst().lastHeartbeat != Timestamp{});
    PoolInfo shown = pools.constFirst();
    shown.lastHeartbeat = pool.lastHeartbeat;
    QCOMPARE(shown, pool);
    QVERIFY(publish(true).has_value());
    QVERIFY(waitFor(q().queue().pools()).value().isEmpty());
}

void ViewCases::handlerCountsAreByHandler()
{
    q().submitAll({testJob(QStringLiteral("a b")), testJob(QStringLiteral("a b"), JobPriority::High),
                   testJob(QStringLiteral("c"))});
    q().complete(q().claim());
    q().complete(q().claim());
    QCOMPARE(q().fail(q().claim()), JobStatus::Retrying);
    const auto counts = waitFor(q().queue().handlerCounts(queueName)).value();
    QCOMPARE(counts.value(QStringLiteral("submitted.normal")).value(QStringLiteral("a b")), 1);
    QCOMPARE(counts.value(QStringLiteral("submitted.high")).value(QStringLiteral("a b")), 1);
    QCOMPARE(counts.value(QStringLiteral("completed")).value(QStringLiteral("a b")), 2);
    QCOMPARE(counts.value(QStringLiteral("retried")).value(QStringLiteral("c")), 1);
}

} // namespace signalbox::test
