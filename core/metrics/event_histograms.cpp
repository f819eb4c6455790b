#include "core/metrics/event_histograms.h"

#include "core/model/json_fields.h"

#include <array>
#include <cmath>

namespace signalbox::metrics {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 ms = 1'000; ///< µs
constexpr qint64 s = 1'000'000;
constexpr std::array<qint64, 17> times{1 * ms,   5 * ms,   10 * ms, 25 * ms,    50 * ms,  100 * ms,
                                       250 * ms, 500 * ms, 1 * s,   2'500 * ms, 5 * s,    10 * s,
                                       30 * s,   60 * s,   300 * s, 1'800 * s,  7'200 * s};
constexpr qint64 kib = 1024;
constexpr std::array<qint64, 10> sizes{64,       256,       kib,      4 * kib,      16 * kib,
                                       64 * kib, 256 * kib, kib *kib, 4 * kib *kib, 16 * kib *kib};

void observeIn(EventHistograms::ByLabel &histograms, const QString &label, Histogram::Bounds bounds,
               qint64 value)
{
    auto found = histograms.find(label);
    if (found == histograms.end()) found = histograms.insert(label, Histogram(bounds));
    found->observe(value);
}

void addTo(EventHistograms::ByLabel &sum, const EventHistograms::ByLabel &other)
{
    for (auto one = other.constBegin(); one != other.constEnd(); ++one) {
        const auto found = sum.find(one.key());
        if (found == sum.end())
            sum.insert(one.key(), *one);
        else
            found->add(*one);
    }
}

qint64 microsBetween(Timestamp from, Timestamp to)
{
    return (to - from).count();
}

/// Nothing when the event does not say.
std::optional<qint64> ranUs(JsonFields &fields)
{
    const std::optional<double> seconds = fields.numberOrNull("duration"_L1);
    return seconds ? std::optional(std::llround(*seconds * 1e6)) : std::nullopt;
}

} // namespace

void EventHistograms::observe(const QList<Event> &events)
{
    for (const Event &event : events) {
        if (event.type == Event::Type::EventsMissed) {
            m_jobs.clear(); // what any of them did meanwhile is not known
            m_order.clear();
            continue;
        }
        if (event.job.isNull()) continue;
        ++m_events;
        m_first = std::min(m_first.value_or(event.at), event.at);
        m_last = std::max(m_last.value_or(event.at), event.at);
        observeOne(event);
    }
}

EventHistograms::Job &EventHistograms::job(const JobId &id)
{
    const auto found = m_jobs.find(id);
    if (found != m_jobs.end()) return *found;
    if (m_order.size() == jobsMax) {
        m_jobs.remove(m_order.front());
        m_order.pop_front();
    }
    m_order.push_back(id);
    return *m_jobs.insert(id, {});
}

void EventHistograms::observeOne(const Event &event)
{
    switch (event.type) {
    case Event::Type::JobSubmitted: {
        JsonFields fields(event.data);
        Job &submitted = job(event.job);
        submitted = {fields.text("handler"_L1), fields.text("priority"_L1), {}, {}};
        const std::optional<Timestamp> due = fields.timeOrNull("scheduled_at"_L1);
        if (!due || *due <= event.at) submitted.pendingSince = event.at;
        return;
    }
    case Event::Type::JobPromoted: {
        Job &promoted = job(event.job);
        if (promoted.failedAt && !promoted.handler.isEmpty())
            observeIn(m_retryDelays, promoted.handler, times, microsBetween(*promoted.failedAt, event.at));
        promoted.failedAt.reset();
        promoted.pendingSince = event.at;
        return;
    }
    case Event::Type::JobRequeued:
        job(event.job).pendingSince = event.at;
        return;
    case Event::Type::JobStarted:
        return observeStart(event, job(event.job));
    case Event::Type::JobFailed:
        return observeFailure(event, job(event.job));
    case Event::Type::JobCompleted: {
        JsonFields fields(event.data);
        const std::optional<qint64> ran = ranUs(fields);
        const QString handler = job(event.job).handler;
        if (ran && !handler.isEmpty()) observeIn(m_durations, handler, times, *ran);
        return;
    }
    default: // a job that is released, or whose lease is lost, keeps its place: its wait was counted
        return;
    }
}

void EventHistograms::observeStart(const Event &event, Job &started)
{
    JsonFields fields(event.data);
    started.handler = fields.text("handler"_L1);
    if (started.pendingSince && !started.priority.isEmpty())
        observeIn(m_queueTimes, started.priority, times, microsBetween(*started.pendingSince, event.at));
    started.pendingSince.reset();
}

void EventHistograms::observeFailure(const Event &event, Job &failed)
{
    JsonFields fields(event.data);
    failed.handler = fields.text("handler"_L1);
    const bool isRun = !fields.textOrNull("worker_id"_L1).isEmpty(); // else: buried, as it lost its workers
    const std::optional<qint64> ran = ranUs(fields);
    if (isRun && ran && !failed.handler.isEmpty()) observeIn(m_durations, failed.handler, times, *ran);
    if (fields.boolean("will_retry"_L1, false)) failed.failedAt = event.at;
}

void EventHistograms::observeResults(const QHash<JobId, qint64> &bytes)
{
    for (auto one = bytes.constBegin(); one != bytes.constEnd(); ++one) {
        const QString handler = m_jobs.value(one.key()).handler;
        if (!handler.isEmpty()) observeIn(m_resultSizes, handler, sizes, *one);
    }
}

void EventHistograms::add(const EventHistograms &other)
{
    addTo(m_durations, other.m_durations);
    addTo(m_queueTimes, other.m_queueTimes);
    addTo(m_retryDelays, other.m_retryDelays);
    addTo(m_resultSizes, other.m_resultSizes);
    m_events += other.m_events;
    if (other.m_first) m_first = std::min(m_first.value_or(*other.m_first), *other.m_first);
    if (other.m_last) m_last = std::max(m_last.value_or(*other.m_last), *other.m_last);
}

} // namespace signalbox::metrics
