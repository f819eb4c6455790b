#pragma once

#include "core/worker/queue_lanes.h"

namespace signalbox::worker {

/// Retention of this pool's queues: what ended long ago goes. Settling sees to it on its way, but not where
/// nothing ends any more, and only by so many jobs a minute; so each queue is asked about once a minute, and
/// again at once while it has more.   Threads  engine.
class Retention {
public:
    static constexpr std::chrono::minutes interval{1};

    Retention(LaneContext &context, const PoolOptions &options, std::function<void(const Error &)> failed);
    void start(); ///< at once: all pools may have been away for long
    void stop();

private:
    void look();
    void trim(size_t queue);

    LaneContext &m_context;
    const PoolOptions &m_options;
    const std::function<void(const Error &)> m_failed;
    const std::unique_ptr<runtime::Timer> m_timer;
    std::vector<bool> m_isTrimming; // by queue: a call is under way
    bool m_isRunning = false;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
