#include "core/worker/progress_coalescer.h"

#include <algorithm>

namespace signalbox::worker {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

ProgressCoalescer::ProgressCoalescer(LaneContext &context, const PoolOptions &options, HeldJobs &held,
                                     std::function<void(const Error &)> failed)
    : m_context(context),
      m_options(options),
      m_held(held),
      m_failed(std::move(failed)),
      m_timer(context.seams.timers->makeTimer([this] { sendAll(); }))
{
}

void ProgressCoalescer::noteChange()
{
    if (m_timer->isActive()) return;
    const nanoseconds now = m_context.seams.clock->monotonicNow();
    const nanoseconds next = m_sentAt.value_or(now - m_options.progressInterval) + m_options.progressInterval;
    m_timer->start(std::max(std::chrono::ceil<milliseconds>(next - now), milliseconds{0}));
}

void ProgressCoalescer::stop()
{
    m_timer->stop();
}

void ProgressCoalescer::sendAll()
{
    m_sentAt = m_context.seams.clock->monotonicNow();
    for (qsizetype q = 0; q < m_options.queues.size(); ++q)
        send(static_cast<size_t>(q), m_held.ofQueue(static_cast<size_t>(q)));
}

void ProgressCoalescer::flush(const std::vector<RunPtr> &runs)
{
    for (qsizetype q = 0; q < m_options.queues.size(); ++q) {
        std::vector<RunPtr> ofQueue;
        std::copy_if(runs.begin(), runs.end(), std::back_inserter(ofQueue),
                     [q](const RunPtr &run) { return run->queueIndex == q; });
        send(static_cast<size_t>(q), ofQueue);
    }
}

void ProgressCoalescer::send(size_t queue, const std::vector<RunPtr> &runs)
{
    QList<queue::ProgressReport> reports;
    for (const RunPtr &run : runs) {
        if (!m_held.holds(*run) || run->isSettling) continue;
        if (std::optional<ProgressCell::Change> change = run->progress.take())
            reports.append({run->claim.definition.id, run->claim.token, std::move(change->progress),
                            std::move(change->logTail)});
    }
    if (reports.isEmpty()) return;
    // Not sent again when it is lost: the next change says it anew, and a log is a hint, as progress is.
    m_context.queue.report(m_context.worker, m_options.queues[static_cast<qsizetype>(queue)].queue,
                           std::move(reports),
                           [this, life = std::weak_ptr(m_life)](const Result<> &reported) {
                               if (!life.expired() && !reported) m_failed(reported.error());
                           });
}

} // namespace signalbox::worker
