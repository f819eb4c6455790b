#pragma once

#include "ui/theme/console_style.h"

#include <QPushButton>

class QAction;

namespace signalbox::ui {

/// A button that is an action: its text, its state and the reason when it cannot be done follow the action's.
class ActionButton : public QPushButton {
    Q_OBJECT
public:
    enum class Show { Text, IconAndText, IconOnly };
    ActionButton(QAction *action, Show show, QWidget *parent = nullptr);
    ActionButton(QAction *action, Emphasis emphasis, QWidget *parent = nullptr);
    void setShape(int shape, Token token); ///< a state's shape as icon; follows the theme
    void hideWhenDisabled();               ///< for bars that hold only what fits the selection

private:
    void follow();

    QAction *m_action;
    Show m_show;
    bool m_isHiding = false;
};

} // namespace signalbox::ui
