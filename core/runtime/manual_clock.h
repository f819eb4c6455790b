#pragma once

#include "core/runtime/clock.h"

#include <atomic>
#include <map>
#include <mutex>
#include <optional>

namespace signalbox::runtime {

/// Time that moves only when told, for tests and simulations: clock and timers in one, so that advance()
/// fires what falls due in order.   Threads  one; what time it is, any: handlers of a pool under test ask
/// too.
class ManualTime : public Clock, public TimerFactory {
public:
    explicit ManualTime(Timestamp start = fromMicros(1'700'000'000'000'000));
    [[nodiscard]] Timestamp wallNow() const override;
    [[nodiscard]] std::chrono::nanoseconds monotonicNow() const override;
    [[nodiscard]] std::unique_ptr<Timer> makeTimer(std::function<void()> fired) override;
    /// Fires every timer due within `by`, earliest first, with the clock at its due time.
    void advance(std::chrono::nanoseconds by);
    /// As for a loop that stood still for so long: what fell due meanwhile is fired late, with the clock at
    /// the end.
    void standStill(std::chrono::nanoseconds by);
    void jumpWall(std::chrono::microseconds by); ///< wall time only: a clock set by hand
    [[nodiscard]] std::optional<std::chrono::nanoseconds> nextDue() const; ///< monotonic

private:
    class ManualTimer;
    std::multimap<std::chrono::nanoseconds, ManualTimer *> m_active;
    std::atomic<std::chrono::nanoseconds> m_monotonic{std::chrono::nanoseconds{0}};
    std::atomic<Timestamp> m_wall;
};

/// SplitMix64: small, repeatable, good enough for jitter and ids in tests.
class SeededRandom : public Random {
public:
    explicit SeededRandom(quint64 seed);
    [[nodiscard]] quint64 bits() override;

private:
    std::mutex m_mutex;
    quint64 m_state;
};

} // namespace signalbox::runtime
