#pragma once

#include "ui/live/live_state.h"
#include "ui/pages/page.h"

#include <QWidget>

namespace signalbox::ui {

/// The pages with their live counts, and the connection below. Up and down move, Enter goes.
class Sidebar : public QWidget {
    Q_OBJECT
public:
    Sidebar(LiveState &live, ActionRegistry &actions, QWidget *parent = nullptr);
    void setCurrent(const QString &pageId);
    [[nodiscard]] QString countText(const QString &pageId) const; ///< as it is shown, for tests
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override; ///< tooltips

private:
    [[nodiscard]] int itemAt(const QPoint &point) const;
    [[nodiscard]] QRect itemRect(int item) const;
    void paintItem(QPainter &painter, int item) const;
    void paintConnection(QPainter &painter) const;
    void go(int item);

    LiveState &m_live;
    ActionRegistry &m_actions;
    int m_current = 0;
    int m_hovered = -1;
};

} // namespace signalbox::ui
