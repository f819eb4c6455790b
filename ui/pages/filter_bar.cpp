#include "ui/pages/filter_bar.h"

#include "core/model/display_text.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/icons.h"

#include <QAction>
#include <QBoxLayout>
#include <QLineEdit>
#include <QPainter>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

FilterBar::FilterBar(const QString &placeholder, QWidget *parent)
    : QWidget(parent),
      m_box(new QLineEdit(this)),
      m_complaint(new PlainLabel({}, &Look::small, Token::ErrorText, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    m_box->setPlaceholderText(placeholder);
    m_box->setAccessibleName(tr("Filter"));
    m_box->setClearButtonEnabled(true);
    m_box->addAction(icon(u"view-filter"_s), QLineEdit::LeadingPosition);
    m_complaint->setElastic(true);
    m_complaint->hide();
    layout->addWidget(m_box);
    layout->addWidget(m_complaint);
    m_pause.setSingleShot(true);
    connect(m_box, &QLineEdit::textEdited, this, [this] { m_pause.start(250ms); });
    connect(m_box, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (text.isEmpty()) m_pause.start(0ms); // the clear button
    });
    connect(m_box, &QLineEdit::returnPressed, this, &FilterBar::read);
    connect(&m_pause, &QTimer::timeout, this, &FilterBar::read);
}

void FilterBar::setFilter(const JobFilter &filter)
{
    m_box->setText(filter.toText());
    m_pause.stop();
    m_complaint->hide();
}

void FilterBar::takeFocus()
{
    m_box->setFocus(Qt::ShortcutFocusReason);
    m_box->selectAll();
}

QString FilterBar::complaint() const
{
    return m_complaint->isHidden() ? QString() : m_complaint->text();
}

void FilterBar::read()
{
    m_pause.stop();
    const Result<JobFilter> filter = JobFilter::fromText(m_box->text());
    m_complaint->setVisible(!filter);
    if (filter)
        Q_EMIT filterChanged(*filter);
    else
        m_complaint->setText(displayLine(filter.error().text()));
}

void FilterBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), lookOf(this)(Token::Window));
}

} // namespace signalbox::ui
