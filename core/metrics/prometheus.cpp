#include "core/metrics/prometheus.h"

#include "core/model/json_writer.h"

#include <algorithm>

namespace signalbox::metrics {

using namespace Qt::StringLiterals;

namespace {

using ByHandler = QMap<QString, qint64>;

/// A label's value: backslash, quote and line feed escaped, as the format has it; other controls are not
/// allowed to reach a terminal either.
QByteArray quoted(const QString &value)
{
    QByteArray text = "\"";
    for (const char c : value.toUtf8()) {
        if (c == '\\' || c == '"') {
            text += '\\';
            text += c;
        } else if (c == '\n') {
            text += "\\n";
        } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            text += '?';
        } else {
            text += c;
        }
    }
    return text + '"';
}

class Page {
public:
    void begin(const char *name, const char *type, const QByteArray &help)
    {
        m_name = name;
        m_text += QByteArray("# HELP ") + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
    }
    void add(const QByteArray &labels, const QByteArray &value, const char *suffix = "")
    {
        m_text
            += m_name + suffix + (labels.isEmpty() ? QByteArray() : '{' + labels + '}') + ' ' + value + '\n';
    }
    void add(const QByteArray &labels, qint64 value, const char *suffix = "")
    {
        add(labels, QByteArray::number(value), suffix);
    }
    [[nodiscard]] QByteArray take() { return std::move(m_text); }

private:
    QByteArray m_name;
    QByteArray m_text;
};

QByteArray handlerLabel(const QString &handler)
{
    return "handler=" + quoted(handler);
}

/// "completed" of all queues.
ByHandler counts(const PrometheusInput &input, const QString &what)
{
    ByHandler sum;
    for (const auto &queue : input.handlers) {
        const ByHandler one = queue.value(what);
        for (auto handler = one.constBegin(); handler != one.constEnd(); ++handler)
            sum[handler.key()] += *handler;
    }
    return sum;
}

void addSubmitted(Page &page, const PrometheusInput &input)
{
    page.begin("jobs_submitted_total", "counter", "Jobs submitted.");
    for (const JobPriority priority : allJobPriorities) {
        const QString name = toText(priority);
        const ByHandler submitted = counts(input, u"submitted."_s + name);
        for (auto one = submitted.constBegin(); one != submitted.constEnd(); ++one)
            page.add(handlerLabel(one.key()) + ",priority=" + quoted(name), *one);
    }
}

void addCompleted(Page &page, const PrometheusInput &input)
{
    page.begin("jobs_completed_total", "counter", "Runs that ended, by how.");
    struct Status {
        const char *counter;
        const char *label;
    };
    for (const Status status :
         {Status{"completed", "success"}, Status{"failed", "failed"}, Status{"cancelled", "cancelled"}}) {
        const ByHandler ended = counts(input, QString::fromLatin1(status.counter));
        for (auto one = ended.constBegin(); one != ended.constEnd(); ++one)
            page.add(handlerLabel(one.key()) + ",status=\"" + status.label + '"', *one);
    }
}

void addByHandler(Page &page, const ByHandler &values)
{
    for (auto one = values.constBegin(); one != values.constEnd(); ++one)
        page.add(handlerLabel(one.key()), *one);
}

void addPending(Page &page, const PrometheusInput &input)
{
    page.begin("jobs_pending", "gauge", "Jobs that wait for a worker.");
    for (size_t i = 0; i < allJobPriorities.size(); ++i) {
        qint64 pending = 0;
        for (const QueueStats &queue : input.queues) pending += queue.pendingByPriority[i];
        page.add("priority=" + quoted(toText(allJobPriorities[i])), pending);
    }
}

void addRunning(Page &page, const PrometheusInput &input)
{
    ByHandler running;
    for (const PoolInfo &pool : input.pools)
        for (const WorkerInfo &worker : pool.workers)
            if (!worker.currentJob.isNull()) ++running[worker.currentHandler];
    page.begin("jobs_running", "gauge", "Jobs that run now, as their workers last said.");
    addByHandler(page, running);
}

void addWorkers(Page &page, const PrometheusInput &input)
{
    qint64 total = 0;
    qint64 idle = 0;
    qint64 busy = 0;
    for (const PoolInfo &pool : input.pools)
        for (const WorkerInfo &worker : pool.workers) {
            if (!worker.isHealthy(input.now)) continue;
            ++total;
            idle += worker.status == WorkerStatus::Idle ? 1 : 0;
            busy += worker.status == WorkerStatus::Busy ? 1 : 0;
        }
    page.begin("workers_total", "gauge", "Workers with a fresh heartbeat.");
    page.add({}, total);
    page.begin("workers_idle", "gauge", "Workers that wait for a job.");
    page.add({}, idle);
    page.begin("workers_busy", "gauge", "Workers that run one.");
    page.add({}, busy);
}

void addRunTime(Page &page, const PrometheusInput &input)
{
    page.begin("jobs_run_seconds_total", "counter", "How long all runs took together.");
    const ByHandler runUs = counts(input, u"run_us"_s);
    for (auto one = runUs.constBegin(); one != runUs.constEnd(); ++one)
        page.add(handlerLabel(one.key()), jsonSeconds(std::chrono::microseconds(*one)));
}

using Written = QByteArray (*)(qint64);
QByteArray asSeconds(qint64 micros)
{
    return jsonSeconds(std::chrono::microseconds(micros));
}
QByteArray asBytes(qint64 bytes)
{
    return QByteArray::number(bytes);
}

QByteArray windowText(const QList<MetricsSeries> &recorded)
{
    if (recorded.isEmpty()) return "of nothing";
    Timestamp from = Timestamp::max(), to = Timestamp::min();
    for (const MetricsSeries &series : recorded) {
        from = std::min(from, series.startOf(series.first));
        to = std::max(to, series.serverNow);
    }
    return "of what workers recorded from " + toText(from).toUtf8() + " to " + toText(to).toUtf8()
        + "; a window, so it may count less than at the last reading";
}

using ByLabel = QMap<QString, LatencyHistogram>;
struct Powers { ///< of two, from the first to the last; what is below one of them is counted exactly
    int first, last, step;
};
constexpr Powers times{10, 33, 1}; ///< 1 ms … 2 h
constexpr Powers sizes{6, 24, 2};  ///< 64 bytes … 16 MiB

void addHistograms(Page &page, const char *name, const QByteArray &help, const QByteArray &labelName,
                   const ByLabel &histograms, Powers powers, Written written)
{
    page.begin(name, "histogram", help);
    for (auto one = histograms.constBegin(); one != histograms.constEnd(); ++one) {
        if (one->isEmpty()) continue;
        const QByteArray label = labelName + '=' + quoted(one.key());
        for (int power = powers.first; power <= powers.last; power += powers.step)
            page.add(label + ",le=\"" + written((qint64{1} << power) - 1) + '"', one->below(power),
                     "_bucket");
        page.add(label + ",le=\"+Inf\"", one->count(), "_bucket");
        page.add(label, written(one->sum()), "_sum");
        page.add(label, one->count(), "_count");
    }
}

void addRecorded(Page &page, const QList<MetricsSeries> &recorded)
{
    ByLabel runs, waits, delays, results;
    for (const MetricsSeries &series : recorded) {
        const QMap<QString, HandlerFigures> handlers = series.byHandler();
        for (auto one = handlers.constBegin(); one != handlers.constEnd(); ++one) {
            runs[one.key()].add(one->run);
            delays[one.key()].add(one->retryDelay);
            results[one.key()].add(one->resultBytes);
        }
        const WorkerFigures workers = series.workers();
        for (const JobPriority priority : allJobPriorities)
            waits[toText(priority)].add(workers.waitByLevel.at(static_cast<size_t>(priority) / 10));
    }
    const QByteArray window = windowText(recorded);
    addHistograms(page, "job_duration_seconds", "How long runs took, " + window + '.', "handler", runs, times,
                  asSeconds);
    addHistograms(page, "job_queue_time_seconds",
                  "How long jobs waited for a worker from when they could run, " + window + '.', "priority",
                  waits, times, asSeconds);
    addHistograms(page, "job_retry_delay_seconds",
                  "How long retries of failed runs were put off, " + window + '.', "handler", delays, times,
                  asSeconds);
    addHistograms(page, "job_result_size_bytes", "How big results were, " + window + '.', "handler", results,
                  sizes, asBytes);
}

} // namespace

QByteArray prometheusText(const PrometheusInput &input)
{
    Page page;
    addSubmitted(page, input);
    addCompleted(page, input);
    page.begin("jobs_retried_total", "counter", "Failed runs that are tried again.");
    addByHandler(page, counts(input, u"retried"_s));
    page.begin("jobs_dead_letter_total", "counter", "Jobs that became dead letters.");
    addByHandler(page, counts(input, u"dead_letter"_s));
    qint64 dead = 0;
    for (const QueueStats &queue : input.queues) dead += queue.size(JobStatus::DeadLetter);
    addPending(page, input);
    page.begin("jobs_dead_letter", "gauge", "Dead letters now.");
    page.add({}, dead);
    addRunning(page, input);
    addWorkers(page, input);
    page.begin("queues_unreadable", "gauge", "Queues that are damaged: all other figures are without them.");
    page.add({}, input.unreadableQueues);
    addRunTime(page, input);
    addRecorded(page, input.recorded);
    return page.take();
}

} // namespace signalbox::metrics
