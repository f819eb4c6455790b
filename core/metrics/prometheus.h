#pragma once

#include "core/model/metrics_series.h"
#include "core/model/queue_stats.h"
#include "core/model/worker_info.h"

#include <QByteArray>
#include <QList>
#include <QMap>
#include <QString>

namespace signalbox::metrics {

struct PrometheusInput {
    QList<QueueStats> queues;
    /// As JobQueue::handlerCounts, one for each of `queues`: "completed" → {"billing.charge": 12}.
    QList<QMap<QString, QMap<QString, qint64>>> handlers;
    QList<PoolInfo> pools;
    Timestamp now{};                ///< by which a heartbeat is old
    QList<MetricsSeries> recorded;  ///< by pools: the longest that is kept, of each queue that has any
    qsizetype unreadableQueues = 0; ///< are damaged, and missing in all of this
};

/// The figures in Prometheus' text format 0.0.4. Names are those that the job system promises, without labels
/// of ours, so that its dashboards work; several queues are summed, since `queue` is none of its labels.
/// Counters are of the lifetime. Histograms are of the window that pools' records are kept for, which their
/// HELP texts state: docs/decisions/0006-metrics.md.
/// Threads  any.
[[nodiscard]] QByteArray prometheusText(const PrometheusInput &input);

} // namespace signalbox::metrics
