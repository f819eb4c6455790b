#pragma once

#include "core/model/metrics_series.h"

#include <QHash>

#include <map>

namespace signalbox::queue {

/// What a pool has to tell of one queue: docs/decisions/0006-metrics.md.
struct MetricsRecord {
    static constexpr qsizetype linesMax = 400;
    struct Line {
        qint64 bucket = 0; ///< of 5 s, server time
        QString handler;   ///< empty: `workers` holds
        HandlerFigures figures = {};
        WorkerFigures workers = {};
    };
    QString queue = {};
    quint64 sequence = 0; ///< grows with each of the pool's records; the same one again changes nothing
    std::optional<qint64> since = {}; ///< bucket since which the pool has been there and told all
    QList<Line> lines = {};           ///< at most linesMax
};

/// Which buckets: those of the `length` before `until`, as far as they are kept.
struct MetricsQuery {
    QString queue = QStringLiteral("default");
    MetricsResolution resolution = MetricsResolution::Fine;
    std::chrono::seconds length{3600};
    std::optional<Timestamp> until = {}; ///< server time; nothing: now, with the bucket that is not over yet
    QString handler = {};                ///< of this one alone; empty: of all
};

/// The rings of one queue in memory, by the same rules as lua/record_metrics.lua.   Threads  a value.
class MetricsRings {
public:
    /// False: the sequence was recorded before.
    bool record(const QByteArray &worker, const MetricsRecord &record, const DepthSample &depth,
                qint64 nowUs);
    [[nodiscard]] MetricsSeries read(const MetricsQuery &query, qint64 nowUs) const;

private:
    static constexpr qint64 sequenceLivesUs = 600'000'000;
    struct Told {
        quint64 sequence = 0;
        qint64 atUs = 0;
    };
    std::map<qint64, MetricsBucket> m_rings[2]; // by MetricsResolution, by bucket
    QHash<QByteArray, Told> m_told;
};

/// The range that is meant, clipped to what the ring holds. Empty when last < first.
struct BucketRange {
    qint64 first, last;
};
[[nodiscard]] BucketRange rangeOf(const MetricsQuery &query, qint64 nowUs);
[[nodiscard]] QByteArrayList toArguments(const MetricsRecord &record); ///< of record_metrics
[[nodiscard]] std::optional<MetricsBucket> bucketFromText(const QByteArray &text);
void keepOnly(MetricsBucket &bucket, const QString &handler); ///< empty: all

} // namespace signalbox::queue
