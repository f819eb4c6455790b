#pragma once

#include "core/worker/worker_loop.h"

#include <QThreadPool>

#include <map>
#include <memory>

namespace signalbox::worker {

/// The workers of a pool and their threads: how many there are, their numbers and figures, who is stuck.
/// Threads  engine.   Start once.
class WorkerThreads {
public:
    struct Figures {
        std::shared_ptr<WorkerFlags> flags;
        Timestamp startedAt{};
        qint64 completed = 0;
        qint64 failed = 0;
    };
    /// Beyond `stuckMax` stuck threads no more are started in their places, since each keeps its stack, its
    /// memory and whatever it has open.
    WorkerThreads(std::shared_ptr<WorkerShared> shared, int stuckMax);
    /// Lets go of threads that are stuck: they keep their QThreadPool, which nobody waits for any more.
    ~WorkerThreads();
    Q_DISABLE_COPY_MOVE(WorkerThreads)

    void add(int workers, Timestamp now);
    void dismiss(int workers); ///< as many leave, each after its job
    void dismissAll();         ///< for good
    /// The worker does not come back: another one takes its place, at once. False: too many are stuck by now,
    /// and its place stays empty until one of them comes back.
    [[nodiscard]] bool replaceStuck(int number, Timestamp now);
    void left(int number, Timestamp now);
    void renewed(int number, Timestamp now);
    [[nodiscard]] bool renew(int number); ///< after its job; false: no such worker

    [[nodiscard]] int target() const { return m_target; } ///< as many as were asked for
    /// Without those that leave or are stuck.
    [[nodiscard]] int count() const { return m_target - m_emptyPlaces; }
    [[nodiscard]] int stuck() const { return static_cast<int>(m_stuck.size()); }
    [[nodiscard]] bool hasNone() const { return m_workers.empty(); } ///< stuck ones do not count
    [[nodiscard]] const std::map<int, Figures> &workers() const { return m_workers; }
    [[nodiscard]] Figures *find(int number);
    /// Blocks until all but the stuck ones have left; false when the time was over first. For the destructor
    /// of the pool only: what handlers refer to may go right after it.
    [[nodiscard]] bool waitUntilLeft(std::chrono::milliseconds atMost) const;

private:
    void fillPlaces(Timestamp now);
    void startOne(Timestamp now);
    void fitThreads();

    const std::shared_ptr<WorkerShared> m_shared; // owners: this and each worker's thread
    const int m_stuckMax;
    std::unique_ptr<QThreadPool> m_threads;
    std::map<int, Figures> m_workers; // by number
    std::map<int, Figures> m_stuck;
    int m_nextNumber = 0;
    int m_target = 0;
    int m_emptyPlaces = 0; // of the target: of stuck workers, not filled
};

} // namespace signalbox::worker
