#pragma once

#include "core/metrics/histogram.h"
#include "core/model/event.h"

#include <QHash>
#include <QList>
#include <QMap>

#include <deque>
#include <optional>

namespace signalbox::metrics {

/// What can be told about times from a queue's events, which are written anyway, so that it costs the server
/// nothing: docs/decisions/0004-metrics.md. It knows what it was shown and no more. A step whose beginning
/// lay before the first event shown, or among events that were missed, is left out, never guessed. Threads  a
/// value; any.
class EventHistograms {
public:
    using ByLabel = QMap<QString, Histogram>;

    /// In their order; of one queue or of all. The live ones (JobService::eventsArrived) or the stream's tail
    /// (JobService::recentEvents).
    void observe(const QList<Event> &events);
    /// Sizes of results, which no event carries; of jobs that were seen before.
    void observeResults(const QHash<JobId, qint64> &bytes);
    /// What another one has seen as well; of other events. Jobs that are under way are not taken over.
    void add(const EventHistograms &other);

    [[nodiscard]] const ByLabel &durations() const { return m_durations; }     ///< of runs; by handler, µs
    [[nodiscard]] const ByLabel &queueTimes() const { return m_queueTimes; }   ///< by priority, µs
    [[nodiscard]] const ByLabel &retryDelays() const { return m_retryDelays; } ///< by handler, µs
    [[nodiscard]] const ByLabel &resultSizes() const { return m_resultSizes; } ///< by handler, bytes
    [[nodiscard]] qint64 events() const { return m_events; }
    [[nodiscard]] std::optional<Timestamp> first() const { return m_first; } ///< of the events; nothing: none
    [[nodiscard]] std::optional<Timestamp> last() const { return m_last; }

    static constexpr size_t jobsMax = 20'000; ///< kept in mind, the newest; about 4 MB

private:
    struct Job {
        QString handler;  ///< empty: not known
        QString priority; ///< empty: its submit was not seen
        std::optional<Timestamp> pendingSince, failedAt;
    };
    void observeOne(const Event &event);
    void observeStart(const Event &event, Job &job);
    void observeFailure(const Event &event, Job &job);
    Job &job(const JobId &id);

    ByLabel m_durations, m_queueTimes, m_retryDelays, m_resultSizes;
    QHash<JobId, Job> m_jobs;
    std::deque<JobId> m_order; ///< of m_jobs, the oldest first
    qint64 m_events = 0;
    std::optional<Timestamp> m_first, m_last;
};

} // namespace signalbox::metrics
