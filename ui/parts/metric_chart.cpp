#include "ui/parts/metric_chart.h"

#include "core/model/number_text.h"
#include "ui/theme/console_style.h"

#include <QDateTime>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double left = 52, right = 78, above = 8, below = 20; ///< room for labels
constexpr double decade = 10;

} // namespace

MetricChart::MetricChart(const QString &name, Scale scale, QWidget *parent) : QWidget(parent), m_scale(scale)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(name);
    if (scale == Scale::Duration)
        m_valueText = [](double us) { return durationText(std::chrono::microseconds(std::llround(us))); };
    else if (scale == Scale::Share)
        m_valueText = [](double share) { return percentText(share * 100); };
    else
        m_valueText = [](double count) { return countText(std::llround(count)); };
    findTop();
}

void MetricChart::setData(const Time &time, std::vector<ChartLine> lines)
{
    // The same moment stays marked when the range moves on.
    if (m_crosshair && m_time.width == time.width) {
        const auto moved = (m_time.start - time.start) / time.width + *m_crosshair;
        m_crosshair
            = moved >= 0 && moved < time.buckets ? std::optional(static_cast<int>(moved)) : std::nullopt;
    } else if (m_time != time) {
        m_crosshair.reset();
    }
    m_time = time;
    m_lines = std::move(lines);
    m_dragFrom.reset();
    findTop();
    setAccessibleDescription(time.buckets > 0 ? valuesAt(m_crosshair.value_or(time.buckets - 1)) : QString());
    update();
}

void MetricChart::findTop()
{
    double highest = 0, lowest = m_scale == Scale::Duration ? 1e5 : 0;
    std::vector<double> stacked(static_cast<size_t>(std::max(m_time.buckets, 0)), 0);
    for (const ChartLine &line : m_lines)
        for (size_t i = 0; i < line.values.size() && i < stacked.size(); ++i) {
            if (!line.values[i]) continue;
            stacked[i] = (line.kind == ChartLine::Kind::Stack ? stacked[i] : 0) + *line.values[i];
            highest = std::max(highest, stacked[i]);
            if (*line.values[i] > 0) lowest = std::min(lowest, *line.values[i]);
        }
    if (m_scale == Scale::Duration) { // whole decades of µs
        m_bottom = std::floor(std::log10(std::max(lowest, 1.0)));
        m_top = std::max(std::ceil(std::log10(std::max(highest, 1.0))), m_bottom + 1);
    } else {
        if (m_scale == Scale::Share) highest = std::max(highest, 0.01);
        const double power = highest > 0 ? std::pow(decade, std::floor(std::log10(highest))) : 1;
        m_bottom = 0;
        m_top = m_scale == Scale::Share && highest > 0.1 ? 1 : power;
        for (const double step : {1.0, 2.0, 5.0, 10.0})
            if (m_scale == Scale::Count || highest <= 0.1) {
                m_top = power * step;
                if (m_top >= highest) break;
            }
    }
}

std::vector<double> MetricChart::gridValues() const
{
    std::vector<double> values;
    if (m_scale != Scale::Duration) { // the top is 1, 2 or 5 of its power of ten: round steps
        const double first = m_top / std::pow(10.0, std::floor(std::log10(m_top) + 1e-9));
        const int parts = std::lround(first) == 2 ? 4 : 5;
        for (int part = 0; part <= parts; ++part) values.push_back(m_top * part / parts);
        return values;
    }
    // a labelled axis: 0.1 s, 1 s, 10 s, 1 min, 10 min, 1 h
    for (const double us : {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 6e7, 6e8, 3.6e9, 3.6e10, 8.64e10})
        if (std::log10(us) >= m_bottom && std::log10(us) <= m_top) values.push_back(us);
    return values;
}

QRectF MetricChart::plot() const
{
    return QRectF(rect()).adjusted(left, above, -right, -below);
}

double MetricChart::xOf(int bucket) const
{
    return plot().left() + (bucket + 0.5) * plot().width() / std::max(m_time.buckets, 1);
}

double MetricChart::yOf(double value) const
{
    if (m_scale == Scale::Duration) value = std::log10(std::max(value, 1.0));
    const double share = std::clamp((value - m_bottom) / (m_top - m_bottom), 0.0, 1.0);
    return plot().bottom() - share * plot().height();
}

std::optional<int> MetricChart::bucketAt(double x) const
{
    if (m_time.buckets <= 0) return std::nullopt;
    const double at = (x - plot().left()) / plot().width() * m_time.buckets;
    if (at < -1 || at > m_time.buckets + 1) return std::nullopt;
    return std::clamp(static_cast<int>(std::floor(at)), 0, m_time.buckets - 1);
}

QString MetricChart::timeText(int bucket) const
{
    const Timestamp at = m_time.start + m_time.width * bucket;
    return QDateTime::fromMSecsSinceEpoch(toMicros(at) / 1000)
        .toString(m_time.width < std::chrono::minutes(1) ? u"HH:mm:ss"_s : u"HH:mm"_s);
}

QString MetricChart::valuesAt(int bucket) const
{
    QStringList words{timeText(bucket)};
    for (const ChartLine &line : m_lines) {
        const auto at = static_cast<size_t>(bucket);
        const bool isThere = at < line.values.size() && line.values[at];
        words.append(line.name + u' ' + (isThere ? m_valueText(*line.values[at]) : u"–"_s));
    }
    return words.join(u"  "_s);
}

void MetricChart::setCrosshair(std::optional<int> bucket)
{
    if (m_crosshair == bucket) return;
    m_crosshair = bucket;
    if (bucket) setAccessibleDescription(valuesAt(*bucket));
    update();
}

void MetricChart::moveTo(std::optional<int> bucket)
{
    if (m_crosshair == bucket) return;
    setCrosshair(bucket);
    Q_EMIT crosshairMoved(bucket);
}

void MetricChart::mouseMoveEvent(QMouseEvent *event)
{
    moveTo(bucketAt(event->position().x()));
    if (m_dragFrom) update();
}

void MetricChart::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton) m_dragFrom = bucketAt(event->position().x());
}

void MetricChart::mouseReleaseEvent(QMouseEvent *event)
{
    const std::optional<int> from = std::exchange(m_dragFrom, std::nullopt),
                             to = bucketAt(event->position().x());
    update();
    if (from && to && std::abs(*from - *to) >= 2)
        Q_EMIT zoomWanted(std::min(*from, *to), std::max(*from, *to));
}

void MetricChart::leaveEvent(QEvent *)
{
    if (!hasFocus()) moveTo({});
}

void MetricChart::keyPressEvent(QKeyEvent *event)
{
    const int last = m_time.buckets - 1;
    if (last < 0) return QWidget::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
        return moveTo(std::max(m_crosshair.value_or(last + 1) - 1, 0));
    case Qt::Key_Right:
        return moveTo(std::min(m_crosshair.value_or(last - 1) + 1, last));
    case Qt::Key_Home:
        return moveTo(0);
    case Qt::Key_End:
        return moveTo(last);
    default:
        QWidget::keyPressEvent(event);
    }
}

void MetricChart::paintGrid(QPainter &painter) const
{
    const Look &look = lookOf(this);
    painter.setFont(look.axis);
    for (const double value : gridValues()) {
        const QString label = m_valueText(value);
        // Half a job is none: where only whole numbers are told, there are lines at whole numbers only.
        const bool isWhole = std::abs(value - std::round(value)) < 1e-9;
        if (m_scale != Scale::Duration && !isWhole && label == m_valueText(std::round(value))) continue;
        const double y = std::round(yOf(value)) + 0.5;
        painter.setPen(QPen(look(y >= plot().bottom() ? Token::Axis : Token::Grid), 1));
        painter.drawLine(QPointF(plot().left(), y), QPointF(plot().right(), y));
        painter.setPen(look(Token::Muted));
        painter.drawText(QRectF(0, y - 10, left - 6, 20), Qt::AlignRight | Qt::AlignVCenter, label);
    }
    if (m_time.buckets <= 0) return;
    painter.setPen(look(Token::Muted));
    for (const int part : {0, 1, 2}) {
        const int bucket = part * (m_time.buckets - 1) / 2;
        painter.drawText(QRectF(xOf(bucket) - 40, plot().bottom() + 3, 80, below - 3), Qt::AlignCenter,
                         timeText(bucket));
    }
}

void MetricChart::paintLine(QPainter &painter, const ChartLine &line, const std::vector<double> &ground) const
{
    using Kind = ChartLine::Kind;
    QPen pen(line.color, line.kind == Kind::Line ? 2 : 1.25);
    if (line.kind == Kind::Dotted) pen.setStyle(Qt::DotLine);
    QPen open = pen;
    open.setStyle(Qt::DashLine);
    std::optional<QPointF> before;
    for (int i = 0; i < m_time.buckets; ++i) {
        const auto at = static_cast<size_t>(i);
        if (at >= line.values.size() || !line.values[at]) {
            before.reset(); // a gap
            continue;
        }
        const QPointF here(xOf(i), yOf(ground[at] + *line.values[at]));
        if (line.kind == Kind::Stack) {
            QColor fill = line.color;
            fill.setAlphaF(0.34F);
            const double half = plot().width() / m_time.buckets / 2;
            painter.fillRect(
                QRectF(QPointF(here.x() - half, here.y()), QPointF(here.x() + half, yOf(ground[at]))), fill);
        }
        painter.setPen(m_time.isLastOpen && i == m_time.buckets - 1 ? open : pen);
        if (before)
            painter.drawLine(*before, here);
        else // alone it would not be seen
            painter.drawLine(here - QPointF(1, 0), here + QPointF(1, 0));
        before = here;
    }
}

void MetricChart::paintBars(QPainter &painter, const ChartLine &line) const
{
    const double width = std::max(plot().width() / std::max(m_time.buckets, 1) - 1, 1.0);
    for (int i = 0; i < m_time.buckets; ++i) {
        const auto at = static_cast<size_t>(i);
        if (at >= line.values.size() || !line.values[at] || *line.values[at] <= 0) continue;
        const QRectF bar(QPointF(xOf(i) - width / 2, yOf(*line.values[at])),
                         QPointF(xOf(i) + width / 2, plot().bottom()));
        if (m_time.isLastOpen && i == m_time.buckets - 1) {
            painter.setPen(QPen(line.color, 1, Qt::DashLine));
            painter.drawRect(bar);
        } else {
            painter.fillRect(bar, line.color);
        }
    }
}

void MetricChart::paintNames(QPainter &painter) const
{
    painter.setFont(lookOf(this).axis);
    const int height = QFontMetrics(lookOf(this).axis).height();
    double y = plot().top();
    for (auto line = m_lines.rbegin(); line != m_lines.rend(); ++line) {
        painter.setPen(line->color);
        painter.drawText(QRectF(plot().right() + 6, y, right - 8, height), Qt::AlignLeft | Qt::AlignVCenter,
                         line->name);
        y += height + 1;
    }
}

void MetricChart::paintCrosshair(QPainter &painter) const
{
    const Look &look = lookOf(this);
    if (m_dragFrom && m_crosshair) {
        QColor range = look(Token::Accent);
        range.setAlphaF(0.13F);
        painter.fillRect(
            QRectF(QPointF(xOf(*m_dragFrom), plot().top()), QPointF(xOf(*m_crosshair), plot().bottom())),
            range);
    }
    if (!m_crosshair) return;
    const double x = std::round(xOf(*m_crosshair)) + 0.5;
    painter.setPen(QPen(look(Token::Text2), 1));
    painter.drawLine(QPointF(x, plot().top()), QPointF(x, plot().bottom()));
    if (!underMouse() && !hasFocus()) return;
    const QString text = valuesAt(*m_crosshair);
    painter.setFont(look.axis);
    const QFontMetrics metrics(look.axis);
    QRectF box(x + 6, plot().top(), metrics.horizontalAdvance(text) + 12, metrics.height() + 6);
    box.moveLeft(std::clamp(box.left(), 0.0, std::max(width() - box.width(), 0.0)));
    painter.fillRect(box, look(Token::Tip));
    painter.setPen(look(Token::TipText));
    painter.drawText(box, Qt::AlignCenter, text);
}

void MetricChart::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const Look &look = lookOf(this);
    painter.fillRect(rect(), look(Token::Base));
    paintGrid(painter);
    painter.setRenderHint(QPainter::Antialiasing);
    std::vector<double> ground(static_cast<size_t>(std::max(m_time.buckets, 0)), 0);
    const std::vector<double> zero = ground;
    for (const ChartLine &line : m_lines) {
        if (line.kind == ChartLine::Kind::Bars) {
            paintBars(painter, line);
            continue;
        }
        const bool isStacked = line.kind == ChartLine::Kind::Stack;
        paintLine(painter, line, isStacked ? ground : zero);
        for (size_t i = 0; isStacked && i < ground.size() && i < line.values.size(); ++i)
            ground[i] += line.values[i].value_or(0);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintNames(painter);
    paintCrosshair(painter);
    if (hasFocus()) {
        painter.setPen(QPen(look(Token::Accent), 2));
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

} // namespace signalbox::ui
