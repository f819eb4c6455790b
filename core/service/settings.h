#pragma once

#include "core/metrics/alert_rules.h"
#include "core/queue/job_queue.h"
#include "core/redis/redis_url.h"
#include "core/worker/worker_pool.h"

#include <QMap>
#include <QString>

#include <optional>

namespace signalbox::service {

/// All settings, with their defaults. Precedence: command line, environment, file, default. A wrong value is
/// an error that names the setting and where it came from. Names: docs/configuration.md.
struct Settings {
    enum class QueueType { Redis, Memory };
    bool enabled = true;                          ///< JOB_QUEUE_ENABLED
    QueueType queueType = QueueType::Redis;       ///< queue.type
    std::optional<redis::RedisUrl> redisUrl;      ///< queue.redis_url, REDIS_URL; nothing: the private server
    QString prefix = QStringLiteral("signalbox"); ///< queue.prefix
    queue::QueueLimits
        limits;      ///< queue.max_size, results.ttl, dead_letter.max_size, dead_letter.retention_days
    int workers = 0; ///< workers.count, JOB_WORKER_COUNT; 0: CPU cores
    worker::PoolOptions
        pool; ///< workers.heartbeat_interval, .shutdown_timeout, .max_jobs_per_worker, .queues
    RetryPolicy
        retry; ///< retry.max_attempts (retries), .base_delay, .backoff_multiplier: for jobs that say nothing
    std::chrono::milliseconds metricsInterval{5'000};   ///< monitoring.metrics_interval
    bool logSlowJobs = true;                            ///< monitoring.log_slow_jobs
    std::chrono::milliseconds slowJobThreshold{60'000}; ///< monitoring.slow_job_threshold
    metrics::AlertThresholds alerts;                    ///< alerts.*
    QString handlersFile; ///< workers.handlers; empty: <config>/signalbox/handlers.json where it exists
    QString dataFolder;   ///< the private server's; empty: XDG data
    QString privateFsync = QStringLiteral("always"); ///< private.appendfsync: always, everysec

    using Values = QMap<QString, QString>;
    /// `commandLine` by dotted name, `environment` by variable name (those we do not know are others' and
    /// ignored). `file` is the JSON text of a settings file, nested objects or dotted keys; empty: none.
    /// Errors   Invalid, or Unsupported for what only a later backend has; names the setting and its source.
    [[nodiscard]] static Result<Settings> resolve(const Values &commandLine, const Values &environment,
                                                  const QByteArray &file, const QString &fileName);
    [[nodiscard]] int workerCount() const; ///< workers, or the CPU's cores
};

} // namespace signalbox::service
