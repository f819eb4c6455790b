#pragma once

#include "core/model/worker_info.h"
#include "core/runtime/clock.h"
#include "ui/parts/row_delegate.h"

namespace signalbox::ui {

/// Cells of a JobTableModel: badge, bars, times. REQUIRES the index's model to be one, without a proxy.
class JobDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override;
};

/// Cells of a QueueTableModel.
class QueueDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override;
};

/// Cells of a WorkerTreeModel; a pool's row is a head over its workers.
class WorkerDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override;

private:
    void paintPool(QPainter &painter, const Cell &cell, const PoolInfo &pool,
                   const runtime::Clock &clock) const;
    void paintWorker(QPainter &painter, const Cell &cell, const QModelIndex &index) const;
};

/// Cells of an ActivityModel: the level as a shape before the kind.
class ActivityDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override;
};

/// Cells of a FailureGroupsModel, in two lines: what failed, and below it the handlers.
class FailureDelegate : public RowDelegate {
    Q_OBJECT
public:
    using RowDelegate::RowDelegate;

protected:
    void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const override;
};

} // namespace signalbox::ui
