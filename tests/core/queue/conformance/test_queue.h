#pragma once

#include "tests/core/queue/conformance/backend.h"
#include "tests/support/wait_for.h"

namespace signalbox::test {

/// A job that a test submits: a fixed id when `number` is given, so that order can be told apart by eye.
[[nodiscard]] JobDefinition testJob(const QString &handler = QStringLiteral("noop"),
                                    JobPriority priority = JobPriority::Normal);
[[nodiscard]] JobId testId(quint64 number);

/// A JobQueue as tests like it: synchronous, and an unexpected error ends the test program in words.
/// Threads  the one that made the backend.
class TestQueue : public QObject {
    Q_OBJECT
public:
    explicit TestQueue(Backend &backend);

    // Calls that may be refused say so
    Result<queue::Submitted> trySubmit(const JobDefinition &job);
    Result<queue::CancelOutcome> tryCancel(const JobId &id);
    Result<JobId> tryRequeue(const JobId &id, const queue::RequeueEdit &edit = {});
    Result<> tryRunNow(const JobId &id);
    Result<> tryRemove(const JobId &id);
    Result<Job> tryLook(const JobId &id);
    Result<queue::SettledAndClaimed> tryTurn(const QByteArray &worker, const queue::SettleAndClaim &call);
    queue::Verdict settle(const queue::Claim &claim, const queue::Outcome &outcome);

    // The rest must succeed
    JobId submit(const JobDefinition &job = testJob());
    QList<JobId> submitAll(const QList<JobDefinition> &jobs);
    [[nodiscard]] std::optional<queue::Claim> next(const QString &worker = QStringLiteral("w"));
    [[nodiscard]] queue::Claim claim(const QString &worker = QStringLiteral("w")); ///< there must be one
    queue::SettledAndClaimed turn(const QByteArray &worker, const queue::SettleAndClaim &call);
    void complete(const queue::Claim &claim, const QByteArray &result = "null");
    JobStatus fail(const queue::Claim &claim, const QString &error = QStringLiteral("it broke"),
                   std::chrono::milliseconds delay = std::chrono::seconds(1));
    JobStatus die(const JobId &id); ///< claims it, which must be next, and fails it for good
    queue::Renewed renew(const QByteArray &worker, const QList<queue::Claim> &held,
                         std::chrono::milliseconds lease = std::chrono::seconds(30));
    std::optional<std::chrono::milliseconds> reap();
    bool trim(); ///< whether there may be more
    void report(const queue::Claim &claim, const JobProgress &progress, const QByteArray &log = {});
    Job look(const JobId &id);
    JobStatus status(const JobId &id);
    queue::ListPage page(const queue::ListQuery &query);
    QList<JobId> ids(JobStatus status); ///< all pages, in the list's order
    QueueStats stats();
    queue::BulkProgress purge(std::optional<JobStatus> status, const queue::BulkStep &step = {});
    queue::BulkProgress requeueAll(JobStatus from, const JobFilter &filter = {});
    void pause(const QString &reason);
    void resume();
    void setLimits(const queue::QueueLimits &limits);
    void advance(std::chrono::microseconds by) { m_backend.advance(by); }

    /// Events since listen(), waited for until there are `count` of them.
    void listen();
    QList<Event> events(qsizetype count);
    [[nodiscard]] queue::JobQueue &queue() { return m_backend.queue(); }
    [[nodiscard]] Backend &backend() { return m_backend; }

private:
    template <typename T> T must(Result<T> result, const char *what);
    Backend &m_backend;
    QList<Event> m_events;
};

} // namespace signalbox::test
