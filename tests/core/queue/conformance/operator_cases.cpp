#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

namespace {

Outcome ending(Outcome::Kind kind)
{
    return {.kind = kind, .error = QStringLiteral("stopped"), .retryDelay = 1s};
}

} // namespace

// Cancel

void OperatorCases::defect08_cancelOfARunningJobIsAskedNotDone()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    QCOMPARE(q().tryCancel(id).value(), CancelOutcome::Asked);
    QCOMPARE(q().status(id), JobStatus::Running);
    QVERIFY(q().look(id).cancelRequested);
    QCOMPARE(q().settle(claim, ending(Outcome::Kind::Cancelled)).value(), JobStatus::Cancelled);
    QCOMPARE(q().look(id).error, QStringLiteral("stopped"));
    QVERIFY(!q().look(id).cancelRequested);
}

void OperatorCases::cancelAskedIsToldByRenew()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    QVERIFY(q().renew("w", {claim}).cancelAsked.isEmpty());
    (void)q().tryCancel(id);
    QCOMPARE(q().renew("w", {claim}).cancelAsked, QList<JobId>{id});
}

void OperatorCases::cancelAskedTurnsAFailureIntoCancelled()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    (void)q().tryCancel(id);
    QCOMPARE(q().settle(claim, ending(Outcome::Kind::Failed)).value(), JobStatus::Cancelled);
    QVERIFY(q().ids(JobStatus::Retrying).isEmpty());
    QCOMPARE(q().look(id).attempts, 1);
}

void OperatorCases::cancelAskedAndCompletedAllTheSameIsCompleted()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    (void)q().tryCancel(id);
    q().complete(claim, "1");
    QCOMPARE(q().look(id).result.bytes(), "1");
}

void OperatorCases::cancelAskedAndGivenBackIsCancelled()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    (void)q().tryCancel(id);
    QCOMPARE(q().settle(claim, ending(Outcome::Kind::Released)).value(), JobStatus::Cancelled);
    QVERIFY(!q().next());
    QCOMPARE(q().look(id).attempts, 0);
}

void OperatorCases::cancelAskedAndLostIsCancelled()
{
    const JobId id = q().submit();
    (void)q().claim();
    (void)q().tryCancel(id);
    q().advance(30s);
    q().reap();
    QCOMPARE(q().status(id), JobStatus::Cancelled);
}

void OperatorCases::defect13_aCancelledScheduledJobNeverRuns()
{
    JobDefinition job = testJob();
    job.scheduledAt = q().backend().now() + 10s;
    q().submit(job);
    QCOMPARE(q().tryCancel(job.id).value(), CancelOutcome::Cancelled);
    q().advance(20s);
    QVERIFY(!q().next());
    QCOMPARE(q().status(job.id), JobStatus::Cancelled);
}

void OperatorCases::cancelOfAnEndedJobIsRefused()
{
    const JobId id = q().submit();
    q().complete(q().claim());
    const Result<CancelOutcome> answer = q().tryCancel(id);
    QCOMPARE(answer.error().kind, Error::Kind::WrongState);
    QVERIFY(answer.error().text().contains(QStringLiteral("completed")));
    QCOMPARE(q().tryCancel(testId(777)).error().kind, Error::Kind::NotFound);
}

// Requeue, run now, remove

void OperatorCases::requeueTakesOnlyWhatEndedWithoutSuccess()
{
    const JobId id = q().submit();
    QCOMPARE(q().tryRequeue(id).error().kind, Error::Kind::WrongState);
    const Claim claim = q().claim();
    QCOMPARE(q().tryRequeue(id).error().kind, Error::Kind::WrongState);
    q().complete(claim);
    QCOMPARE(q().tryRequeue(id).error().kind, Error::Kind::WrongState);
    QCOMPARE(q().tryRequeue(testId(777)).error().kind, Error::Kind::NotFound);

    const JobId cancelled = q().submit();
    (void)q().tryCancel(cancelled);
    QCOMPARE(q().tryRequeue(cancelled).value(), cancelled);
    QCOMPARE(q().tryRequeue(cancelled).error().kind, Error::Kind::WrongState); // once
    QCOMPARE(q().stats().requeued, 1);
}

/// A retry goes on with the log; a fresh start does not.
void OperatorCases::aRequeuedJobsLogBeginsAnew()
{
    const auto logOf = [this](const JobId &id) {
        return waitFor(q().queue().logTail(QStringLiteral("default"), id)).value();
    };
    JobDefinition job = testJob();
    job.retry.maxRetries = 1;
    const JobId id = q().submit(job);
    Claim claim = q().claim();
    q().report(claim, {}, "first\n");
    (void)q().fail(claim);
    QCOMPARE(logOf(id), "first\n");
    q().advance(1h);
    claim = q().claim();
    QCOMPARE(logOf(id), "first\n");
    (void)q().fail(claim);
    QCOMPARE(q().status(id), JobStatus::DeadLetter);
    QCOMPARE(logOf(id), "first\n"); // it tells why
    QVERIFY(q().tryRequeue(id));
    QCOMPARE(logOf(id), "");
}

void OperatorCases::requeueWithAnEditMakesANewJob()
{
    JobDefinition job = testJob(QStringLiteral("mail.send"));
    job.idempotencyKey = QStringLiteral("m1");
    job.tags.insert(QStringLiteral("team"), QStringLiteral("ops"));
    q().submit(job);
    (void)q().die(job.id);
    const RequeueEdit edit{.args = JsonText::trusted("[\"mended\"]"),
                           .kwargs = {},
                           .priority = JobPriority::Critical,
                           .retry = {},
                           .timeout = std::optional(std::optional<std::chrono::milliseconds>(5s))};
    const JobId fresh = q().tryRequeue(job.id, edit).value();
    QVERIFY(fresh != job.id);
    const Job made = q().look(fresh);
    QCOMPARE(made.status, JobStatus::Pending);
    QCOMPARE(made.definition.args.bytes(), "[\"mended\"]");
    QCOMPARE(made.definition.kwargs, job.kwargs);
    QCOMPARE(made.definition.priority, JobPriority::Critical);
    QCOMPARE(made.definition.timeout.value(), 5s);
    QCOMPARE(made.definition.retry, job.retry);
    QCOMPARE(made.definition.tags.value(QStringLiteral("requeued_from")), job.id.text());
    QCOMPARE(made.definition.tags.value(QStringLiteral("team")), QStringLiteral("ops"));
}

void OperatorCases::requeueAllTakesWhatMatches()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 450; ++i)
        jobs.append(testJob(i % 3 == 0 ? QStringLiteral("mail.send") : QStringLiteral("files.hash")));
    q().submitAll(jobs);
    for (int i = 0; i < 450; ++i) (void)q().settle(q().claim(), ending(Outcome::Kind::FailedPermanently));
    const JobFilter mail = JobFilter::fromText(u"handler:mail.*").value();
    const BulkProgress done = q().requeueAll(JobStatus::DeadLetter, mail);
    QCOMPARE(done.done, 150);
    QCOMPARE(q().stats().size(JobStatus::Pending), 150);
    QCOMPARE(q().stats().size(JobStatus::DeadLetter), 300);
    QCOMPARE(q().requeueAll(JobStatus::DeadLetter).done, 300);
    QCOMPARE(
        waitFor(q().queue().requeueAll(QStringLiteral("default"), JobStatus::Completed, {})).error().kind,
        Error::Kind::WrongState);
}

void OperatorCases::runNowTakesOnlyWhatWaitsForItsTime()
{
    JobDefinition later = testJob();
    later.scheduledAt = q().backend().now() + 1h;
    q().submit(later);
    QVERIFY(q().tryRunNow(later.id).has_value());
    QCOMPARE(q().tryRunNow(later.id).error().kind, Error::Kind::WrongState);
    QCOMPARE(q().fail(q().claim(), QStringLiteral("no"), 1h), JobStatus::Retrying);
    QVERIFY(q().tryRunNow(later.id).has_value());
    QCOMPARE(q().claim().attempts, 1);
    QCOMPARE(q().tryRunNow(testId(777)).error().kind, Error::Kind::NotFound);
}

void OperatorCases::removeTakesAnythingButARunningJob()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    QCOMPARE(q().tryRemove(id).error().kind, Error::Kind::WrongState);
    q().complete(claim);
    QVERIFY(q().tryRemove(id).has_value());
    QCOMPARE(q().tryLook(id).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().tryRemove(id).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().stats().deleted, 1);
    QCOMPARE(q().stats().finishedBytes, 0);
    QCOMPARE(q().settle(claim, ending(Outcome::Kind::Completed)).error().kind, Error::Kind::NotFound);
}

// Purge

void OperatorCases::defect21_purgeLeavesRunningJobsAlone()
{
    q().submitAll({testJob(), testJob()});
    const Claim claim = q().claim();
    QCOMPARE(q().purge({}).done, 1);
    QCOMPARE(q().stats().total(), 1);
    q().complete(claim, "1");
    QCOMPARE(q().look(claim.definition.id).result.bytes(), "1");
}

void OperatorCases::purgeTakesOneStateOnly()
{
    const JobId done = q().submit();
    q().complete(q().claim());
    const JobId waiting = q().submit();
    QCOMPARE(q().purge(JobStatus::Completed).done, 1);
    QCOMPARE(q().tryLook(done).error().kind, Error::Kind::NotFound);
    QCOMPARE(q().status(waiting), JobStatus::Pending);
    QCOMPARE(q().stats().purged, 1);
}

void OperatorCases::purgeGoesInStepsAndCanBeStopped()
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 900; ++i) jobs.append(testJob());
    q().submitAll(jobs.mid(0, 500));
    q().submitAll(jobs.mid(500));
    int steps = 0;
    const BulkProgress stopped = q().purge(JobStatus::Pending, [&steps](const BulkProgress &) {
        return ++steps < 2; // the second step is the last
    });
    QCOMPARE(steps, 2);
    QVERIFY(stopped.done < 900);
    QCOMPARE(q().stats().size(JobStatus::Pending), 900 - stopped.done);
    QCOMPARE(q().purge(JobStatus::Pending).done, 900 - stopped.done);
}

void OperatorCases::purgeOfRunningJobsIsRefused()
{
    const auto answer = waitFor(q().queue().purge(QStringLiteral("default"), JobStatus::Running));
    QCOMPARE(answer.error().kind, Error::Kind::WrongState);
}

// Pause

void OperatorCases::aPausedQueueGivesNothingAndSettles()
{
    q().submitAll({testJob(), testJob()});
    const Claim claim = q().claim();
    q().pause(QStringLiteral("disk\nis full"));
    QVERIFY(!q().next());
    q().complete(claim);
    const QueueStats stats = q().stats();
    QVERIFY(stats.paused);
    QCOMPARE(stats.pauseReason, QStringLiteral("disk\nis full"));
    QCOMPARE(stats.pausedAt.value(), q().backend().now());
    q().resume();
    QVERIFY(!q().stats().paused);
    QVERIFY(q().next().has_value());
}

void OperatorCases::batchesAnswerOneResultAJob()
{
    const JobId waiting = q().submit();
    const QString name = QStringLiteral("default");
    const QList<JobId> ids{testId(777), waiting, waiting};
    const auto cancelled = waitFor(q().queue().cancel(name, ids)).value();
    QCOMPARE(cancelled.at(0).error().kind, Error::Kind::NotFound);
    QCOMPARE(cancelled.at(1).value(), CancelOutcome::Cancelled);
    QCOMPARE(cancelled.at(2).error().kind, Error::Kind::WrongState);
    const auto requeued = waitFor(q().queue().requeue(name, ids)).value();
    QCOMPARE(requeued.at(0).error().kind, Error::Kind::NotFound);
    QCOMPARE(requeued.at(1).value(), waiting);
    QCOMPARE(requeued.at(2).error().kind, Error::Kind::WrongState);
    const auto removed = waitFor(q().queue().remove(name, ids)).value();
    QCOMPARE(removed.at(0).error().kind, Error::Kind::NotFound);
    QVERIFY(removed.at(1).has_value());
    QCOMPARE(removed.at(2).error().kind, Error::Kind::NotFound);
}

} // namespace signalbox::test
