#pragma once

#include "core/model/metrics_series.h"
#include "ui/pages/page.h"

#include <array>

class QComboBox;
class QGridLayout;
class QPushButton;

namespace signalbox::ui {

class MetricChart;
class Notice;

/// A queue over time, from the buckets that workers record: throughput, failures, waits, runs, depth,
/// utilisation, error rate. Asked for every five seconds while it is seen; what was there stays until the
/// answer is.
class MetricsPage : public Page {
    Q_OBJECT
public:
    explicit MetricsPage(const PageContext &context, QWidget *parent = nullptr);
    [[nodiscard]] QList<QWidget *> headWidgets() override;
    void refresh() override;
    /// What is drawn, a line a bucket, for spreadsheets.
    [[nodiscard]] QByteArray csv() const;

protected:
    void showEvent(QShowEvent *event) override;

private:
    enum Pane { Throughput, Failures, Wait, Run, Depth, Utilisation, ErrorRate, PaneCount };
    void addPane(QGridLayout *grid, Pane pane, const QString &title, MetricChart *chart);
    void take(const Result<MetricsSeries> &series);
    void fillQueues();
    void fillHandlers();
    void draw();
    void zoom(int first, int last);
    void exportCsv();
    void exportPng();
    void save(const QString &name, const QByteArray &bytes);
    [[nodiscard]] std::optional<Timestamp> aliveSince() const;
    [[nodiscard]] QString queue() const;

    QComboBox *m_range, *m_queue, *m_handler;
    QPushButton *m_whole, *m_csv, *m_png;
    QWidget *m_panes;
    Notice *m_notice;
    std::array<MetricChart *, PaneCount> m_charts{};
    std::optional<MetricsSeries> m_series;
    std::optional<std::pair<qint64, qint64>> m_zoom; ///< buckets, both included
    int m_ticks = 0;
    quint64 m_asked = 0; ///< only the newest answer counts
};

} // namespace signalbox::ui
