#pragma once

#include "core/worker/busy_meter.h"
#include "core/worker/held_jobs.h"
#include "core/worker/queue_lanes.h"
#include "core/worker/server_clock.h"
#include "core/worker/worker_threads.h"

namespace signalbox::worker {

/// What is known of the pool and its workers, for this process (at most ten times a second) and, through the
/// queue, for every other (each heartbeat, and at once when something changed, but at most twice a second).
/// Threads  engine.
class PoolReporter {
public:
    struct Parts {
        LaneContext &context;
        const PoolOptions &options;
        const HandlerRegistry &handlers;
        const HeldJobs &held;
        ServerClock &serverClock;
    };
    PoolReporter(Parts parts, std::function<void(const PoolInfo &)> changed,
                 std::function<void(const Error &)> failed);
    void start(const WorkerThreads &threads);
    void stop();
    void setStopping(bool isStopping) { m_isStopping = isStopping; }
    void noteChange();
    void beat(); ///< publishes now
    /// The last word: other machines need not wait until it looks dead.
    void publishGone(std::function<void()> done);
    void noteContact(Timestamp serverNow); ///< the server answered
    void addRun(std::chrono::nanoseconds time) { m_busy.addRun(time); }
    void countCompleted() { ++m_completed; }
    void countFailed() { ++m_failedRuns; }

    [[nodiscard]] PoolInfo info() const;
    [[nodiscard]] PoolMetrics metrics();

private:
    void tellHere();
    void publish();
    /// A worker's thread begins a run without telling: while one could, what is told now may be old in a
    /// moment.
    [[nodiscard]] bool isSomethingAboutToBegin() const;
    [[nodiscard]] PoolInfo frame() const;
    [[nodiscard]] WorkerInfo infoOf(const WorkerThreads::Figures &worker, const Run *run) const;
    [[nodiscard]] std::map<int, RunPtr> runsByWorker() const;

    const Parts m_parts;
    const std::function<void(const PoolInfo &)> m_changed;
    const std::function<void(const Error &)> m_failed;
    const QString m_hostname;
    const std::unique_ptr<runtime::Timer> m_hereTimer;
    const std::unique_ptr<runtime::Timer> m_publishTimer;
    const WorkerThreads *m_threads = nullptr;  // while the pool runs
    std::chrono::nanoseconds m_publishedAt{0}; // monotonic
    Timestamp m_startedAt{};
    Timestamp m_lastContact{};
    BusyMeter m_busy;
    qint64 m_completed = 0; // by all workers, also those that left
    qint64 m_failedRuns = 0;
    bool m_isStopping = false;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
