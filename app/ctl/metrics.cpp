#include "app/ctl/commands.h"
#include "app/ctl/metrics_since.h"
#include "app/ctl/options.h"
#include "app/ctl/queue_errors.h"
#include "app/ctl/words.h"
#include "core/metrics/prometheus.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "core/service/when_all.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

class Metrics : public Command {
public:
    void define(CLI::App &app) override
    {
        CLI::Option *prometheus
            = app.add_flag("--prometheus", m_prometheus, "In the text format of Prometheus");
        addDuration(app, "--since", m_since,
                    "What workers recorded in the last so long, at most 25h: rates, failures, percentiles of "
                    "waits and runs by queue and handler")
            ->excludes(prometheus);
        app.add_flag("--csv", m_csv,
                     "For spreadsheets: a line for each bucket and handler; without --since 1h")
            ->excludes(prometheus);
    }
    Result<> check(Context & /*context*/) override
    {
        if (m_csv && !m_since) m_since = std::chrono::hours(1);
        if (!m_since || resolutionFor(*m_since)) return {};
        return fail(Error::Kind::Invalid, Words::tr("--since is too long."),
                    Words::tr("What workers record is kept for 25 hours."), Words::tr("Give 25h or less."));
    }
    void run(Context &context) override
    {
        runtime::whenDone(context.service().metrics(), this,
                          [this, &context](const Result<service::ServiceMetrics> &metrics) {
                              if (!metrics) return context.fail(metrics.error());
                              if (m_prometheus) return readHandlers(context, *metrics);
                              if (m_since) return readRecorded(context, *metrics);
                              if (context.out().isJson())
                                  context.out().json(metrics->toJson());
                              else if (!metrics->queues.isEmpty() || metrics->queueErrors.isEmpty())
                                  say(context.out(), metrics->sum()); // zeros of nothing read would be a lie
                              context.finish(endOf(*metrics));
                          });
    }

private:
    using Counts = QMap<QString, QMap<QString, qint64>>;

    void readRecorded(Context &context, const service::ServiceMetrics &metrics)
    {
        m_end = endOf(metrics);
        QList<QFuture<Result<MetricsSeries>>> futures;
        for (const QueueStats &queue : metrics.queues)
            if (context.global().queue.isEmpty() || context.global().queue == queue.queue)
                futures.append(context.service().metricsSeries(
                    {.queue = queue.queue,
                     .resolution = *resolutionFor(*m_since),
                     .length = std::chrono::ceil<std::chrono::seconds>(*m_since)}));
        service::whenAll(futures, this, [this, &context](const QList<Result<MetricsSeries>> &results) {
            const Result<QList<MetricsSeries>> all = service::allOf(results);
            if (!all) return context.fail(all.error());
            if (m_csv)
                context.out().verbatim(toCsv(*all));
            else if (context.out().isJson())
                context.out().json(toJson(*all));
            else
                sayRecorded(context.out(), *all);
            context.finish(m_end);
        });
    }
    void readHandlers(Context &context, const service::ServiceMetrics &metrics)
    {
        QList<QFuture<Result<Counts>>> futures;
        m_end = endOf(metrics);
        for (const QueueStats &queue : metrics.queues)
            futures.append(context.service().handlerCounts(queue.queue));
        service::whenAll(futures, this, [this, &context, metrics](const QList<Result<Counts>> &results) {
            const Result<QList<Counts>> counts = service::allOf(results);
            if (!counts) return context.fail(counts.error());
            readWindow(
                context,
                {metrics.queues, *counts, metrics.pools, metrics.serverNow, {}, metrics.queueErrors.size()});
        });
    }
    void readWindow(Context &context, const metrics::PrometheusInput &input)
    {
        QList<QFuture<Result<MetricsSeries>>> futures;
        for (const QueueStats &queue : input.queues)
            futures.append(context.service().metricsSeries({.queue = queue.queue,
                                                            .resolution = MetricsResolution::Coarse,
                                                            .length = std::chrono::hours(25)}));
        service::whenAll(futures, this, [this, &context, input](const QList<Result<MetricsSeries>> &results) {
            const Result<QList<MetricsSeries>> recorded = service::allOf(results);
            if (!recorded) return context.fail(recorded.error());
            metrics::PrometheusInput all = input;
            all.recorded = *recorded;
            context.out().verbatim(metrics::prometheusText(all));
            context.finish(m_end);
        });
    }
    static void say(Output &out, const QueueStats &sum)
    {
        Table table({{Words::tr("FIGURE")}, {Words::tr("VALUE"), Table::Align::Right}});
        const auto add = [&](const QString &name, const QString &value) { table.add({name, value}); };
        for (const JobStatus status : allJobStatuses) add(toText(status), countText(sum.size(status)));
        add(Words::tr("submitted, ever"), countText(sum.submitted));
        add(Words::tr("completed, ever"), countText(sum.completed));
        add(Words::tr("retried, ever"), countText(sum.retried));
        add(Words::tr("dead letters, ever"), countText(sum.deadLettered));
        add(Words::tr("cancelled, ever"), countText(sum.cancelled));
        add(Words::tr("leases lost, ever"), countText(sum.leasesLost));
        add(Words::tr("rate, 1 min"), rateText(sum.completedPerSecond1m));
        add(Words::tr("rate, 5 min"), rateText(sum.completedPerSecond5m));
        add(Words::tr("rate, 15 min"), rateText(sum.completedPerSecond15m));
        if (sum.averageWait) add(Words::tr("average wait"), durationText(*sum.averageWait));
        if (sum.averageRun) add(Words::tr("average run"), durationText(*sum.averageRun));
        if (sum.oldestWait) add(Words::tr("longest waiting"), durationText(*sum.oldestWait));
        if (const auto rate = sum.errorRate()) add(Words::tr("failed runs"), percentText(*rate * 100));
        add(Words::tr("finished jobs take"), bytesText(sum.finishedBytes));
        out.table(table);
    }
    bool m_prometheus = false;
    bool m_csv = false;
    std::optional<std::chrono::milliseconds> m_since;
    ExitCode m_end = ExitCode::Done;
};

} // namespace

std::unique_ptr<Command> makeMetrics()
{
    return std::make_unique<Metrics>();
}

} // namespace signalbox::ctl
