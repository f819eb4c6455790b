#include "core/worker/due_watch.h"

#include <algorithm>

namespace signalbox::worker {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

constexpr milliseconds reapSpacing = 500ms; ///< a server with many leases ending must not get a call for each
constexpr milliseconds inVainSpacing
    = 50ms; ///< something is overdue, and looking did not help: wait for others

} // namespace

DueWatch::DueWatch(LaneContext &context, const PoolOptions &options, Hooks hooks)
    : m_context(context),
      m_options(options),
      m_hooks(std::move(hooks)),
      m_timer(context.seams.timers->makeTimer([this] { look(); })),
      m_watched(static_cast<size_t>(options.queues.size()))
{
}

void DueWatch::start()
{
    m_isRunning = true;
    for (size_t q = 0; q < m_watched.size(); ++q) reap(q);
    arm();
}

void DueWatch::stop()
{
    m_isRunning = false;
    m_timer->stop();
}

milliseconds DueWatch::safetyInterval() const
{
    // Seldom enough that an idle pool sends at most one call a second for all its queues; often enough that a
    // lease which began after the last look is known before it has been over for a second.
    const milliseconds wanted = std::min(m_options.safetyPoll, m_options.lease + 1s);
    return std::max<milliseconds>(wanted, 1s * static_cast<int>(m_watched.size()));
}

void DueWatch::noteCall(size_t queue)
{
    m_watched[queue].calledAt = now();
}

void DueWatch::expect(size_t queue, std::optional<milliseconds> left, bool foundNothing)
{
    Watched &watched = m_watched[queue];
    if (!left) {
        watched.dueAt.reset();
    } else {
        watched.dueAt = now() + std::max(*left, foundNothing ? inVainSpacing : 1ms);
    }
    arm();
}

void DueWatch::arm()
{
    if (!m_isRunning) return;
    nanoseconds next = nanoseconds::max();
    for (const Watched &watched : m_watched) {
        next = std::min(next, watched.calledAt + safetyInterval());
        if (watched.dueAt) next = std::min(next, *watched.dueAt);
    }
    m_timer->start(std::max(std::chrono::ceil<milliseconds>(next - now()), 1ms));
}

void DueWatch::look()
{
    for (size_t q = 0; q < m_watched.size(); ++q) {
        Watched &watched = m_watched[q];
        const bool isDue = watched.dueAt && *watched.dueAt <= now();
        if (!isDue && watched.calledAt + safetyInterval() > now()) continue;
        watched.dueAt.reset();
        watched.calledAt = now();
        const bool canWork = m_hooks.due(q);
        // A busy pool does not claim, so no answer tells it when leases end; asking for those that have ended
        // does.
        if (!isDue && canWork) continue;
        if (watched.reapedAt + reapSpacing <= now())
            reap(q);
        else
            watched.dueAt = watched.reapedAt + reapSpacing;
    }
    arm();
}

void DueWatch::reap(size_t queue)
{
    Watched &watched = m_watched[queue];
    if (watched.isReaping) return;
    if (!m_hooks.secureOwn(queue)) {
        watched.dueAt = now() + reapSpacing;
        return;
    }
    watched.isReaping = true;
    watched.reapedAt = now();
    m_context.queue.reap(
        m_options.queues[static_cast<qsizetype>(queue)].queue,
        [this, queue, life = std::weak_ptr(m_life)](const Result<std::optional<milliseconds>> &next) {
            if (life.expired()) return;
            Watched &reaped = m_watched[queue];
            reaped.isReaping = false;
            if (!next) return m_hooks.failed(next.error());
            // The claims' answers know of due jobs too: the earlier time counts.
            if (!*next) return;
            const nanoseconds end = now() + std::max(**next, 1ms);
            reaped.dueAt = std::min(reaped.dueAt.value_or(end), end);
            arm();
        });
}

} // namespace signalbox::worker
