#include "core/worker/timeout_watch.h"

#include <algorithm>

namespace signalbox::worker {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

TimeoutWatch::TimeoutWatch(const runtime::Seams &seams, milliseconds grace, const HeldJobs &held, Hooks hooks)
    : m_seams(seams),
      m_grace(grace),
      m_held(held),
      m_hooks(std::move(hooks)),
      m_timer(seams.timers->makeTimer([this] { look(); }))
{
}

void TimeoutWatch::expect(const Run &run)
{
    if (run.claim.definition.timeout) armFor(m_seams.clock->monotonicNow() + *run.claim.definition.timeout);
}

void TimeoutWatch::watchCancelled(const RunPtr &run)
{
    m_cancelled.push_back(run);
    armFor(*run->cancelledAt + m_grace);
}

void TimeoutWatch::stop()
{
    m_timer->stop();
    m_armedFor = nanoseconds::max();
    m_cancelled.clear();
}

void TimeoutWatch::armFor(nanoseconds time)
{
    if (time >= m_armedFor) return;
    m_armedFor = time;
    const nanoseconds left = std::max(time - m_seams.clock->monotonicNow(), nanoseconds{0});
    m_timer->start(std::chrono::ceil<milliseconds>(left));
}

void TimeoutWatch::look()
{
    m_armedFor = nanoseconds::max();
    const nanoseconds now = m_seams.clock->monotonicNow();
    lookAtTimeouts(now);
    lookAtCancelled(now);
}

void TimeoutWatch::lookAtTimeouts(nanoseconds now)
{
    for (const RunPtr &run : m_held.all()) {
        const std::optional<milliseconds> timeout = run->claim.definition.timeout;
        const Run::Stage stage = run->stage.load(std::memory_order_acquire);
        if (!timeout || run->isSettling || run->cancelledAt || stage == Run::Stage::Ended) continue;
        const nanoseconds end = (stage == Run::Stage::Running ? run->startedAt() : now) + *timeout;
        if (end <= now)
            m_hooks.timedOut(run);
        else
            armFor(end);
    }
}

void TimeoutWatch::lookAtCancelled(nanoseconds now)
{
    // Swapped out, since a hook may add to it.
    for (const RunPtr &run : std::exchange(m_cancelled, {})) {
        if (run->stage.load(std::memory_order_acquire) == Run::Stage::Ended) continue;
        if (*run->cancelledAt + m_grace <= now)
            m_hooks.stuck(run);
        else
            watchCancelled(run);
    }
}

} // namespace signalbox::worker
