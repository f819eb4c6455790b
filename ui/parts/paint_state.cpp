#include "ui/parts/paint_state.h"

#include "ui/theme/console_style.h"
#include "ui/theme/words.h"

#include <QFontMetricsF>

namespace signalbox::ui {

namespace {

constexpr double badgePadding = 6;
constexpr double shapeToText = 6;

QRectF centred(const QRectF &cell, double height)
{
    return {cell.left(), cell.top() + (cell.height() - height) / 2, cell.width(), height};
}

QRectF shapeRect(const QRectF &cell, double left)
{
    return {left, std::round(cell.center().y() - shapeSize / 2 + 0.25), shapeSize, shapeSize};
}

void paintShapeAndWord(QPainter &painter, const QRectF &cell, const QFont &font, Shape shape,
                       const QString &word, const QColor &color, const QColor &text, const QColor &ground)
{
    paintShape(painter, shapeRect(cell, cell.left()), shape, color, ground);
    painter.setFont(font);
    painter.setPen(text);
    painter.drawText(cell.adjusted(shapeSize + shapeToText, 0, 0, 0), Qt::AlignVCenter | Qt::TextSingleLine,
                     word);
}

} // namespace

bool hasTint(JobStatus status)
{
    return status == JobStatus::Retrying || status == JobStatus::Failed || status == JobStatus::DeadLetter;
}

double badgeWidth(const Look &look, JobStatus status)
{
    return badgePadding * 2 + shapeSize + shapeToText
        + QFontMetricsF(look.smallMedium).horizontalAdvance(wordOf(status));
}

double badgeWidth(const Look &look)
{
    double width = 0;
    for (const JobStatus status : allJobStatuses) width = std::max(width, badgeWidth(look, status));
    return width;
}

void paintBadge(QPainter &painter, const QRectF &cell, const Look &look, JobStatus status, bool isSelected)
{
    const StateColors colors = look.state(status);
    const QRectF badge
        = centred(QRectF(cell.left(), cell.top(), badgeWidth(look, status), cell.height()), look.badgeHeight);
    QColor ground = look(isSelected ? Token::Select : Token::Base);
    if (hasTint(status)) {
        ground = isSelected ? look(Token::Base) : colors.tint;
        paintFrame(painter, badge, ground, Qt::transparent, 3);
    }
    // The shape has the text's colour: on a tint the solid would fall below the contrast of marks.
    paintShapeAndWord(painter, badge.adjusted(badgePadding, 0, 0, 0), look.smallMedium, shapeOf(status),
                      wordOf(status), status == JobStatus::DeadLetter ? colors.solid : colors.text,
                      colors.text, ground);
}

QColor workerColor(const Look &look, WorkerStatus status)
{
    switch (status) {
    case WorkerStatus::Busy:
        return look.state(JobStatus::Running).text;
    case WorkerStatus::Error:
        return look.state(JobStatus::Failed).text;
    case WorkerStatus::Stopping:
    case WorkerStatus::Paused:
        return look(Token::WarnText);
    case WorkerStatus::Idle:
    case WorkerStatus::Stopped:
        return look(Token::Text2);
    }
    Q_UNREACHABLE();
}

void paintWorkerState(QPainter &painter, const QRectF &cell, const Look &look, WorkerStatus status)
{
    const QColor color = workerColor(look, status);
    paintShapeAndWord(painter, cell, look.smallMedium, shapeOf(status), wordOf(status), color, color,
                      look(Token::Base));
}

double workerStateWidth(const Look &look)
{
    double width = 0;
    for (const WorkerStatus status : {WorkerStatus::Idle, WorkerStatus::Busy, WorkerStatus::Paused,
                                      WorkerStatus::Stopping, WorkerStatus::Stopped, WorkerStatus::Error})
        width = std::max(width, QFontMetricsF(look.smallMedium).horizontalAdvance(wordOf(status)));
    return width + shapeSize + shapeToText;
}

void paintPriority(QPainter &painter, const QRectF &cell, const Look &look, JobPriority priority)
{
    const QColor calm = look(Token::Text2);
    const QColor urgent = look.state(JobStatus::Failed).text;
    switch (priority) {
    case JobPriority::Critical:
        return paintShapeAndWord(painter, cell, look.smallBold, Shape::DoubleChevronUp, wordOf(priority),
                                 urgent, urgent, urgent);
    case JobPriority::High:
        return paintShapeAndWord(painter, cell, look.smallMedium, Shape::ChevronUp, wordOf(priority),
                                 look(Token::Text), look(Token::Text), calm);
    case JobPriority::Low:
        return paintShapeAndWord(painter, cell, look.small, Shape::ChevronDown, wordOf(priority), calm, calm,
                                 calm);
    case JobPriority::Normal:
        painter.setFont(look.small);
        painter.setPen(calm);
        painter.drawText(cell, Qt::AlignVCenter | Qt::TextSingleLine, wordOf(priority));
        return;
    }
}

double tagWidth(const Look &look, const Tag &tag)
{
    return badgePadding * 2 + QFontMetricsF(look.smallMedium).horizontalAdvance(tag.text)
        + (tag.shape ? shapeSize + shapeToText : 0);
}

void paintTag(QPainter &painter, const QPointF &leftCenter, const Look &look, const Tag &tag)
{
    const QRectF frame(leftCenter.x(), std::round(leftCenter.y() - look.badgeHeight / 2.0),
                       tagWidth(look, tag), look.badgeHeight);
    paintFrame(painter, frame, look(tag.ground), look(tag.edge), 3);
    QRectF inner = frame.adjusted(badgePadding, 0, 0, 0);
    if (tag.shape) {
        paintShape(painter, shapeRect(inner, inner.left()), *tag.shape, look(tag.front), look(tag.ground));
        inner.adjust(shapeSize + shapeToText, 0, 0, 0);
    }
    painter.setFont(look.smallMedium);
    painter.setPen(look(tag.front));
    painter.drawText(inner, Qt::AlignVCenter | Qt::TextSingleLine, tag.text);
}

} // namespace signalbox::ui
