#include "core/worker/pool_bounds.h"
#include "core/worker/words.h"
#include "core/worker/worker_pool.h"

#include <QSet>

namespace signalbox::worker {

namespace {

using namespace std::chrono_literals;

Result<> checkQueues(const QList<QueueWeight> &queues)
{
    if (queues.isEmpty())
        return failField(u"workers.queues", Words::tr("No queue is named."), Words::tr("Name at least one."));
    QSet<QString> seen;
    for (const QueueWeight &entry : queues) {
        if (entry.queue.isEmpty())
            return failField(u"workers.queues", Words::tr("A queue's name is empty."), Words::tr("Name it."));
        if (!PoolBounds::weight.contains(entry.weight))
            return failField(u"workers.queues",
                             Words::tr("The weight of \"%1\" is %2.").arg(entry.queue).arg(entry.weight),
                             Words::tr("Give a weight from %1 to %2.")
                                 .arg(PoolBounds::weight.min)
                                 .arg(PoolBounds::weight.max));
        if (seen.contains(entry.queue))
            return failField(u"workers.queues", Words::tr("\"%1\" is named twice.").arg(entry.queue),
                             Words::tr("Name each queue once."));
        seen.insert(entry.queue);
    }
    return {};
}

Result<> checkRange(QStringView field, std::chrono::milliseconds value, const PoolBounds::Times &range)
{
    if (range.contains(value)) return {};
    return failField(
        field, Words::tr("It is %1 ms.").arg(value.count()),
        Words::tr("Give a time from %1 ms to %2 ms.").arg(range.min.count()).arg(range.max.count()));
}

Result<> checkCount(QStringView field, int value, int max)
{
    if (value >= 0 && value <= max) return {};
    return failField(field, Words::tr("It is %1.").arg(value),
                     Words::tr("Give a number from 0 to %1.").arg(max));
}

} // namespace

Result<> PoolOptions::validate() const
{
    return checkQueues(queues)
        .and_then([this] { return checkRange(u"workers.lease", lease, PoolBounds::lease); })
        .and_then([this] {
            return checkRange(u"workers.heartbeat_interval", heartbeat, PoolBounds::heartbeat(lease));
        })
        .and_then([this] {
            return checkRange(u"workers.shutdown_timeout", shutdownTimeout, PoolBounds::shutdownTimeout);
        })
        .and_then([this] {
            return checkRange(u"workers.cancel_grace", cancelGrace, {10ms, 1h});
        })
        .and_then([this] {
            return checkRange(u"workers.safety_poll", safetyPoll, {100ms, 1h});
        })
        .and_then([this] {
            return checkRange(u"workers.progress_interval", progressInterval, {10ms, 1min});
        })
        .and_then([this] {
            return checkCount(u"workers.max_jobs_per_worker", jobsPerWorkerMax,
                              PoolBounds::jobsPerWorker.max);
        })
        .and_then([this] { return checkCount(u"workers.stuck_threads_max", stuckThreadsMax, 10'000); })
        .and_then([this] { return checkCount(u"workers.prefetch_max", prefetchMax, 10'000); });
}

} // namespace signalbox::worker
