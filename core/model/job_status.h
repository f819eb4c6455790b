#pragma once

#include "core/model/error.h"

#include <QString>

#include <array>

namespace signalbox {

/// Where a job is. `Failed` is for good without dead-lettering; `DeadLetter` is for good and kept for an
/// operator.
enum class JobStatus {
    Blocked,
    Pending,
    Scheduled,
    Retrying,
    Running,
    Completed,
    Failed,
    Cancelled,
    DeadLetter
};
inline constexpr std::array allJobStatuses{JobStatus::Blocked,  JobStatus::Pending,   JobStatus::Scheduled,
                                           JobStatus::Retrying, JobStatus::Running,   JobStatus::Completed,
                                           JobStatus::Failed,   JobStatus::Cancelled, JobStatus::DeadLetter};

enum class JobPriority { Low = 0, Normal = 10, High = 20, Critical = 30 };
inline constexpr std::array allJobPriorities{JobPriority::Low, JobPriority::Normal, JobPriority::High,
                                             JobPriority::Critical};

enum class WorkerStatus { Idle, Busy, Paused, Stopping, Stopped, Error };

[[nodiscard]] QString toText(JobStatus status);     ///< "dead_letter"
[[nodiscard]] QString toText(JobPriority priority); ///< "critical"
[[nodiscard]] QString toText(WorkerStatus status);
[[nodiscard]] Result<JobStatus> jobStatusFromText(QStringView text);
/// A lower-case name or one of the four numbers as text.
[[nodiscard]] Result<JobPriority> jobPriorityFromText(QStringView text);
[[nodiscard]] Result<JobPriority> jobPriorityFromNumber(qint64 number);
[[nodiscard]] Result<WorkerStatus> workerStatusFromText(QStringView text);

/// The letter of a status in run records, exports and lists with room for one character.
[[nodiscard]] char toLetter(JobStatus status); ///< B P S T R C F X D
[[nodiscard]] Result<JobStatus> jobStatusFromLetter(char letter);

/// Ended for good: nothing but an operator (requeue, delete) or retention moves it again.
[[nodiscard]] constexpr bool isTerminal(JobStatus s)
{
    return s == JobStatus::Completed || s == JobStatus::Failed || s == JobStatus::Cancelled
        || s == JobStatus::DeadLetter;
}
[[nodiscard]] constexpr bool canRequeue(JobStatus s) ///< a fresh start: attempts begin at 0 again
{
    return s == JobStatus::DeadLetter || s == JobStatus::Failed || s == JobStatus::Cancelled;
}
[[nodiscard]] constexpr bool canRunNow(JobStatus s)
{
    return s == JobStatus::Scheduled || s == JobStatus::Retrying;
}
[[nodiscard]] constexpr bool canCancel(JobStatus s)
{
    return !isTerminal(s);
} ///< a running one is asked

} // namespace signalbox
