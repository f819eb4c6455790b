#pragma once

#include "core/worker/run.h"

#include <condition_variable>
#include <deque>
#include <vector>

namespace signalbox::worker {

/// One worker as its thread and the engine both know it.
struct WorkerFlags {
    explicit WorkerFlags(int n) : number(n) { }
    const int number; ///< never given twice in a pool's life
    std::atomic<bool> renewWanted{false};
    std::atomic<bool> isReplaced{false}; ///< it was stuck and another has its place: it leaves after its run
};

/// Jobs that are claimed and wait for a worker, oldest first; bounded by what the engine claims. Workers
/// block here.   Threads  take() in the workers', all else in the engine.
class ReadyQueue {
public:
    enum class Next { Job, Renew, Leave };
    /// Blocks until there is something to do. The run taken is Running from the moment it leaves the queue,
    /// so that a run is either here for takeBack(), or a worker's.
    [[nodiscard]] Next take(WorkerFlags &worker, const runtime::Clock &clock, RunPtr &run);

    void push(std::vector<RunPtr> runs);
    [[nodiscard]] bool takeBack(const RunPtr &run); ///< false: a worker has it
    [[nodiscard]] std::vector<RunPtr> takeBackAll();
    [[nodiscard]] std::vector<RunPtr> takeBackOlderThan(std::chrono::nanoseconds time); ///< by readySince
    [[nodiscard]] size_t size() const;
    void dismiss(int workers); ///< that many leave, as soon as they look for work
    void recall(int workers);  ///< fewer of them need to
    void close();              ///< all leave
    void wakeAll();            ///< after a flag of a worker was set

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<RunPtr> m_runs;
    int m_sleeping = 0;
    int m_dismissed = 0;
    bool m_isClosed = false;
};

} // namespace signalbox::worker
