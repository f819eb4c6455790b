#include "ui/parts/panel.h"

#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"

#include <QBoxLayout>
#include <QPainter>

namespace signalbox::ui {

Panel::Panel(const QString &title, QWidget *parent)
    : QWidget(parent),
      m_layout(new QVBoxLayout(this)),
      m_head(new QHBoxLayout),
      m_title(new PlainLabel(title, &Look::baseBold, Token::Text, this)),
      m_note(new PlainLabel({}, &Look::small, Token::Muted, this))
{
    m_layout->setContentsMargins(1, 1, 1, 3); // the frame, and its round corners at the bottom
    m_layout->setSpacing(0);
    m_head->setContentsMargins(11, 0, 11, 0);
    m_head->setSpacing(8);
    m_head->addWidget(m_title);
    m_head->addWidget(m_note, 1);
    m_note->setElastic(true);
    auto *head = new QWidget(this);
    head->setLayout(m_head);
    head->setMinimumHeight(lookOf(this).panelHead);
    m_layout->addWidget(head);
    setAccessibleName(title);
}

void Panel::setNote(const QString &note)
{
    m_note->setText(note);
}

void Panel::addToHead(QWidget *widget)
{
    m_head->addWidget(widget);
}

void Panel::setBody(QWidget *body, int stretch)
{
    m_layout->addWidget(body, stretch);
}

void Panel::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    paintFrame(painter, rect(), look(Token::Base), look(Token::Border), 5);
}

Hairline::Hairline(Qt::Orientation orientation, QWidget *parent, int inset)
    : QWidget(parent), m_orientation(orientation), m_inset(inset)
{
    if (orientation == Qt::Horizontal)
        setFixedHeight(1);
    else
        setFixedWidth(1);
}

void Hairline::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRect line = m_orientation == Qt::Horizontal ? rect().adjusted(m_inset, 0, -m_inset, 0)
                                                       : rect().adjusted(0, m_inset, 0, -m_inset);
    painter.fillRect(line, lookOf(this)(Token::Border));
}

} // namespace signalbox::ui
