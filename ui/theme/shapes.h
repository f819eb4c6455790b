#pragma once

#include "core/model/job_status.h"

#include <QColor>
#include <QPainter>
#include <QRectF>

namespace signalbox::ui {

/// The marks that say a state without colour, on a grid of 12 units with strokes of 1.5. Painted, not icons,
/// so that they follow the state's colour and the device's pixels.
enum class Shape {
    Clock,
    BarredSquare,
    Ring,
    Triangle,
    ArcArrow,
    Check,
    Cross,
    SquareCross,
    SlashRing,
    TwoBars,
    HalfSquare,
    HollowSquare,
    DashedRing,
    Warning,
    ChevronUp,
    DoubleChevronUp,
    ChevronDown,
    Dot,
};
inline constexpr int shapeCount = static_cast<int>(Shape::Dot) + 1;
inline constexpr double shapeSize = 12;

[[nodiscard]] Shape shapeOf(JobStatus status);
[[nodiscard]] Shape shapeOf(WorkerStatus status);

/// Fills the square `where`. `ground` is what shows through where a shape is cut out (the dead letter's
/// cross).
void paintShape(QPainter &painter, const QRectF &where, Shape shape, const QColor &color,
                const QColor &ground);

} // namespace signalbox::ui
