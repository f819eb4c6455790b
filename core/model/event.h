#pragma once

#include "core/model/job_id.h"
#include "core/model/job_status.h"
#include "core/model/json_text.h"
#include "core/model/timestamp.h"

namespace signalbox {

/// One fact about a job, a queue or a pool; the same on every machine that shares the queue. A hint: the
/// store is the truth. `data` has the keys that docs/protocol.md lists for the event's name.
struct Event {
    enum class Type {
        JobSubmitted,
        JobStarted,
        JobProgress,
        JobCompleted,
        JobFailed,
        JobDeadLetter,
        JobCancelled,
        JobRequeued,
        JobReleased,
        JobLeaseLost,
        JobSettleRefused,
        JobPromoted,
        JobDeleted,
        JobsPurged,
        QueuePaused,
        QueueResumed,
        QueueRepaired, ///< by the doctor: about one job, or about the queue
        ServiceStarted,
        ServiceStopped,
        WorkersStarted,
        WorkersStopped,
        WorkersScaled,
        EventsMissed,
    };
    Type type = Type::JobSubmitted;
    QString source; ///< "queue/<name>", "pool/<id>", "service/<id>"
    Timestamp at{}; ///< the server's clock for what happened in the queue
    QString queue;
    JobId job;                                 ///< null where the event is not about one job
    QByteArray data = QByteArrayLiteral("{}"); ///< a JSON object, one line
    QString cursor; ///< where to go on reading after it; empty for events of this process only
    /// {"event": "job.started", "source":…, "timestamp":…, "queue":…, "job_id":…, …data}: queue and job_id
    /// only where there is one; a key of `data` that is one of these five is left out.
    [[nodiscard]] QByteArray toJson() const;
    bool operator==(const Event &) const = default;
};
inline constexpr int eventTypeCount = static_cast<int>(Event::Type::EventsMissed) + 1;
[[nodiscard]] QString toText(Event::Type type); ///< "job.dead_letter"
[[nodiscard]] Result<Event::Type> eventTypeFromText(QStringView text);

} // namespace signalbox
