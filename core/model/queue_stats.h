#pragma once

#include "core/model/job_status.h"
#include "core/model/timestamp.h"

#include <QString>

#include <array>
#include <chrono>
#include <optional>

namespace signalbox {

/// One queue's counts, from one hash that the scripts keep: reading costs the same whatever the queue holds.
struct QueueStats {
    QString queue;
    std::array<qint64, allJobStatuses.size()> sizes{}; ///< by static_cast<size_t>(JobStatus)
    std::array<qint64, allJobPriorities.size()> pendingByPriority{}; ///< in the order of allJobPriorities
    qint64 submitted = 0, processed = 0, completed = 0, failed = 0, retried = 0, deadLettered = 0,
           cancelled = 0, requeued = 0, purged = 0, expired = 0, trimmed = 0, deleted = 0,
           leasesLost = 0; ///< lifetime; only grow
    double completedPerSecond1m = 0, completedPerSecond5m = 0, completedPerSecond15m = 0;
    std::optional<std::chrono::microseconds> averageWait, averageRun; ///< over the lifetime
    std::optional<std::chrono::microseconds> oldestWait; ///< of the pending job that waited longest
    qint64 finishedBytes = 0;
    bool paused = false;
    QString pauseReason;
    std::optional<Timestamp> pausedAt;
    std::optional<qint64> sizeMax;

    [[nodiscard]] qint64 size(JobStatus s) const { return sizes[static_cast<size_t>(s)]; }
    [[nodiscard]] qint64 total() const;                    ///< jobs held, in all states
    [[nodiscard]] std::optional<double> errorRate() const; ///< failed runs / all ended runs
    [[nodiscard]] QByteArray toJson() const;
    bool operator==(const QueueStats &) const = default;
};

} // namespace signalbox
