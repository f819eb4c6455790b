#include "ui/parts/notice.h"

#include "core/model/display_text.h"
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

Notice::Notice(QWidget *parent)
    : QWidget(parent),
      m_title(new PlainLabel({}, &Look::objectName, Token::Text, this)),
      m_sentence(new PlainLabel({}, &Look::base, Token::Text2, this)),
      m_act(new QPushButton(this)),
      m_again(new QPushButton(tr("Try again"), this)),
      m_copy(new QPushButton(tr("Copy details"), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(6);
    layout->addStretch(2);
    m_title->setAlignment(Qt::AlignHCenter | Qt::AlignVCenter);
    m_sentence->setAlignment(Qt::AlignHCenter);
    m_sentence->setWrapping(true);
    layout->addWidget(m_title);
    layout->addWidget(m_sentence);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch();
    for (QPushButton *button : {m_act, m_again, m_copy}) buttons->addWidget(button);
    buttons->addStretch();
    layout->addSpacing(4);
    layout->addLayout(buttons);
    layout->addStretch(3);
    connect(m_act, &QPushButton::clicked, this, &Notice::acted);
    connect(m_again, &QPushButton::clicked, this, &Notice::tryAgain);
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_details); });
    clear();
}

void Notice::show(Kind kind, const QString &title, const QString &sentence)
{
    m_kind = kind;
    m_title->setText(title);
    m_title->setToken(kind == Kind::Failed ? Token::ErrorText : Token::Text);
    m_sentence->setText(sentence);
    m_sentence->setVisible(!sentence.isEmpty());
    m_act->setVisible(false);
    m_again->setVisible(kind == Kind::Failed);
    m_copy->setVisible(kind == Kind::Failed);
    setVisible(true);
    update();
}

void Notice::showEmpty(const QString &title, const QString &sentence, const QString &button)
{
    show(Kind::Empty, title, sentence);
    m_act->setText(button);
    m_act->setVisible(!button.isEmpty());
}

void Notice::showLoading(const QString &title)
{
    show(Kind::Loading, title, {});
}

void Notice::showFailed(const Error &error)
{
    show(Kind::Failed, displayLine(error.what), displayLine(u"%1 %2"_s.arg(error.why, error.todo)));
    m_details = error.text();
}

void Notice::clear()
{
    m_kind = Kind::None;
    setVisible(false);
}

QString Notice::title() const
{
    return m_title->text();
}

void Notice::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(m_kind == Kind::Failed ? Token::ErrorGround : Token::Base));
}

AlertStrip::AlertStrip(QWidget *parent)
    : QWidget(parent),
      m_layout(new QHBoxLayout(this)),
      m_title(new PlainLabel({}, &Look::baseBold, Token::WarnText, this)),
      m_sentence(new PlainLabel({}, &Look::base, Token::Text, this))
{
    m_layout->setContentsMargins(38, 5, 5, 5);
    m_layout->setSpacing(8);
    m_layout->addWidget(m_title);
    m_layout->addWidget(m_sentence, 1);
    m_sentence->setElastic(true);
    setVisible(false);
}

void AlertStrip::addButton(QPushButton *button)
{
    m_layout->addWidget(button);
}

void AlertStrip::setAlert(Level level, const QString &title, const QString &sentence)
{
    m_level = level;
    m_title->setText(title);
    m_title->setToken(level == Level::Error ? Token::ErrorText : Token::WarnText);
    m_sentence->setText(sentence);
    setVisible(true);
    update();
}

void AlertStrip::clear()
{
    setVisible(false);
}

QString AlertStrip::title() const
{
    return isHidden() ? QString() : m_title->text();
}

void AlertStrip::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    const bool isError = m_level == Level::Error;
    const Token ground = isError ? Token::ErrorGround : Token::WarnGround;
    paintFrame(painter, rect(), look(ground), look(isError ? Token::ErrorEdge : Token::WarnEdge), 5);
    paintShape(painter, QRectF(14, std::round(height() / 2.0 - shapeSize / 2), shapeSize, shapeSize),
               Shape::Warning, look(isError ? Token::ErrorText : Token::WarnText), look(ground));
}

} // namespace signalbox::ui
