#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"

#include <QCoreApplication>

#include <algorithm>
#include <atomic>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype batch = 500; // jobs a call, as many as a script takes
constexpr int callsInFlight = 4;
constexpr auto handlerName = "bench.nothing"_L1;

std::chrono::nanoseconds now()
{
    return runtime::systemSeams().clock->monotonicNow();
}

double perSecond(qint64 jobs, std::chrono::nanoseconds time)
{
    return static_cast<double>(jobs) / std::chrono::duration<double>(time).count();
}

/// Quick figures of this server with this machine: submit, drain, and the way from submit to start when idle.
/// In a queue of its own, which is empty again at the end. tests/bench measures with more care.
class Bench : public Command {
public:
    void define(CLI::App &app) override
    {
        app.add_option("--jobs", m_jobs, "How many jobs")
            ->type_name("N")
            ->check(CLI::Range(1, 10'000'000))
            ->default_str("20000");
        app.add_option("--workers", m_workers, "How many workers")
            ->type_name("N")
            ->check(CLI::Range(1, 1000));
        app.add_option("--samples", m_samples, "Jobs sent one by one, for the latency")
            ->type_name("N")
            ->check(CLI::Range(1, 100'000))
            ->default_str("200");
    }
    [[nodiscard]] Needs needs() const override { return {}; }
    [[nodiscard]] service::Settings::Values settings(const GlobalOptions & /*global*/) const override
    {
        service::Settings::Values values{{u"workers.queues"_s, m_queue}};
        if (m_workers > 0) values.insert(u"workers.count"_s, QString::number(m_workers));
        return values;
    }
    void run(Context &context) override
    {
        m_context = &context;
        const Result<> registered = context.service().registerHandler(
            QString(handlerName),
            std::make_shared<worker::FunctionHandler>(
                [this](const JobDefinition & /*job*/, worker::RunContext & /*context*/) {
                    ran();
                    return worker::RunResult::completed();
                }));
        if (!registered) return context.fail(registered.error());
        m_begin = now();
        for (int i = 0; i < callsInFlight; ++i) submitMore();
    }

private:
    [[nodiscard]] JobDefinition job() const
    {
        JobDefinition job = m_context->service().newJob(QString(handlerName));
        job.queue = m_queue;
        return job;
    }
    void submitMore()
    {
        if (m_sent == m_jobs) return;
        QList<JobDefinition> jobs;
        while (jobs.size() < batch && m_sent < m_jobs) {
            jobs.append(job());
            ++m_sent;
        }
        runtime::whenDone(
            m_context->service().submitMany(jobs), this,
            [this, count = jobs.size()](const Result<QList<Result<queue::Submitted>>> &submitted) {
                if (!submitted) return m_context->fail(submitted.error());
                m_acknowledged += count;
                m_context->out().progress(Words::tr("submitted"), m_acknowledged, m_jobs);
                if (m_acknowledged == m_jobs) return drain();
                submitMore();
            });
    }
    void drain()
    {
        m_submitTime = now() - m_begin;
        m_begin = now();
        runtime::whenDone(m_context->service().startWorkers(), this, [this](const Result<> &started) {
            if (!started) m_context->fail(started.error());
        });
    }
    void ran() // in a worker's thread
    {
        const auto at = now();
        const qint64 done = ++m_ran;
        if (done == m_jobs)
            post([this, at] { drained(at); });
        else if (done > m_jobs)
            post([this, at] { sampled(at); });
    }
    void drained(std::chrono::nanoseconds at)
    {
        m_drainTime = at - m_begin;
        sample();
    }
    void sample()
    {
        m_context->out().progress(Words::tr("timed"), m_latencies.size(), m_samples);
        m_begin = now();
        runtime::whenDone(m_context->service().submit(job()), this,
                          [this](const Result<queue::Submitted> &submitted) {
                              if (!submitted) m_context->fail(submitted.error());
                          });
    }
    void sampled(std::chrono::nanoseconds at)
    {
        m_latencies.append(std::chrono::duration_cast<std::chrono::microseconds>(at - m_begin));
        if (m_latencies.size() < m_samples) return sample();
        cleanUp();
    }
    void cleanUp()
    {
        runtime::whenDone(m_context->service().stopWorkers(worker::WorkerPool::StopMode::Graceful), this,
                          [this](const Result<> &stopped) {
                              if (!stopped) return m_context->fail(stopped.error());
                              runtime::whenDone(m_context->service().purge(m_queue, {}), this,
                                                [this](const Result<queue::BulkProgress> &purged) {
                                                    if (!purged) return m_context->fail(purged.error());
                                                    say();
                                                });
                          });
    }
    void say()
    {
        std::sort(m_latencies.begin(), m_latencies.end());
        const auto percentile = [this](int percent) {
            return m_latencies[std::min(m_latencies.size() - 1, m_latencies.size() * percent / 100)];
        };
        Output &out = m_context->out();
        if (out.isJson()) {
            out.json(JsonWriter()
                         .integer("jobs"_L1, m_jobs)
                         .integer("workers"_L1, m_context->settings().workerCount())
                         .number("submitted_per_second"_L1, perSecond(m_jobs, m_submitTime))
                         .number("drained_per_second"_L1, perSecond(m_jobs, m_drainTime))
                         .seconds("start_latency_p50"_L1, percentile(50))
                         .seconds("start_latency_p99"_L1, percentile(99))
                         .take());
        } else {
            out.line(Words::tr("submit        %1").arg(rateText(perSecond(m_jobs, m_submitTime))));
            out.line(Words::tr("drain         %1").arg(rateText(perSecond(m_jobs, m_drainTime))));
            out.line(Words::tr("idle to start %1 (p50), %2 (p99)")
                         .arg(durationText(percentile(50)), durationText(percentile(99))));
        }
        m_context->finish();
    }

    Context *m_context = nullptr;
    const QString m_queue = u"signalbox-bench-%1"_s.arg(QCoreApplication::applicationPid());
    qint64 m_jobs = 20'000;
    int m_workers = 0;
    qsizetype m_samples = 200;
    qint64 m_sent = 0;
    qint64 m_acknowledged = 0;
    std::atomic<qint64> m_ran{0};
    std::chrono::nanoseconds m_begin{0}, m_submitTime{0}, m_drainTime{0};
    QList<std::chrono::microseconds> m_latencies;
};

} // namespace

std::unique_ptr<Command> makeBench()
{
    return std::make_unique<Bench>();
}

} // namespace signalbox::ctl
