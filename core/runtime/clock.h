#pragma once

#include "core/model/timestamp.h"

#include <chrono>
#include <functional>
#include <memory>

namespace signalbox::runtime {

/// Time by two names: wall time to store, monotonic time to subtract. Monotonic time counts what a machine
/// sleeps, too.   Threads  any.
class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Timestamp wallNow() const = 0;
    [[nodiscard]] virtual std::chrono::nanoseconds monotonicNow() const = 0;
};

/// One shot per start(); starting again moves the time. Fires in the thread that made it, never inside
/// start().
class Timer {
public:
    virtual ~Timer() = default; ///< stops it
    virtual void start(std::chrono::milliseconds after) = 0;
    virtual void stop() = 0;
    [[nodiscard]] virtual bool isActive() const = 0;
};

class TimerFactory {
public:
    virtual ~TimerFactory() = default;
    /// The timer belongs to the calling thread.
    [[nodiscard]] virtual std::unique_ptr<Timer> makeTimer(std::function<void()> fired) = 0;
};

/// Random numbers; a fixed seed makes a run repeatable.   Threads  any (locked inside).
class Random {
public:
    virtual ~Random() = default;
    [[nodiscard]] virtual quint64 bits() = 0;
    [[nodiscard]] double uniform(); ///< [0, 1)
};

/// What everything under core takes from outside, instead of asking the system. Owned by app/compose or the
/// test; outlives every object that was given it.
struct Seams {
    Clock *clock = nullptr;
    TimerFactory *timers = nullptr;
    Random *random = nullptr;
};

/// The real ones: CLOCK_REALTIME and CLOCK_BOOTTIME, Qt's timers, the system's random numbers.
/// One per process; any thread.
[[nodiscard]] const Seams &systemSeams();

} // namespace signalbox::runtime
