#pragma once

#include "core/queue/claim_lanes.h"
#include "core/queue/failure_log.h"
#include "core/queue/job_queue.h"
#include "core/queue/key_names.h"
#include "core/redis/client.h"
#include "core/runtime/answer.h"
#include "core/runtime/mailbox.h"

#include <QSet>

#include <map>

namespace signalbox::queue {

class EventsReader;
class WorkWaiter;

struct RedisJobQueueOptions {
    redis::ClientOptions client;
    QString prefix = QStringLiteral("signalbox");
};

/// The queues of a Redis server (7.0 or later), shared with whoever uses the same server and prefix. Every
/// move of a job is one script on the server (lua/); this class only sends them and reads their answers.
/// docs/protocol.md.
///
/// What may be sent again after ConnectionLost, and gives the same answer: submit (by the jobs' ids), settle
/// (by the token), settleAndClaim with the same lane and sequence. It is not sent again in here, since only
/// the caller knows whether the answer still matters: the pool sends the same call with the same sequence
/// again. A claim that nobody asks for again goes back uncharged with the worker's next renew().
///
/// Threads  made in the engine thread and lives there; public calls from any, those for the pool from the
/// engine only.
class RedisJobQueue : public JobQueue {
    Q_OBJECT
public:
    RedisJobQueue(RedisJobQueueOptions options, const runtime::Seams &seams, QObject *parent = nullptr);
    ~RedisJobQueue() override;

    [[nodiscard]] QList<Capability> capabilities() const override;
    /// Fails at the first connect that fails: it does not wait for a server to appear.
    [[nodiscard]] QFuture<Result<>> initialize() override;
    /// A graceful one answers first what was asked before; until then every other call is refused with
    /// Unavailable. One that is not ends a graceful one as well, and what is in flight fails.
    [[nodiscard]] QFuture<Result<>> shutdown(bool graceful) override;

    [[nodiscard]] QFuture<Result<QList<Result<Submitted>>>> submit(QList<JobDefinition> jobs) override;
    [[nodiscard]] QFuture<Result<std::optional<Claim>>> getNext(QString queue, QString worker) override;
    [[nodiscard]] QFuture<Result<JobStatus>> settle(QString queue, Settlement settlement) override;
    [[nodiscard]] QFuture<Result<QList<Result<CancelOutcome>>>> cancel(QString queue,
                                                                       QList<JobId> ids) override;
    [[nodiscard]] QFuture<Result<Job>> job(QString queue, JobId id) override;
    [[nodiscard]] QFuture<Result<QString>> queueOf(JobId id) override;
    [[nodiscard]] QFuture<Result<QByteArray>> logTail(QString queue, JobId id) override;
    [[nodiscard]] QFuture<Result<ListPage>> list(ListQuery query) override;
    [[nodiscard]] QFuture<Result<QList<Result<JobId>>>> requeue(QString queue, QList<JobId> ids,
                                                                RequeueEdit edit = {}) override;
    [[nodiscard]] QFuture<Result<BulkProgress>> requeueAll(QString queue, JobStatus from, JobFilter filter,
                                                           BulkStep step = {}) override;
    [[nodiscard]] QFuture<Result<QList<Result<>>>> runNow(QString queue, QList<JobId> ids) override;
    [[nodiscard]] QFuture<Result<QList<Result<>>>> remove(QString queue, QList<JobId> ids) override;
    [[nodiscard]] QFuture<Result<BulkProgress>> purge(QString queue, std::optional<JobStatus> status,
                                                      BulkStep step = {}) override;

    [[nodiscard]] QFuture<Result<Timestamp>> serverNow() override;
    [[nodiscard]] QFuture<Result<QStringList>> queues() override;
    [[nodiscard]] QFuture<Result<QueueStats>> stats(QString queue) override;
    [[nodiscard]] QFuture<Result<>> pause(QString queue, QString reason) override;
    [[nodiscard]] QFuture<Result<>> resume(QString queue) override;
    [[nodiscard]] QFuture<Result<>> setLimits(QString queue, QueueLimits limits) override;
    [[nodiscard]] QFuture<Result<QList<PoolInfo>>> pools() override;
    [[nodiscard]] QFuture<Result<QMap<QString, QMap<QString, qint64>>>> handlerCounts(QString queue) override;
    [[nodiscard]] QFuture<Result<MetricsSeries>> metricsSeries(MetricsQuery query) override;
    [[nodiscard]] QFuture<Result<RecentEvents>> recentEvents(QString queue, int most) override;
    [[nodiscard]] QFuture<Result<ServerHealth>> serverHealth() override;

    void settleAndClaim(QByteArray worker, SettleAndClaim call,
                        std::function<void(Result<SettledAndClaimed>)> done) override;
    void renew(QByteArray worker, QString queue, QList<HeldLease> held, std::chrono::milliseconds lease,
               std::function<void(Result<Renewed>)> done) override;
    void reap(QString queue,
              std::function<void(Result<std::optional<std::chrono::milliseconds>>)> done) override;
    void trim(QString queue, std::function<void(Result<bool>)> done) override;
    void report(QByteArray worker, QString queue, QList<ProgressReport> reports,
                std::function<void(Result<>)> done) override;
    void publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done) override;
    void recordMetrics(QByteArray worker, MetricsRecord record, std::function<void(Result<>)> done) override;
    void waitForWork(QByteArray worker, QStringList queues, std::function<void()> wake,
                     std::function<void(QString, JobId)> cancelHint) override;
    void stopWaiting(QByteArray worker) override;
    void finishCalls(std::chrono::milliseconds atMost) override;

    void startEvents() override;
    void stopEvents() override;

private:
    enum class Phase { Stopped, Connecting, Ready, ShuttingDown };
    struct SubmitCall;
    struct SplitClaim;
    struct ListCall;
    struct BulkCall;
    template <typename T> struct EachCall;

    // redis_job_queue.cpp
    template <typename T, typename Act> [[nodiscard]] QFuture<Result<T>> ask(Act act);
    void eval(const redis::ScriptSource &script, const QString &queue, const QByteArrayList &arguments,
              redis::ReplyHandler done);
    void followConnection(const redis::ConnectionState &state);
    void answerInitialize(const Result<> &result);
    void stopAll();
    [[nodiscard]] Error whyNotReady() const; ///< of a call that comes while the queue is not Ready
    void registerQueue(const QString &queue);
    [[nodiscard]] QByteArray randomText();
    [[nodiscard]] redis::ClientOptions blockingOptions(const char *duty) const;
    [[nodiscard]] bool refuseUnready(const std::function<void(const Error &)> &refuse);

    // redis_job_queue_submit.cpp
    void submitNow(QList<JobDefinition> jobs, std::function<void(Result<QList<Result<Submitted>>>)> done);
    void sendBatch(const std::shared_ptr<SubmitCall> &call, const QString &queue,
                   const QList<qsizetype> &batch);
    void explainMemory(Error error, std::function<void(const Error &)> done);
    void requeueEdited(const QString &queue, const JobId &id, const RequeueEdit &edit,
                       std::function<void(Result<JobId>)> done);

    // redis_job_queue_runs.cpp
    void callSettleAndClaim(const QByteArray &worker, const SettleAndClaim &call,
                            std::function<void(Result<SettledAndClaimed>)> done);
    void splitSettleAndClaim(const std::shared_ptr<SplitClaim> &split);
    [[nodiscard]] Result<SettledAndClaimed> readClaims(const QByteArray &worker, const SettleAndClaim &call,
                                                       const redis::Reply &reply);
    void buryDamaged(const QByteArray &worker, const QString &queue, const JobId &id, const QByteArray &token,
                     const Error &error);

    // redis_job_queue_views.cpp
    void showJob(const QString &queue, const JobId &id, std::function<void(Result<Job>)> done);
    void queueNames(std::function<void(Result<QStringList>)> done);
    void listNow(const ListQuery &query, std::function<void(Result<ListPage>)> done);
    void readPages(const std::shared_ptr<ListCall> &call);

    // recent_events.cpp
    void readEnd(const QString &queue, int most, const runtime::Answer<RecentEvents> &answer);
    void readResultSizes(const QString &queue, const std::shared_ptr<RecentEvents> &recent,
                         const runtime::Answer<RecentEvents> &answer);

    // redis_job_queue_acts.cpp
    template <typename T>
    void evalEach(const redis::ScriptSource &script, const QString &queue, QList<JobId> ids,
                  std::function<Result<T>(const JobId &, const QByteArray &)> read,
                  std::function<void(Result<QList<Result<T>>>)> done);
    template <typename T> void evalNext(const std::shared_ptr<EachCall<T>> &call);
    void requeueNow(const QString &queue, QList<JobId> ids,
                    std::function<void(Result<QList<Result<JobId>>>)> done);
    void requeueNextPage(const std::shared_ptr<BulkCall> &call);
    void purgeNext(const std::shared_ptr<BulkCall> &call);
    void setMeta(const QString &queue, const QByteArray &change, const QByteArrayList &values,
                 const runtime::Answer<> &answer);
    void sendHint(const QByteArray &worker, const QString &queue, const JobId &id);

    RedisJobQueueOptions m_options;
    runtime::Seams m_seams;
    KeyNames m_names;
    Phase m_phase = Phase::Stopped;
    QList<runtime::Answer<>> m_waitingToStart;
    QList<runtime::Answer<>> m_waitingToStop;
    QSet<QString> m_registered; ///< queues whose name this process has put into the set of names
    ClaimLanes m_lanes;
    FailureLog m_failures;   ///< of what no caller waits for
    quint64 m_nextClaim = 0; ///< of getNext(), whose claims are all different
    QByteArray m_ownWord; ///< random, to tell our getNext() from another process's with the same worker name
    std::map<QByteArray, std::unique_ptr<WorkWaiter>> m_waiters;
    std::unique_ptr<EventsReader> m_events;
    std::unique_ptr<redis::Client> m_client;   // late: it answers what is in flight before the rest goes
    std::unique_ptr<runtime::CallBox> m_calls; // last: no call comes in any more
};

} // namespace signalbox::queue
