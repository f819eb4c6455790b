#pragma once

#include "core/worker/ready_queue.h"

#include <QRunnable>

namespace signalbox::worker {

/// How many workers' loops there are, counted where they begin and end, since a QThreadPool can be waited for
/// only as a whole.   Threads  any.
class Headcount {
public:
    void enter();
    void leave();
    [[nodiscard]] int count() const;
    /// False when the time was over first.
    [[nodiscard]] bool waitUntilAtMost(int count, std::chrono::milliseconds atMost) const;

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_left;
    int m_count = 0;
};

/// What every worker of a pool shares. It outlives the pool in the hands of stuck threads.
struct WorkerShared {
    ReadyQueue ready;
    Headcount loops;
    std::shared_ptr<EngineDoor> door; // owners: this and every run
    std::shared_ptr<HandlerRegistry> handlers;
    const runtime::Clock *clock = nullptr; ///< outlives all
    int jobsPerWorkerMax = 0;
};

/// One worker: takes jobs and runs their handlers until it is told to leave. Exceptions end here, as the
/// job's failure. Runs in a thread of the pool's own QThreadPool.
class WorkerLoop final : public QRunnable {
public:
    WorkerLoop(std::shared_ptr<WorkerShared> shared, std::shared_ptr<WorkerFlags> flags);
    void run() override;

private:
    void runJob(const RunPtr &job);
    void renew();

    const std::shared_ptr<WorkerShared> m_shared; // owners: the pool and its workers' threads
    const std::shared_ptr<WorkerFlags> m_flags;   // owners: the engine and this worker's thread
    int m_jobs = 0;                               // since it was renewed
    // Set by whoever made it, read by the thread that runs it. QThreadPool hands it over under a lock of its
    // own, which a race detector cannot see, as Debian's Qt is not instrumented: this says it again.
    std::atomic<bool> m_isMade{false};
};

} // namespace signalbox::worker
