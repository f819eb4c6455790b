#pragma once

#include "core/model/queue_stats.h"
#include "ui/theme/look.h"

#include <QPainter>
#include <QRectF>

#include <optional>
#include <span>

namespace signalbox::ui {

/// A job's progress in its cell: a bar of 6 px with the percentage at its right; stripes, still, where there
/// is no total; the place where the handler's usual run would be now as a line; a thin green bar when
/// completed.
struct ProgressBar {
    std::optional<double> percent; ///< nothing: no total
    std::optional<double> ghost;   ///< 0 … 1, where the usual run would be
    bool isComplete = false;
};
void paintProgress(QPainter &painter, const QRectF &cell, const Look &look, const ProgressBar &bar);
[[nodiscard]] double percentWidth(const Look &look);

/// Time against its limit, 3 px; the retrying state's solid from three quarters on.
void paintTimeout(QPainter &painter, const QRectF &cell, const Look &look, double share);

/// A queue's jobs by state, in one bar of 14 px. Lengths are logarithmic (the legend says so): a queue of ten
/// and one of a million are both readable.
void paintDepth(QPainter &painter, const QRectF &cell, const Look &look, const QueueStats &stats,
                qint64 longest);
/// The parts of a depth bar in their order.
[[nodiscard]] std::span<const JobStatus> depthOrder();
/// The same hatching or solid for the legend.
void fillState(QPainter &painter, const QRectF &where, const Look &look, JobStatus status);

/// A line of 1.25 px with a pale area under it, from zero; a gap of samples is drawn as nothing.
void paintSparkline(QPainter &painter, const QRectF &where, const QColor &color, const QList<double> &values);

/// When a worker was busy in the last minutes: completed runs low and pale, failed ones full height.
struct Run {
    Timestamp from;
    Timestamp to;
    bool hasFailed = false;
    bool isRunning = false;
};
void paintRuns(QPainter &painter, const QRectF &where, const Look &look, const QList<Run> &runs,
               Timestamp from, Timestamp to);

} // namespace signalbox::ui
