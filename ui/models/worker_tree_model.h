#pragma once

#include "core/model/worker_info.h"
#include "ui/models/run_watch.h"

#include <QAbstractItemModel>

#include <functional>

namespace signalbox::ui {

/// Pools by host, with their workers below. Rows keep their place while their figures change.
/// `runs` is asked when a cell is painted.   Threads  GUI.
class WorkerTreeModel : public QAbstractItemModel {
    Q_OBJECT
public:
    enum Column {
        WorkerColumn,
        StateColumn,
        JobColumn,
        IdColumn,
        QueueColumn,
        ProgressColumn,
        ElapsedColumn,
        TimeoutColumn,
        DoneColumn,
        FailedColumn,
        BeatColumn,
        RunsColumn,
        ColumnCount
    };
    WorkerTreeModel(const runtime::Clock &clock, const RunWatch &runs, QObject *parent = nullptr);

    void setPools(QList<PoolInfo> pools); ///< sorted here, by host and process
    [[nodiscard]] const PoolInfo *poolAt(const QModelIndex &index) const; ///< of a pool's row, else nullptr
    [[nodiscard]] const WorkerInfo *
    workerAt(const QModelIndex &index) const; ///< of a worker's row, else nullptr
    [[nodiscard]] const RunWatch &runs() const { return m_runs; }
    [[nodiscard]] const runtime::Clock &clock() const { return m_clock; }
    [[nodiscard]] std::optional<std::chrono::microseconds> elapsed(const WorkerInfo &worker) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &index) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void updatePool(int row, PoolInfo pool);
    [[nodiscard]] QString poolText(const PoolInfo &pool, Column column) const;
    [[nodiscard]] QString workerText(const WorkerInfo &worker, Column column) const;
    [[nodiscard]] QString beatText(Timestamp lastHeartbeat) const;

    const runtime::Clock &m_clock;
    const RunWatch &m_runs;
    QList<PoolInfo> m_pools;
};

} // namespace signalbox::ui
