#include "core/runtime/manual_clock.h"

#include <algorithm>

namespace signalbox::runtime {

using namespace std::chrono;

/// Invariant: m_place is valid exactly while the timer stands in m_owner.m_active.
class ManualTime::ManualTimer : public Timer {
public:
    ManualTimer(ManualTime &owner, std::function<void()> fired)
        : m_owner(owner), m_fired(std::move(fired)) { }
    ManualTimer(const ManualTimer &) = delete;
    ManualTimer &operator=(const ManualTimer &) = delete;
    ~ManualTimer() override { ManualTimer::stop(); }
    void start(milliseconds after) override
    {
        stop();
        const nanoseconds due = m_owner.monotonicNow() + std::max(after, milliseconds{0});
        m_place = m_owner.m_active.emplace(
            due, this); // behind those due at the same time: first started, first fired
    }
    void stop() override
    {
        if (m_place) m_owner.m_active.erase(*m_place);
        m_place.reset();
    }
    [[nodiscard]] bool isActive() const override { return m_place.has_value(); }
    void fire()
    {
        stop();
        const std::function<void()> fired = m_fired; // the call may destroy this timer
        fired();
    }

private:
    ManualTime &m_owner;
    std::function<void()> m_fired;
    std::optional<std::multimap<nanoseconds, ManualTimer *>::iterator> m_place;
};

ManualTime::ManualTime(Timestamp start) : m_wall(start) { }

Timestamp ManualTime::wallNow() const
{
    return floor<microseconds>(m_wall.load() + m_monotonic.load());
}

nanoseconds ManualTime::monotonicNow() const
{
    return m_monotonic;
}

std::unique_ptr<Timer> ManualTime::makeTimer(std::function<void()> fired)
{
    return std::make_unique<ManualTimer>(*this, std::move(fired));
}

void ManualTime::advance(nanoseconds by)
{
    const nanoseconds end = monotonicNow() + by;
    // A timer that starts itself with 0 would fire for ever; real time would move on, and so does this.
    constexpr int firingsMax = 1'000'000;
    for (int firings = 0; !m_active.empty() && m_active.begin()->first <= end; ++firings) {
        if (firings == firingsMax) qFatal("ManualTime: a timer restarts itself without letting time pass.");
        const auto next = m_active.begin();
        m_monotonic = std::max(monotonicNow(), next->first);
        next->second->fire();
    }
    m_monotonic = end;
}

void ManualTime::standStill(nanoseconds by)
{
    m_monotonic = monotonicNow() + by;
    advance(0ns);
}

void ManualTime::jumpWall(microseconds by)
{
    m_wall = m_wall.load() + by;
}

std::optional<nanoseconds> ManualTime::nextDue() const
{
    if (m_active.empty()) return {};
    return m_active.begin()->first;
}

SeededRandom::SeededRandom(quint64 seed) : m_state(seed) { }

quint64 SeededRandom::bits()
{
    const std::lock_guard lock(m_mutex);
    m_state += 0x9E3779B97F4A7C15U;
    quint64 mixed = m_state;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31U);
}

} // namespace signalbox::runtime
