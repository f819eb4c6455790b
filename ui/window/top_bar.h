#pragma once

#include "ui/actions/action_registry.h"
#include "ui/live/live_state.h"
#include "ui/theme/theme.h"

#include <QWidget>

class QMenu;
class QPushButton;

namespace signalbox::ui {

class Stepper;

/// The bar over everything: which server, the way to every command, a new job, the local workers, the menu.
class TopBar : public QWidget {
    Q_OBJECT
public:
    TopBar(LiveState &live, ActionRegistry &actions, QWidget *parent = nullptr);
    [[nodiscard]] QMenu *menu() const { return m_menu; }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void buildWorkers(class QHBoxLayout *layout);
    void buildMenu();
    void showConnection();
    void showWorkers();

    LiveState &m_live;
    ActionRegistry &m_actions;
    QPushButton *m_connection;
    Stepper *m_stepper = nullptr;
    QMenu *m_menu;
};

} // namespace signalbox::ui
