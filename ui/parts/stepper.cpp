#include "ui/parts/stepper.h"

#include "core/model/number_text.h"
#include "ui/parts/action_button.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/look.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QPainter>

namespace signalbox::ui {

namespace {
constexpr int valueWidth = 36;
constexpr int stepWidth = 25;
} // namespace

Stepper::Stepper(QAction *less, QAction *more, QWidget *parent) : QWidget(parent)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(1, 1, 1, 1);
    layout->setSpacing(valueWidth);
    for (QAction *action : {less, more}) {
        auto *button = new ActionButton(action, ActionButton::Show::IconOnly, this);
        button->setFixedWidth(stepWidth);
        layout->addWidget(button);
    }
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void Stepper::setValue(int value)
{
    m_value = value;
    setAccessibleName(tr("Local: %1").arg(workersText(value)));
    update();
}

QSize Stepper::sizeHint() const
{
    return {2 * stepWidth + valueWidth + 2, lookOf(this).buttonHeight};
}

void Stepper::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    paintFrame(painter, rect(), look(Token::Base), look(Token::Button), 4);
    const QRect middle(stepWidth + 1, 0, valueWidth, height());
    painter.fillRect(QRect(middle.left(), 1, 1, height() - 2), look(Token::Border));
    painter.fillRect(QRect(middle.right(), 1, 1, height() - 2), look(Token::Border));
    painter.setFont(look.baseBold);
    painter.setPen(look(Token::Text));
    drawTabular(painter, middle, Qt::AlignCenter, countText(m_value));
}

} // namespace signalbox::ui
