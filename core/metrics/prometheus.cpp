#include "core/metrics/prometheus.h"

#include "core/model/json_writer.h"

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
    void begin(const char *name, const char *type, const char *help)
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

void addDurations(Page &page, const PrometheusInput &input)
{
    const ByHandler runUs = counts(input, u"run_us"_s);
    const ByHandler completed = counts(input, u"completed"_s);
    const ByHandler failed = counts(input, u"failed"_s);
    page.begin("job_duration_seconds", "histogram", "How long runs took.");
    for (auto one = runUs.constBegin(); one != runUs.constEnd(); ++one) {
        const QByteArray label = handlerLabel(one.key());
        const qint64 runs = completed.value(one.key()) + failed.value(one.key());
        page.add(label + ",le=\"+Inf\"", runs, "_bucket");
        page.add(label, jsonSeconds(std::chrono::microseconds(*one)), "_sum");
        page.add(label, runs, "_count");
    }
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
    addDurations(page, input);
    return page.take();
}

} // namespace signalbox::metrics
