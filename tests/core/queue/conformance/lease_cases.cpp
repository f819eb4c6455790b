#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;

namespace {

const Outcome completed{};
const Outcome released{.kind = Outcome::Kind::Released};

SettleAndClaim claimUpTo(int most, quint64 sequence)
{
    return {.queue = QStringLiteral("default"), .sequence = sequence, .claimMax = most};
}

QList<JobId> idsOf(const QList<Claim> &claims)
{
    QList<JobId> ids;
    for (const Claim &claim : claims) ids.append(claim.definition.id);
    return ids;
}

} // namespace

void LeaseCases::lateSettleIsRefused()
{
    const JobId id = q().submit();
    const Claim slow = q().claim(QStringLiteral("slow"));
    q().advance(31s);
    q().reap();
    QCOMPARE(q().settle(slow, completed).error().kind, Error::Kind::LeaseLost);
    QCOMPARE(q().status(id), JobStatus::Pending); // given to the next, once
    const Claim quick = q().claim(QStringLiteral("quick"));
    QCOMPARE(q().settle(slow, completed).error().kind, Error::Kind::LeaseLost);
    q().complete(quick, "\"second\"");
    QCOMPARE(q().settle(slow, completed).error().kind, Error::Kind::LeaseLost);
    QCOMPARE(q().look(id).result.bytes(), "\"second\"");
}

void LeaseCases::settlingTwiceWithOneTokenAnswersTheSame()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    q().complete(claim, "1");
    QCOMPARE(q().settle(claim, completed).value(), JobStatus::Completed);
    QCOMPARE(q().look(id).result.bytes(), "1"); // the first answer stands
    QCOMPARE(q().look(id).attempts, 1);
    QCOMPARE(q().stats().processed, 1);

    q().submit();
    const Claim failing = q().claim();
    QCOMPARE(q().fail(failing), JobStatus::Retrying);
    QCOMPARE(q().fail(failing), JobStatus::Retrying);
    QCOMPARE(q().stats().retried, 1);
}

void LeaseCases::defect09_settlingAnUnknownJobIsNotFound()
{
    const JobDefinition job = testJob();
    QCOMPARE(q().settle({.definition = job, .token = "w/0.1"}, completed).error().kind,
             Error::Kind::NotFound);
    q().submit(job); // known, and never claimed
    QCOMPARE(q().settle({.definition = job, .token = "w/0.1"}, completed).error().kind,
             Error::Kind::LeaseLost);
    QCOMPARE(q().status(job.id), JobStatus::Pending);
}

void LeaseCases::defect09_aFinishedJobCannotBeFailed()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    q().complete(claim, "1");
    QCOMPARE(q().fail(claim), JobStatus::Completed);
    QCOMPARE(q().status(id), JobStatus::Completed);
    QVERIFY(!q().next());
}

void LeaseCases::renewingKeepsTheLease()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    for (int beat = 0; beat < 60; ++beat) { // 20 times the lease
        q().advance(10s);
        QVERIFY(q().renew("w", {claim}).lost.isEmpty());
        q().reap();
    }
    QCOMPARE(q().look(id).workersLost, 0);
    QCOMPARE(q().look(id).leaseEndsAt.value(), q().backend().now() + 30s);
    q().complete(claim);
}

void LeaseCases::renewTellsWhatIsLost()
{
    q().submitAll({testJob(), testJob()});
    const Claim first = q().claim(), second = q().claim();
    q().complete(first);
    const Renewed renewed = q().renew("w", {first, second});
    QCOMPARE(renewed.lost, QList<JobId>{first.definition.id});
    QVERIFY(renewed.cancelAsked.isEmpty());
}

void LeaseCases::aClaimSentTwiceGivesTheSameJobs()
{
    q().submitAll({testJob(), testJob(), testJob()});
    const SettledAndClaimed first = q().turn("w", claimUpTo(2, 1));
    QCOMPARE(first.claims.size(), 2);
    q().advance(1s);
    const SettledAndClaimed again = q().turn("w", claimUpTo(2, 1)); // its reply was lost
    QCOMPARE(idsOf(again.claims), idsOf(first.claims));
    QCOMPARE(again.claims.at(0).token, first.claims.at(0).token);
    QCOMPARE(again.claims.at(0).attempts, 0);
    QCOMPARE(q().stats().size(JobStatus::Running), 2);
    QCOMPARE(q().turn("w", claimUpTo(2, 2)).claims.size(), 1);
}

void LeaseCases::aHeartbeatMayHoldThousandsOfLeases()
{
    const JobId id = q().submit();
    const Claim real = q().claim();
    constexpr int others = 9'000; // more than a script can unpack
    QList<Claim> held{real};
    QList<ProgressReport> reports;
    for (int i = 0; i < others; ++i) {
        Claim claim;
        std::array<quint8, 16> bytes{};
        for (size_t b = 0; b < 4; ++b) bytes[b] = static_cast<quint8>(i >> (8 * b));
        claim.definition.id = JobId::fromRandom(bytes);
        claim.token = "test:1:a/0.1";
        held.append(claim);
        reports.append({claim.definition.id, claim.token, {}, "a line"});
    }
    held.append(real); // in the last part as well as in the first
    q().advance(20s);
    const Renewed renewed = q().renew("test:1:a", held);
    QCOMPARE(renewed.lost.size(), others);
    QCOMPARE(renewed.lost.constFirst(), held.at(1).definition.id);
    QCOMPARE(renewed.leaseEndsAt, q().backend().now() + 30s);
    q().advance(20s);
    q().reap();
    QCOMPARE(q().status(id), JobStatus::Running);

    reports.append({id, real.token, {}, "the last line"});
    const Result<> reported = waitForCallback<Result<>>([&](auto done) {
        q().queue().report("test:1:a", QStringLiteral("default"), reports, std::move(done));
    });
    QVERIFY2(reported, qPrintable(reported ? QString() : reported.error().text()));
    QCOMPARE(waitFor(q().queue().logTail(QStringLiteral("default"), id)).value(),
             QByteArray("the last line"));
}

void LeaseCases::anOlderClaimIsRefused()
{
    const JobId id = q().submit();
    q().turn("w", claimUpTo(1, 5));
    q().submit();
    QCOMPARE(q().tryTurn("w", claimUpTo(1, 4)).error().kind, Error::Kind::LeaseLost);
    QCOMPARE(q().stats().size(JobStatus::Pending), 1);
    QCOMPARE(q().status(id), JobStatus::Running);
    QCOMPARE(q().turn("other", claimUpTo(1, 1)).claims.size(), 1); // each worker counts for itself
}

void LeaseCases::aRepeatedClaimGivesOnlyWhatIsStillHeld()
{
    q().submitAll({testJob(), testJob()});
    const SettledAndClaimed first = q().turn("w", claimUpTo(2, 1));
    q().complete(first.claims.at(0));
    const SettledAndClaimed again = q().turn("w", claimUpTo(2, 1));
    QCOMPARE(idsOf(again.claims), QList<JobId>{first.claims.at(1).definition.id});
}

void LeaseCases::releasedJobsAreChargedNothing()
{
    const JobId id = q().submit();
    const Claim claim = q().claim();
    QCOMPARE(q().settle(claim, released).value(), JobStatus::Pending);
    const Job job = q().look(id);
    QCOMPARE(job.attempts, 0);
    QCOMPARE(job.workersLost, 0);
    QVERIFY(!job.startedAt);
    QCOMPARE(q().settle(claim, completed).value(), JobStatus::Pending); // settled before, by this token
    QCOMPARE(q().claim().attempts, 0);
    QCOMPARE(q().stats().processed, 0);
}

void LeaseCases::lostLeasesChargeNoAttempt()
{
    const JobId id = q().submit();
    (void)q().claim();
    q().advance(30s);
    q().reap();
    QCOMPARE(q().look(id).attempts, 0);
    QCOMPARE(q().look(id).workersLost, 1);
    QCOMPARE(q().stats().leasesLost, 1);
    QCOMPARE(q().claim().workersLost, 1);
}

void LeaseCases::threeLostLeasesMakeADeadLetter_data()
{
    QTest::addColumn<int>("maxRetries");
    QTest::newRow("no retries") << 0;
    QTest::newRow("a thousand") << 1000;
}

void LeaseCases::threeLostLeasesMakeADeadLetter()
{
    QFETCH(int, maxRetries);
    JobDefinition job = testJob();
    job.retry.maxRetries = maxRetries;
    q().submit(job);
    for (int lost = 1; lost <= 3; ++lost) {
        QCOMPARE(q().claim().definition.id, job.id);
        q().advance(30s);
        q().reap();
    }
    const Job dead = q().look(job.id);
    QCOMPARE(dead.status, JobStatus::DeadLetter);
    QVERIFY(dead.error.contains(QStringLiteral("took 3 workers down")));
    QCOMPARE(dead.attempts, 0);
    QCOMPARE(q().stats().leasesLost, 3);
}

void LeaseCases::settlementsAreAnsweredInOrder()
{
    q().submitAll({testJob(), testJob()});
    const SettledAndClaimed got = q().turn("w", claimUpTo(2, 1));
    SettleAndClaim call = claimUpTo(0, 0);
    const auto settlement = [](const JobId &id, const QByteArray &token) {
        return Settlement{.id = id, .token = token, .handler = QStringLiteral("noop"), .outcome = {}};
    };
    const Claim &first = got.claims.at(0), &second = got.claims.at(1);
    call.settlements
        = {settlement(first.definition.id, first.token), settlement(testId(777), "w/0.1"),
           settlement(second.definition.id, "w/0.99"), settlement(first.definition.id, first.token),
           settlement(second.definition.id, second.token)};
    const QList<Verdict> verdicts = q().turn("w", call).verdicts;
    QCOMPARE(verdicts.size(), 5);
    QCOMPARE(verdicts.at(0).value(), JobStatus::Completed);
    QCOMPARE(verdicts.at(1).error().kind, Error::Kind::NotFound);
    QCOMPARE(verdicts.at(2).error().kind, Error::Kind::LeaseLost);
    QCOMPARE(verdicts.at(3).value(), JobStatus::Completed);
    QCOMPARE(verdicts.at(4).value(), JobStatus::Completed);
    QCOMPARE(q().stats().completed, 2);
}

void LeaseCases::reapAnswersWhenTheNextLeaseEnds()
{
    QVERIFY(!q().reap());
    q().submit();
    (void)q().claim();
    q().advance(12s);
    QCOMPARE(q().reap().value(), 18s);
}

void LeaseCases::turnTellsWhenSomethingIsDue()
{
    QVERIFY(!q().turn("w", claimUpTo(1, 1)).nextDue);
    JobDefinition later = testJob();
    later.scheduledAt = q().backend().now() + 5s;
    q().submit(later);
    QCOMPARE(q().turn("w", claimUpTo(1, 2)).nextDue.value(), 5s);
    q().submit();
    SettleAndClaim call = claimUpTo(1, 3);
    call.lease = 2s;
    const SettledAndClaimed got = q().turn("w", call);
    QCOMPARE(got.nextDue.value(), 2s);
    QCOMPARE(got.serverNow, q().backend().now());
    QVERIFY(!got.paused);
}

} // namespace signalbox::test
