#pragma once

#include "core/queue/queue_state.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"
#include "core/runtime/mailbox.h"

#include <map>

namespace signalbox::queue {

/// The queues of one process, in its memory: for trying things out, for tests, and as the reference that
/// RedisJobQueue is compared with. All rules are in QueueState; this adds threads, waiting and events.
/// What it holds is gone with it, and no other process sees it.
/// Threads  made in the engine thread and lives there; public calls from any.
class MemoryJobQueue : public JobQueue {
    Q_OBJECT
public:
    explicit MemoryJobQueue(const runtime::Seams &seams, QObject *parent = nullptr);
    ~MemoryJobQueue() override;

    [[nodiscard]] QList<Capability> capabilities() const override;
    [[nodiscard]] QFuture<Result<>> initialize() override;
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
    struct Waiting {
        QStringList queues;
        std::function<void()> wake;
        std::function<void(QString, JobId)> cancelHint;
    };
    struct Bulk;

    /// Runs `act` in the engine thread and answers with what it gives; before initialize() with WrongState.
    template <typename T, typename Act> [[nodiscard]] QFuture<Result<T>> ask(Act act);
    /// The same for the pool: by callback, in a later turn of the loop, so that no caller is re-entered.
    template <typename T> void tell(std::function<void(Result<T>)> done, std::function<Result<T>()> act);
    template <typename T, typename Act>
    [[nodiscard]] QFuture<Result<QList<Result<T>>>> askEach(QList<JobId> ids, Act act);

    [[nodiscard]] qint64 nowUs() const;
    QueueState &state(const QString &queue);
    [[nodiscard]] Result<Submitted> submitOne(const JobDefinition &definition);
    [[nodiscard]] Result<JobId> requeueEdited(const QString &queue, const JobId &id, const RequeueEdit &edit);
    void afterCall();
    void wakeFor(const QueueState &queue);
    void hintCancel(const QString &queue, const JobId &id);
    void startBulk(std::shared_ptr<Bulk> bulk);
    void stepBulk(const std::shared_ptr<Bulk> &bulk);
    void setPhase(QueueConnection::Phase phase);

    const runtime::Seams m_seams;
    std::unique_ptr<runtime::CallBox> m_calls;
    std::map<QString, QueueState> m_queues;
    std::map<QString, MetricsRings> m_metrics; ///< by queue
    std::map<QByteArray, Waiting> m_waiting;
    QByteArray m_lastWoken; ///< so that the next token goes to the next worker
    QMap<QString, PoolInfo> m_pools;
    QMap<QString, QHash<QByteArray, quint64>> m_nextSequence; ///< of getNext(), by queue and worker
    QueueConnection m_connection;
    bool m_isReady = false;
    bool m_tellsEvents = false;
    quint64 m_eventNumber = 0;
};

} // namespace signalbox::queue
