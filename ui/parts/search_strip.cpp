#include "ui/parts/search_strip.h"

#include "core/model/number_text.h"
#include "ui/parts/action_button.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/look.h"

#include <QBoxLayout>
#include <QPainter>
#include <QPushButton>

#include <algorithm>

namespace signalbox::ui {

namespace {
constexpr int barHeight = 2;
}

SearchStrip::SearchStrip(QWidget *parent)
    : QWidget(parent),
      m_text(new PlainLabel({}, &Look::base, Token::Text2, this)),
      m_button(new QPushButton(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 4, 12, 4 + barHeight);
    m_text->setElastic(true);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_button);
    setEmphasis(m_button, Emphasis::Plain);
    connect(m_button, &QPushButton::clicked, this, [this] {
        if (m_state == State::Searching)
            Q_EMIT stopWanted();
        else
            Q_EMIT goOnWanted();
    });
    hide();
}

void SearchStrip::show(State state, const Progress &progress)
{
    m_state = state;
    m_progress = progress;
    const QString searched
        = tr("%1 of %2 searched").arg(countText(progress.searched), jobsText(progress.total));
    const QString found = tr("%1 found").arg(countText(progress.found));
    m_text->setText(tr("%1, %2").arg(searched, found));
    m_button->setText(state == State::Searching ? tr("Stop") : tr("Search on"));
    m_button->setVisible(state != State::Done);
    setVisible(true);
    update();
}

void SearchStrip::clear()
{
    hide();
}

QString SearchStrip::text() const
{
    return m_text->text();
}

void SearchStrip::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Alt));
    const QRect track(0, height() - barHeight, width(), barHeight);
    painter.fillRect(track, look(Token::Track));
    if (m_progress.total <= 0) return;
    const double share = std::clamp(
        static_cast<double>(m_progress.searched) / static_cast<double>(m_progress.total), 0.0, 1.0);
    painter.fillRect(QRectF(track.x(), track.y(), track.width() * share, track.height()),
                     look(Token::Accent));
}

} // namespace signalbox::ui
