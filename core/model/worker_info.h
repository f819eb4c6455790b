#pragma once

#include "core/model/job_id.h"
#include "core/model/job_status.h"
#include "core/model/timestamp.h"

#include <QList>
#include <QStringList>

namespace signalbox {

/// One worker, as any console on any machine sees it. JSON keys: id status current_job started_at
/// last_heartbeat jobs_completed jobs_failed hostname pid, current_handler current_queue job_started_at
/// job_timeout.
struct WorkerInfo {
    static constexpr std::chrono::seconds healthyFor{30};
    QString id; ///< unique among all machines: host:pid:random/number
    WorkerStatus status = WorkerStatus::Idle;
    JobId currentJob;
    QString currentHandler;
    QString currentQueue;
    std::optional<Timestamp> jobStartedAt;
    std::optional<std::chrono::milliseconds> jobTimeout;
    Timestamp startedAt{};
    Timestamp lastHeartbeat{};
    qint64 jobsCompleted = 0;
    qint64 jobsFailed = 0;
    QString hostname;
    qint64 pid = 0;
    [[nodiscard]] bool isHealthy(Timestamp now) const { return now - lastHeartbeat < healthyFor; }
    [[nodiscard]] std::chrono::microseconds uptime(Timestamp now) const { return now - startedAt; }
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] static Result<WorkerInfo> fromJson(const QByteArray &json);
    bool operator==(const WorkerInfo &) const = default;
};

/// All workers of one process, published as one value each heartbeat.
struct PoolInfo {
    QString id; ///< host:pid:random
    QString hostname;
    qint64 pid = 0;
    QString version;
    QStringList queues;
    QStringList handlers;
    Timestamp startedAt{};
    Timestamp lastHeartbeat{}; ///< by the server's clock
    int stuckThreads = 0;      ///< handlers that ignored their cancellation and keep a thread
    QList<WorkerInfo> workers;
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] static Result<PoolInfo> fromJson(const QByteArray &json);
    bool operator==(const PoolInfo &) const = default;
};

} // namespace signalbox
