#include "core/model/json_writer.h"
#include "core/service/job_service.h"

namespace signalbox::service {

using namespace Qt::StringLiterals;

namespace {

/// The mean of two means; `weight` is what each is a mean of.
std::optional<std::chrono::microseconds> meanOf(const std::optional<std::chrono::microseconds> &a,
                                                qint64 aWeight,
                                                const std::optional<std::chrono::microseconds> &b,
                                                qint64 bWeight)
{
    if (!a || aWeight == 0) return b;
    if (!b || bWeight == 0) return a;
    const double sum = static_cast<double>(a->count()) * static_cast<double>(aWeight)
        + static_cast<double>(b->count()) * static_cast<double>(bWeight);
    return std::chrono::microseconds(static_cast<qint64>(sum / static_cast<double>(aWeight + bWeight)));
}

void add(QueueStats &sum, const QueueStats &one)
{
    for (size_t i = 0; i < sum.sizes.size(); ++i) sum.sizes[i] += one.sizes[i];
    for (size_t i = 0; i < sum.pendingByPriority.size(); ++i)
        sum.pendingByPriority[i] += one.pendingByPriority[i];
    sum.averageWait = meanOf(sum.averageWait, sum.processed, one.averageWait, one.processed);
    sum.averageRun = meanOf(sum.averageRun, sum.processed, one.averageRun, one.processed);
    for (qint64 QueueStats::*counter :
         {&QueueStats::submitted, &QueueStats::processed, &QueueStats::completed, &QueueStats::failed,
          &QueueStats::retried, &QueueStats::deadLettered, &QueueStats::cancelled, &QueueStats::requeued,
          &QueueStats::purged, &QueueStats::expired, &QueueStats::trimmed, &QueueStats::deleted,
          &QueueStats::leasesLost, &QueueStats::finishedBytes})
        sum.*counter += one.*counter;
    sum.completedPerSecond1m += one.completedPerSecond1m;
    sum.completedPerSecond5m += one.completedPerSecond5m;
    sum.completedPerSecond15m += one.completedPerSecond15m;
    if (one.oldestWait)
        sum.oldestWait = std::max(sum.oldestWait.value_or(std::chrono::microseconds{0}), *one.oldestWait);
    sum.paused = sum.paused && one.paused; // the whole is paused when every queue is
}

QByteArray toJson(const worker::PoolMetrics &pool)
{
    return JsonWriter()
        .integer("total"_L1, pool.total)
        .integer("idle"_L1, pool.idle)
        .integer("busy"_L1, pool.busy)
        .integer("healthy"_L1, pool.healthy)
        .integer("unhealthy"_L1, pool.unhealthy)
        .integer("stuck_threads"_L1, pool.stuckThreads)
        .number("utilisation"_L1, pool.utilisation)
        .number("avg_jobs_per_worker"_L1, pool.averageJobsPerWorker)
        .integer("total_jobs_completed"_L1, pool.jobsCompleted)
        .integer("total_jobs_failed"_L1, pool.jobsFailed)
        .take();
}

QByteArray toJson(const QMap<QString, Error> &errors)
{
    QList<QByteArray> documents;
    for (auto one = errors.constBegin(); one != errors.constEnd(); ++one)
        documents.append(JsonWriter()
                             .text("queue"_L1, one.key())
                             .text("kind"_L1, toText(one->kind))
                             .text("what"_L1, one->what)
                             .text("why"_L1, one->why)
                             .text("todo"_L1, one->todo)
                             .take());
    return jsonArray(documents);
}

template <typename List> QByteArray toJsonArray(const List &list)
{
    QList<QByteArray> documents;
    for (const auto &one : list) documents.append(one.toJson());
    return jsonArray(documents);
}

} // namespace

QueueStats ServiceMetrics::sum() const
{
    QueueStats sum;
    sum.paused = !queues.isEmpty();
    for (const QueueStats &one : queues) add(sum, one);
    return sum;
}

QByteArray ServiceMetrics::toJson() const
{
    return JsonWriter()
        .json("total"_L1, sum().toJson())
        .json("queues"_L1, toJsonArray(queues))
        .json("errors"_L1, service::toJson(queueErrors))
        .json("workers"_L1, service::toJson(pool))
        .json("pools"_L1, toJsonArray(pools))
        .textList("handlers_registered"_L1, handlers)
        .take();
}

} // namespace signalbox::service
