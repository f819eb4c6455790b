#include "core/model/job_status.h"

#include "core/model/words.h"

namespace signalbox {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array allWorkerStatuses{WorkerStatus::Idle,     WorkerStatus::Busy,    WorkerStatus::Paused,
                                       WorkerStatus::Stopping, WorkerStatus::Stopped, WorkerStatus::Error};

/// toText() is the one table; this reads it backwards.
template <typename Value, size_t n>
Result<Value> fromText(QStringView text, const std::array<Value, n> &all, const QString &what)
{
    QStringList names;
    for (const Value value : all) {
        if (toText(value) == text) return value;
        names.append(toText(value));
    }
    return fail(Error::Kind::Invalid, what.arg(text.left(80)), Words::tr("There is no such value."),
                Words::tr("Use one of: %1.").arg(names.join(u", "_s)));
}

} // namespace

QString toText(JobStatus status)
{
    switch (status) {
    case JobStatus::Blocked:
        return u"blocked"_s;
    case JobStatus::Pending:
        return u"pending"_s;
    case JobStatus::Scheduled:
        return u"scheduled"_s;
    case JobStatus::Retrying:
        return u"retrying"_s;
    case JobStatus::Running:
        return u"running"_s;
    case JobStatus::Completed:
        return u"completed"_s;
    case JobStatus::Failed:
        return u"failed"_s;
    case JobStatus::Cancelled:
        return u"cancelled"_s;
    case JobStatus::DeadLetter:
        return u"dead_letter"_s;
    }
    Q_UNREACHABLE();
}

QString toText(JobPriority priority)
{
    switch (priority) {
    case JobPriority::Low:
        return u"low"_s;
    case JobPriority::Normal:
        return u"normal"_s;
    case JobPriority::High:
        return u"high"_s;
    case JobPriority::Critical:
        return u"critical"_s;
    }
    Q_UNREACHABLE();
}

QString toText(WorkerStatus status)
{
    switch (status) {
    case WorkerStatus::Idle:
        return u"idle"_s;
    case WorkerStatus::Busy:
        return u"busy"_s;
    case WorkerStatus::Paused:
        return u"paused"_s;
    case WorkerStatus::Stopping:
        return u"stopping"_s;
    case WorkerStatus::Stopped:
        return u"stopped"_s;
    case WorkerStatus::Error:
        return u"error"_s;
    }
    Q_UNREACHABLE();
}

Result<JobStatus> jobStatusFromText(QStringView text)
{
    return fromText(text, allJobStatuses, Words::tr("\"%1\" is not a job's status."));
}

Result<JobPriority> jobPriorityFromText(QStringView text)
{
    for (const JobPriority priority : allJobPriorities)
        if (text == QString::number(static_cast<int>(priority))) return priority;
    return fromText(text, allJobPriorities, Words::tr("\"%1\" is not a priority."));
}

Result<JobPriority> jobPriorityFromNumber(qint64 number)
{
    for (const JobPriority priority : allJobPriorities)
        if (number == static_cast<int>(priority)) return priority;
    return fail(Error::Kind::Invalid, Words::tr("%1 is not a priority.").arg(number),
                Words::tr("There is no such value."),
                Words::tr("Use 0 (low), 10 (normal), 20 (high) or 30 (critical)."));
}

Result<WorkerStatus> workerStatusFromText(QStringView text)
{
    return fromText(text, allWorkerStatuses, Words::tr("\"%1\" is not a worker's status."));
}

char toLetter(JobStatus status)
{
    switch (status) {
    case JobStatus::Blocked:
        return 'B';
    case JobStatus::Pending:
        return 'P';
    case JobStatus::Scheduled:
        return 'S';
    case JobStatus::Retrying:
        return 'T';
    case JobStatus::Running:
        return 'R';
    case JobStatus::Completed:
        return 'C';
    case JobStatus::Failed:
        return 'F';
    case JobStatus::Cancelled:
        return 'X';
    case JobStatus::DeadLetter:
        return 'D';
    }
    Q_UNREACHABLE();
}

Result<JobStatus> jobStatusFromLetter(char letter)
{
    for (const JobStatus status : allJobStatuses)
        if (toLetter(status) == letter) return status;
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is not a status's letter.").arg(QLatin1Char(letter)),
                Words::tr("There is no such value."), Words::tr("Use one of B P S T R C F X D."));
}

} // namespace signalbox
