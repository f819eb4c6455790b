#pragma once

#include "core/model/job_definition.h"

#include <QString>

#include <optional>

namespace signalbox {

/// How far a running job says it is. JSON keys: job_id current total message metadata updated_at percentage.
struct JobProgress {
    JobId jobId;
    double current = 0;
    std::optional<double> total;
    static constexpr int messageCharsMax = 1000;
    QString message; ///< longer ones are cut
    JsonText metadata = JsonText::emptyObject();
    Timestamp updatedAt{};
    /// current / total × 100, within 0 … 100; nothing without a total or with total 0.
    [[nodiscard]] std::optional<double> percentage() const;
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] static Result<JobProgress> fromJson(const QByteArray &json);
    bool operator==(const JobProgress &) const = default;
};

/// How a job ended. JSON keys: job_id status result error started_at completed_at attempts worker_id
/// duration.
struct JobResult {
    JobId jobId;
    JobStatus status = JobStatus::Completed;
    JsonText result; ///< `null` unless completed
    QString error;   ///< the last error with its traceback; empty when completed
    std::optional<Timestamp> startedAt;
    std::optional<Timestamp> completedAt;
    int attempts = 0;
    QString workerId;
    [[nodiscard]] std::optional<std::chrono::microseconds> duration() const;
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] static Result<JobResult> fromJson(const QByteArray &json);
    bool operator==(const JobResult &) const = default;
};

struct JobSummary;

/// Everything known about one job, payload included. `attempts` counts runs that a handler began and ended,
/// `workersLost` leases lost, `failures` those of the current life (a requeue starts a new one).
struct Job {
    JobDefinition definition;
    JobStatus status = JobStatus::Pending;
    int attempts = 0;
    int failures = 0;
    int workersLost = 0;
    int requeues = 0;
    bool cancelRequested = false;
    std::optional<Timestamp> dueAt;       ///< scheduled, retrying
    std::optional<Timestamp> leaseEndsAt; ///< running
    std::optional<Timestamp> startedAt;   ///< of the current or last run
    std::optional<Timestamp> endedAt;     ///< of the last run
    QString workerId;                     ///< of the current or last run
    QString error;                        ///< of the last run; empty after a requeue
    JsonText result;                      ///< `null` unless completed
    std::optional<JobProgress> progress;

    [[nodiscard]] std::optional<JobResult> toResult() const; ///< for terminal jobs
    /// The definition's keys, then the state's. An unknown key of the definition that is also a state's is
    /// left out.
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] JobSummary summary() const; ///< its row in a list
    bool operator==(const Job &) const = default;
};

/// A row of a list: never a payload. `errorHead` is the error's first line, at most errorHeadCharsMax
/// characters.
struct JobSummary {
    static constexpr int errorHeadCharsMax = 300;
    JobId id;
    QString name;
    QString handler;
    QString queue;
    JobPriority priority = JobPriority::Normal;
    JobStatus status = JobStatus::Pending;
    int attempts = 0;
    int maxRetries = 3;
    int workersLost = 0;
    bool cancelRequested = false;
    Timestamp createdAt{};
    std::optional<Timestamp> dueAt;
    std::optional<Timestamp> startedAt;
    std::optional<Timestamp> endedAt;
    std::optional<std::chrono::milliseconds> timeout;
    QString workerId;
    QString errorHead;
    QMap<QString, QString> tags;
    std::optional<JobProgress> progress;
    qint64 payloadBytes = 0;
    [[nodiscard]] QByteArray toJson() const;
    bool operator==(const JobSummary &) const = default;
};

} // namespace signalbox
