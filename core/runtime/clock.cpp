#include "core/runtime/clock.h"

#include "core/runtime/log.h"
#include "core/runtime/timer_slice.h"

#include <QRandomGenerator>
#include <QTimer>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace signalbox::runtime {

using namespace std::chrono;

namespace {

/// A clock that the system cannot read is one that no lease can be kept by: there is nothing to go on with.
nanoseconds read(clockid_t clock)
{
    timespec time{};
    if (clock_gettime(clock, &time) != 0) qFatal("The system's clock cannot be read: %s.", strerror(errno));
    return seconds{time.tv_sec} + nanoseconds{time.tv_nsec};
}

/// One choice for the whole process, since times of two clocks cannot be compared.
clockid_t chooseSteadyClock()
{
    timespec time{};
    if (clock_gettime(CLOCK_BOOTTIME, &time) == 0) return CLOCK_BOOTTIME;
    logger("runtime")->warn("No CLOCK_BOOTTIME ({}): time that this machine sleeps is not counted.",
                            strerror(errno));
    return CLOCK_MONOTONIC;
}

/// Never set, and it goes on while the machine is suspended, as the leases on the server do. CLOCK_MONOTONIC,
/// which std::chrono::steady_clock is, stands still then: a pool would wake up and trust leases long over.
nanoseconds steadyNow()
{
    static const clockid_t clock = chooseSteadyClock();
    return read(clock);
}

class SystemClock : public Clock {
public:
    [[nodiscard]] Timestamp wallNow() const override { return floor<microseconds>(system_clock::now()); }
    [[nodiscard]] nanoseconds monotonicNow() const override { return steadyNow(); }
};

/// QTimer, made right in two ways: it never fires early, and an interval may be longer than the 24 days of an
/// int.
class QtTimer : public Timer {
public:
    explicit QtTimer(std::function<void()> fired) : m_fired(std::move(fired))
    {
        m_timer.setSingleShot(true);
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { fireIfDue(); });
    }
    void start(milliseconds after) override
    {
        const auto longest
            = duration_cast<milliseconds>(hours{24 * 365 * 100}); // far from the clock's own end
        m_due = steadyNow() + std::clamp(after, milliseconds{0}, longest);
        wait();
    }
    void stop() override { m_timer.stop(); }
    [[nodiscard]] bool isActive() const override { return m_timer.isActive(); }

private:
    void wait() { m_timer.start(timerSlice(m_due - steadyNow())); }
    void fireIfDue()
    {
        if (steadyNow() < m_due) {
            wait();
            return;
        }
        const std::function<void()> fired = m_fired; // the call may destroy this timer
        fired();
    }
    QTimer m_timer;
    std::function<void()> m_fired;
    nanoseconds m_due{0};
};

class QtTimers : public TimerFactory {
public:
    [[nodiscard]] std::unique_ptr<Timer> makeTimer(std::function<void()> fired) override
    {
        return std::make_unique<QtTimer>(std::move(fired));
    }
};

/// The system's numbers and not a seeded generator, as lease tokens and ids are made of them.
class SystemRandom : public Random {
public:
    [[nodiscard]] quint64 bits() override { return QRandomGenerator::system()->generate64(); }
};

} // namespace

double Random::uniform()
{
    constexpr double step = 1.0 / static_cast<double>(quint64{1} << 53U); // a double holds 53 bits
    return static_cast<double>(bits() >> 11U) * step;
}

const Seams &systemSeams()
{
    static SystemClock clock;
    static QtTimers timers;
    static SystemRandom random;
    static const Seams seams{&clock, &timers, &random};
    return seams;
}

} // namespace signalbox::runtime
