#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

void SeedCases::seed04_submitThenGet()
{
    JobDefinition job = testJob(QStringLiteral("files.hash"));
    job.args = JsonText::trusted("[\"/usr/share\"]");
    q().submit(job);
    const std::optional<Claim> claim = q().next();
    QVERIFY(claim.has_value());
    QCOMPARE(claim->definition, job);
    QCOMPARE(q().status(job.id), JobStatus::Running);
    QVERIFY(!q().next());
}

void SeedCases::seed05_priorityOrder()
{
    using P = JobPriority;
    QMap<P, JobId> idOf;
    for (const P priority : {P::Normal, P::Low, P::Critical, P::High})
        idOf[priority] = q().submit(testJob(QStringLiteral("noop"), priority));
    for (const P priority : {P::Critical, P::High, P::Normal, P::Low})
        QCOMPARE(q().claim().definition.id, idOf[priority]);
}

void SeedCases::seed06_completeThenReadTheResult()
{
    const JobId id = q().submit();
    const Claim claim = q().claim(QStringLiteral("host:1:a"));
    q().advance(1500ms);
    q().complete(claim, "{\"bytes\": 9007199254740993}");
    const std::optional<JobResult> result = q().look(id).toResult();
    QVERIFY(result.has_value());
    QCOMPARE(result->status, JobStatus::Completed);
    QCOMPARE(result->result.bytes(), "{\"bytes\": 9007199254740993}");
    QCOMPARE(result->attempts, 1);
    QVERIFY(result->workerId.startsWith(QStringLiteral("host:1:a")));
    QCOMPARE(result->duration().value(), std::chrono::microseconds(1500ms));
    QVERIFY(result->error.isEmpty());
}

void SeedCases::seed07_failThenRetryAfterTheDelay()
{
    const JobId id = q().submit();
    QCOMPARE(q().fail(q().claim(), QStringLiteral("no disk"), 2000ms), JobStatus::Retrying);
    q().advance(1999ms);
    QVERIFY(!q().next());
    q().advance(1ms);
    const Claim again = q().claim();
    QCOMPARE(again.definition.id, id);
    QCOMPARE(again.attempts, 1);
    QCOMPARE(again.failures, 1);
}

void SeedCases::seed08_deadLetterAfterRetries()
{
    JobDefinition job = testJob();
    job.retry.maxRetries = 3;
    q().submit(job);
    for (int run = 1; run <= 3; ++run) {
        QCOMPARE(q().fail(q().claim()), JobStatus::Retrying);
        q().advance(1s);
    }
    QCOMPARE(q().fail(q().claim(), QStringLiteral("still broken")), JobStatus::DeadLetter);
    QCOMPARE(q().ids(JobStatus::DeadLetter), QList<JobId>{job.id});
    const Job dead = q().look(job.id);
    QCOMPARE(dead.attempts, 4);
    QCOMPARE(dead.error, QStringLiteral("still broken"));
}

void SeedCases::seed09_requeueOfADeadLetter()
{
    const JobId id = q().submit();
    QCOMPARE(q().die(id), JobStatus::DeadLetter);
    QVERIFY(q().tryRequeue(id).has_value());
    const Job fresh = q().look(id);
    QCOMPARE(fresh.status, JobStatus::Pending);
    QCOMPARE(fresh.attempts, 0);
    QCOMPARE(fresh.failures, 0);
    QCOMPARE(fresh.requeues, 1);
    q().complete(q().claim());
    QCOMPARE(q().stats().requeued, 1);
}

void SeedCases::seed10_cancelThenNothingToGet()
{
    const JobId id = q().submit();
    QCOMPARE(q().tryCancel(id).value(), CancelOutcome::Cancelled);
    QVERIFY(!q().next());
    QCOMPARE(q().status(id), JobStatus::Cancelled);
}

void SeedCases::seed11_listAllAndByStatus()
{
    const JobId done = q().submit();
    q().complete(q().claim());
    const JobId dead = q().submit();
    QCOMPARE(q().die(dead), JobStatus::DeadLetter);
    const JobId running = q().submit();
    (void)q().claim();
    const JobId waiting = q().submit();
    QCOMPARE(q().ids(JobStatus::Completed), QList<JobId>{done});
    QCOMPARE(q().ids(JobStatus::DeadLetter), QList<JobId>{dead});
    QCOMPARE(q().ids(JobStatus::Running), QList<JobId>{running});
    QCOMPARE(q().ids(JobStatus::Pending), QList<JobId>{waiting});
    qsizetype all = 0;
    for (const JobStatus status : allJobStatuses) all += q().ids(status).size();
    QCOMPARE(all, 4);
}

void SeedCases::seed12_metrics()
{
    q().submitAll({testJob(), testJob(), testJob()});
    const Claim first = q().claim();
    q().advance(2s);
    q().complete(first);
    QCOMPARE(q().fail(q().claim()), JobStatus::Retrying);
    const QueueStats stats = q().stats();
    QCOMPARE(stats.submitted, 3);
    QCOMPARE(stats.processed, 2);
    QCOMPARE(stats.completed, 1);
    QCOMPARE(stats.retried, 1);
    QCOMPARE(stats.size(JobStatus::Pending), 1);
    QCOMPARE(stats.size(JobStatus::Retrying), 1);
    QCOMPARE(stats.total(), 3);
    QCOMPARE(stats.errorRate().value(), 0.5);
    QCOMPARE(stats.averageRun.value(), std::chrono::microseconds(1s)); // 2 s and 0 s
    // Jobs of one call came a microsecond apart: 0 s and almost 2 s.
    QVERIFY(stats.averageWait.value() <= 1s && stats.averageWait.value() > 999'990us);
    QVERIFY(stats.oldestWait.value() <= 2s && stats.oldestWait.value() > 1'999'990us);
}

} // namespace signalbox::test
