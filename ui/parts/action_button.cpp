#include "ui/parts/action_button.h"

#include "ui/actions/action_registry.h"
#include "ui/theme/icons.h"

#include <QAction>

namespace signalbox::ui {

ActionButton::ActionButton(QAction *action, Show show, QWidget *parent)
    : QPushButton(parent), m_action(action), m_show(show)
{
    setFocusPolicy(Qt::TabFocus);
    setAutoDefault(false);
    connect(this, &QPushButton::clicked, action, &QAction::trigger);
    connect(action, &QAction::changed, this, &ActionButton::follow);
    if (show == Show::IconOnly) setEmphasis(this, Emphasis::Flat);
    follow();
}

ActionButton::ActionButton(QAction *action, Emphasis emphasis, QWidget *parent)
    : ActionButton(action, Show::Text, parent)
{
    setEmphasis(this, emphasis);
}

void ActionButton::setShape(int shape, Token token)
{
    setIcon(shapeIcon(static_cast<Shape>(shape), token));
}

void ActionButton::hideWhenDisabled()
{
    m_isHiding = true;
    follow();
}

void ActionButton::follow()
{
    if (m_show != Show::IconOnly) setText(m_action->text());
    if (m_show != Show::Text) setIcon(m_action->icon());
    setAccessibleName(ActionRegistry::plainText(m_action));
    setAccessibleDescription(m_action->statusTip().isEmpty() ? m_action->whatsThis() : m_action->statusTip());
    setToolTip(m_action->toolTip());
    setEnabled(m_action->isEnabled());
    if (m_isHiding) setVisible(m_action->isEnabled());
}

} // namespace signalbox::ui
