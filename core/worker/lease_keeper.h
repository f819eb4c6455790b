#pragma once

#include "core/worker/held_jobs.h"
#include "core/worker/queue_lanes.h"

namespace signalbox::worker {

/// Keeps the leases: each heartbeat one renewal a queue, of all that is held there. What the server says is
/// lost or to be cancelled is handed on. A pool cut off from the server does not wait to be told: by its own
/// monotonic clock it gives up each job while the job's lease still lasts, so that no two handlers work on it
/// at once. Threads  engine.
class LeaseKeeper {
public:
    struct Hooks {
        std::function<void(const RunPtr &)> lost; ///< another may run it by now
        std::function<void(const RunPtr &)> cancelAsked;
        std::function<void(const RunPtr &)> cutOff; ///< its lease is about to end, and could not be renewed
        std::function<void()> beat;                 ///< each heartbeat, renewals sent
        std::function<void(const Error &)> failed;  ///< a renewal did not get through
    };
    /// A handler has this long to stop before another pool may start the job.
    [[nodiscard]] static std::chrono::milliseconds marginOf(std::chrono::milliseconds lease)
    {
        return lease / 5;
    }

    LeaseKeeper(LaneContext &context, const PoolOptions &options, HeldJobs &held, Hooks hooks);
    void start();
    void stop();
    /// A lease that lasts `left` more, said in an answer to a call that was sent at `sentAt`. False: it is
    /// too short to begin with.
    [[nodiscard]] bool begin(Run &run, std::chrono::nanoseconds sentAt, std::chrono::nanoseconds left);
    void beatNow(); ///< a renewal out of turn: the connection is back
    /// Before leases of this queue are reaped. After standing still (a blocked loop, a suspended machine)
    /// ours may be over: they are renewed first, and the server carries out calls in their order. False: an
    /// earlier renewal is under way, and may have been carried out long ago.
    [[nodiscard]] bool secure(size_t queue);

private:
    void beat();
    void renew(size_t queue);
    void receive(const std::vector<RunPtr> &runs, size_t queue, std::chrono::nanoseconds sentAt,
                 const queue::Renewed &renewed);
    void setLeaseEnd(Run &run, std::chrono::nanoseconds end) const;
    void cutOffWhatEnds();
    void armCutOff();
    void startCutOff(std::chrono::nanoseconds at);

    LaneContext &m_context;
    const PoolOptions &m_options;
    HeldJobs &m_held;
    const Hooks m_hooks;
    const std::unique_ptr<runtime::Timer> m_beatTimer;
    const std::unique_ptr<runtime::Timer> m_cutOffTimer;
    std::chrono::nanoseconds m_cutOffAt{0};                // monotonic; while the timer is active
    std::vector<bool> m_isRenewing;                        // by queue: a renewal is in flight
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
