#include "ui/parts/paint_bars.h"

#include "ui/parts/paint_text.h"
#include "ui/theme/console_style.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainterPath>

#include <cmath>
#include <span>

namespace signalbox::ui {

namespace {

constexpr double barHeight = 6;
constexpr double barRadius = 3;
constexpr double ghostHeight = 14;
constexpr double gap = 8;

QRectF middle(const QRectF &cell, double height)
{
    return {cell.left(), std::round(cell.center().y() - height / 2), cell.width(), height};
}

void hatch(QPainter &painter, const QRectF &where, const QColor &color, const QColor &ground, double radius)
{
    constexpr double step = 6;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath clip;
    clip.addRoundedRect(where, radius, radius);
    painter.setClipPath(clip, Qt::IntersectClip);
    painter.fillRect(where, ground);
    painter.setPen(QPen(color, 2));
    for (double x = where.left() - where.height(); x < where.right() + step; x += step)
        painter.drawLine(QPointF(x, where.bottom()), QPointF(x + where.height(), where.top()));
    painter.restore();
}

void paintGhost(QPainter &painter, const QRectF &bar, const Look &look, double share)
{
    const double x = std::round(bar.left() + bar.width() * std::clamp(share, 0.0, 1.0));
    const double left = std::min(x, bar.right() - 1) - 1;
    const QRectF mark = middle(QRectF(left, bar.top(), 2, bar.height()), ghostHeight);
    painter.fillRect(mark.adjusted(-1, 0, 1, 0), look(Token::Base));
    painter.fillRect(mark, look(Token::Text));
}

/// Rounded down: 99.9 % is not done.
QString wholePercent(double percent)
{
    return QCoreApplication::translate("signalbox::ui::ProgressBar", "%1 %")
        .arg(QLocale().toString(std::floor(percent), 'f', 0));
}

} // namespace

double percentWidth(const Look &look)
{
    return tabularWidth(look.small, wholePercent(100));
}

void paintProgress(QPainter &painter, const QRectF &cell, const Look &look, const ProgressBar &bar)
{
    const double numbers = percentWidth(look);
    const QRectF ground = middle(cell.adjusted(0, 0, -(numbers + gap), 0), bar.isComplete ? 3 : barHeight);
    const QRectF number(cell.right() - numbers, cell.top(), numbers, cell.height());
    painter.setFont(look.small);
    if (bar.isComplete) {
        paintFrame(painter, ground, look.state(JobStatus::Completed).solid, Qt::transparent, 1.5);
        painter.setPen(look(Token::Muted));
        return drawTabular(painter, number, Qt::AlignRight | Qt::AlignVCenter, wholePercent(100));
    }
    if (!bar.percent) {
        hatch(painter, ground, look.state(JobStatus::Running).solid, look(Token::Track), barRadius);
        painter.setPen(look(Token::Muted));
        painter.drawText(number, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("–"));
        return;
    }
    paintFrame(painter, ground, look(Token::Track), Qt::transparent, barRadius);
    QRectF done = ground;
    done.setWidth(ground.width() * std::clamp(*bar.percent / 100, 0.0, 1.0));
    if (done.width() > 0)
        paintFrame(painter, done, look.state(JobStatus::Running).solid, Qt::transparent,
                   std::min(barRadius, done.width() / 2));
    if (bar.ghost) paintGhost(painter, ground, look, *bar.ghost);
    painter.setPen(look(Token::Text2));
    drawTabular(painter, number, Qt::AlignRight | Qt::AlignVCenter, wholePercent(*bar.percent));
}

void paintTimeout(QPainter &painter, const QRectF &cell, const Look &look, double share)
{
    constexpr double height = 3;
    constexpr double warnFrom = 0.75;
    const QRectF ground = middle(cell, height);
    paintFrame(painter, ground, look(Token::Track), Qt::transparent, height / 2);
    QRectF used = ground;
    used.setWidth(std::max(height, ground.width() * std::clamp(share, 0.0, 1.0)));
    paintFrame(painter, used, share >= warnFrom ? look.state(JobStatus::Retrying).solid : look(Token::Axis),
               Qt::transparent, height / 2);
}

std::span<const JobStatus> depthOrder()
{
    static constexpr std::array order{JobStatus::Running,   JobStatus::Pending, JobStatus::Retrying,
                                      JobStatus::Scheduled, JobStatus::Blocked, JobStatus::DeadLetter};
    return order;
}

void fillState(QPainter &painter, const QRectF &where, const Look &look, JobStatus status)
{
    const StateColors state = look.state(status);
    if (status == JobStatus::Scheduled || status == JobStatus::Blocked)
        hatch(painter, where, state.solid, state.tint, 0);
    else
        painter.fillRect(where, state.solid);
}

void paintDepth(QPainter &painter, const QRectF &cell, const Look &look, const QueueStats &stats,
                qint64 longest)
{
    constexpr double height = 14;
    constexpr double partMin = 4;
    qint64 total = 0;
    int parts = 0;
    for (const JobStatus status : depthOrder()) {
        total += stats.size(status);
        if (stats.size(status) > 0) ++parts;
    }
    if (total == 0) return;
    const double reach = std::log1p(static_cast<double>(std::max(longest, total)));
    const double whole
        = std::max(cell.width() * std::log1p(static_cast<double>(total)) / reach, parts * (partMin + 1));
    // Every part keeps its minimum; what is left is shared by size.
    const double shared = std::max(0.0, whole - parts * (partMin + 1));
    const QRectF bar = middle(cell, height);
    double x = bar.left();
    for (const JobStatus status : depthOrder()) {
        const qint64 size = stats.size(status);
        if (size == 0) continue;
        const double width = partMin + shared * static_cast<double>(size) / static_cast<double>(total);
        fillState(painter, QRectF(x, bar.top(), width, height), look, status);
        x += width + 1;
    }
}

void paintSparkline(QPainter &painter, const QRectF &where, const QColor &color, const QList<double> &values)
{
    if (values.size() < 2) return;
    const double top = std::max(1.0, *std::max_element(values.cbegin(), values.cend()));
    const double step = where.width() / static_cast<double>(values.size() - 1);
    QPolygonF line;
    for (qsizetype i = 0; i < values.size(); ++i)
        line << QPointF(where.left() + static_cast<double>(i) * step,
                        where.bottom() - where.height() * values[i] / top);
    QPolygonF area = line;
    area << where.bottomRight() << where.bottomLeft();
    QColor pale = color;
    pale.setAlphaF(0.13F);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(pale);
    painter.drawPolygon(area);
    painter.setPen(QPen(color, 1.25));
    painter.setBrush(Qt::NoBrush);
    painter.drawPolyline(line);
    painter.restore();
}

void paintRuns(QPainter &painter, const QRectF &where, const Look &look, const QList<Run> &runs,
               Timestamp from, Timestamp to)
{
    painter.fillRect(QRectF(where.left(), where.bottom() - 1, where.width(), 1), look(Token::Track));
    const auto span = static_cast<double>((to - from).count());
    if (span <= 0) return;
    const auto place = [&](Timestamp at) {
        return where.left()
            + where.width() * std::clamp(static_cast<double>((at - from).count()) / span, 0.0, 1.0);
    };
    for (const Run &run : runs) {
        if (run.to < from) continue;
        const double left = place(run.from);
        const double width = std::max(1.0, place(run.to) - left);
        QColor color = look.state(run.hasFailed ? JobStatus::Failed : JobStatus::Completed).solid;
        if (run.isRunning) color = look.state(JobStatus::Running).solid;
        const double height = where.height() * (run.hasFailed || run.isRunning ? 1.0 : 0.7);
        if (!run.hasFailed && !run.isRunning) color.setAlphaF(0.55F);
        painter.fillRect(QRectF(left, where.bottom() - height, width, height), color);
    }
}

} // namespace signalbox::ui
