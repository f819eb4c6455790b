#include "app/ctl/metrics_since.h"

#include "app/ctl/words.h"
#include "core/model/display_text.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;
using std::chrono::microseconds;

namespace {

constexpr std::array shares{0.5, 0.95, 0.99};

QString timeText(const LatencyHistogram &times, double share)
{
    const std::optional<qint64> time = times.percentile(share);
    return time ? durationText(microseconds(*time)) : u"–"_s;
}

void addRow(Table &table, const MetricsSeries &series, const QString &handler, const HandlerFigures &figures)
{
    const double runs = static_cast<double>(figures.completed + figures.failed);
    const std::optional<double> errors = figures.errorRate();
    QStringList cells{series.queue, handler, rateText(runs / static_cast<double>(series.length().count())),
                      errors ? percentText(*errors * 100) : u"–"_s};
    for (const LatencyHistogram *times : {&figures.wait, &figures.run})
        for (const double share : shares) cells.append(timeText(*times, share));
    table.add(cells);
}

/// A text as spreadsheets take it: quoted, and never a formula.
QByteArray csvText(const QString &text)
{
    QString safe = displayLine(text);
    if (!safe.isEmpty() && u"=+-@"_s.contains(safe.front())) safe.prepend(u'\'');
    return '"' + safe.replace(u'"', u"\"\""_s).toUtf8() + '"';
}

QByteArray csvTimes(const LatencyHistogram &times)
{
    QByteArray text;
    for (const double share : shares) {
        const std::optional<qint64> time = times.percentile(share);
        text += ',' + (time ? jsonSeconds(microseconds(*time)) : QByteArray());
    }
    return text;
}

QByteArray timesJson(const LatencyHistogram &times)
{
    const auto at = [&times](double share) -> std::optional<microseconds> {
        const std::optional<qint64> time = times.percentile(share);
        return time ? std::optional(microseconds(*time)) : std::nullopt;
    };
    return JsonWriter()
        .integer("count"_L1, times.count())
        .seconds("sum"_L1, microseconds(times.sum()))
        .secondsOrNull("p50"_L1, at(0.5))
        .secondsOrNull("p95"_L1, at(0.95))
        .secondsOrNull("p99"_L1, at(0.99))
        .take();
}

void writeFigures(JsonWriter &writer, const HandlerFigures &figures)
{
    writer.integer("completed"_L1, figures.completed)
        .integer("failed_runs"_L1, figures.failed)
        .integer("retried"_L1, figures.retried)
        .integer("dead_letter"_L1, figures.dead)
        .integer("cancelled"_L1, figures.cancelled)
        .numberOrNull("error_rate"_L1, figures.errorRate())
        .json("wait"_L1, timesJson(figures.wait))
        .json("run"_L1, timesJson(figures.run));
}

QByteArray bucketJson(const MetricsSeries &series, const MetricsBucket &bucket)
{
    JsonWriter writer;
    writer.time("start"_L1, series.startOf(bucket.number));
    writeFigures(writer, bucket.sum());
    writer.numberOrNull("utilisation"_L1, bucket.workers.utilisation());
    if (const auto &depth = bucket.depth)
        writer.json("depth"_L1,
                    JsonWriter()
                        .integer("blocked"_L1, depth->blocked)
                        .integer("pending"_L1, depth->pending)
                        .integer("scheduled"_L1, depth->scheduled)
                        .integer("retrying"_L1, depth->retrying)
                        .integer("running"_L1, depth->running)
                        .integer("dead_letter"_L1, depth->dead)
                        .seconds("oldest_wait"_L1, depth->oldestWait)
                        .take());
    else
        writer.null("depth"_L1);
    return writer.take();
}

QByteArray seriesJson(const MetricsSeries &series)
{
    JsonWriter writer;
    writer.text("queue"_L1, series.queue)
        .time("from"_L1, series.startOf(series.first))
        .time("to"_L1, std::min(series.startOf(series.last + 1), series.serverNow))
        .integer("bucket_seconds"_L1, widthOf(series.resolution))
        .numberOrNull("utilisation"_L1, series.workers().utilisation());
    writeFigures(writer, series.sum());
    QList<QByteArray> handlers, buckets;
    const QMap<QString, HandlerFigures> byHandler = series.byHandler();
    for (auto one = byHandler.constBegin(); one != byHandler.constEnd(); ++one) {
        JsonWriter row;
        row.text("handler"_L1, one.key());
        writeFigures(row, *one);
        handlers.append(row.take());
    }
    for (const MetricsBucket &bucket : series.buckets) buckets.append(bucketJson(series, bucket));
    return writer.json("handlers"_L1, jsonArray(handlers)).json("buckets"_L1, jsonArray(buckets)).take();
}

} // namespace

std::optional<MetricsResolution> resolutionFor(std::chrono::milliseconds since)
{
    for (const MetricsResolution resolution : {MetricsResolution::Fine, MetricsResolution::Coarse})
        if (since <= std::chrono::seconds(widthOf(resolution) * slotsOf(resolution))) return resolution;
    return std::nullopt;
}

void sayRecorded(Output &out, const QList<MetricsSeries> &all)
{
    const auto right = Table::Align::Right;
    Table table({{Words::tr("QUEUE")},
                 {Words::tr("HANDLER")},
                 {Words::tr("RUNS"), right},
                 {Words::tr("FAILED"), right},
                 {Words::tr("WAIT P50"), right},
                 {Words::tr("P95"), right},
                 {Words::tr("P99"), right},
                 {Words::tr("RUN P50"), right},
                 {Words::tr("P95"), right},
                 {Words::tr("P99"), right}});
    for (const MetricsSeries &series : all) {
        const QMap<QString, HandlerFigures> byHandler = series.byHandler();
        for (auto one = byHandler.constBegin(); one != byHandler.constEnd(); ++one)
            addRow(table, series, one.key(), *one);
        if (byHandler.size() > 1) addRow(table, series, Words::tr("all"), series.sum());
    }
    if (table.isEmpty()) return out.note(Words::tr("No worker has recorded anything in this time."));
    out.table(table);
}

QByteArray toCsv(const QList<MetricsSeries> &all)
{
    QByteArray text
        = "start,bucket_seconds,queue,handler,completed,failed_runs,retried,dead_letter,cancelled,"
          "wait_p50,wait_p95,wait_p99,run_p50,run_p95,run_p99\n";
    for (const MetricsSeries &series : all)
        for (const MetricsBucket &bucket : series.buckets)
            for (auto one = bucket.handlers.constBegin(); one != bucket.handlers.constEnd(); ++one) {
                text += toText(series.startOf(bucket.number)).toUtf8() + ','
                    + QByteArray::number(widthOf(series.resolution)) + ',' + csvText(series.queue) + ','
                    + csvText(one.key());
                for (const qint64 number :
                     {one->completed, one->failed, one->retried, one->dead, one->cancelled})
                    text += ',' + QByteArray::number(number);
                text += csvTimes(one->wait) + csvTimes(one->run) + '\n';
            }
    return text;
}

QByteArray toJson(const QList<MetricsSeries> &all)
{
    QList<QByteArray> queues;
    for (const MetricsSeries &series : all) queues.append(seriesJson(series));
    return JsonWriter().json("queues"_L1, jsonArray(queues)).take();
}

} // namespace signalbox::ctl
