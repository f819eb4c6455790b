#include "ui/pages/purge_dialog.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

PurgeDialog *PurgeDialog::ask(const QueueStats &stats, QWidget *parent,
                              std::function<void(std::optional<JobStatus>)> yes)
{
    auto *dialog = new PurgeDialog(stats, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, parent, [dialog, yes = std::move(yes)] { yes(dialog->status()); });
    dialog->open();
    return dialog;
}

PurgeDialog::PurgeDialog(const QueueStats &stats, QWidget *parent)
    : QDialog(parent),
      m_stats(stats),
      m_state(new QComboBox(this)),
      m_hint(new PlainLabel({}, &Look::small, Token::Text2, this)),
      m_typed(new QLineEdit(this)),
      m_yes(new QPushButton(this))
{
    const QString title = tr("Delete jobs from %1").arg(displayLine(stats.queue));
    setWindowTitle(title);
    setMinimumWidth(420);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->setSpacing(8);
    layout->addWidget(new PlainLabel(title, &Look::objectName, Token::Text, this));
    auto *text
        = new PlainLabel(tr("Their arguments, results, errors and logs go with them; this cannot be undone. "
                            "Running jobs and those that arrive from now on are left alone."),
                         &Look::base, Token::Text2, this);
    text->setWrapping(true);
    layout->addWidget(text);
    for (const JobStatus status : allJobStatuses) {
        if (status == JobStatus::Running || stats.size(status) == 0) continue;
        m_state->addItem(u"%1 (%2)"_s.arg(pluralWordOf(status), countText(stats.size(status))),
                         static_cast<int>(status));
    }
    m_state->addItem(
        tr("All but running ones (%1)").arg(countText(stats.total() - stats.size(JobStatus::Running))), -1);
    m_state->setAccessibleName(tr("State"));
    layout->addWidget(m_state);
    layout->addWidget(m_hint);
    layout->addWidget(m_typed);
    auto *buttons = new QHBoxLayout;
    auto *no = new QPushButton(tr("Cancel"), this);
    setEmphasis(m_yes, Emphasis::Danger);
    buttons->addStretch();
    buttons->addWidget(no);
    buttons->addSpacing(12);
    buttons->addWidget(m_yes);
    layout->addLayout(buttons);
    no->setDefault(true);
    connect(no, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_yes, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_state, &QComboBox::currentIndexChanged, this, &PurgeDialog::showCount);
    connect(m_typed, &QLineEdit::textChanged, this, &PurgeDialog::showCount);
    showCount();
}

std::optional<JobStatus> PurgeDialog::status() const
{
    const int value = m_state->currentData().toInt();
    if (value < 0) return {};
    return static_cast<JobStatus>(value);
}

qint64 PurgeDialog::count() const
{
    const std::optional<JobStatus> one = status();
    return one ? m_stats.size(*one) : m_stats.total() - m_stats.size(JobStatus::Running);
}

void PurgeDialog::showCount()
{
    const bool mustType = count() >= typedFrom;
    const QString wanted = QString::number(count());
    m_hint->setVisible(mustType);
    m_hint->setText(tr("Type %1 to show that you mean that many").arg(wanted));
    m_typed->setVisible(mustType);
    m_typed->setAccessibleName(m_hint->text());
    m_yes->setText(tr("Delete %1").arg(jobsText(count())));
    const bool canGo = !mustType || m_typed->text().trimmed() == wanted;
    m_yes->setEnabled(canGo);
    m_yes->setToolTip(canGo ? QString() : m_hint->text());
}

} // namespace signalbox::ui
