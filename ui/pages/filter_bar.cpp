#include "ui/pages/filter_bar.h"

#include "core/model/display_text.h"
#include "ui/live/live_state.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/icons.h"

#include <QAbstractItemView>
#include <QAction>
#include <QBoxLayout>
#include <QCompleter>
#include <QCoreApplication>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QStringListModel>
#include <QTextCharFormat>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

FilterNames namesFor(const LiveState &live)
{
    FilterNames names;
    for (const QueueStats &stats : live.metrics().queues) names.queues.append(stats.queue);
    for (const PoolInfo &pool : live.pools()) {
        names.handlers += pool.handlers;
        for (const WorkerInfo &worker : pool.workers) names.workers.append(worker.id);
    }
    names.handlers.removeDuplicates();
    names.handlers.sort();
    return names;
}

FilterBar::FilterBar(const QString &placeholder, Names names, QWidget *parent)
    : QWidget(parent),
      m_box(new QLineEdit(this)),
      m_complaint(new PlainLabel({}, &Look::small, Token::ErrorText, this)),
      m_names(std::move(names)),
      m_offered(new QStringListModel(this)),
      m_completer(new QCompleter(m_offered, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    m_box->setPlaceholderText(placeholder);
    m_box->setAccessibleName(tr("Filter"));
    m_box->setClearButtonEnabled(true);
    m_box->addAction(icon(u"view-filter"_s), QLineEdit::LeadingPosition);
    m_box->installEventFilter(this);
    m_complaint->setElastic(true);
    m_complaint->hide();
    layout->addWidget(m_box);
    layout->addWidget(m_complaint);
    // Not the line edit's own completer, which would replace the whole text.
    m_completer->setWidget(m_box);
    m_completer->setCompletionMode(QCompleter::UnfilteredPopupCompletion);
    m_completer->popup()->setAccessibleName(tr("Suggestions for the filter"));
    connect(m_completer, qOverload<const QString &>(&QCompleter::activated), this, &FilterBar::take);
    m_pause.setSingleShot(true);
    connect(m_box, &QLineEdit::textEdited, this, [this] {
        m_pause.start(250ms);
        offer();
    });
    connect(m_box, &QLineEdit::textChanged, this, [this](const QString &text) {
        underline(0, 0);                        // it moves with the text, which was the fault's
        if (text.isEmpty()) m_pause.start(0ms); // the clear button
    });
    connect(m_box, &QLineEdit::returnPressed, this, [this] {
        if (!m_completer->popup()->isVisible() || !m_completer->popup()->currentIndex().isValid()) read();
    });
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

QStringList FilterBar::candidates() const
{
    return m_completer->popup()->isVisible() ? m_offered->stringList() : QStringList();
}

void FilterBar::offer()
{
    m_completion = completeFilter(m_box->text(), m_box->cursorPosition(), m_names());
    const QString typed = m_box->text().mid(m_completion.begin, m_completion.length);
    if (m_completion.candidates.isEmpty() || m_completion.candidates == QStringList{typed}) {
        m_completer->popup()->hide();
        return;
    }
    m_offered->setStringList(m_completion.candidates);
    m_completer->complete();
}

void FilterBar::take(const QString &candidate)
{
    const bool isKey = candidate.endsWith(u':');
    QString text = m_box->text();
    const QString put = isKey ? candidate : candidate + u' ';
    text.replace(m_completion.begin, m_completion.length, put);
    m_box->setText(text);
    m_box->setCursorPosition(static_cast<int>(m_completion.begin + put.size()));
    if (isKey)
        offer(); // its values
    else
        read();
}

void FilterBar::read()
{
    m_pause.stop();
    const auto filter = JobFilter::fromText(m_box->text());
    m_complaint->setVisible(!filter);
    if (filter) {
        Q_EMIT filterChanged(*filter);
        return;
    }
    m_complaint->setText(displayLine(filter.error().error.text()));
    underline(filter.error().begin, filter.error().length);
}

/// A line edit has no formats of its own; those that an input method gives to what is being composed serve as
/// well.
void FilterBar::underline(qsizetype begin, qsizetype length)
{
    if (length == 0 && !m_isUnderlined) return;
    m_isUnderlined = length > 0;
    QList<QInputMethodEvent::Attribute> attributes;
    if (m_isUnderlined) {
        QTextCharFormat format;
        format.setUnderlineStyle(QTextCharFormat::WaveUnderline);
        format.setUnderlineColor(lookOf(this)(Token::ErrorText));
        attributes.append({QInputMethodEvent::TextFormat, static_cast<int>(begin) - m_box->cursorPosition(),
                           static_cast<int>(length), format});
    }
    QInputMethodEvent event({}, attributes);
    QCoreApplication::sendEvent(m_box, &event);
}

bool FilterBar::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_box && event->type() == QEvent::KeyPress && !m_completer->popup()->isVisible()) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool isAsked = key->key() == Qt::Key_Down
            || (key->key() == Qt::Key_Space && key->modifiers() == Qt::ControlModifier);
        if (isAsked) {
            offer();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void FilterBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), lookOf(this)(Token::Window));
}

} // namespace signalbox::ui
