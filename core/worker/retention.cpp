#include "core/worker/retention.h"

namespace signalbox::worker {

Retention::Retention(LaneContext &context, const PoolOptions &options,
                     std::function<void(const Error &)> failed)
    : m_context(context),
      m_options(options),
      m_failed(std::move(failed)),
      m_timer(context.seams.timers->makeTimer([this] { look(); })),
      m_isTrimming(static_cast<size_t>(options.queues.size()), false)
{
}

void Retention::start()
{
    m_isRunning = true;
    look();
}

void Retention::stop()
{
    m_isRunning = false;
    m_timer->stop();
}

void Retention::look()
{
    // Jittered, so that pools started together do not come together each minute.
    const double factor = 0.75 + m_context.seams.random->uniform() / 2;
    m_timer->start(std::chrono::duration_cast<std::chrono::milliseconds>(interval * factor));
    for (size_t q = 0; q < m_isTrimming.size(); ++q) trim(q);
}

void Retention::trim(size_t queue)
{
    if (m_isTrimming[queue]) return; // long work, or a client that waits for its connection
    m_isTrimming[queue] = true;
    m_context.queue.trim(m_options.queues[static_cast<qsizetype>(queue)].queue,
                         [this, queue, life = std::weak_ptr(m_life)](const Result<bool> &hasMore) {
                             if (life.expired()) return;
                             m_isTrimming[queue] = false;
                             if (!hasMore)
                                 m_failed(hasMore.error());
                             else if (*hasMore && m_isRunning)
                                 trim(queue);
                         });
}

} // namespace signalbox::worker
