#pragma once

#include "core/model/timestamp.h"

#include <QWidget>

#include <functional>
#include <optional>
#include <vector>

namespace signalbox::ui {

/// One figure over time. A value for each bucket of the chart; nothing: a gap.
struct ChartLine {
    enum class Kind { Line, Thin, Dotted, Bars, Stack };
    QString name;
    QColor color;
    Kind kind = Kind::Line;
    std::vector<std::optional<double>> values = {};
};

/// One pane over time, by LOOK section 7: horizontal grid, no frame, names at the right end, gaps where
/// nothing is known, the bucket that is not over yet dashed. The crosshair is shared: whoever owns several
/// charts connects their crosshairMoved() to all setCrosshair(). Dragging asks for a zoom.   Threads  GUI.
class MetricChart : public QWidget {
    Q_OBJECT
public:
    enum class Scale { Count, Duration, Share }; ///< from zero; µs on a log axis; 0 … 1
    explicit MetricChart(const QString &name, Scale scale, QWidget *parent = nullptr);

    struct Time {
        Timestamp start{};             ///< of the first bucket
        std::chrono::seconds width{5}; ///< of each
        int buckets = 0;
        bool isLastOpen = false;
        bool operator==(const Time &) const = default;
    };
    void setData(const Time &time, std::vector<ChartLine> lines);
    void setCrosshair(std::optional<int> bucket);
    [[nodiscard]] std::optional<int> crosshair() const { return m_crosshair; }
    [[nodiscard]] QString valuesAt(int bucket) const; ///< "completed 4 / s, failed –"
    [[nodiscard]] const std::vector<ChartLine> &lines() const { return m_lines; }
    void setValueText(std::function<QString(double)> text) { m_valueText = std::move(text); }
    [[nodiscard]] QSize sizeHint() const override { return {420, 170}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 120}; }

Q_SIGNALS:
    void crosshairMoved(std::optional<int> bucket);
    void zoomWanted(int first, int last);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double xOf(int bucket) const; ///< its middle
    [[nodiscard]] double yOf(double value) const;
    [[nodiscard]] std::optional<int> bucketAt(double x) const;
    [[nodiscard]] std::vector<double> gridValues() const;
    void findTop();
    void paintGrid(QPainter &painter) const;
    void paintLine(QPainter &painter, const ChartLine &line, const std::vector<double> &below) const;
    void paintBars(QPainter &painter, const ChartLine &line) const;
    void paintNames(QPainter &painter) const;
    void paintCrosshair(QPainter &painter) const;
    void moveTo(std::optional<int> bucket);
    [[nodiscard]] QString timeText(int bucket) const;

    const Scale m_scale;
    Time m_time;
    std::vector<ChartLine> m_lines;
    std::function<QString(double)> m_valueText;
    double m_bottom = 0, m_top = 1; ///< of the axis
    std::optional<int> m_crosshair, m_dragFrom;
};

} // namespace signalbox::ui
