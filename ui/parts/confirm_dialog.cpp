#include "ui/parts/confirm_dialog.h"

#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"

#include <QBoxLayout>
#include <QLineEdit>
#include <QPushButton>

namespace signalbox::ui {

ConfirmDialog *ConfirmDialog::ask(const Question &question, QWidget *parent,
                                  std::function<void(const QString &)> yes)
{
    auto *dialog = new ConfirmDialog(question, parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, parent, [dialog, yes = std::move(yes)] {
        yes(dialog->m_field == nullptr ? QString() : dialog->m_field->text());
    });
    dialog->open();
    return dialog;
}

ConfirmDialog::ConfirmDialog(const Question &question, QWidget *parent) : QDialog(parent)
{
    setWindowTitle(question.title);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->setSpacing(10);
    layout->setSizeConstraint(QLayout::SetMinimumSize);
    layout->addWidget(new PlainLabel(question.title, &Look::objectName, Token::Text, this));
    auto *text = new PlainLabel(question.text, &Look::base, Token::Text2, this);
    text->setWrapping(true);
    layout->addWidget(text);
    auto *buttons = new QHBoxLayout;
    auto *no = new QPushButton(tr("Cancel"), this);
    m_yes = new QPushButton(question.act, this);
    setEmphasis(m_yes, question.isDangerous ? Emphasis::Danger : Emphasis::Primary);
    if (!question.field.isEmpty()) addField(question);
    buttons->addStretch();
    buttons->addWidget(no);
    if (question.isDangerous) buttons->addSpacing(12); // apart from the safe one
    buttons->addWidget(m_yes);
    layout->addSpacing(6);
    layout->addLayout(buttons);
    // What cannot be undone is not what Enter does.
    (question.isDangerous && question.typed.isEmpty() ? no : m_yes)->setDefault(true);
    connect(no, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_yes, &QPushButton::clicked, this, &QDialog::accept);
    setMinimumWidth(420);
}

void ConfirmDialog::addField(const Question &question)
{
    auto *column = static_cast<QVBoxLayout *>(layout());
    column->addWidget(new PlainLabel(question.field, &Look::small, Token::Text2, this));
    m_field = new QLineEdit(this);
    m_field->setAccessibleName(question.field);
    column->addWidget(m_field);
    m_field->setFocus();
    if (question.typed.isEmpty()) return;
    m_yes->setEnabled(false);
    m_yes->setToolTip(tr("Type %1 first.").arg(question.typed));
    connect(m_field, &QLineEdit::textChanged, this, [this, typed = question.typed](const QString &text) {
        m_yes->setEnabled(text.trimmed() == typed);
    });
}

} // namespace signalbox::ui
