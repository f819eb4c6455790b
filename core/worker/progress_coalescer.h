#pragma once

#include "core/worker/held_jobs.h"
#include "core/worker/queue_lanes.h"

namespace signalbox::worker {

/// Sends what handlers say on their way: however often they say it, each job's latest progress and log leave
/// at most once an interval, those of one queue in one call.   Threads  engine.
class ProgressCoalescer {
public:
    ProgressCoalescer(LaneContext &context, const PoolOptions &options, HeldJobs &held,
                      std::function<void(const Error &)> failed);
    void noteChange(); ///< some held run has something to say
    void
    flush(const std::vector<RunPtr> &runs); ///< they end: what they said last leaves before their settlements
    void stop();

private:
    void sendAll();
    void send(size_t queue, const std::vector<RunPtr> &runs);

    LaneContext &m_context;
    const PoolOptions &m_options;
    HeldJobs &m_held;
    const std::function<void(const Error &)> m_failed;
    const std::unique_ptr<runtime::Timer> m_timer;
    std::optional<std::chrono::nanoseconds> m_sentAt;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
