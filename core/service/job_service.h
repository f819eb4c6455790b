#pragma once

#include "core/queue/job_queue.h"
#include "core/service/settings.h"
#include "core/worker/worker_pool.h"

#include <QObject>

#include <memory>

namespace signalbox::service {

/// Metrics of a whole service: SEED section 6's names.
struct ServiceMetrics {
    QList<QueueStats> queues;
    QMap<QString, Error> queueErrors;     ///< of those that could not be read: they are missing above
    worker::PoolMetrics pool;             ///< of this process
    QList<PoolInfo> pools;                ///< of every process that shares the queue
    QStringList handlers;                 ///< registered here
    Timestamp serverNow{};                ///< by which the pools' heartbeats are old
    [[nodiscard]] QueueStats sum() const; ///< all queues as one
    [[nodiscard]] QByteArray toJson() const;
};

/// How the server does, and the disk that it writes to where that is this machine's: the private server's.
struct ServiceHealth {
    ServerHealth server;
    std::optional<qint64> diskFree; ///< bytes
};

/// The one door for console, CLI and embedders: everything that can be asked of queue and workers, and every
/// event as a Qt signal, in every process that shares the queue. Threads  lives in the engine thread; public
/// calls from any thread, answered through futures (runtime::whenDone);
///          connect to signals with a receiver in the thread that wants them.
class JobService : public QObject {
    Q_OBJECT
public:
    struct Parts { ///< built by app/compose or an embedder
        std::unique_ptr<queue::JobQueue> queue;
        std::shared_ptr<worker::HandlerRegistry> handlers; // shared with the pool
        Settings settings;
        runtime::Seams seams;
        /// Reads settings.handlersFile, which may be empty, for reloadHandlers(). Nothing: all of this
        /// process' handlers are registered in code.
        std::function<Result<QMap<QString, std::shared_ptr<worker::Handler>>>(const QString &file)>
            loadHandlers = {};
        /// Of the disk under a server of this machine's own; empty: it is not.
        std::function<std::optional<qint64>()> diskFree = {};
    };
    explicit JobService(Parts parts, QObject *parent = nullptr);
    ~JobService() override;

    [[nodiscard]] QFuture<Result<>> start(bool withEvents = true); ///< connects; job_service.started
    [[nodiscard]] QFuture<Result<>> stop(); ///< workers gracefully, then the queue; not started: done
    [[nodiscard]] const Settings &settings() const;
    /// What connectionChanged() said last: for whoever begins to listen after start().
    [[nodiscard]] queue::QueueConnection connection() const;
    [[nodiscard]] QList<queue::Capability> capabilities() const;

    [[nodiscard]] Result<> registerHandler(const QString &name, std::shared_ptr<worker::Handler> handler);
    [[nodiscard]] QMap<QString, QString> handlers() const; ///< name → description
    /// From the handlers file, beside those registered in code; on an error the old ones stay.
    [[nodiscard]] Result<> reloadHandlers();

    /// A job as the settings would have it: their retry policy, everything else by default. submit() cannot
    /// tell a policy that was chosen from one that was left alone, so what begins here has it right.
    [[nodiscard]] JobDefinition newJob(const QString &handler) const;
    /// As JobDefinition::fromJson, with the settings' retry policy for the keys that are not there.
    [[nodiscard]] Result<JobDefinition> jobFromJson(const QByteArray &json) const;
    /// Completes (id, created_at, name) and validates, then submits.
    [[nodiscard]] QFuture<Result<queue::Submitted>> submit(JobDefinition job);
    [[nodiscard]] QFuture<Result<QList<Result<queue::Submitted>>>> submitMany(QList<JobDefinition> jobs);
    /// A job by id wherever it is. `queue` empty: looked for in every queue.
    [[nodiscard]] QFuture<Result<Job>> job(JobId id, QString queue = {});
    [[nodiscard]] QFuture<Result<JobResult>> result(JobId id,
                                                    QString queue = {}); ///< WrongState while not ended
    /// Answers when the job has ended; no polling: woken by the event stream, with a slow safety look.
    /// WrongState when it has not ended within `atMost`; NotFound also when it is deleted meanwhile.
    [[nodiscard]] QFuture<Result<JobResult>>
    wait(JobId id, std::optional<std::chrono::milliseconds> atMost = {}, QString queue = {});
    [[nodiscard]] QFuture<Result<QByteArray>> logTail(JobId id, QString queue = {});
    [[nodiscard]] QFuture<Result<queue::ListPage>> list(queue::ListQuery query);
    [[nodiscard]] QFuture<Result<QList<Result<queue::CancelOutcome>>>> cancel(QString queue,
                                                                              QList<JobId> ids);
    [[nodiscard]] QFuture<Result<QList<Result<JobId>>>> requeue(QString queue, QList<JobId> ids,
                                                                queue::RequeueEdit edit = {});
    [[nodiscard]] QFuture<Result<QList<Result<>>>> runNow(QString queue, QList<JobId> ids);
    /// What "retry" means for a person: requeue what ended without success, run now what waits for its time.
    [[nodiscard]] QFuture<Result<QList<Result<JobId>>>> retry(QString queue, QList<JobId> ids);
    [[nodiscard]] QFuture<Result<QList<Result<>>>> remove(QString queue, QList<JobId> ids);
    [[nodiscard]] QFuture<Result<queue::BulkProgress>>
    requeueAll(QString queue, JobStatus from, JobFilter filter = {}, queue::BulkStep step = {});
    [[nodiscard]] QFuture<Result<queue::BulkProgress>> purge(QString queue, std::optional<JobStatus> status,
                                                             queue::BulkStep step = {});
    [[nodiscard]] QFuture<Result<Timestamp>> serverNow(); ///< by which jobs are due and heartbeats are old
    [[nodiscard]] QFuture<Result<QStringList>> queues();
    [[nodiscard]] QFuture<Result<QString>> queueOf(JobId id);
    [[nodiscard]] QFuture<Result<>> pauseQueue(QString queue, QString reason);
    [[nodiscard]] QFuture<Result<>> resumeQueue(QString queue);
    [[nodiscard]] QFuture<Result<>> setLimits(QString queue, queue::QueueLimits limits);
    [[nodiscard]] QFuture<Result<ServiceMetrics>> metrics();
    [[nodiscard]] QFuture<Result<ServiceHealth>> health();
    [[nodiscard]] QFuture<Result<QMap<QString, QMap<QString, qint64>>>> handlerCounts(QString queue);
    [[nodiscard]] QFuture<Result<MetricsSeries>> metricsSeries(queue::MetricsQuery query);
    [[nodiscard]] QFuture<Result<queue::RecentEvents>> recentEvents(QString queue, int most);

    /// 0: as the settings say. Sets the settings' limits on the queues that are worked on.
    [[nodiscard]] QFuture<Result<>> startWorkers(int count = 0);
    [[nodiscard]] QFuture<Result<>> stopWorkers(worker::WorkerPool::StopMode mode);
    [[nodiscard]] QFuture<Result<>> scaleWorkers(int count);
    [[nodiscard]] QFuture<Result<>> restartWorker(QString workerId);
    [[nodiscard]] QFuture<Result<QList<PoolInfo>>> pools(); ///< every machine's

Q_SIGNALS:
    void eventsArrived(const QList<signalbox::Event> &events); ///< all of them, in order, in batches
    void jobsChanged(const QString &queue,
                     const QList<signalbox::JobId> &ids); ///< what rows to look at again
    void jobSubmitted(const signalbox::Event &event);
    void jobStarted(const signalbox::Event &event);
    void jobProgress(const signalbox::Event &event);
    void jobCompleted(const signalbox::Event &event);
    void jobFailed(const signalbox::Event &event);
    void jobDeadLetter(const signalbox::Event &event);
    void jobCancelled(const signalbox::Event &event);
    void jobRequeued(const signalbox::Event &event);
    void jobsPurged(const signalbox::Event &event);
    void connectionChanged(const signalbox::queue::QueueConnection &connection);
    void poolChanged(const signalbox::PoolInfo &pool); ///< this process's workers, live
    void poolStateChanged(signalbox::worker::WorkerPool::State state, int workers);
    void problem(const signalbox::Error &error); ///< for the activity log

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace signalbox::service
