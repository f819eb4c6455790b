#include "ui/theme/console_style.h"
#include "ui/theme/shapes.h"

#include <QLineEdit>
#include <QPainter>
#include <QPainterPath>
#include <QPlainTextEdit>
#include <QStyleOption>
#include <QTreeView>

#include <cmath>

namespace signalbox::ui {

namespace {

constexpr double radiusControl = 4;
constexpr double radiusBadge = 3;
constexpr double focusWidth = 2;

bool hasKeyboardFocus(const QStyleOption &option)
{
    return option.state.testFlag(QStyle::State_HasFocus)
        && option.state.testFlag(QStyle::State_KeyboardFocusChange);
}

} // namespace

void paintFrame(QPainter &painter, const QRectF &where, const QColor &fill, const QColor &edge, double radius,
                double width)
{
    const double ratio = painter.device()->devicePixelRatioF();
    const double stroke = std::max(1.0, std::floor(width * ratio)) / ratio; // whole device pixels
    const QRectF inner = where.adjusted(stroke / 2, stroke / 2, -stroke / 2, -stroke / 2);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(edge.alpha() == 0 ? QPen(Qt::NoPen) : QPen(edge, stroke));
    painter.setBrush(fill.alpha() == 0 ? QBrush(Qt::NoBrush) : QBrush(fill));
    painter.drawRoundedRect(inner, radius, radius);
    painter.restore();
}

void paintChevron(QPainter &painter, const QRectF &where, ChevronDirection direction, const QColor &color)
{
    const QPointF c = where.center();
    constexpr double half = 3.5;
    constexpr double rise = 1.9;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color, 1.3));
    painter.translate(c);
    if (direction == ChevronDirection::Up) painter.rotate(180);
    if (direction == ChevronDirection::Right) painter.rotate(-90);
    painter.drawPolyline(QPolygonF({{-half, -rise}, {0, rise}, {half, -rise}}));
    painter.restore();
}

void ConsoleStyle::drawButton(const QStyleOption &option, QPainter &painter, const QWidget *widget) const
{
    const Emphasis emphasis = emphasisOf(widget);
    const bool isEnabled = option.state.testFlag(State_Enabled);
    const bool isDown = option.state.testFlag(State_Sunken) || option.state.testFlag(State_On);
    const bool isHovered = isEnabled && option.state.testFlag(State_MouseOver);
    QColor fill = m_look(isDown ? Token::Select : isHovered ? Token::Hover : Token::Base);
    QColor edge = m_look(isEnabled ? Token::Button : Token::Border);
    if (emphasis == Emphasis::Primary && isEnabled) {
        fill = m_look(Token::AccentSolid);
        if (isHovered || isDown) fill = m_look.scheme == Scheme::Light ? fill.darker(112) : fill.lighter(108);
        edge = fill;
    }
    if (emphasis == Emphasis::Flat) {
        edge = Qt::transparent;
        if (!isHovered && !isDown) fill = Qt::transparent;
    }
    paintFrame(painter, option.rect, fill, edge, radiusControl);
    if (!hasKeyboardFocus(option)) return;
    // On the solid accent the accent's ring would not be seen.
    const Token ring = emphasis == Emphasis::Primary && isEnabled ? Token::OnAccent : Token::Accent;
    const QRectF inner
        = ring == Token::OnAccent ? QRectF(option.rect).adjusted(2, 2, -2, -2) : QRectF(option.rect);
    paintFrame(painter, inner, Qt::transparent, m_look(ring), radiusControl, focusWidth);
}

void ConsoleStyle::drawToolButton(const QStyleOption &option, QPainter &painter) const
{
    const bool isEnabled = option.state.testFlag(State_Enabled);
    if (option.state.testFlag(State_On) || option.state.testFlag(State_Sunken))
        paintFrame(painter, option.rect, m_look(Token::Select), Qt::transparent, radiusControl);
    else if (isEnabled && option.state.testFlag(State_MouseOver))
        paintFrame(painter, option.rect, m_look(Token::Hover), Qt::transparent, radiusControl);
    if (hasKeyboardFocus(option))
        paintFrame(painter, option.rect, Qt::transparent, m_look(Token::Accent), radiusControl, focusWidth);
}

void ConsoleStyle::drawInput(const QStyleOption &option, QPainter &painter, const QWidget *widget) const
{
    const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(&option);
    if (frame != nullptr && frame->lineWidth <= 0) return; // inside a spin or combo box, which drew it
    const auto *edit = qobject_cast<const QLineEdit *>(widget);
    const bool isFocused = option.state.testFlag(State_HasFocus) && (edit == nullptr || !edit->isReadOnly());
    const Token ground = option.state.testFlag(State_Enabled) ? Token::Base : Token::Alt;
    paintFrame(painter, option.rect, m_look(ground), m_look(isFocused ? Token::Accent : Token::Control),
               radiusControl, isFocused ? focusWidth : 1);
}

void ConsoleStyle::drawPanelFrame(const QStyleOption &option, QPainter &painter, const QWidget *widget) const
{
    const auto *edit = qobject_cast<const QPlainTextEdit *>(widget);
    const bool isInput = edit != nullptr && !edit->isReadOnly();
    const bool isFocused = option.state.testFlag(State_HasFocus) && isInput;
    const Token edge = isFocused ? Token::Accent : isInput ? Token::Control : Token::Border;
    const QColor fill = isInput ? m_look(Token::Base) : QColor(Qt::transparent); // around the viewport
    paintFrame(painter, option.rect, fill, m_look(edge), isInput ? radiusControl : 0,
               isFocused ? focusWidth : 1);
}

void ConsoleStyle::drawIndicator(bool round, const QStyleOption &option, QPainter &painter) const
{
    const bool isEnabled = option.state.testFlag(State_Enabled);
    const bool isOn = option.state.testFlag(State_On);
    const double radius = round ? option.rect.width() / 2.0 : radiusBadge;
    const QColor solid = m_look(isEnabled ? Token::AccentSolid : Token::Disabled);
    if (!isOn) {
        paintFrame(painter, option.rect, m_look(Token::Base),
                   m_look(isEnabled ? Token::Control : Token::Border), radius);
        return;
    }
    paintFrame(painter, option.rect, solid, solid, radius);
    const QRectF inner = QRectF(option.rect).adjusted(2, 2, -2, -2);
    paintShape(painter, round ? inner.adjusted(1.5, 1.5, -1.5, -1.5) : inner,
               round ? Shape::Dot : Shape::Check, m_look(Token::OnAccent), solid);
}

/// The delegates draw ground, edge and line of the cells; what is left is a tree's room before the first.
void ConsoleStyle::drawRowGround(const QStyleOption &option, QPainter &painter, const QWidget *widget) const
{
    if (qobject_cast<const QTreeView *>(widget) == nullptr) return;
    if (option.state.testFlag(State_Selected))
        painter.fillRect(option.rect,
                         m_look(widget->isActiveWindow() ? Token::Select : Token::SelectInactive));
    else if (option.state.testFlag(State_MouseOver))
        painter.fillRect(option.rect, m_look(Token::Hover));
}

void ConsoleStyle::drawBranch(const QStyleOption &option, QPainter &painter) const
{
    painter.fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1),
                     m_look(Token::Line));
    if (!option.state.testFlag(State_Children)) return;
    paintChevron(painter, option.rect,
                 option.state.testFlag(State_Open) ? ChevronDirection::Down : ChevronDirection::Right,
                 m_look(Token::Text2));
}

void ConsoleStyle::drawHeadSection(const QStyleOptionHeader &option, QPainter &painter) const
{
    const QRect rect = option.rect;
    painter.fillRect(rect, m_look(Token::Alt));
    painter.fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), m_look(Token::Border));
    using Position = QStyleOptionHeader::SectionPosition;
    const bool isFirst
        = option.position == Position::Beginning || option.position == Position::OnlyOneSection;
    const bool isLast = option.position == Position::End || option.position == Position::OnlyOneSection;
    if (!isFirst)
        painter.fillRect(QRect(rect.left(), rect.top() + 7, 1, rect.height() - 14), m_look(Token::Border));

    const bool isSorted = option.sortIndicator != QStyleOptionHeader::None;
    const QRect inner = rect.adjusted(isFirst ? 12 : 8, 0, isLast ? -12 : -8, -1);
    constexpr int arrowRoom = 14;
    const QFontMetrics metrics(m_look.small);
    const int room = inner.width() - (isSorted ? arrowRoom : 0);
    const int wanted = metrics.horizontalAdvance(option.text) + 1;
    const int textWidth = std::min(wanted, room);
    const bool isRight = option.textAlignment.testFlag(Qt::AlignRight);
    const int left = isRight ? inner.right() + 1 - textWidth - (isSorted ? arrowRoom : 0) : inner.left();
    const QRect text(left, inner.top(), textWidth, inner.height());
    painter.save();
    painter.setFont(m_look.small);
    painter.setPen(m_look(isSorted ? Token::Text : Token::Muted));
    painter.drawText(text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                     wanted <= room ? option.text
                                    : metrics.elidedText(option.text, Qt::ElideRight, textWidth));
    painter.restore();
    if (isSorted)
        paintChevron(painter, QRectF(text.right() + 4, inner.top(), arrowRoom - 4, inner.height()),
                     option.sortIndicator == QStyleOptionHeader::SortUp ? ChevronDirection::Up
                                                                        : ChevronDirection::Down,
                     m_look(Token::Text));
}

void ConsoleStyle::drawTab(const QStyleOptionTab &option, QPainter &painter) const
{
    const QRect rect = option.rect;
    if (option.state.testFlag(State_Selected))
        painter.fillRect(QRect(rect.left() + 6, rect.bottom() - 1, rect.width() - 12, 2),
                         m_look(Token::Accent));
    else if (option.state.testFlag(State_MouseOver) && option.state.testFlag(State_Enabled))
        paintFrame(painter, rect.adjusted(2, 3, -2, -3), m_look(Token::Hover), Qt::transparent,
                   radiusControl);
    if (hasKeyboardFocus(option))
        paintFrame(painter, rect.adjusted(2, 2, -2, -3), Qt::transparent, m_look(Token::Accent),
                   radiusControl, focusWidth);
}

void ConsoleStyle::drawScrollBar(const QStyleOptionSlider &option, QPainter &painter,
                                 const QWidget *widget) const
{
    painter.fillRect(option.rect, m_look(Token::Base));
    if (option.maximum <= option.minimum) return;
    QRectF handle = subControlRect(CC_ScrollBar, &option, SC_ScrollBarSlider, widget);
    handle.adjust(2, 2, -2, -2);
    const bool isHeld = option.state.testFlag(State_MouseOver) || option.state.testFlag(State_Sunken);
    paintFrame(painter, handle, m_look(isHeld ? Token::Control : Token::Axis), Qt::transparent, 3);
}

void ConsoleStyle::drawCombo(const QStyleOptionComboBox &option, QPainter &painter,
                             const QWidget *widget) const
{
    const bool isEnabled = option.state.testFlag(State_Enabled);
    const bool isFocused = option.state.testFlag(State_HasFocus)
        && (option.editable || option.state.testFlag(State_KeyboardFocusChange));
    const bool isHovered = isEnabled && option.state.testFlag(State_MouseOver) && !option.editable;
    const Token edge = isFocused ? Token::Accent : option.editable ? Token::Control : Token::Button;
    paintFrame(painter, option.rect, m_look(isHovered ? Token::Hover : Token::Base),
               m_look(isEnabled || isFocused ? edge : Token::Border), radiusControl,
               isFocused ? focusWidth : 1);
    const QRect arrow = subControlRect(CC_ComboBox, &option, SC_ComboBoxArrow, widget);
    paintChevron(painter, arrow, ChevronDirection::Down, m_look(isEnabled ? Token::Text2 : Token::Disabled));
}

void ConsoleStyle::drawSpin(const QStyleOptionSpinBox &option, QPainter &painter, const QWidget *widget) const
{
    const bool isEnabled = option.state.testFlag(State_Enabled);
    const bool isFocused = option.state.testFlag(State_HasFocus);
    paintFrame(painter, option.rect, m_look(isEnabled ? Token::Base : Token::Alt),
               m_look(isFocused       ? Token::Accent
                          : isEnabled ? Token::Control
                                      : Token::Border),
               radiusControl, isFocused ? focusWidth : 1);
    if (option.buttonSymbols == QAbstractSpinBox::NoButtons) return;
    for (const SubControl part : {SC_SpinBoxUp, SC_SpinBoxDown}) {
        const bool isUp = part == SC_SpinBoxUp;
        const bool canStep = option.stepEnabled.testFlag(isUp ? QAbstractSpinBox::StepUpEnabled
                                                              : QAbstractSpinBox::StepDownEnabled);
        paintChevron(painter, subControlRect(CC_SpinBox, &option, part, widget),
                     isUp ? ChevronDirection::Up : ChevronDirection::Down,
                     m_look(isEnabled && canStep ? Token::Text2 : Token::Disabled));
    }
}

} // namespace signalbox::ui
