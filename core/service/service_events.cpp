#include "core/service/service_events.h"

#include "core/model/json_writer.h"

#include <QMap>
#include <QSet>

namespace signalbox::service {

using namespace Qt::StringLiterals;

Event ServiceEvents::make(Event::Type type, QByteArray data) const
{
    Event event;
    event.type = type;
    event.source = u"service/"_s + m_id;
    event.at = m_clock->wallNow();
    event.data = std::move(data);
    return event;
}

Event ServiceEvents::started(int workers) const
{
    return make(Event::Type::ServiceStarted, JsonWriter().integer("worker_count"_L1, workers).take());
}

Event ServiceEvents::stopped() const
{
    return make(Event::Type::ServiceStopped, QByteArrayLiteral("{}"));
}

Event ServiceEvents::workersStarted(int count) const
{
    return make(Event::Type::WorkersStarted, JsonWriter().integer("count"_L1, count).take());
}

Event ServiceEvents::workersStopped() const
{
    return make(Event::Type::WorkersStopped, QByteArrayLiteral("{}"));
}

Event ServiceEvents::workersScaled(int target) const
{
    return make(Event::Type::WorkersScaled, JsonWriter().integer("target_count"_L1, target).take());
}

QMap<QString, QList<JobId>> changedJobs(const QList<Event> &events)
{
    QMap<QString, QList<JobId>> changed;
    QSet<JobId> seen; // an id is one job, whatever its queue
    for (const Event &event : events) {
        if (event.job.isNull() || seen.contains(event.job)) continue;
        seen.insert(event.job);
        changed[event.queue].append(event.job);
    }
    return changed;
}

} // namespace signalbox::service
