#include "ui/parts/command_line.h"

#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"
#include "ui/theme/icons.h"

#include <QApplication>
#include <QBoxLayout>
#include <QClipboard>
#include <QPainter>
#include <QPushButton>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

CommandLine::CommandLine(const QString &line, QWidget *parent) : QWidget(parent)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 1, 2, 1);
    auto *label = new PlainLabel(line, &Look::mono, Token::Text, this);
    label->setWrapping(true); // a long one breaks between its words; what is copied is one line
    layout->addWidget(label, 1, Qt::AlignVCenter);
    auto *copy = new QPushButton(icon(u"edit-copy"_s), {}, this);
    setEmphasis(copy, Emphasis::Flat);
    copy->setToolTip(tr("Copy"));
    copy->setAccessibleName(tr("Copy the command line"));
    connect(copy, &QPushButton::clicked, this, [line] { QApplication::clipboard()->setText(line); });
    layout->addWidget(copy);
    setMinimumHeight(lookOf(this).inputHeight);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

void CommandLine::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    paintFrame(painter, rect(), look(Token::Alt), look(Token::Border), 4);
}

} // namespace signalbox::ui
