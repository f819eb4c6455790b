#include "tests/core/queue/conformance/test_queue.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;

JobId testId(quint64 number)
{
    std::array<quint8, 16> bytes{};
    for (size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<quint8>(number >> (8 * i));
    return JobId::fromRandom(bytes);
}

JobDefinition testJob(const QString &handler, JobPriority priority)
{
    static quint64 number = 0;
    JobDefinition job;
    job.handler = handler;
    job.priority = priority;
    job.complete(testId(++number), testStart);
    return job;
}

TestQueue::TestQueue(Backend &backend) : m_backend(backend) { }

template <typename T> T TestQueue::must(Result<T> result, const char *what)
{
    if (!result) qFatal("%s: %s", what, qPrintable(result.error().text()));
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Calls that may be refused

Result<Submitted> TestQueue::trySubmit(const JobDefinition &job)
{
    return must(waitFor(queue().submit({job})), "submit").constFirst();
}
Result<CancelOutcome> TestQueue::tryCancel(const JobId &id)
{
    return must(waitFor(queue().cancel(QStringLiteral("default"), {id})), "cancel").constFirst();
}
Result<JobId> TestQueue::tryRequeue(const JobId &id, const RequeueEdit &edit)
{
    return must(waitFor(queue().requeue(QStringLiteral("default"), {id}, edit)), "requeue").constFirst();
}
Result<> TestQueue::tryRunNow(const JobId &id)
{
    return must(waitFor(queue().runNow(QStringLiteral("default"), {id})), "runNow").constFirst();
}
Result<> TestQueue::tryRemove(const JobId &id)
{
    return must(waitFor(queue().remove(QStringLiteral("default"), {id})), "remove").constFirst();
}
Result<Job> TestQueue::tryLook(const JobId &id)
{
    return waitFor(queue().job(QStringLiteral("default"), id));
}
Result<SettledAndClaimed> TestQueue::tryTurn(const QByteArray &worker, const SettleAndClaim &call)
{
    return waitForCallback<Result<SettledAndClaimed>>(
        [&](auto done) { queue().settleAndClaim(worker, call, std::move(done)); });
}
Verdict TestQueue::settle(const Claim &claim, const Outcome &outcome)
{
    return waitFor(queue().settle(claim.definition.queue,
                                  {.id = claim.definition.id,
                                   .token = claim.token,
                                   .handler = claim.definition.handler,
                                   .maxRetries = claim.definition.retry.maxRetries,
                                   .outcome = outcome}));
}

// The rest must succeed

JobId TestQueue::submit(const JobDefinition &job)
{
    return submitAll({job}).constFirst();
}
QList<JobId> TestQueue::submitAll(const QList<JobDefinition> &jobs)
{
    QList<JobId> ids;
    for (const Result<Submitted> &one : must(waitFor(queue().submit(jobs)), "submit")) {
        const Submitted submitted = must(one, "submit");
        if (submitted.kind != Submitted::Kind::Accepted)
            qFatal("submit: %s is there already.", submitted.id.bytes().constData());
        ids.append(submitted.id);
    }
    return ids;
}
std::optional<Claim> TestQueue::next(const QString &worker)
{
    return must(waitFor(queue().getNext(QStringLiteral("default"), worker)), "getNext");
}
Claim TestQueue::claim(const QString &worker)
{
    std::optional<Claim> claim = next(worker);
    if (!claim) qFatal("getNext: there is nothing.");
    return std::move(*claim);
}
SettledAndClaimed TestQueue::turn(const QByteArray &worker, const SettleAndClaim &call)
{
    return must(tryTurn(worker, call), "settleAndClaim");
}
void TestQueue::complete(const Claim &claim, const QByteArray &result)
{
    const JobStatus status = must(
        settle(claim, {.kind = Outcome::Kind::Completed, .result = JsonText::trusted(result)}), "complete");
    if (status != JobStatus::Completed) qFatal("complete: it is %s.", qPrintable(toText(status)));
}
JobStatus TestQueue::fail(const Claim &claim, const QString &error, std::chrono::milliseconds delay)
{
    return must(settle(claim, {.kind = Outcome::Kind::Failed, .error = error, .retryDelay = delay}), "fail");
}
JobStatus TestQueue::die(const JobId &id)
{
    const Claim own = claim();
    if (own.definition.id != id) qFatal("die: another job is next.");
    return must(settle(own,
                       {.kind = Outcome::Kind::FailedPermanently,
                        .result = {},
                        .error = QStringLiteral("it cannot work")}),
                "die");
}
Renewed TestQueue::renew(const QByteArray &worker, const QList<Claim> &held, std::chrono::milliseconds lease)
{
    QList<HeldLease> leases;
    for (const Claim &claim : held) leases.append({claim.definition.id, claim.token});
    return must(waitForCallback<Result<Renewed>>([&](auto done) {
                    queue().renew(worker, QStringLiteral("default"), leases, lease, std::move(done));
                }),
                "renew");
}
std::optional<std::chrono::milliseconds> TestQueue::reap()
{
    return must(waitForCallback<Result<std::optional<std::chrono::milliseconds>>>(
                    [&](auto done) { queue().reap(QStringLiteral("default"), std::move(done)); }),
                "reap");
}
bool TestQueue::trim()
{
    return must(waitForCallback<Result<bool>>(
                    [&](auto done) { queue().trim(QStringLiteral("default"), std::move(done)); }),
                "trim");
}
void TestQueue::report(const Claim &claim, const JobProgress &progress, const QByteArray &log)
{
    const QByteArray worker = claim.token.left(claim.token.lastIndexOf('/'));
    must(waitForCallback<Result<>>([&](auto done) {
             queue().report(
                 worker, QStringLiteral("default"),
                 {{.id = claim.definition.id, .token = claim.token, .progress = progress, .logTail = log}},
                 std::move(done));
         }),
         "report");
}
Job TestQueue::look(const JobId &id)
{
    return must(tryLook(id), "job");
}
JobStatus TestQueue::status(const JobId &id)
{
    return look(id).status;
}
ListPage TestQueue::page(const ListQuery &query)
{
    return must(waitFor(queue().list(query)), "list");
}
QList<JobId> TestQueue::ids(JobStatus status)
{
    QList<JobId> ids;
    ListQuery query{.status = status, .limit = 1000};
    do {
        const ListPage one = page(query);
        for (const JobSummary &row : one.rows) ids.append(row.id);
        query.after = one.next;
    } while (query.after);
    return ids;
}
QueueStats TestQueue::stats()
{
    return must(waitFor(queue().stats(QStringLiteral("default"))), "stats");
}
BulkProgress TestQueue::purge(std::optional<JobStatus> status, const BulkStep &step)
{
    return must(waitFor(queue().purge(QStringLiteral("default"), status, step)), "purge");
}
BulkProgress TestQueue::requeueAll(JobStatus from, const JobFilter &filter)
{
    return must(waitFor(queue().requeueAll(QStringLiteral("default"), from, filter)), "requeueAll");
}
void TestQueue::pause(const QString &reason)
{
    must(waitFor(queue().pause(QStringLiteral("default"), reason)), "pause");
}
void TestQueue::resume()
{
    must(waitFor(queue().resume(QStringLiteral("default"))), "resume");
}
void TestQueue::setLimits(const QueueLimits &limits)
{
    must(waitFor(queue().setLimits(QStringLiteral("default"), limits)), "setLimits");
}

/// A backend may begin to read a little later than it was asked to: only what another queue tells shows that.
void TestQueue::listen()
{
    const QString probe = QStringLiteral("probe");
    bool isHeard = false;
    connect(&queue(), &JobQueue::eventsArrived, this, [this, probe, &isHeard](const QList<Event> &events) {
        for (const Event &event : events) {
            if (event.queue == probe)
                isHeard = true;
            else
                m_events.append(event);
        }
    });
    queue().startEvents();
    for (int tries = 0; !isHeard && tries < 200; ++tries) {
        must(waitFor(queue().pause(probe, QString())), "pause");
        (void)QTest::qWaitFor([&] { return isHeard; }, 100);
    }
    if (!isHeard) qFatal("No events come.");
    disconnect(&queue(), &JobQueue::eventsArrived, this, nullptr);
    connect(&queue(), &JobQueue::eventsArrived, this, [this, probe](const QList<Event> &events) {
        for (const Event &event : events)
            if (event.queue != probe) m_events.append(event);
    });
}
QList<Event> TestQueue::events(qsizetype count)
{
    if (!QTest::qWaitFor([&] { return m_events.size() >= count; }, 20'000))
        qFatal("Only %lld of %lld events came.", static_cast<long long>(m_events.size()),
               static_cast<long long>(count));
    return m_events;
}

} // namespace signalbox::test
