#include "core/runtime/manual_clock.h"
#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

void OrderCases::tenThousandJobsComeByPriorityThenFifo()
{
    constexpr int jobCount = 10'000, batch = 500;
    runtime::SeededRandom random(20261124);
    QMap<int, QList<JobId>> expected; // by priority, in the order of submits
    for (int made = 0; made < jobCount; made += batch) {
        QList<JobDefinition> jobs;
        for (int i = 0; i < batch; ++i) {
            const JobPriority priority = allJobPriorities[random.bits() % allJobPriorities.size()];
            jobs.append(testJob(QStringLiteral("noop"), priority));
            expected[-static_cast<int>(priority)].append(jobs.constLast().id);
        }
        q().submitAll(jobs);
        q().advance(7us); // less time than jobs: ranks still differ
    }
    QList<JobId> order;
    for (const QList<JobId> &ids : std::as_const(expected)) order.append(ids);

    QList<JobId> seen;
    SettleAndClaim call{.queue = QStringLiteral("default"), .claimMax = 100};
    while (seen.size() < jobCount) {
        ++call.sequence;
        const SettledAndClaimed got = q().turn("w", call);
        QVERIFY(!got.claims.isEmpty());
        call.settlements.clear();
        for (const Claim &claim : got.claims) {
            seen.append(claim.definition.id);
            call.settlements.append({.id = claim.definition.id,
                                     .token = claim.token,
                                     .handler = claim.definition.handler,
                                     .outcome = {}});
        }
    }
    QCOMPARE(seen, order);
    call.claimMax = 0;
    q().turn("w", call);
    QCOMPARE(q().stats().completed, jobCount);
}

void OrderCases::defect01_orderIsByArrivalNotByTheSubmittersClock()
{
    JobDefinition first = testJob(), second = testJob();
    second.createdAt = first.createdAt - 5min; // its host's clock is slow
    q().submit(first);
    q().submit(second);
    QCOMPARE(q().claim().definition.id, first.id);
    QCOMPARE(q().claim().definition.id, second.id);
}

void OrderCases::aReleasedJobKeepsItsPlace()
{
    const JobId first = q().submit();
    q().submit();
    const Claim claim = q().claim();
    QCOMPARE(q().settle(claim, {.kind = Outcome::Kind::Released}).value(), JobStatus::Pending);
    QCOMPARE(q().claim().definition.id, first);
}

void OrderCases::aJobThatWasReapedKeepsItsPlace()
{
    const JobId first = q().submit();
    q().submit();
    (void)q().claim();
    q().advance(31s);
    q().reap();
    QCOMPARE(q().claim().definition.id, first);
}

void OrderCases::aRetryGoesBehindWhatWaits()
{
    const JobId failing = q().submit();
    QCOMPARE(q().fail(q().claim(), QStringLiteral("no"), 1s), JobStatus::Retrying);
    const JobId waiting = q().submit();
    q().advance(2s);
    QCOMPARE(q().claim().definition.id, waiting);
    QCOMPARE(q().claim().definition.id, failing);
}

void OrderCases::promotionIsInTheOrderOfDueTimes()
{
    JobDefinition late = testJob(), early = testJob();
    late.scheduledAt = q().backend().now() + 20s;
    early.scheduledAt = q().backend().now() + 10s;
    q().submit(late);
    q().submit(early);
    QCOMPARE(q().ids(JobStatus::Scheduled), (QList<JobId>{early.id, late.id}));
    q().advance(30s);
    QCOMPARE(q().claim().definition.id, early.id);
    QCOMPARE(q().claim().definition.id, late.id);
}

} // namespace signalbox::test
