#pragma once

#include "core/runtime/clock.h"

#include <optional>

namespace signalbox::worker {

/// The server's time, as far as its answers tell: figures that other machines read carry it and not this
/// machine's, which may be minutes off.   Threads  engine.
class ServerClock {
public:
    explicit ServerClock(const runtime::Clock &clock) : m_clock(clock) { }
    void learn(Timestamp serverNow)
    {
        m_server = serverNow;
        m_learntAt = m_clock.monotonicNow();
    }
    [[nodiscard]] Timestamp now() const { return at(m_clock.monotonicNow()); }
    [[nodiscard]] Timestamp at(std::chrono::nanoseconds monotonic) const
    {
        if (!m_server) { // nothing learnt yet
            const std::chrono::nanoseconds ago = m_clock.monotonicNow() - monotonic;
            return m_clock.wallNow() - std::chrono::duration_cast<std::chrono::microseconds>(ago);
        }
        return *m_server + std::chrono::duration_cast<std::chrono::microseconds>(monotonic - m_learntAt);
    }

private:
    const runtime::Clock &m_clock;
    std::optional<Timestamp> m_server;
    std::chrono::nanoseconds m_learntAt{0};
};

} // namespace signalbox::worker
