#include "app/ctl/commands.h"
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
        app.add_flag("--prometheus", m_prometheus, "In the text format of Prometheus");
    }
    void run(Context &context) override
    {
        runtime::whenDone(context.service().metrics(), this,
                          [this, &context](const Result<service::ServiceMetrics> &metrics) {
                              if (!metrics) return context.fail(metrics.error());
                              if (m_prometheus) return readHandlers(context, *metrics);
                              if (context.out().isJson())
                                  context.out().json(metrics->toJson());
                              else if (!metrics->queues.isEmpty() || metrics->queueErrors.isEmpty())
                                  say(context.out(), metrics->sum()); // zeros of nothing read would be a lie
                              context.finish(endOf(*metrics));
                          });
    }

private:
    using Counts = QMap<QString, QMap<QString, qint64>>;
    static constexpr int eventsMax = 10'000; ///< of each queue, to draw histograms from

    void readHandlers(Context &context, const service::ServiceMetrics &metrics)
    {
        QList<QFuture<Result<Counts>>> futures;
        m_end = endOf(metrics);
        for (const QueueStats &queue : metrics.queues)
            futures.append(context.service().handlerCounts(queue.queue));
        service::whenAll(futures, this, [this, &context, metrics](const QList<Result<Counts>> &results) {
            const Result<QList<Counts>> counts = service::allOf(results);
            if (!counts) return context.fail(counts.error());
            readEvents(
                context,
                {metrics.queues, *counts, metrics.pools, metrics.serverNow, {}, metrics.queueErrors.size()});
        });
    }
    void readEvents(Context &context, const metrics::PrometheusInput &input)
    {
        QList<QFuture<Result<queue::RecentEvents>>> futures;
        for (const QueueStats &queue : input.queues)
            futures.append(context.service().recentEvents(queue.queue, eventsMax));
        service::whenAll(futures, this,
                         [this, &context, input](const QList<Result<queue::RecentEvents>> &results) {
                             metrics::PrometheusInput all = input;
                             for (const Result<queue::RecentEvents> &queue : results) {
                                 if (!queue && queue.error().kind == Error::Kind::Unsupported)
                                     continue; // the page says "none"
                                 if (!queue) return context.fail(queue.error());
                                 metrics::EventHistograms one;
                                 one.observe(queue->events);
                                 one.observeResults(queue->resultBytes);
                                 all.recent.add(one);
                             }
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
    ExitCode m_end = ExitCode::Done;
};

} // namespace

std::unique_ptr<Command> makeMetrics()
{
    return std::make_unique<Metrics>();
}

} // namespace signalbox::ctl
