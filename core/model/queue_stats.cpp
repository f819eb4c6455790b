#include "core/model/queue_stats.h"

#include "core/model/json_writer.h"

#include <numeric>

namespace signalbox {

using namespace Qt::StringLiterals;

qint64 QueueStats::total() const
{
    return std::accumulate(sizes.begin(), sizes.end(), qint64{0});
}

std::optional<double> QueueStats::errorRate() const
{
    const qint64 failedRuns = retried + failed + deadLettered;
    const qint64 ended = completed + failedRuns;
    if (ended <= 0) return {};
    return static_cast<double>(failedRuns) / static_cast<double>(ended);
}

QByteArray QueueStats::toJson() const
{
    JsonWriter throughput;
    throughput.number("1m"_L1, completedPerSecond1m)
        .number("5m"_L1, completedPerSecond5m)
        .number("15m"_L1, completedPerSecond15m);
    JsonWriter writer;
    writer.text("queue"_L1, queue).integer("size"_L1, total());
    for (const JobStatus status : allJobStatuses)
        writer.integer(QLatin1StringView(toText(status).toLatin1()), size(status));
    writer.integer("total_submitted"_L1, submitted)
        .integer("total_processed"_L1, processed)
        .integer("total_completed"_L1, completed)
        .integer("total_failed"_L1, failed)
        .integer("total_retried"_L1, retried)
        .integer("total_dead_letter"_L1, deadLettered)
        .integer("total_cancelled"_L1, cancelled)
        .integer("total_requeued"_L1, requeued)
        .integer("total_purged"_L1, purged)
        .integer("total_expired"_L1, expired)
        .integer("total_trimmed"_L1, trimmed)
        .integer("total_deleted"_L1, deleted)
        .integer("total_leases_lost"_L1, leasesLost)
        .json("throughput"_L1, throughput.take())
        .secondsOrNull("average_wait"_L1, averageWait)
        .secondsOrNull("average_run"_L1, averageRun)
        .secondsOrNull("oldest_wait"_L1, oldestWait)
        .numberOrNull("error_rate"_L1, errorRate())
        .integer("finished_bytes"_L1, finishedBytes)
        .boolean("paused"_L1, paused)
        .textOrNull("pause_reason"_L1, pauseReason)
        .timeOrNull("paused_at"_L1, pausedAt);
    if (sizeMax)
        writer.integer("max_size"_L1, *sizeMax);
    else
        writer.null("max_size"_L1);
    return writer.take();
}

} // namespace signalbox
