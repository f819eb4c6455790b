#pragma once

#include "core/metrics/event_histograms.h"
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
    EventHistograms recent;         ///< of the events that were looked at, of all queues
    qsizetype unreadableQueues = 0; ///< are damaged, and missing in all of this
};

/// The figures in Prometheus' text format 0.0.4. Names are those that the job system promises, without labels
/// of ours, so that its dashboards work; several queues are summed, since `queue` is none of its labels.
/// Counters are of the lifetime. Histograms are of a window of events, which their HELP texts state, since no
/// count of the server's has what they need: docs/decisions/0004-metrics.md.
/// Threads  any.
[[nodiscard]] QByteArray prometheusText(const PrometheusInput &input);

} // namespace signalbox::metrics
