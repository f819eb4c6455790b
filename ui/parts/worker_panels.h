#pragma once

#include "core/model/worker_info.h"
#include "ui/models/run_watch.h"
#include "ui/theme/look.h"

#include <QWidget>

namespace signalbox::ui {

/// A panel a worker, beside each other: state, job, bar, elapsed against timeout, last minutes, done and
/// failed, age of the heartbeat. Painted, so that sixty-four of them cost no widgets.
class WorkerPanels : public QWidget {
    Q_OBJECT
public:
    WorkerPanels(const runtime::Clock &clock, const RunWatch &runs, QWidget *parent = nullptr);
    void setWorkers(const QList<WorkerInfo> &workers);
    [[nodiscard]] qsizetype count() const { return m_workers.size(); }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    void jobActivated(const QString &queue, const signalbox::JobId &job);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;

private:
    [[nodiscard]] int columns(int width) const;
    [[nodiscard]] int panelHeight() const;
    [[nodiscard]] QRect panelRect(int at) const;
    void paintPanel(QPainter &painter, const QRect &panel, const WorkerInfo &worker) const;
    void paintJob(QPainter &painter, QRectF line, const WorkerInfo &worker) const;
    void paintIdle(QPainter &painter, QRectF line, const WorkerInfo &worker) const;

    const runtime::Clock &m_clock;
    const RunWatch &m_runs;
    QList<WorkerInfo> m_workers;
};

} // namespace signalbox::ui
