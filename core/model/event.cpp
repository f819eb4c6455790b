#include "core/model/event.h"

#include "core/model/json_writer.h"
#include "core/model/words.h"

#include <algorithm>

namespace signalbox {

using namespace Qt::StringLiterals;

QString toText(Event::Type type)
{
    switch (type) {
    case Event::Type::JobSubmitted:
        return u"job.submitted"_s;
    case Event::Type::JobStarted:
        return u"job.started"_s;
    case Event::Type::JobProgress:
        return u"job.progress"_s;
    case Event::Type::JobCompleted:
        return u"job.completed"_s;
    case Event::Type::JobFailed:
        return u"job.failed"_s;
    case Event::Type::JobDeadLetter:
        return u"job.dead_letter"_s;
    case Event::Type::JobCancelled:
        return u"job.cancelled"_s;
    case Event::Type::JobRequeued:
        return u"job.requeued"_s;
    case Event::Type::JobReleased:
        return u"job.released"_s;
    case Event::Type::JobLeaseLost:
        return u"job.lease_lost"_s;
    case Event::Type::JobSettleRefused:
        return u"job.settle_refused"_s;
    case Event::Type::JobPromoted:
        return u"job.promoted"_s;
    case Event::Type::JobDeleted:
        return u"job.deleted"_s;
    case Event::Type::JobsPurged:
        return u"jobs.purged"_s;
    case Event::Type::QueuePaused:
        return u"queue.paused"_s;
    case Event::Type::QueueResumed:
        return u"queue.resumed"_s;
    case Event::Type::QueueRepaired:
        return u"queue.repaired"_s;
    case Event::Type::ServiceStarted:
        return u"job_service.started"_s;
    case Event::Type::ServiceStopped:
        return u"job_service.stopped"_s;
    case Event::Type::WorkersStarted:
        return u"job_service.workers_started"_s;
    case Event::Type::WorkersStopped:
        return u"job_service.workers_stopped"_s;
    case Event::Type::WorkersScaled:
        return u"job_service.workers_scaled"_s;
    case Event::Type::EventsMissed:
        return u"events.missed"_s;
    }
    Q_UNREACHABLE();
}

Result<Event::Type> eventTypeFromText(QStringView text)
{
    for (int i = 0; i < eventTypeCount; ++i)
        if (toText(static_cast<Event::Type>(i)) == text) return static_cast<Event::Type>(i);
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is not an event's name.").arg(text.left(80)),
                Words::tr("There is no such event."),
                Words::tr("See the list of events in the protocol's description."));
}

QByteArray Event::toJson() const
{
    JsonWriter writer;
    writer.text("event"_L1, toText(type)).text("source"_L1, source).time("timestamp"_L1, at);
    if (!queue.isEmpty()) writer.text("queue"_L1, queue);
    if (!job.isNull()) writer.jobId("job_id"_L1, job);

    const Result<QList<JsonMember>> members = jsonMembers(data);
    if (!members) { // shown as what it is: an event that another program wrote
        writer.text("damaged_data"_L1, QString::fromUtf8(data));
        return writer.take();
    }
    constexpr std::array ours{"event"_L1, "source"_L1, "timestamp"_L1, "queue"_L1, "job_id"_L1};
    for (const JsonMember &member : *members)
        if (std::find(ours.begin(), ours.end(), member.key) == ours.end()) writer.member(member);
    return writer.take();
}

} // namespace signalbox
