#include "ui/models/job_change.h"

#include <QJsonDocument>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr JobChange ordinary{.isKnown = true};
constexpr JobChange look{.isKnown = true, .needsLook = true};

JobChange begin(JobSummary &row, const Event &event, const QJsonObject &data)
{
    row.status = JobStatus::Running;
    row.startedAt = event.at;
    row.endedAt.reset();
    row.dueAt.reset();
    row.progress.reset();
    row.workerId = data["worker_id"_L1].toString(row.workerId);
    return ordinary;
}

JobChange progress(JobSummary &row, const Event &event, const QJsonObject &data)
{
    JobProgress progress;
    progress.jobId = row.id;
    progress.current = data["current"_L1].toDouble();
    if (data["total"_L1].isDouble()) progress.total = data["total"_L1].toDouble();
    progress.message = data["message"_L1].toString().left(JobProgress::messageCharsMax);
    progress.updatedAt = event.at;
    row.progress = progress;
    return ordinary;
}

JobChange end(JobSummary &row, const Event &event, const QJsonObject &data, JobStatus status)
{
    row.status = status;
    row.endedAt = event.at;
    row.progress.reset();
    row.cancelRequested = false;
    row.workerId = data["worker_id"_L1].toString(row.workerId);
    const double seconds = data["duration"_L1].toDouble(-1);
    if (seconds >= 0)
        row.startedAt = event.at - std::chrono::microseconds(static_cast<qint64>(seconds * 1e6));
    return ordinary;
}

JobChange failure(JobSummary &row, const Event &event, const QJsonObject &data)
{
    const bool retries = data["will_retry"_L1].toBool();
    end(row, event, data, retries ? JobStatus::Retrying : JobStatus::Failed);
    row.attempts = std::max(row.attempts, data["attempts"_L1].toInt(row.attempts));
    row.errorHead
        = data["error"_L1].toString(row.errorHead).section(u'\n', 0, 0).left(JobSummary::errorHeadCharsMax);
    // When the retry is due the event does not say. One that goes to the dead letters is followed by that
    // event.
    return look;
}

JobChange backToPending(JobSummary &row)
{
    row.status = JobStatus::Pending;
    row.dueAt.reset();
    row.progress.reset();
    return look;
}

JobChange fresh(JobSummary &row)
{
    row.attempts = 0;
    row.workersLost = 0;
    row.errorHead.clear();
    row.startedAt.reset();
    row.endedAt.reset();
    row.workerId.clear();
    return backToPending(row);
}

} // namespace

QJsonObject dataOf(const Event &event)
{
    return QJsonDocument::fromJson(event.data).object();
}

JobChange applyEvent(JobSummary &row, const Event &event)
{
    switch (event.type) {
    case Event::Type::JobStarted:
        return begin(row, event, dataOf(event));
    case Event::Type::JobProgress:
        return progress(row, event, dataOf(event));
    case Event::Type::JobCompleted:
        row.attempts += 1; // the run that just ended
        row.errorHead.clear();
        return end(row, event, dataOf(event), JobStatus::Completed);
    case Event::Type::JobFailed:
        return failure(row, event, dataOf(event));
    case Event::Type::JobDeadLetter:
        end(row, event, dataOf(event), JobStatus::DeadLetter);
        return look;
    case Event::Type::JobCancelled:
        return end(row, event, dataOf(event), JobStatus::Cancelled);
    case Event::Type::JobRequeued:
        return fresh(row);
    case Event::Type::JobReleased:
    case Event::Type::JobLeaseLost:
    case Event::Type::JobPromoted:
        return backToPending(row);
    case Event::Type::QueueRepaired:
        return look;
    case Event::Type::JobDeleted:
        return {.isKnown = true, .isGone = true};
    case Event::Type::JobSubmitted:
    case Event::Type::JobSettleRefused:
    case Event::Type::JobsPurged:
    case Event::Type::QueuePaused:
    case Event::Type::QueueResumed:
    case Event::Type::ServiceStarted:
    case Event::Type::ServiceStopped:
    case Event::Type::WorkersStarted:
    case Event::Type::WorkersStopped:
    case Event::Type::WorkersScaled:
    case Event::Type::EventsMissed:
        return {};
    }
    Q_UNREACHABLE();
}

} // namespace signalbox::ui
