#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

namespace {

Outcome failure(Outcome::Kind kind, const QString &error = QStringLiteral("it broke"))
{
    return {.kind = kind, .error = error, .retryDelay = 1s};
}

} // namespace

void OutcomeCases::defect02_aFailedJobIsOutOfTheWayUntilItsDelayIsOver()
{
    const JobId high = q().submit(testJob(QStringLiteral("noop"), JobPriority::High));
    QCOMPARE(q().fail(q().claim(), QStringLiteral("no"), 60s), JobStatus::Retrying);
    const JobId normal = q().submit();
    QCOMPARE(q().claim().definition.id, normal);
    QVERIFY(!q().next());
    QCOMPARE(q().look(high).dueAt.value(), q().backend().now() + 60s);
    q().advance(60s);
    QCOMPARE(q().claim().definition.id, high);
}

void OutcomeCases::defect15_attemptsAreCounted()
{
    JobDefinition job = testJob();
    job.retry.maxRetries = 5;
    q().submit(job);
    for (int run = 0; run < 3; ++run) {
        const Claim claim = q().claim();
        QCOMPARE(claim.attempts, run);
        QCOMPARE(q().fail(claim), JobStatus::Retrying);
        QCOMPARE(q().look(job.id).attempts, run + 1);
        q().advance(1s);
    }
}

void OutcomeCases::defect22_aFailedResultIsNoSuccess()
{
    const JobId id = q().submit();
    QCOMPARE(q().settle(q().claim(), failure(Outcome::Kind::FailedPermanently)).value(),
             JobStatus::DeadLetter);
    const JobResult result = q().look(id).toResult().value();
    QCOMPARE(result.status, JobStatus::DeadLetter);
    QVERIFY(result.result.isNull());
}

void OutcomeCases::defect23_aDeadLetterHasAResultAndRequeueDropsItsError()
{
    const JobId id = q().submit();
    const QString trace = QStringLiteral("ValueError: no é\n  in line 1\n  in line 2");
    (void)q().settle(q().claim(), failure(Outcome::Kind::FailedPermanently, trace));
    const JobResult result = q().look(id).toResult().value();
    QCOMPARE(result.error, trace);
    QCOMPARE(result.attempts, 1);
    QVERIFY(result.completedAt.has_value());
    QVERIFY(q().tryRequeue(id).has_value());
    const Job fresh = q().look(id);
    QVERIFY(fresh.error.isEmpty());
    QVERIFY(!fresh.startedAt);
    QVERIFY(!fresh.endedAt);
    q().complete(q().claim(), "7");
    QVERIFY(q().look(id).error.isEmpty());
}

void OutcomeCases::noRetriesMeansOneRun()
{
    JobDefinition job = testJob();
    job.retry.maxRetries = 0;
    q().submit(job);
    QCOMPARE(q().fail(q().claim()), JobStatus::DeadLetter);
}

void OutcomeCases::failedForGoodIsADeadLetterAtOnce()
{
    const JobId id = q().submit(); // with three retries
    QCOMPARE(q().die(id), JobStatus::DeadLetter);
    QCOMPARE(q().stats().deadLettered, 1);
    QCOMPARE(q().stats().retried, 0);
}

void OutcomeCases::failedQuietlyIsFailedAndNoDeadLetter()
{
    const JobId id = q().submit();
    QCOMPARE(q().settle(q().claim(), failure(Outcome::Kind::FailedQuietly)).value(), JobStatus::Failed);
    QCOMPARE(q().ids(JobStatus::Failed), QList<JobId>{id});
    QVERIFY(q().ids(JobStatus::DeadLetter).isEmpty());
    QVERIFY(q().tryRequeue(id).has_value());
}

void OutcomeCases::bigResultsAndErrorsComeBackWhole()
{
    q().submit();
    const Claim first = q().claim();
    const QByteArray result = '"' + QByteArray(100'000, 'r') + '"';
    q().complete(first, result);
    QCOMPARE(q().look(first.definition.id).result.bytes(), result);

    const JobId id = q().submit();
    const QString error = QString(50'000, u'e') + u'\n' + QString(10'000, u'x');
    (void)q().settle(q().claim(), failure(Outcome::Kind::FailedPermanently, error));
    QCOMPARE(q().look(id).error, error);
    QVERIFY(q().tryRequeue(id).has_value());
    QVERIFY(q().look(id).error.isEmpty());
    q().complete(q().claim(), "1");
    QCOMPARE(q().look(id).result.bytes(), "1");
}

void OutcomeCases::progressAndLogBelongToTheRun()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    JobProgress progress;
    progress.jobId = id;
    progress.current = 3;
    progress.total = 4;
    progress.message = QStringLiteral("three\nof four");
    progress.updatedAt = q().backend().now();
    q().report(claim, progress, "line 1\nline 2\n");
    QCOMPARE(q().look(id).progress, std::optional(progress));
    QCOMPARE(waitFor(q().queue().logTail(QStringLiteral("default"), id)).value(), "line 1\nline 2\n");
    const ListPage page = q().page({.status = JobStatus::Running});
    QCOMPARE(page.rows.constFirst().progress, std::optional(progress));
    q().complete(claim);
    QVERIFY(!q().look(id).progress);
    QCOMPARE(waitFor(q().queue().logTail(QStringLiteral("default"), id)).value(), "line 1\nline 2\n");
}

void OutcomeCases::reportsOfALostLeaseAreIgnored()
{
    const JobId id = q().submit();
    const Claim lost = q().claim();
    q().advance(30s);
    q().reap();
    (void)q().claim();
    JobProgress progress;
    progress.current = 1;
    q().report(lost, progress, "late");
    QVERIFY(!q().look(id).progress);
    QVERIFY(waitFor(q().queue().logTail(QStringLiteral("default"), id)).value().isEmpty());
}

} // namespace signalbox::test
