#include "ui/window/page_head.h"

#include "ui/parts/plain_label.h"

#include <QBoxLayout>

namespace signalbox::ui {

PageHead::PageHead(QWidget *parent)
    : QWidget(parent),
      m_layout(new QHBoxLayout(this)),
      m_title(new PlainLabel({}, &Look::pageTitle, Token::Text, this)),
      m_summary(new PlainLabel({}, &Look::base, Token::Muted, this))
{
    m_layout->setContentsMargins(16, 0, 12, 0);
    m_layout->setSpacing(10);
    m_layout->addWidget(m_title);
    m_layout->addWidget(m_summary, 1);
    m_summary->setElastic(true);
    setFixedHeight(lookOf(this).pageHead);
}

void PageHead::setTitle(const QString &title)
{
    m_title->setText(title);
}

void PageHead::setSummary(const QString &summary)
{
    m_summary->setText(summary);
}

void PageHead::setWidgets(const QList<QWidget *> &widgets)
{
    for (QWidget *widget : std::as_const(m_widgets)) widget->hide();
    m_widgets = widgets;
    for (QWidget *widget : widgets) {
        m_layout->addWidget(widget);
        widget->show();
    }
}

QString PageHead::title() const
{
    return m_title->text();
}

QString PageHead::summary() const
{
    return m_summary->text();
}

} // namespace signalbox::ui
