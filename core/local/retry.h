#pragma once

#include "core/runtime/clock.h"

#include <chrono>
#include <functional>
#include <memory>

namespace signalbox::local {

/// Tries something that cannot be waited for (another process' lock) every few milliseconds until it works
/// or the deadline has passed. One wish at a time; gone with the object, and then nothing is called.
/// Threads  the one that made it.
class Retry {
public:
    explicit Retry(const runtime::Seams &seams)
        : m_clock(seams.clock), m_timer(seams.timers->makeTimer([this] { attempt(); }))
    {
    }
    /// The first attempt is made at once, so done may be called inside.
    void until(std::function<bool()> attempt, std::chrono::milliseconds deadline,
               std::function<void(bool)> done)
    {
        m_attempt = std::move(attempt);
        m_done = std::move(done);
        m_until = m_clock->monotonicNow() + deadline;
        this->attempt();
    }

private:
    static constexpr std::chrono::milliseconds interval{10};
    void attempt()
    {
        const bool isDone = m_attempt();
        if (!isDone && m_clock->monotonicNow() < m_until) {
            m_timer->start(interval);
            return;
        }
        m_attempt = {};
        const auto done = std::exchange(m_done, {}); // it may make the next wish
        done(isDone);
    }
    runtime::Clock *m_clock;
    std::unique_ptr<runtime::Timer> m_timer;
    std::function<bool()> m_attempt;
    std::function<void(bool)> m_done;
    std::chrono::nanoseconds m_until{0};
};

} // namespace signalbox::local
