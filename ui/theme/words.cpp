#include "ui/theme/words.h"

#include "core/model/number_text.h"

#include <QCoreApplication>

namespace signalbox::ui {

namespace {
struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::ui::Words)
};
} // namespace

QString wordOf(JobStatus status)
{
    switch (status) {
    case JobStatus::Blocked:
        return Words::tr("Blocked");
    case JobStatus::Pending:
        return Words::tr("Pending");
    case JobStatus::Scheduled:
        return Words::tr("Scheduled");
    case JobStatus::Retrying:
        return Words::tr("Retrying");
    case JobStatus::Running:
        return Words::tr("Running");
    case JobStatus::Completed:
        return Words::tr("Completed");
    case JobStatus::Failed:
        return Words::tr("Failed");
    case JobStatus::Cancelled:
        return Words::tr("Cancelled");
    case JobStatus::DeadLetter:
        return Words::tr("Dead letter");
    }
    Q_UNREACHABLE();
}

QString pluralWordOf(JobStatus status)
{
    return status == JobStatus::DeadLetter ? Words::tr("Dead letters") : wordOf(status);
}

QString wordOf(JobPriority priority)
{
    switch (priority) {
    case JobPriority::Low:
        return Words::tr("Low");
    case JobPriority::Normal:
        return Words::tr("Normal");
    case JobPriority::High:
        return Words::tr("High");
    case JobPriority::Critical:
        return Words::tr("Critical");
    }
    Q_UNREACHABLE();
}

QString wordOf(WorkerStatus status)
{
    switch (status) {
    case WorkerStatus::Idle:
        return Words::tr("Idle");
    case WorkerStatus::Busy:
        return Words::tr("Busy");
    case WorkerStatus::Paused:
        return Words::tr("Quiet");
    case WorkerStatus::Stopping:
        return Words::tr("Stopping");
    case WorkerStatus::Stopped:
        return Words::tr("Stopped");
    case WorkerStatus::Error:
        return Words::tr("Error");
    }
    Q_UNREACHABLE();
}

QString workersText(qint64 count)
{
    return count == 1 ? Words::tr("1 worker") : Words::tr("%1 workers").arg(countText(count));
}

QString queuesText(qint64 count)
{
    return count == 1 ? Words::tr("1 queue") : Words::tr("%1 queues").arg(countText(count));
}

QString machinesText(qint64 count)
{
    return count == 1 ? Words::tr("1 machine") : Words::tr("%1 machines").arg(countText(count));
}

QString eventsText(qint64 count)
{
    return count == 1 ? Words::tr("1 event") : Words::tr("%1 events").arg(countText(count));
}

QString timesText(qint64 count)
{
    return count == 1 ? Words::tr("once") : Words::tr("%1 times").arg(countText(count));
}

QString runsText(qint64 count)
{
    return count == 1 ? Words::tr("1 run") : Words::tr("%1 runs").arg(countText(count));
}

} // namespace signalbox::ui
