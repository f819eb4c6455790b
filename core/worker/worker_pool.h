#pragma once

#include "core/queue/job_queue.h"
#include "core/runtime/clock.h"
#include "core/worker/handler.h"

#include <QObject>

#include <memory>

namespace signalbox::worker {

struct QueueWeight {
    QString queue;
    int weight = 1; ///< share of claims when all queues have work
    bool operator==(const QueueWeight &) const = default;
};

struct PoolOptions {
    QList<QueueWeight> queues{{QStringLiteral("default"), 1}};
    std::chrono::milliseconds lease{30'000};
    std::chrono::milliseconds heartbeat{10'000};
    std::chrono::milliseconds shutdownTimeout{30'000};
    std::chrono::milliseconds cancelGrace{
        5'000}; ///< a handler that ignores its token this long loses its slot
    std::chrono::milliseconds safetyPoll{5'000}; ///< looks for work even when nothing woke it
    std::chrono::milliseconds progressInterval{
        200};                    ///< progress and log lines leave at most this often a job
    int jobsPerWorkerMax = 1000; ///< then the worker is renewed; 0: never
    int stuckThreadsMax = 100;   ///< handlers that do not stop and whose workers are replaced all the same
    int prefetchMax = 400;       ///< jobs claimed ahead while runs are short; handed back on stop
    /// Errors   Invalid, naming the setting.
    [[nodiscard]] Result<> validate() const;
    bool operator==(const PoolOptions &) const = default;
};

struct PoolMetrics {
    int total = 0, idle = 0, busy = 0, healthy = 0, unhealthy = 0, stuckThreads = 0;
    double utilisation = 0; ///< busy time / worker time over the last minute, 0 … 1
    double averageJobsPerWorker = 0;
    qint64 jobsCompleted = 0, jobsFailed = 0;
    bool operator==(const PoolMetrics &) const = default;
};

/// Runs jobs on a QThreadPool of its own. One controller in the engine thread claims, renews, watches
/// timeouts and settles; it never runs in the handlers' pool, so that a pool full of stuck handlers is still
/// watched. Threads  public calls from any thread; signals are emitted in the engine thread. Errors   start
/// with a count < 1: Invalid; while running: WrongState; scale while stopped: WrongState.
class WorkerPool : public QObject {
    Q_OBJECT
public:
    enum class StopMode {
        Graceful, ///< finish what runs, hand back what was prefetched; after shutdownTimeout as Now
        Now,      ///< cancel the handlers and give their jobs back at once: no attempt is charged
    };
    enum class State { Stopped, Starting, Running, Stopping };

    WorkerPool(queue::JobQueue &queue, std::shared_ptr<HandlerRegistry> handlers, PoolOptions options,
               const runtime::Seams &seams, QObject *parent = nullptr);
    ~WorkerPool() override; ///< as stop(Now), without waiting for stuck threads

    [[nodiscard]] QFuture<Result<>> start(int workers);
    [[nodiscard]] QFuture<Result<>>
    stop(StopMode mode); ///< stopped already: done. Now during Graceful hastens it
    [[nodiscard]] QFuture<Result<>> scale(int workers); ///< surplus workers finish their job first
    [[nodiscard]] QFuture<Result<>> restartWorker(QString workerId); ///< after its current job
    [[nodiscard]] QFuture<Result<>> setOptions(PoolOptions options); ///< while stopped
    [[nodiscard]] QFuture<Result<PoolInfo>> info();
    [[nodiscard]] QFuture<Result<PoolMetrics>> metrics();
    [[nodiscard]] QByteArray id() const; ///< host:pid:random

Q_SIGNALS:
    void stateChanged(signalbox::worker::WorkerPool::State state, int workers);
    void infoChanged(const signalbox::PoolInfo &info); ///< at most ten times a second
    void problem(const signalbox::Error
                     &error); ///< what no caller waits for: a lost lease, a stuck thread, a dead connection

private:
    class Controller;
    std::unique_ptr<Controller> d;
};

} // namespace signalbox::worker
