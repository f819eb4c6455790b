#include "ui/pages/metrics_page.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/parts/metric_chart.h"
#include "ui/parts/notice.h"
#include "ui/parts/panel.h"
#include "ui/theme/look.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QBuffer>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QPushButton>
#include <QSaveFile>

namespace signalbox::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Kind = ChartLine::Kind;

namespace {

constexpr int ticksBetween = 5; ///< seconds: as long as the finest bucket
constexpr std::array ranges{5min, 15min, 60min, 6 * 60min, 24 * 60min};

/// What one bucket says of a figure; nothing where it does not say.
using Figure = std::function<std::optional<double>(const MetricsBucket &)>;

ChartLine lineOf(const MetricsSeries &series, std::optional<Timestamp> aliveSince, const QString &name,
                 const QColor &color, Kind kind, std::optional<double> idle, const Figure &figure)
{
    ChartLine line{name, color, kind, {}};
    auto bucket = series.buckets.begin();
    for (qint64 number = series.first; number <= series.last; ++number) {
        while (bucket != series.buckets.end() && bucket->number < number) ++bucket;
        if (bucket != series.buckets.end() && bucket->number == number)
            line.values.push_back(figure(*bucket));
        else
            line.values.push_back(idle && series.isIdle(number, aliveSince) ? idle : std::nullopt);
    }
    return line;
}

Figure percentile(LatencyHistogram HandlerFigures::*times, double share)
{
    return [times, share](const MetricsBucket &bucket) -> std::optional<double> {
        const std::optional<qint64> us = (bucket.sum().*times).percentile(share);
        return us ? std::optional(static_cast<double>(*us)) : std::nullopt;
    };
}

Figure depthOf(qint64 DepthSample::*size)
{
    return [size](const MetricsBucket &bucket) -> std::optional<double> {
        return bucket.depth ? std::optional(static_cast<double>((*bucket.depth).*size)) : std::nullopt;
    };
}

} // namespace

MetricsPage::MetricsPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_range(new QComboBox(this)),
      m_queue(new QComboBox(this)),
      m_handler(new QComboBox(this)),
      m_whole(new QPushButton(tr("Whole range"), this)),
      m_csv(new QPushButton(tr("Export CSV…"), this)),
      m_png(new QPushButton(tr("Export PNG…"), this)),
      m_panes(new QWidget(this)),
      m_notice(new Notice(this))
{
    m_range->addItems({tr("5 min"), tr("15 min"), tr("1 h"), tr("6 h"), tr("24 h")});
    m_range->setCurrentIndex(1);
    m_range->setAccessibleName(tr("Range"));
    m_queue->setAccessibleName(tr("Queue"));
    m_handler->setAccessibleName(tr("Handler"));
    for (QComboBox *box : {m_queue, m_handler}) { // filled later, and with names of any length
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(14);
    }
    m_whole->hide();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 12, 12, 12);
    layout->addWidget(m_notice);
    layout->addWidget(m_panes, 1);
    auto *grid = new QGridLayout(m_panes);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(8);
    using Scale = MetricChart::Scale;
    addPane(grid, Throughput, tr("Completed"),
            new MetricChart(tr("Completed per second"), Scale::Count, m_panes));
    addPane(grid, Failures, tr("Failed runs"), new MetricChart(tr("Failed runs"), Scale::Count, m_panes));
    addPane(grid, Wait, tr("Wait"), new MetricChart(tr("Wait before a run"), Scale::Duration, m_panes));
    addPane(grid, Run, tr("Run"), new MetricChart(tr("Duration of runs"), Scale::Duration, m_panes));
    addPane(grid, Depth, tr("Depth"), new MetricChart(tr("Jobs that have not ended"), Scale::Count, m_panes));
    addPane(grid, Utilisation, tr("Utilisation"),
            new MetricChart(tr("Workers' utilisation"), Scale::Share, m_panes));
    addPane(grid, ErrorRate, tr("Error rate"),
            new MetricChart(tr("Share of runs that failed"), Scale::Share, m_panes));
    m_charts[Throughput]->setValueText([](double rate) { return rateText(rate); });
    m_panes->hide();
    m_notice->showLoading(tr("Reading what workers recorded"));

    const auto again = [this] {
        m_zoom.reset();
        refresh();
    };
    connect(m_range, &QComboBox::activated, this, again);
    connect(m_queue, &QComboBox::activated, this, [this, again] {
        m_handler->setCurrentIndex(0);
        again();
    });
    connect(m_handler, &QComboBox::activated, this, again);
    connect(m_whole, &QPushButton::clicked, this, [this] {
        m_zoom.reset();
        draw();
    });
    connect(m_csv, &QPushButton::clicked, this, &MetricsPage::exportCsv);
    connect(m_png, &QPushButton::clicked, this, &MetricsPage::exportPng);
    connect(m_notice, &Notice::tryAgain, this, &MetricsPage::refresh);
    connect(&live(), &LiveState::figuresChanged, this, &MetricsPage::fillQueues);
    connect(&live(), &LiveState::ticked, this, [this] {
        if (isVisible() && ++m_ticks >= ticksBetween) refresh();
    });
    fillQueues();
}

void MetricsPage::addPane(QGridLayout *grid, Pane pane, const QString &title, MetricChart *chart)
{
    auto *panel = new Panel(title, m_panes);
    panel->setBody(chart);
    grid->addWidget(panel, pane / 2, pane % 2);
    m_charts[pane] = chart;
    connect(chart, &MetricChart::crosshairMoved, this, [this](std::optional<int> bucket) {
        for (MetricChart *other : m_charts) other->setCrosshair(bucket); // the same moment in all
    });
    connect(chart, &MetricChart::zoomWanted, this, &MetricsPage::zoom);
}

QList<QWidget *> MetricsPage::headWidgets()
{
    return {m_whole, m_range, m_queue, m_handler, m_csv, m_png};
}

QString MetricsPage::queue() const
{
    return m_queue->currentData().toString();
}

void MetricsPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    refresh();
}

void MetricsPage::fillQueues()
{
    QStringList names;
    for (const QueueStats &one : live().metrics().queues) names.append(one.queue);
    QStringList there;
    for (int i = 0; i < m_queue->count(); ++i) there.append(m_queue->itemData(i).toString());
    if (names != there) {
        const QString chosen = queue();
        m_queue->clear();
        for (const QString &name : names) m_queue->addItem(displayLine(name), name);
        m_queue->setCurrentIndex(std::max(m_queue->findData(chosen), names.isEmpty() ? -1 : 0));
        if (isVisible()) refresh();
    }
    if (live().hasFigures() && names.isEmpty())
        m_notice->showEmpty(tr("Nothing to draw yet"),
                            tr("The first job makes a queue; its workers record from then on."));
}

void MetricsPage::refresh()
{
    m_ticks = 0;
    if (queue().isEmpty() || live().isStale()) return; // what is there stays, and the window says why
    const auto length = ranges.at(static_cast<size_t>(m_range->currentIndex()));
    const bool isFine = length <= 60min;
    const quint64 asked = ++m_asked;
    runtime::whenDone(
        service().metricsSeries({.queue = queue(),
                                 .resolution = isFine ? MetricsResolution::Fine : MetricsResolution::Coarse,
                                 .length = length,
                                 .handler = m_handler->currentData().toString()}),
        this, [this, asked](const Result<MetricsSeries> &series) {
            if (asked == m_asked) take(series);
        });
}

void MetricsPage::take(const Result<MetricsSeries> &series)
{
    if (!series) {
        m_notice->showFailed(series.error()); // above what was there
        return;
    }
    m_series = *series;
    if (m_handler->currentIndex() <= 0) fillHandlers();
    m_notice->clear();
    m_panes->show();
    draw();
}

void MetricsPage::fillHandlers()
{
    const QStringList names = m_series->byHandler().keys();
    QStringList there;
    for (int i = 1; i < m_handler->count(); ++i) there.append(m_handler->itemData(i).toString());
    if (m_handler->count() > 0 && names == there) return; // it may be open just now
    m_handler->clear();
    m_handler->addItem(tr("All handlers"), QString());
    for (const QString &name : names) m_handler->addItem(displayLine(name), name);
}

std::optional<Timestamp> MetricsPage::aliveSince() const
{
    std::optional<Timestamp> since;
    for (const PoolInfo &pool : live().pools())
        if (pool.queues.contains(queue())) since = std::min(since.value_or(pool.startedAt), pool.startedAt);
    return since;
}

void MetricsPage::draw()
{
    if (!m_series) return;
    MetricsSeries shown = *m_series;
    m_whole->setVisible(m_zoom.has_value());
    if (m_zoom) {
        shown.first = std::max(shown.first, m_zoom->first);
        shown.last = std::min(shown.last, m_zoom->second);
    }
    const Look &look = lookOf(this);
    const std::optional<Timestamp> alive = aliveSince();
    const auto line
        = [&](const QString &name, const QColor &color, Kind kind, std::optional<double> idle,
              const Figure &figure) { return lineOf(shown, alive, name, color, kind, idle, figure); };
    const double width = widthOf(shown.resolution);
    const MetricChart::Time time{shown.startOf(shown.first), std::chrono::seconds(widthOf(shown.resolution)),
                                 static_cast<int>(std::max<qint64>(shown.last - shown.first + 1, 0)),
                                 shown.startOf(shown.last + 1) > shown.serverNow};
    const auto solid = [&look](JobStatus status) { return look.state(status).solid; };
    m_charts[Throughput]->setData(time,
                                  {line(tr("completed"), solid(JobStatus::Completed), Kind::Line, 0.0,
                                        [width](const MetricsBucket &one) {
                                            return static_cast<double>(one.sum().completed) / width;
                                        })});
    m_charts[Failures]->setData(
        time, {line(tr("failed"), solid(JobStatus::Failed), Kind::Bars, 0.0, [](const MetricsBucket &one) {
            return static_cast<double>(one.sum().failed);
        })});
    const auto percentiles = [&](LatencyHistogram HandlerFigures::*times) {
        const QColor accent = look(Token::Accent);
        return std::vector{line(u"p50"_s, accent, Kind::Line, {}, percentile(times, 0.5)),
                           line(u"p95"_s, accent, Kind::Thin, {}, percentile(times, 0.95)),
                           line(u"p99"_s, accent, Kind::Dotted, {}, percentile(times, 0.99))};
    };
    std::vector<ChartLine> waits = percentiles(&HandlerFigures::wait);
    waits.push_back(line(tr("oldest"), solid(JobStatus::Retrying), Kind::Line, {},
                         [](const MetricsBucket &one) -> std::optional<double> {
                             if (!one.depth || one.depth->oldestWait.count() == 0) return std::nullopt;
                             return static_cast<double>(one.depth->oldestWait.count());
                         }));
    m_charts[Wait]->setData(time, std::move(waits));
    m_charts[Run]->setData(time, percentiles(&HandlerFigures::run));
    std::vector<ChartLine> depths;
    for (const auto &[status, size] : {std::pair{JobStatus::Running, &DepthSample::running},
                                       std::pair{JobStatus::Pending, &DepthSample::pending},
                                       std::pair{JobStatus::Retrying, &DepthSample::retrying},
                                       std::pair{JobStatus::Scheduled, &DepthSample::scheduled}})
        depths.push_back(line(wordOf(status), solid(status), Kind::Stack, {}, depthOf(size)));
    m_charts[Depth]->setData(time, std::move(depths));
    m_charts[Utilisation]->setData(
        time, {line(tr("busy"), look(Token::Accent), Kind::Line, 0.0, [](const MetricsBucket &one) {
            return one.workers.utilisation();
        })});
    m_charts[ErrorRate]->setData(time,
                                 {line(tr("failed"), solid(JobStatus::Failed), Kind::Line, {},
                                       [](const MetricsBucket &one) { return one.sum().errorRate(); })});
    const HandlerFigures sum = shown.sum();
    setSummary(tr("%1 completed, %2 failed runs").arg(countText(sum.completed), countText(sum.failed)));
}

void MetricsPage::zoom(int first, int last)
{
    if (!m_series) return;
    const qint64 start = m_zoom ? std::max(m_series->first, m_zoom->first) : m_series->first;
    m_zoom = std::pair(start + first, start + last);
    draw();
}

QByteArray MetricsPage::csv() const
{
    QByteArray text = "time";
    for (const MetricChart *chart : m_charts)
        for (const ChartLine &line : chart->lines())
            text += ",\""
                + QString(chart->accessibleName() + u": "_s + line.name).replace(u'"', u"\"\""_s).toUtf8()
                + '"';
    text += '\n';
    if (!m_series) return text;
    const qint64 first = m_zoom ? std::max(m_series->first, m_zoom->first) : m_series->first;
    const size_t rows
        = m_charts[Throughput]->lines().empty() ? 0 : m_charts[Throughput]->lines()[0].values.size();
    for (size_t row = 0; row < rows; ++row) {
        text += toText(m_series->startOf(first + static_cast<qint64>(row))).toUtf8();
        for (const MetricChart *chart : m_charts)
            for (const ChartLine &line : chart->lines())
                text += ','
                    + (line.values[row] ? QByteArray::number(*line.values[row], 'g', 12) : QByteArray());
        text += '\n';
    }
    return text;
}

void MetricsPage::exportCsv()
{
    save(u"metrics.csv"_s, csv());
}

void MetricsPage::exportPng()
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    m_panes->grab().save(&buffer, "PNG");
    save(u"metrics.png"_s, bytes);
}

void MetricsPage::save(const QString &name, const QByteArray &bytes)
{
    auto *dialog = new QFileDialog(this, tr("Export"), name);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->selectFile(name);
    connect(dialog, &QFileDialog::fileSelected, this, [this, bytes](const QString &path) {
        QSaveFile file(path);
        if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
            Q_EMIT this->context().navigator.said(tr("Written: %1").arg(path));
        else
            Q_EMIT this->context().navigator.failed(Error{Error::Kind::Unavailable,
                                                          tr("%1 was not written.").arg(path),
                                                          file.errorString(), tr("Choose another place.")});
    });
    dialog->open();
}

} // namespace signalbox::ui
