#pragma once

#include "core/model/queue_stats.h"
#include "ui/theme/look.h"

#include <QWidget>

#include <optional>

namespace signalbox::ui {

/// How many jobs are in each state, each a link to exactly those: All, then the nine states.
class Facets : public QWidget {
    Q_OBJECT
public:
    explicit Facets(QWidget *parent = nullptr);
    void setCounts(const QueueStats &stats);
    void setCurrent(std::optional<JobStatus> status); ///< nothing: All
    [[nodiscard]] std::optional<JobStatus> current() const { return m_current; }
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void chosen(std::optional<signalbox::JobStatus> status);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    [[nodiscard]] QList<QRect> cells() const;
    [[nodiscard]] static std::optional<JobStatus> statusAt(int cell); ///< 0 is All
    [[nodiscard]] int currentCell() const;
    void choose(int cell);

    QueueStats m_stats;
    std::optional<JobStatus> m_current;
    int m_hovered = -1;
};

} // namespace signalbox::ui
