#include "ui/parts/plain_label.h"

#include "ui/parts/paint_text.h"

#include <QEvent>
#include <QPainter>

#include <cmath>

namespace signalbox::ui {

PlainLabel::PlainLabel(const QString &text, Font font, Token token, QWidget *parent)
    : QWidget(parent), m_text(text), m_font(font), m_token(token)
{
    setAccessibleName(text);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

const QFont &PlainLabel::fontOf() const
{
    return lookOf(this).*m_font;
}

void PlainLabel::setText(const QString &text)
{
    if (m_text == text) return;
    const bool hadRoom = !m_isElastic && tabularWidth(fontOf(), m_text) == tabularWidth(fontOf(), text);
    m_text = text;
    setAccessibleName(text);
    if (!hadRoom || m_wraps) updateGeometry();
    update();
}

void PlainLabel::setToken(Token token)
{
    if (std::exchange(m_token, token) != token) update();
}

void PlainLabel::setFontRole(Font font)
{
    m_font = font;
    updateGeometry();
    update();
}

void PlainLabel::setAlignment(Qt::Alignment alignment)
{
    m_alignment = alignment;
    update();
}

void PlainLabel::setWrapping(bool wraps)
{
    m_wraps = wraps;
    QSizePolicy policy(QSizePolicy::Preferred, wraps ? QSizePolicy::MinimumExpanding : QSizePolicy::Fixed);
    policy.setHeightForWidth(wraps);
    setSizePolicy(policy);
    updateGeometry();
}

void PlainLabel::setElideMode(Qt::TextElideMode mode)
{
    m_elide = mode;
}

void PlainLabel::setElastic(bool isElastic)
{
    m_isElastic = isElastic;
    updateGeometry();
}

QSize PlainLabel::sizeHint() const
{
    const QFontMetrics metrics(fontOf());
    const int width = static_cast<int>(std::ceil(tabularWidth(fontOf(), m_text))) + 1;
    if (!m_wraps) return {width, metrics.height()};
    constexpr int readable = 460;
    const int wanted = std::min(width, readable);
    return {wanted, heightForWidth(wanted)};
}

QSize PlainLabel::minimumSizeHint() const
{
    const QFontMetrics metrics(fontOf());
    if (m_wraps) return {metrics.averageCharWidth() * 12, metrics.height()};
    return {m_isElastic ? metrics.averageCharWidth() * 3 : sizeHint().width(), metrics.height()};
}

int PlainLabel::heightForWidth(int width) const
{
    if (!m_wraps) return -1;
    const QFontMetrics metrics(fontOf());
    return metrics.boundingRect(QRect(0, 0, width, 100'000), Qt::TextWordWrap, m_text).height();
}

void PlainLabel::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.setFont(fontOf());
    painter.setPen(look(isEnabled() ? m_token : Token::Disabled));
    if (m_wraps) {
        const Qt::Alignment horizontal = m_alignment & Qt::AlignHorizontal_Mask;
        painter.drawText(rect(), static_cast<int>(horizontal | Qt::AlignTop) | Qt::TextWordWrap, m_text);
        return;
    }
    const QFontMetrics metrics(fontOf());
    const bool fits = tabularWidth(fontOf(), m_text) <= width() + 0.5;
    drawTabular(painter, rect(), m_alignment, fits ? m_text : metrics.elidedText(m_text, m_elide, width()));
    if (m_isElastic) setToolTip(fits ? QString() : plainToolTip(m_text));
}

void PlainLabel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) updateGeometry();
    QWidget::changeEvent(event);
}

} // namespace signalbox::ui
