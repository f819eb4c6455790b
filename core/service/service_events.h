#pragma once

#include "core/model/event.h"
#include "core/runtime/clock.h"

#include <QStringList>

namespace signalbox::service {

/// The events of a service itself: of this process, so without a place in the stream.
class ServiceEvents {
public:
    ServiceEvents(QString serviceId, runtime::Clock *clock) : m_id(std::move(serviceId)), m_clock(clock) { }
    [[nodiscard]] Event started(int workers) const;
    [[nodiscard]] Event stopped() const;
    [[nodiscard]] Event workersStarted(int count) const;
    [[nodiscard]] Event workersStopped() const;
    [[nodiscard]] Event workersScaled(int target) const;

private:
    [[nodiscard]] Event make(Event::Type type, QByteArray data) const;
    QString m_id;
    runtime::Clock *m_clock;
};

/// The jobs that a batch of events is about, by queue, each once.
[[nodiscard]] QMap<QString, QList<JobId>> changedJobs(const QList<Event> &events);

} // namespace signalbox::service
