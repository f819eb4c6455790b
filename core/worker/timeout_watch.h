#pragma once

#include "core/worker/held_jobs.h"

namespace signalbox::worker {

/// Ends runs whose time is over, and tells of handlers that go on after they were told to stop. One timer for
/// the earliest end. A run's timeout begins when its handler does, which only the worker's thread sees; but
/// it never ends earlier than claim + timeout, so the timer is set for that and looks at the run again then.
/// Thus jobs that end in time cost nothing here.   Threads  engine.
class TimeoutWatch {
public:
    struct Hooks {
        std::function<void(const RunPtr &)> timedOut;
        std::function<void(const RunPtr &)> stuck; ///< cancelled, and not ended within the grace
    };
    TimeoutWatch(const runtime::Seams &seams, std::chrono::milliseconds grace, const HeldJobs &held,
                 Hooks hooks);
    void expect(const Run &run);            ///< claimed: has it a timeout?
    void watchCancelled(const RunPtr &run); ///< its cancelledAt is set, and a worker runs it
    void stop();

private:
    void look();
    void lookAtTimeouts(std::chrono::nanoseconds now);
    void lookAtCancelled(std::chrono::nanoseconds now);
    void armFor(std::chrono::nanoseconds time);

    const runtime::Seams m_seams;
    const std::chrono::milliseconds m_grace;
    const HeldJobs &m_held;
    const Hooks m_hooks;
    const std::unique_ptr<runtime::Timer> m_timer;
    std::chrono::nanoseconds m_armedFor = std::chrono::nanoseconds::max(); // max: not armed
    std::vector<RunPtr> m_cancelled; // not ended yet when last looked at
};

} // namespace signalbox::worker
