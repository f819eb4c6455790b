#pragma once

#include "core/model/queue_stats.h"
#include "core/model/worker_info.h"
#include "core/runtime/clock.h"

#include <QAbstractTableModel>

namespace signalbox::ui {

/// How a queue is doing; *nobody serves it* and *all who do are busy* are different states.
enum class QueueHealth { Idle, KeepsUp, Draining, AllBusy, NoWorker, Paused };
[[nodiscard]] QString wordOf(QueueHealth health);

/// A row a queue, with how many workers serve it. Rows keep their place, by name.   Threads  GUI.
class QueueTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        NameColumn,
        HealthColumn,
        DepthColumn,
        PendingColumn,
        ScheduledColumn,
        RunningColumn,
        RetryingColumn,
        BlockedColumn,
        DeadColumn,
        OldestColumn,
        OutColumn,
        WorkersColumn,
        ColumnCount
    };
    struct Row {
        QueueStats stats;
        int workers = 0;
        int busy = 0;
        QueueHealth health = QueueHealth::Idle;
        bool operator==(const Row &) const = default;
    };
    explicit QueueTableModel(QObject *parent = nullptr);
    void setQueues(const QList<QueueStats> &queues, const QList<PoolInfo> &pools);
    void setStale(bool isStale);
    [[nodiscard]] const Row &row(int row) const { return m_rows.at(row); }
    [[nodiscard]] int rowOf(const QString &queue) const;
    [[nodiscard]] qint64 longest() const; ///< jobs in the depth bar of the deepest queue
    [[nodiscard]] bool isStale() const { return m_isStale; }
    [[nodiscard]] static QueueHealth healthOf(const QueueStats &stats, int workers, int busy);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    [[nodiscard]] QString text(const Row &row, Column column) const;

    QList<Row> m_rows;
    bool m_isStale = false;
};

} // namespace signalbox::ui
