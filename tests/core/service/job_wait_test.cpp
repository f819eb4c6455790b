#include "tests/core/service/service_rig.h"

#include <atomic>

using namespace signalbox;
using namespace signalbox::service;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::get;
using test::kindOf;
using test::quickJob;
using test::ServiceRig;
using test::why;

/// Following one job through the service: waiting for it, cancelling and retrying it.
class JobWaitTest : public QObject, private test::BackendOfCase {
    Q_OBJECT
private Q_SLOTS:
    void cancelledJobNeverRuns_data() { test::addBackends(); }
    void cancelledJobNeverRuns();
    void waitEndsWithTheJob_data() { test::addBackends(); }
    void waitEndsWithTheJob();
    void waitGivesUpInTime();
    void waitForAnUnknownJobIsNotFound();
    void waitForADeletedJobEnds();
    void retryRequeuesOrRunsNow_data() { test::addBackends(); }
    void retryRequeuesOrRunsNow();
    void resultBeforeTheEndIsRefused();
};

void JobWaitTest::cancelledJobNeverRuns()
{
    ServiceRig rig(server());
    std::atomic<int> runs{0};
    rig.handle(u"count"_s, [&](const JobDefinition &, worker::RunContext &) {
        ++runs;
        return worker::RunResult::completed();
    });
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(quickJob(u"count"_s)))->id;
    const JobId next = get(rig->submit(quickJob(u"count"_s)))->id;
    QCOMPARE(get(rig->cancel(u"default"_s, {id}))->first().value(), queue::CancelOutcome::Cancelled);
    QVERIFY(get(rig->startWorkers(1)));
    QCOMPARE(get(rig->wait(next))->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(id))->status, JobStatus::Cancelled);
    QCOMPARE(runs.load(), 1);
    QCOMPARE(kindOf(get(rig->cancel(u"default"_s, {id}))->first()), Error::Kind::WrongState);
}

void JobWaitTest::waitEndsWithTheJob()
{
    ServiceRig rig(server());
    rig.handle(u"ok"_s,
               [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    QVERIFY(get(rig->start(false))); // without events: wait() listens by itself
    const JobId id = get(rig->submit(quickJob(u"ok"_s)))->id;
    const auto first = rig->wait(id);
    const auto second = rig->wait(id, 20s, u"default"_s);
    QVERIFY(!first.isFinished());
    QVERIFY(get(rig->startWorkers(1)));
    QCOMPARE(get(first)->status, JobStatus::Completed);
    QCOMPARE(get(second)->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(id))->status, JobStatus::Completed); // after the end: at once
}

void JobWaitTest::waitGivesUpInTime()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(quickJob(u"nobody"_s)))->id;
    const auto waited = get(rig->wait(id, 10ms));
    QCOMPARE(kindOf(waited), Error::Kind::WrongState);
    QVERIFY(waited.error().what.contains(id.text()));
    QCOMPARE(get(rig->job(id))->status, JobStatus::Pending); // only the waiting ended
}

void JobWaitTest::waitForAnUnknownJobIsNotFound()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId unknown = *JobId::fromText(u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");
    QCOMPARE(kindOf(get(rig->wait(unknown))), Error::Kind::NotFound);
    QCOMPARE(kindOf(get(rig->wait(unknown, {}, u"default"_s))), Error::Kind::NotFound);
    QCOMPARE(kindOf(get(rig->result(unknown))), Error::Kind::NotFound);
}

void JobWaitTest::waitForADeletedJobEnds()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(quickJob(u"nobody"_s)))->id;
    const auto waiting = rig->wait(id);
    QVERIFY(get(rig->remove(u"default"_s, {id}))->first());
    QCOMPARE(kindOf(get(waiting)), Error::Kind::NotFound);
}

void JobWaitTest::retryRequeuesOrRunsNow()
{
    ServiceRig rig(server());
    std::atomic<bool> isMended{false};
    rig.handle(u"flaky"_s, [&](const JobDefinition &, worker::RunContext &) {
        return isMended ? worker::RunResult::completed() : worker::RunResult::failedPermanently(u"no"_s);
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    const JobId dead = get(rig->submit(quickJob(u"flaky"_s)))->id;
    QCOMPARE(get(rig->wait(dead))->status, JobStatus::DeadLetter);
    isMended = true;
    JobDefinition later = quickJob(u"flaky"_s);
    later.scheduledAt = runtime::systemSeams().clock->wallNow() + 1h;
    const JobId scheduled = get(rig->submit(later))->id;
    const JobId done = get(rig->submit(quickJob(u"flaky"_s)))->id;
    QCOMPARE(get(rig->wait(done))->status, JobStatus::Completed);
    const JobId unknown = *JobId::fromText(u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");

    const auto verdicts = get(rig->retry(u"default"_s, {done, scheduled, unknown, dead}));
    QVERIFY2(verdicts, why(verdicts));
    QCOMPARE(kindOf(verdicts->at(0)), Error::Kind::WrongState);
    QVERIFY2(verdicts->at(1), why(verdicts->at(1)));
    QCOMPARE(kindOf(verdicts->at(2)), Error::Kind::NotFound);
    QVERIFY2(verdicts->at(3), why(verdicts->at(3)));
    QCOMPARE(get(rig->wait(dead))->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(scheduled))->status, JobStatus::Completed);
}

void JobWaitTest::resultBeforeTheEndIsRefused()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(quickJob(u"nobody"_s)))->id;
    const auto result = get(rig->result(id));
    QCOMPARE(kindOf(result), Error::Kind::WrongState);
    QVERIFY(result.error().why.contains(u"pending"));
}

QTEST_GUILESS_MAIN(JobWaitTest)
#include "job_wait_test.moc"
