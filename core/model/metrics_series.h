#pragma once

#include "core/model/latency_histogram.h"
#include "core/model/timestamp.h"

#include <QList>
#include <QMap>
#include <QString>

#include <array>
#include <chrono>
#include <optional>

namespace signalbox {

/// What pools have settled in some stretch of time, and what their workers did:
/// docs/decisions/0006-metrics.md. Threads  values; any.

/// Of one handler, or the sum of some. Only runs that a pool settled: what was cancelled while it waited, or
/// lost its worker, is in the queue's counts (QueueStats), which are exact and of the lifetime.
struct HandlerFigures {
    qint64 completed = 0;
    qint64 failed = 0;                ///< runs, also those that are tried again
    qint64 retried = 0;               ///< of the failed ones
    qint64 dead = 0;                  ///< likewise: they became dead letters
    qint64 cancelled = 0;             ///< runs that stopped because they were asked to
    LatencyHistogram wait = {};       ///< µs in pending, of what was claimed
    LatencyHistogram run = {};        ///< µs
    LatencyHistogram retryDelay = {}; ///< µs, as planned
    LatencyHistogram resultBytes = {};
    void add(const HandlerFigures &other);
    [[nodiscard]] std::optional<double>
    errorRate() const; ///< 0 … 1, failed of completed and failed; nothing: no runs
    bool operator==(const HandlerFigures &) const = default;
};

/// Of the workers of all pools that serve the queue.
struct WorkerFigures {
    qint64 busyUs = 0; ///< worked, on whatever queue: a worker that is busy elsewhere is none for this one
    qint64 availableUs = 0;                           ///< workers × time
    std::array<LatencyHistogram, 4> waitByLevel = {}; ///< µs; LOW, NORMAL, HIGH, CRITICAL
    void add(const WorkerFigures &other);
    [[nodiscard]] std::optional<double> utilisation() const; ///< 0 … 1
    bool operator==(const WorkerFigures &) const = default;
};

/// A queue's sizes at one moment.
struct DepthSample {
    qint64 blocked = 0, pending = 0, scheduled = 0, retrying = 0, running = 0, dead = 0;
    std::chrono::microseconds oldestWait{0}; ///< of the pending job that waited longest; 0: none waits
    bool operator==(const DepthSample &) const = default;
};

struct MetricsBucket {
    static constexpr qsizetype handlersMax = 10; ///< by name; whatever comes then is in "(other)"
    static QString other() { return QStringLiteral("(other)"); }

    qint64 number = 0; ///< its start, in widths since 1970
    /// A pool that recorded into this one was there since that bucket: those between that are missing were
    /// idle.
    std::optional<qint64> since = {};
    std::optional<DepthSample> depth = {}; ///< the last one taken within it
    QMap<QString, HandlerFigures> handlers = {};
    WorkerFigures workers = {};
    [[nodiscard]] HandlerFigures sum() const;
    bool operator==(const MetricsBucket &) const = default;
};

enum class MetricsResolution { Fine, Coarse };                    ///< 5 s for an hour; a minute for 25 h
[[nodiscard]] constexpr int widthOf(MetricsResolution resolution) ///< seconds
{
    return resolution == MetricsResolution::Fine ? 5 : 60;
}
[[nodiscard]] constexpr int slotsOf(MetricsResolution resolution) ///< buckets kept
{
    return resolution == MetricsResolution::Fine ? 720 : 1500;
}

/// A range of buckets as they were read at one moment.
struct MetricsSeries {
    QString queue = {};
    MetricsResolution resolution = MetricsResolution::Fine;
    Timestamp serverNow{};
    qint64 first = 0, last = -1;       ///< the range; the last is not over yet when serverNow lies in it
    QList<MetricsBucket> buckets = {}; ///< rising; those that there are
    [[nodiscard]] Timestamp startOf(qint64 number) const;
    [[nodiscard]] std::chrono::seconds length() const; ///< of the part of the range that has passed
    [[nodiscard]] HandlerFigures sum() const;
    [[nodiscard]] QMap<QString, HandlerFigures> byHandler() const;
    [[nodiscard]] WorkerFigures workers() const;
    /// Missing, and yet a pool was there: nothing happened, and figures are zero. False for what is there,
    /// and where nothing is known: a gap. `aliveSince`: since when a pool that lives now has served the queue
    /// (PoolInfo).
    [[nodiscard]] bool isIdle(qint64 number, std::optional<Timestamp> aliveSince = {}) const;
    bool operator==(const MetricsSeries &) const = default;
};

/// Text as the server keeps it: pairs `<key>:<number>` that can be added without knowing what they mean.
[[nodiscard]] QByteArray toPairs(const HandlerFigures &figures); ///< begins with a space, unless empty
[[nodiscard]] QByteArray toPairs(const WorkerFigures &figures);
void addPairs(QByteArrayView pairs, HandlerFigures &to); ///< unknown keys are left out
void addPairs(QByteArrayView pairs, WorkerFigures &to);

} // namespace signalbox
