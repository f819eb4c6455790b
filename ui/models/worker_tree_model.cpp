#include "ui/models/worker_tree_model.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/worker_name.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/words.h"

#include <algorithm>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
// A pool's row has internal id 0, a worker's the number of its pool's row plus one.
constexpr quintptr poolLevel = 0;

QString doesNotApply()
{
    return u"–"_s;
}
} // namespace

WorkerTreeModel::WorkerTreeModel(const runtime::Clock &clock, const RunWatch &runs, QObject *parent)
    : QAbstractItemModel(parent), m_clock(clock), m_runs(runs)
{
}

void WorkerTreeModel::setPools(QList<PoolInfo> pools)
{
    std::sort(pools.begin(), pools.end(), [](const PoolInfo &a, const PoolInfo &b) {
        return std::tie(a.hostname, a.pid, a.id) < std::tie(b.hostname, b.pid, b.id);
    });
    const auto isSame = [](const PoolInfo &a, const PoolInfo &b) { return a.id == b.id; };
    if (!std::equal(pools.cbegin(), pools.cend(), m_pools.cbegin(), m_pools.cend(), isSame)) {
        beginResetModel(); // a process came or went: seldom, and indexes carry the pool's row
        m_pools = std::move(pools);
        endResetModel();
        return;
    }
    for (int row = 0; row < pools.size(); ++row) updatePool(row, std::move(pools[row]));
}

void WorkerTreeModel::updatePool(int row, PoolInfo pool)
{
    if (m_pools.at(row) == pool) return;
    const QModelIndex parent = index(row, 0);
    const int before = static_cast<int>(m_pools.at(row).workers.size());
    const int after = static_cast<int>(pool.workers.size());
    const QList<WorkerInfo> workers = std::exchange(pool.workers, m_pools.at(row).workers);
    m_pools[row] = std::move(pool);
    if (after < before) {
        beginRemoveRows(parent, after, before - 1);
        m_pools[row].workers = workers;
        endRemoveRows();
    } else if (after > before) {
        beginInsertRows(parent, before, after - 1);
        m_pools[row].workers = workers;
        endInsertRows();
    } else {
        m_pools[row].workers = workers;
    }
    Q_EMIT dataChanged(index(row, 0), index(row, ColumnCount - 1));
    if (after > 0) Q_EMIT dataChanged(index(0, 0, parent), index(after - 1, ColumnCount - 1, parent));
}

const PoolInfo *WorkerTreeModel::poolAt(const QModelIndex &index) const
{
    return index.isValid() && index.internalId() == poolLevel ? &m_pools.at(index.row()) : nullptr;
}

const WorkerInfo *WorkerTreeModel::workerAt(const QModelIndex &index) const
{
    if (!index.isValid() || index.internalId() == poolLevel) return nullptr;
    return &m_pools.at(static_cast<qsizetype>(index.internalId()) - 1).workers.at(index.row());
}

QModelIndex WorkerTreeModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent)) return {};
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : poolLevel);
}

QModelIndex WorkerTreeModel::parent(const QModelIndex &index) const
{
    if (!index.isValid() || index.internalId() == poolLevel) return {};
    return createIndex(static_cast<int>(index.internalId()) - 1, 0, poolLevel);
}

int WorkerTreeModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid()) return static_cast<int>(m_pools.size());
    const PoolInfo *pool = parent.column() == 0 ? poolAt(parent) : nullptr;
    return pool == nullptr ? 0 : static_cast<int>(pool->workers.size());
}

int WorkerTreeModel::columnCount(const QModelIndex &) const
{
    return ColumnCount;
}

std::optional<std::chrono::microseconds> WorkerTreeModel::elapsed(const WorkerInfo &worker) const
{
    if (!worker.jobStartedAt || worker.currentJob.isNull()) return {};
    return std::max(0us, m_clock.wallNow() - *worker.jobStartedAt);
}

QString WorkerTreeModel::beatText(Timestamp lastHeartbeat) const
{
    return ageText(std::max(0us, m_clock.wallNow() - lastHeartbeat));
}

QString WorkerTreeModel::poolText(const PoolInfo &pool, Column column) const
{
    qint64 done = 0;
    qint64 failed = 0;
    for (const WorkerInfo &worker : pool.workers) {
        done += worker.jobsCompleted;
        failed += worker.jobsFailed;
    }
    switch (column) {
    case WorkerColumn:
        return displayLine(pool.hostname);
    case JobColumn:
        return tr("%1, pid %2, version %3")
            .arg(workersText(pool.workers.size()))
            .arg(pool.pid)
            .arg(displayLine(pool.version));
    case QueueColumn:
        return displayLine(pool.queues.join(u", "_s));
    case DoneColumn:
        return countText(done);
    case FailedColumn:
        return countText(failed);
    case BeatColumn:
        return beatText(pool.lastHeartbeat);
    default: // the other columns say something only about one worker
        return {};
    }
}

QString WorkerTreeModel::workerText(const WorkerInfo &worker, Column column) const
{
    const bool isBusy = !worker.currentJob.isNull();
    switch (column) {
    case WorkerColumn:
        return shortWorker(worker.id);
    case StateColumn:
        return wordOf(worker.status);
    case JobColumn:
        return isBusy ? displayLine(worker.currentHandler) : tr("waits for work");
    case IdColumn:
        return isBusy ? worker.currentJob.shortText() : QString();
    case QueueColumn:
        return isBusy ? displayLine(worker.currentQueue) : QString();
    case ProgressColumn: {
        const std::optional<JobProgress> progress = m_runs.progressOf(worker.currentJob);
        const std::optional<double> percent = progress ? progress->percentage() : std::nullopt;
        return percent ? percentText(*percent) : isBusy ? doesNotApply() : QString();
    }
    case ElapsedColumn: {
        const std::optional<std::chrono::microseconds> time = elapsed(worker);
        return time ? durationText(*time) : QString();
    }
    case TimeoutColumn:
        return isBusy ? (worker.jobTimeout ? durationText(*worker.jobTimeout) : doesNotApply()) : QString();
    case DoneColumn:
        return countText(worker.jobsCompleted);
    case FailedColumn:
        return countText(worker.jobsFailed);
    case BeatColumn:
        return beatText(worker.lastHeartbeat);
    case RunsColumn:
    case ColumnCount:
        break;
    }
    return {};
}

QVariant WorkerTreeModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto column = static_cast<Column>(index.column());
    if (role == Qt::TextAlignmentRole) return headerData(column, Qt::Horizontal, role);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole) return {};
    const PoolInfo *pool = poolAt(index);
    if (role == Qt::DisplayRole)
        return pool != nullptr ? poolText(*pool, column) : workerText(*workerAt(index), column);
    if (column == WorkerColumn)
        return plainToolTip(displayLine(pool != nullptr ? pool->id : workerAt(index)->id));
    return plainToolTip(pool != nullptr ? poolText(*pool, column) : workerText(*workerAt(index), column));
}

QVariant WorkerTreeModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    const bool isNumber = section >= ElapsedColumn && section <= BeatColumn;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter | (isNumber ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
    case WorkerColumn:
        return tr("Worker");
    case StateColumn:
        return tr("State");
    case JobColumn:
        return tr("Job");
    case IdColumn:
        return tr("ID");
    case QueueColumn:
        return tr("Queue");
    case ProgressColumn:
        return tr("Progress");
    case ElapsedColumn:
        return tr("Elapsed");
    case TimeoutColumn:
        return tr("Timeout");
    case DoneColumn:
        return tr("Done");
    case FailedColumn:
        return tr("Failed");
    case BeatColumn:
        return tr("Heartbeat");
    case RunsColumn:
        return tr("Last 15 min");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace signalbox::ui
