#pragma once

#include "core/worker/queue_lanes.h"

namespace signalbox::worker {

/// When to look at the queues without having been woken: at the time a scheduled or retrying job falls due,
/// when a lease somebody else holds may have ended (then it is reaped: whoever's timer comes first does it),
/// and, slowly, just to be safe.   Threads  engine.
class DueWatch {
public:
    struct Hooks {
        std::function<bool(size_t queue)> due; ///< there may be work; false: all workers are busy
        /// What this pool holds there may not be reaped: false when that is not certain just now.
        std::function<bool(size_t queue)> secureOwn;
        std::function<void(const Error &)> failed;
    };
    DueWatch(LaneContext &context, const PoolOptions &options, Hooks hooks);
    void start(); ///< reaps at once: all pools may have been dead for a while
    void stop();
    /// The server said that something falls due in `left`. `foundNothing`: the last look at this queue was in
    /// vain.
    void expect(size_t queue, std::optional<std::chrono::milliseconds> left, bool foundNothing);
    void noteCall(size_t queue); ///< it was looked at just now

private:
    struct Watched {
        std::optional<std::chrono::nanoseconds> dueAt;
        std::chrono::nanoseconds calledAt{0};
        std::chrono::nanoseconds reapedAt{std::chrono::nanoseconds::min() / 2};
        bool isReaping = false;
    };
    void look();
    void arm();
    void reap(size_t queue);
    [[nodiscard]] std::chrono::nanoseconds now() const { return m_context.seams.clock->monotonicNow(); }
    [[nodiscard]] std::chrono::milliseconds safetyInterval() const;

    LaneContext &m_context;
    const PoolOptions &m_options;
    const Hooks m_hooks;
    const std::unique_ptr<runtime::Timer> m_timer;
    std::vector<Watched> m_watched; // by queue
    bool m_isRunning = false;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
