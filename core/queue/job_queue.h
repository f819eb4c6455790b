#pragma once

#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/job_filter.h"
#include "core/model/queue_stats.h"
#include "core/model/server_health.h"
#include "core/model/worker_info.h"
#include "core/queue/metrics_record.h"

#include <QFuture>
#include <QHash>
#include <QObject>
#include <QStringList>

#include <functional>
#include <optional>

namespace signalbox::queue {

/// One accepted submit. `AlreadyThere`: the same id, or the same idempotency key, was submitted before; `id`
/// is the job that exists.
struct Submitted {
    enum class Kind { Accepted, AlreadyThere };
    Kind kind = Kind::Accepted;
    JobId id;
    JobStatus status = JobStatus::Pending;
    bool operator==(const Submitted &) const = default;
};

/// A job under a lease: the right to run it until `leaseEndsAt`, proved by `token`.
struct Claim {
    JobDefinition definition;
    QByteArray token;
    int attempts = 0; ///< runs ended before this one; this run is attempt attempts + 1
    int failures = 0; ///< of the current life
    int workersLost = 0;
    Timestamp claimedAt{}; ///< server time
    Timestamp leaseEndsAt{};
    std::chrono::microseconds wait{0}; ///< in pending before the claim
};

/// How a run ended.
struct Outcome {
    enum class Kind {
        Completed,
        Failed,            ///< retried while tries are left, else a dead letter
        FailedPermanently, ///< no retry: a dead letter
        FailedQuietly,     ///< no retry and no dead letter: `failed`
        Cancelled,         ///< the handler stopped because it was asked to
        Released,          ///< given back unrun: nothing is charged, it keeps its place
    };
    Kind kind = Kind::Completed;
    JsonText result = {};                    ///< Completed
    QString error = {};                      ///< the failures: message, then traceback
    std::chrono::milliseconds retryDelay{0}; ///< Failed: computed by the pool from the job's RetryPolicy
    /// How long the handler ran, by a monotonic clock; nothing: counted from the claim, with the wait in the
    /// pool.
    std::optional<std::chrono::microseconds> ran = {};
};
struct Settlement {
    JobId id;
    QByteArray token;
    QString handler;
    int maxRetries = 0;
    Outcome outcome;
};
/// Settled or settled before by the same token: the state it went to. Errors: LeaseLost, NotFound.
using Verdict = Result<JobStatus>;

struct SettleAndClaim {
    QString queue;
    QList<Settlement> settlements = {};
    int lane = 0;         ///< calls in flight at once use different lanes
    quint64 sequence = 0; ///< grows by one with each claim in a lane; the same one again gets the same answer
    int claimMax = 0;     ///< 0: only settle
    std::chrono::milliseconds lease{30'000};
};
struct SettledAndClaimed {
    QList<Verdict> verdicts; ///< in the order of the settlements
    QList<Claim> claims;
    bool paused = false;
    Timestamp serverNow{};
    std::optional<std::chrono::milliseconds> nextDue; ///< until the next scheduled, retrying or expiring job
};
struct HeldLease {
    JobId id;
    QByteArray token;
};
struct Renewed {
    QList<JobId> lost; ///< cancel their handlers; a settle will be refused
    QList<JobId> cancelAsked;
    Timestamp leaseEndsAt{};
};
struct ProgressReport {
    JobId id;
    QByteArray token;
    std::optional<JobProgress> progress;
    QByteArray logTail; ///< empty: unchanged; else the whole tail, at most 16 KiB
};

enum class CancelOutcome { Cancelled, Asked };

/// A place in a list: goes on after this job, also when it has moved. Opaque text for CLI and API.
struct Cursor {
    QByteArray text;
    bool operator==(const Cursor &) const = default;
};
struct ListQuery {
    QString queue = QStringLiteral("default");
    JobStatus status = JobStatus::Pending;
    JobFilter filter = {}; ///< in this state and queue; what it says of others matches nothing
    int limit = 100;       ///< 1 … 1,000
    std::optional<Cursor> after = {};
    bool reversed
        = false; ///< default order: what happens next first (pending, due, lease), newest first where ended
    int scanMax = 2000; ///< rows read for a filter in one call; then the page comes back short, with a cursor
};
struct ListPage {
    QList<JobSummary> rows;
    std::optional<Cursor> next; ///< nothing: that was the end
    qint64 scanned = 0;
};

struct QueueLimits {                                               ///< nothing: leave as it is
    std::optional<qint64> sizeMax = {};                            ///< jobs not yet ended; 0: unlimited
    std::optional<std::chrono::milliseconds> keepFinishedFor = {}; ///< default 7 d
    std::optional<qint64> keepFinishedCount = {}; ///< default 1,000,000… see docs/configuration.md
    std::optional<qint64> keepFinishedBytes = {};
    std::optional<qint64> deadMax = {};                        ///< default 1,000
    std::optional<std::chrono::milliseconds> keepDeadFor = {}; ///< default 30 d
    std::optional<qint64> eventsMax = {}; ///< default 100,000; those that a reader can catch up with
};

/// A change made while requeueing: makes a new job that points to the old one by the tag `requeued_from`.
struct RequeueEdit {
    std::optional<JsonText> args = {}, kwargs = {};
    std::optional<JobPriority> priority = {};
    std::optional<RetryPolicy> retry = {};
    std::optional<std::optional<std::chrono::milliseconds>> timeout = {};
};

struct BulkProgress { ///< of an act on many jobs, done in bounded steps
    qint64 done = 0;
    qint64 skipped = 0;
    std::optional<qint64> total;
};
using BulkStep = std::function<bool(const BulkProgress &)>; ///< engine thread; false stops it

enum class Capability {
    Priorities,
    Delays,
    DeadLetters,
    Pause,
    Events,
    Cancel,
    BulkRequeue,
    IdempotencyKeys,
    Pools,
    Limits
};

struct RecentEvents {                 ///< the end of a queue's event stream
    QList<Event> events;              ///< in their order
    QHash<JobId, qint64> resultBytes; ///< of those that completed, the newest thousand, as far as still kept
};

struct QueueConnection { ///< what a status bar says about the backend
    enum class Phase { Stopped, Connecting, Ready, Lost };
    Phase phase = Phase::Stopped;
    std::optional<Error> error;
    Timestamp since{};
    std::chrono::microseconds ping{0};
    QString server; ///< "Redis 7.0.15 at unix:/…"
    quint64 commandsSent = 0;
    bool operator==(const QueueConnection &) const = default;
};

/// The one interface of every backend: SEED's fourteen operations, in batches where a caller has many.
/// Threads  public calls from any thread, answered through the future (use runtime::whenDone); the calls in
/// "for the
///          pool" only in the engine thread, answered by callback there, because they are the hot path.
/// Errors   each call: ConnectionLost, Unavailable, Unauthorised, Damaged, Internal; before initialize()
/// WrongState;
///          others as noted. A batch answers one Result per job, in order; the outer Result is about the
///          call.
class JobQueue : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    [[nodiscard]] virtual QList<Capability> capabilities() const = 0;
    [[nodiscard]] virtual QFuture<Result<>> initialize() = 0;            ///< twice is once
    [[nodiscard]] virtual QFuture<Result<>> shutdown(bool graceful) = 0; ///< before initialize: does nothing

    // Jobs
    [[nodiscard]] virtual QFuture<Result<QList<Result<Submitted>>>> submit(QList<JobDefinition> jobs)
        = 0; ///< QueueFull, OutOfMemory, Invalid
    [[nodiscard]] virtual QFuture<Result<std::optional<Claim>>> getNext(QString queue, QString worker) = 0;
    [[nodiscard]] virtual QFuture<Result<JobStatus>> settle(QString queue, Settlement settlement)
        = 0; ///< complete and fail
    [[nodiscard]] virtual QFuture<Result<QList<Result<CancelOutcome>>>> cancel(QString queue,
                                                                               QList<JobId> ids)
        = 0;
    [[nodiscard]] virtual QFuture<Result<Job>> job(QString queue, JobId id) = 0; ///< NotFound
    [[nodiscard]] virtual QFuture<Result<QString>> queueOf(JobId id) = 0; ///< looks in every queue; NotFound
    [[nodiscard]] virtual QFuture<Result<QByteArray>> logTail(QString queue, JobId id) = 0;
    [[nodiscard]] virtual QFuture<Result<ListPage>> list(ListQuery query) = 0;
    [[nodiscard]] virtual QFuture<Result<QList<Result<JobId>>>> requeue(QString queue, QList<JobId> ids,
                                                                        RequeueEdit edit = {})
        = 0;
    [[nodiscard]] virtual QFuture<Result<BulkProgress>> requeueAll(QString queue, JobStatus from,
                                                                   JobFilter filter, BulkStep step = {})
        = 0;
    [[nodiscard]] virtual QFuture<Result<QList<Result<>>>> runNow(QString queue, QList<JobId> ids) = 0;
    [[nodiscard]] virtual QFuture<Result<QList<Result<>>>> remove(QString queue, QList<JobId> ids) = 0;
    [[nodiscard]] virtual QFuture<Result<BulkProgress>> purge(QString queue, std::optional<JobStatus> status,
                                                              BulkStep step = {})
        = 0; ///< never running ones

    // Queues
    /// The clock by which jobs are due and heartbeats are old; this machine's may be minutes off.
    [[nodiscard]] virtual QFuture<Result<Timestamp>> serverNow() = 0;
    [[nodiscard]] virtual QFuture<Result<QStringList>> queues() = 0;
    [[nodiscard]] virtual QFuture<Result<QueueStats>> stats(QString queue) = 0;
    [[nodiscard]] virtual QFuture<Result<>> pause(QString queue, QString reason) = 0;
    [[nodiscard]] virtual QFuture<Result<>> resume(QString queue) = 0;
    [[nodiscard]] virtual QFuture<Result<>> setLimits(QString queue, QueueLimits limits) = 0;
    [[nodiscard]] virtual QFuture<Result<QList<PoolInfo>>> pools() = 0;
    /// Counters by handler: "completed" → {"billing.charge": 12}.
    [[nodiscard]] virtual QFuture<Result<QMap<QString, QMap<QString, qint64>>>> handlerCounts(QString queue)
        = 0;
    /// Buckets of what pools have recorded; one bounded read, of at most 1,500 buckets.
    [[nodiscard]] virtual QFuture<Result<MetricsSeries>> metricsSeries(MetricsQuery query) = 0;
    /// The last so many events, at most; for figures. Unsupported where events are told and not kept.
    [[nodiscard]] virtual QFuture<Result<RecentEvents>> recentEvents(QString queue, int most);
    /// As far as the server tells. A queue without a server is always well: the default.
    [[nodiscard]] virtual QFuture<Result<ServerHealth>> serverHealth();

    // For the pool (engine thread)
    virtual void settleAndClaim(QByteArray worker, SettleAndClaim call,
                                std::function<void(Result<SettledAndClaimed>)> done)
        = 0;
    virtual void renew(QByteArray worker, QString queue, QList<HeldLease> held,
                       std::chrono::milliseconds lease, std::function<void(Result<Renewed>)> done)
        = 0;
    virtual void reap(QString queue,
                      std::function<void(Result<std::optional<std::chrono::milliseconds>>)> done)
        = 0; ///< answers: until the next lease ends
    /// One step of retention, which settling sees to only where jobs end. Answers: is there more to do now?
    virtual void trim(QString queue, std::function<void(Result<bool>)> done) = 0;
    virtual void report(QByteArray worker, QString queue, QList<ProgressReport> reports,
                        std::function<void(Result<>)> done)
        = 0;
    virtual void publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done) = 0;
    /// Adds to the queue's buckets. Sent again with the same sequence after ConnectionLost, it counts once.
    /// OutOfMemory: figures are not worth a full server's last bytes.
    virtual void recordMetrics(QByteArray worker, MetricsRecord record, std::function<void(Result<>)> done)
        = 0;
    /// Calls wake() when there may be work in one of the queues, and hint(queue, id) when a cancel was asked
    /// of this pool. Ends with stopWaiting(). Work may also be there without a call: the pool has a slow
    /// safety poll.
    virtual void waitForWork(QByteArray worker, QStringList queues, std::function<void()> wake,
                             std::function<void(QString, JobId)> cancelHint)
        = 0;
    virtual void stopWaiting(QByteArray worker) = 0;
    /// Blocks until the calls made before are answered, their callbacks are called and nothing is under way
    /// any more; at most so long. For the last words of what is torn down in the engine, after which nobody
    /// turns its loop.
    virtual void finishCalls(std::chrono::milliseconds atMost) = 0;

    // Events (engine thread calls them; connect with a receiver in any thread)
    virtual void startEvents() = 0; ///< from now on, of every queue known; new queues are found by themselves
    virtual void stopEvents() = 0;

Q_SIGNALS:
    void eventsArrived(const QList<signalbox::Event> &events);
    void connectionChanged(const signalbox::queue::QueueConnection &connection);
};

} // namespace signalbox::queue
