#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/job_table_model.h"
#include "ui/models/worker_name.h"
#include "ui/theme/words.h"

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
const QString doesNotApply = u"–"_s;
}

QString JobTableModel::text(const JobSummary &row, Column column) const
{
    switch (column) {
    case StateColumn:
        return wordOf(row.status);
    case IdColumn:
        return row.id.shortText();
    case NameColumn:
        return displayLine(row.name);
    case HandlerColumn:
        return displayLine(row.handler);
    case QueueColumn:
        return displayLine(row.queue);
    case PriorityColumn:
        return wordOf(row.priority);
    case AttemptsColumn:
        return tr("%1/%2", "attempts made of attempts allowed").arg(row.attempts).arg(row.maxRetries + 1);
    case ProgressColumn:
        return progressText(row);
    case ErrorColumn:
        return displayLine(row.errorHead);
    case AgeColumn:
        return durationText(std::max(0us, m_clock.wallNow() - row.createdAt));
    case RunTimeColumn: {
        const std::optional<std::chrono::microseconds> time = runTime(row);
        return time ? durationText(*time) : doesNotApply;
    }
    case PaceColumn:
        return pace(row);
    case EndedColumn:
        return row.endedAt ? tr("%1 ago").arg(ageText(std::max(0us, m_clock.wallNow() - *row.endedAt)))
                           : doesNotApply;
    case WorkerColumn:
        return row.workerId.isEmpty() ? doesNotApply : shortWorker(row.workerId);
    case ColumnCount:
        break;
    }
    return {};
}

QString JobTableModel::progressText(const JobSummary &row) const
{
    switch (row.status) {
    case JobStatus::Running: {
        if (row.cancelRequested) return tr("cancel asked");
        const std::optional<double> percent = row.progress ? row.progress->percentage() : std::nullopt;
        return percent ? percentText(*percent) : doesNotApply;
    }
    case JobStatus::Scheduled:
    case JobStatus::Retrying: {
        if (!row.dueAt) return {};
        const auto left = *row.dueAt - m_clock.wallNow();
        if (left <= 0s) return tr("due now");
        return tr("in %1").arg(durationText(std::chrono::ceil<std::chrono::seconds>(left)));
    }
    case JobStatus::Completed:
        return percentText(100);
    case JobStatus::Blocked:
    case JobStatus::Pending:
    case JobStatus::Failed:
    case JobStatus::Cancelled:
    case JobStatus::DeadLetter:
        return {};
    }
    Q_UNREACHABLE();
}

QVariant JobTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    const bool isNumber = section == AttemptsColumn || section == AgeColumn || section == RunTimeColumn
        || section == EndedColumn;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
    case StateColumn:
        return tr("State");
    case IdColumn:
        return tr("ID");
    case NameColumn:
        return tr("Name");
    case HandlerColumn:
        return tr("Handler");
    case QueueColumn:
        return tr("Queue");
    case PriorityColumn:
        return tr("Priority");
    case AttemptsColumn:
        return tr("Attempts");
    case ProgressColumn:
        return tr("Progress");
    case ErrorColumn:
        return tr("Error");
    case AgeColumn:
        return tr("Age");
    case RunTimeColumn:
        return tr("Run time");
    case PaceColumn:
        return {};
    case EndedColumn:
        return tr("Ended");
    case WorkerColumn:
        return tr("Worker");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace signalbox::ui
