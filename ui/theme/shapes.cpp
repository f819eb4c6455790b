#include "ui/theme/shapes.h"

#include <QPainterPath>

namespace signalbox::ui {

namespace {

constexpr double stroke = 1.5;

QPen pen(const QColor &color, double width = stroke)
{
    return {color, width, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin};
}

void line(QPainter &p, std::initializer_list<QPointF> points)
{
    QPolygonF polygon;
    for (const QPointF &point : points) polygon << point;
    p.drawPolyline(polygon);
}

void filled(QPainter &p, const QColor &color, std::initializer_list<QPointF> points)
{
    QPolygonF polygon;
    for (const QPointF &point : points) polygon << point;
    p.setPen(Qt::NoPen);
    p.setBrush(color);
    p.drawPolygon(polygon);
}

void cross(QPainter &p, double from, double to)
{
    line(p, {{from, from}, {to, to}});
    line(p, {{from, to}, {to, from}});
}

void arcArrow(QPainter &p, const QColor &color)
{
    constexpr int sixteenths = 16;
    p.drawArc(QRectF(1.75, 1.75, 8.5, 8.5), 40 * sixteenths, 275 * sixteenths);
    filled(p, color, {{10.9, 0.9}, {10.9, 5.0}, {6.9, 5.0}});
}

void dashedRing(QPainter &p, const QColor &color)
{
    QPen dashed = pen(color);
    dashed.setDashPattern({2.0, 1.6});
    p.setPen(dashed);
    p.drawEllipse(QRectF(1.75, 1.75, 8.5, 8.5));
}

void warning(QPainter &p, const QColor &color, const QColor &ground)
{
    filled(p, color, {{6, 0.9}, {11.7, 11}, {0.3, 11}});
    p.setPen(pen(ground));
    line(p, {{6, 4.2}, {6, 7.6}});
    line(p, {{6, 8.5}, {6, 10}});
}

/// The painter is set up: pen in the colour, no brush, 12 units to the square.
void paintOnGrid(QPainter &p, Shape shape, const QColor &color, const QColor &ground)
{
    const QRectF ring(1.75, 1.75, 8.5, 8.5);
    const QRectF square(1.5, 1.5, 9, 9);
    switch (shape) {
    case Shape::Clock:
        p.drawEllipse(ring);
        return line(p, {{6, 3.4}, {6, 6.4}, {8.4, 6.4}});
    case Shape::BarredSquare:
        p.drawRect(square);
        return line(p, {{3.6, 6}, {8.4, 6}});
    case Shape::Ring:
        return p.drawEllipse(ring);
    case Shape::Triangle:
        return filled(p, color, {{2.5, 1}, {11, 6}, {2.5, 11}});
    case Shape::ArcArrow:
        return arcArrow(p, color);
    case Shape::Check:
        return line(p, {{1.4, 6.6}, {4.5, 9.6}, {10.7, 2.4}});
    case Shape::Cross:
        return cross(p, 1.8, 10.2);
    case Shape::SquareCross:
        filled(p, color, {{0.5, 0.5}, {11.5, 0.5}, {11.5, 11.5}, {0.5, 11.5}});
        p.setPen(pen(ground));
        return cross(p, 3.4, 8.6);
    case Shape::SlashRing:
        p.drawEllipse(ring);
        return line(p, {{3, 9}, {9, 3}});
    case Shape::TwoBars:
        p.fillRect(QRectF(2, 1.5, 3, 9), color);
        return p.fillRect(QRectF(7, 1.5, 3, 9), color);
    case Shape::HalfSquare:
        p.drawRect(square);
        return p.fillRect(QRectF(1.5, 6, 9, 4.5), color);
    case Shape::HollowSquare:
        return p.drawRect(square);
    case Shape::DashedRing:
        return dashedRing(p, color);
    case Shape::Warning:
        return warning(p, color, ground);
    case Shape::ChevronUp:
        return line(p, {{2, 8}, {6, 4}, {10, 8}});
    case Shape::DoubleChevronUp:
        line(p, {{2, 6.2}, {6, 2.2}, {10, 6.2}});
        return line(p, {{2, 10.4}, {6, 6.4}, {10, 10.4}});
    case Shape::ChevronDown:
        return line(p, {{2, 4}, {6, 8}, {10, 4}});
    case Shape::Dot:
        p.setPen(Qt::NoPen);
        p.setBrush(color);
        return p.drawEllipse(QRectF(1.5, 1.5, 9, 9));
    }
}

} // namespace

Shape shapeOf(JobStatus status)
{
    switch (status) {
    case JobStatus::Blocked:
        return Shape::BarredSquare;
    case JobStatus::Pending:
        return Shape::Ring;
    case JobStatus::Scheduled:
        return Shape::Clock;
    case JobStatus::Retrying:
        return Shape::ArcArrow;
    case JobStatus::Running:
        return Shape::Triangle;
    case JobStatus::Completed:
        return Shape::Check;
    case JobStatus::Failed:
        return Shape::Cross;
    case JobStatus::Cancelled:
        return Shape::SlashRing;
    case JobStatus::DeadLetter:
        return Shape::SquareCross;
    }
    Q_UNREACHABLE();
}

Shape shapeOf(WorkerStatus status)
{
    switch (status) {
    case WorkerStatus::Idle:
        return Shape::Ring;
    case WorkerStatus::Busy:
        return Shape::Triangle;
    case WorkerStatus::Paused:
        return Shape::TwoBars;
    case WorkerStatus::Stopping:
        return Shape::HalfSquare;
    case WorkerStatus::Stopped:
        return Shape::HollowSquare;
    case WorkerStatus::Error:
        return Shape::Cross;
    }
    Q_UNREACHABLE();
}

void paintShape(QPainter &painter, const QRectF &where, Shape shape, const QColor &color,
                const QColor &ground)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(where.topLeft());
    painter.scale(where.width() / shapeSize, where.height() / shapeSize);
    painter.setPen(pen(color));
    painter.setBrush(Qt::NoBrush);
    paintOnGrid(painter, shape, color, ground);
    painter.restore();
}

} // namespace signalbox::ui
