#pragma once

#include "ui/theme/look.h"
#include "ui/theme/shapes.h"

#include <QPainter>
#include <QRectF>

namespace signalbox::ui {

/// Shape and word. Only states that someone may have to act on carry a tint, else thirty badges shout at
/// once; on a selected row the tint is the base.
void paintBadge(QPainter &painter, const QRectF &cell, const Look &look, JobStatus status, bool isSelected);
[[nodiscard]] double badgeWidth(const Look &look);                   ///< of the longest word in this language
[[nodiscard]] double badgeWidth(const Look &look, JobStatus status); ///< of this one
[[nodiscard]] bool hasTint(JobStatus status);

void paintWorkerState(QPainter &painter, const QRectF &cell, const Look &look, WorkerStatus status);
[[nodiscard]] double workerStateWidth(const Look &look);
[[nodiscard]] QColor workerColor(const Look &look, WorkerStatus status);

void paintPriority(QPainter &painter, const QRectF &cell, const Look &look, JobPriority priority);

/// A small framed word: "new", "no worker", a tag.
struct Tag {
    QString text;
    std::optional<Shape> shape;
    Token front = Token::Text2;
    Token ground = Token::Hover;
    Token edge = Token::Border;
};
[[nodiscard]] double tagWidth(const Look &look, const Tag &tag);
void paintTag(QPainter &painter, const QPointF &leftCenter, const Look &look, const Tag &tag);

} // namespace signalbox::ui
