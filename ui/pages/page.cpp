#include "ui/pages/page.h"

namespace signalbox::ui {

Page::Page(const PageContext &context, QWidget *parent) : QWidget(parent), m_context(context) { }

void Page::setSummary(const QString &summary)
{
    if (m_summary == summary) return;
    m_summary = summary;
    Q_EMIT summaryChanged(summary);
}

void Page::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_context.actions.refresh();
}

} // namespace signalbox::ui
