#include "ui/parts/tile.h"

#include "ui/parts/paint_bars.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/console_style.h"

#include <QPainter>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int margin = 12;
}

Tile::Tile(JobStatus status, const QString &title, QWidget *parent)
    : QAbstractButton(parent), m_status(status)
{
    setText(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::TabFocus);
    setCursor(Qt::PointingHandCursor);
}

void Tile::setContent(const Content &content)
{
    if (m_content == content) return;
    m_content = content;
    setAccessibleName(u"%1: %2 %3"_s.arg(text(), content.number, content.unit));
    setAccessibleDescription(content.note);
    update();
}

QSize Tile::sizeHint() const
{
    const Look &look = lookOf(this);
    const int lines = QFontMetrics(look.small).height() * 2 + QFontMetrics(look.tileNumber).height();
    return {150, lines + 20};
}

void Tile::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    const bool isFocused = hasFocus();
    const QColor ground = look(underMouse() ? Token::Hover : Token::Base);
    paintFrame(painter, rect(), ground, look(isFocused ? Token::Accent : Token::Border), 5,
               isFocused ? 2 : 1);

    const int smallLine = QFontMetrics(look.small).height();
    const StateColors state = look.state(m_status);
    const QColor mark = m_content.isZero ? look(Token::Muted) : state.solid;
    const QRectF head(margin, 9, width() - 2 * margin, smallLine);
    paintShape(painter,
               QRectF(head.left(), std::round(head.center().y() - shapeSize / 2), shapeSize, shapeSize),
               shapeOf(m_status), mark, ground);
    painter.setFont(look.small);
    painter.setPen(look(Token::Text2));
    painter.drawText(head.adjusted(shapeSize + 6, 0, 0, 0), Qt::AlignVCenter, text());

    const QRectF middle(margin, head.bottom() + 1, width() - 2 * margin,
                        QFontMetrics(look.tileNumber).height());
    painter.setFont(look.tileNumber);
    painter.setPen(look(m_content.isZero ? Token::Muted : Token::Text));
    drawTabular(painter, middle, Qt::AlignLeft | Qt::AlignVCenter, m_content.number);
    const double numberWidth = tabularWidth(look.tileNumber, m_content.number);
    painter.setFont(look.small);
    painter.setPen(look(Token::Muted));
    const double baseline = middle.top() + QFontMetricsF(look.tileNumber).ascent();
    painter.drawText(QPointF(std::round(middle.left() + numberWidth + 6), std::round(baseline)),
                     m_content.unit);
    const double unitEnd
        = middle.left() + numberWidth + 12 + QFontMetricsF(look.small).horizontalAdvance(m_content.unit);
    QRectF line(middle.right() - 64, middle.top() + 6, 64, middle.height() - 10);
    line.setLeft(std::max(line.left(), unitEnd + 4));
    if (line.width() > 20) {
        painter.fillRect(QRectF(line.left(), line.bottom(), line.width(), 1), look(Token::Axis));
        paintSparkline(painter, line, m_content.isZero ? look(Token::Axis) : state.solid, m_content.line);
    }

    const QRectF note(margin, middle.bottom() + 1, width() - 2 * margin, smallLine);
    painter.setFont(m_content.isNoteWarning ? look.smallBold : look.small);
    painter.setPen(look(m_content.isNoteWarning ? Token::WarnText : Token::Muted));
    painter.drawText(note, Qt::AlignVCenter,
                     QFontMetrics(painter.font())
                         .elidedText(m_content.note, Qt::ElideRight, static_cast<int>(note.width())));
}

} // namespace signalbox::ui
