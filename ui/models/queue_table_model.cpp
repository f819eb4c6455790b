#include "ui/models/queue_table_model.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/row_range.h"
#include "ui/parts/paint_bars.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/words.h"

#include <algorithm>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

QString wordOf(QueueHealth health)
{
    switch (health) {
    case QueueHealth::Idle:
        return QueueTableModel::tr("Idle");
    case QueueHealth::KeepsUp:
        return QueueTableModel::tr("Keeps up");
    case QueueHealth::Draining:
        return QueueTableModel::tr("Draining");
    case QueueHealth::AllBusy:
        return QueueTableModel::tr("All busy");
    case QueueHealth::NoWorker:
        return QueueTableModel::tr("No worker");
    case QueueHealth::Paused:
        return QueueTableModel::tr("Paused");
    }
    Q_UNREACHABLE();
}

QueueTableModel::QueueTableModel(QObject *parent) : QAbstractTableModel(parent) { }

QueueHealth QueueTableModel::healthOf(const QueueStats &stats, int workers, int busy)
{
    const qint64 pending = stats.size(JobStatus::Pending);
    if (stats.paused) return QueueHealth::Paused;
    if (pending == 0) return stats.size(JobStatus::Running) > 0 ? QueueHealth::KeepsUp : QueueHealth::Idle;
    if (workers == 0) return QueueHealth::NoWorker;
    if (stats.completedPerSecond1m > 0) return QueueHealth::Draining;
    return busy >= workers ? QueueHealth::AllBusy : QueueHealth::KeepsUp;
}

void QueueTableModel::setQueues(const QList<QueueStats> &queues, const QList<PoolInfo> &pools)
{
    QList<Row> rows;
    for (const QueueStats &stats : queues) {
        Row row{.stats = stats};
        for (const PoolInfo &pool : pools) {
            if (!pool.queues.contains(stats.queue)) continue;
            for (const WorkerInfo &worker : pool.workers) {
                ++row.workers;
                if (worker.status == WorkerStatus::Busy) ++row.busy;
            }
        }
        row.health = healthOf(stats, row.workers, row.busy);
        rows.append(row);
    }
    std::sort(rows.begin(), rows.end(),
              [](const Row &a, const Row &b) { return a.stats.queue < b.stats.queue; });
    const bool areSameQueues
        = std::equal(rows.cbegin(), rows.cend(), m_rows.cbegin(), m_rows.cend(),
                     [](const Row &a, const Row &b) { return a.stats.queue == b.stats.queue; });
    if (!areSameQueues) { // seldom: a queue was made or is gone
        beginResetModel();
        m_rows = rows;
        endResetModel();
        return;
    }
    QList<int> changed;
    for (int i = 0; i < rows.size(); ++i) {
        if (m_rows.at(i) == rows.at(i)) continue;
        m_rows[i] = rows.at(i);
        changed.append(i);
    }
    for (const RowRange &range : RowRange::fromRows(std::move(changed)))
        Q_EMIT dataChanged(index(range.first, 0), index(range.last, ColumnCount - 1));
}

void QueueTableModel::setStale(bool isStale)
{
    if (std::exchange(m_isStale, isStale) == isStale || m_rows.isEmpty()) return;
    Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_rows.size()) - 1, ColumnCount - 1));
}

int QueueTableModel::rowOf(const QString &queue) const
{
    for (int i = 0; i < m_rows.size(); ++i) {
        if (m_rows.at(i).stats.queue == queue) return i;
    }
    return -1;
}

qint64 QueueTableModel::longest() const
{
    qint64 longest = 0;
    for (const Row &row : m_rows) {
        qint64 depth = 0;
        for (const JobStatus status : depthOrder()) depth += row.stats.size(status);
        longest = std::max(longest, depth);
    }
    return longest;
}

int QueueTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int QueueTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString QueueTableModel::text(const Row &row, Column column) const
{
    const QueueStats &stats = row.stats;
    switch (column) {
    case NameColumn:
        return displayLine(stats.queue);
    case HealthColumn:
        return wordOf(row.health);
    case DepthColumn:
        return jobsText(stats.size(JobStatus::Pending));
    case PendingColumn:
        return countText(stats.size(JobStatus::Pending));
    case ScheduledColumn:
        return countText(stats.size(JobStatus::Scheduled));
    case RunningColumn:
        return countText(stats.size(JobStatus::Running));
    case RetryingColumn:
        return countText(stats.size(JobStatus::Retrying));
    case BlockedColumn:
        return countText(stats.size(JobStatus::Blocked));
    case DeadColumn:
        return countText(stats.size(JobStatus::DeadLetter));
    case OldestColumn:
        return stats.oldestWait ? durationText(*stats.oldestWait) : u"–"_s;
    case OutColumn:
        return countText(qRound64(stats.completedPerSecond1m * 60));
    case WorkersColumn:
        return countText(row.workers);
    case ColumnCount:
        break;
    }
    return {};
}

QVariant QueueTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Row &row = m_rows.at(index.row());
    const auto column = static_cast<Column>(index.column());
    if (role == Qt::DisplayRole) return text(row, column);
    if (role == Qt::TextAlignmentRole) return headerData(column, Qt::Horizontal, role);
    if (role != Qt::ToolTipRole) return {};
    if (column == HealthColumn && row.stats.paused)
        return plainToolTip(row.stats.pauseReason.isEmpty()
                                ? tr("Paused, without a reason given.")
                                : tr("Paused: %1").arg(displayLine(row.stats.pauseReason)));
    if (column == DepthColumn) {
        QStringList parts;
        for (const JobStatus status : depthOrder())
            parts.append(u"%1 %2"_s.arg(pluralWordOf(status), countText(row.stats.size(status))));
        return plainToolTip(parts.join(u'\n'));
    }
    return plainToolTip(text(row, column));
}

QVariant QueueTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter
                                   | (section >= PendingColumn ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
    case NameColumn:
        return tr("Queue");
    case HealthColumn:
        return tr("State");
    case DepthColumn:
        return tr("Depth by state");
    case PendingColumn:
        return tr("Pending");
    case ScheduledColumn:
        return tr("Scheduled");
    case RunningColumn:
        return tr("Running");
    case RetryingColumn:
        return tr("Retrying");
    case BlockedColumn:
        return tr("Blocked");
    case DeadColumn:
        return tr("Dead");
    case OldestColumn:
        return tr("Oldest wait");
    case OutColumn:
        return tr("Done/min");
    case WorkersColumn:
        return tr("Workers");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace signalbox::ui
