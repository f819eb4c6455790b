#include "core/service/job_service_private.h"

#include "core/model/json_fields.h"
#include "core/queue/edited_job.h"
#include "core/runtime/engine_thread.h"
#include "core/runtime/log.h"
#include "core/service/when_all.h"
#include "core/service/words.h"

namespace signalbox::service {

using namespace Qt::StringLiterals;
using runtime::whenDone;

namespace {

QString newServiceId(const runtime::Seams &seams)
{
    return QString::number(seams.random->bits(), 16).rightJustified(16, u'0');
}

} // namespace

JobService::Private::Private(JobService *q, Parts given)
    : owner(q),
      parts(std::move(given)),
      queue(*parts.queue),
      events(newServiceId(parts.seams), parts.seams.clock),
      waits(queue, parts.seams),
      pool(queue, parts.handlers, parts.settings.pool, parts.seams)
{
    for (const QString &name : parts.handlers->names()) ownHandlers.insert(name, parts.handlers->find(name));
    connect(&queue, &queue::JobQueue::eventsArrived, this, &Private::heed);
    connect(&queue, &queue::JobQueue::connectionChanged, this, &Private::noteConnection);
    connect(&pool, &worker::WorkerPool::infoChanged, owner, &JobService::poolChanged);
    connect(&pool, &worker::WorkerPool::stateChanged, this, &Private::notePoolState);
    connect(&pool, &worker::WorkerPool::stateChanged, owner, &JobService::poolStateChanged);
    connect(&pool, &worker::WorkerPool::problem, owner, &JobService::problem);
}

void JobService::Private::noteConnection(const queue::QueueConnection &now)
{
    {
        const std::lock_guard lock(connectionMutex);
        connection = now;
    }
    Q_EMIT owner->connectionChanged(now);
}

void JobService::Private::wait(const JobId &id, const QString &queueName,
                               std::optional<std::chrono::milliseconds> atMost,
                               const runtime::Answer<JobResult> &answer)
{
    listenToEvents(); // before the first look, so that nothing falls between
    findQueue(id, queueName, [this, id, atMost, answer](const Result<QString> &found) {
        if (!found) return answer.give(tl::unexpected(found.error()));
        waits.add(id, *found, atMost, answer);
    });
}

void JobService::Private::retry(const QString &queueName, const QList<JobId> &ids,
                                const runtime::Answer<QList<Result<JobId>>> &answer)
{
    whenDone(queue.requeue(queueName, ids), this, [=, this](const Result<QList<Result<JobId>>> &requeued) {
        if (!requeued) return answer.give(requeued);
        QList<JobId> waiting; // what could not be requeued may be waiting for its time
        for (qsizetype i = 0; i < ids.size(); ++i)
            if (!requeued->at(i) && requeued->at(i).error().kind == Error::Kind::WrongState)
                waiting.append(ids[i]);
        if (waiting.isEmpty()) return answer.give(requeued);
        whenDone(queue.runNow(queueName, waiting), this, [=](const Result<QList<Result<>>> &run) {
            if (!run) return answer.give(tl::unexpected(run.error()));
            QList<Result<JobId>> verdicts = *requeued;
            for (qsizetype i = 0, w = 0; i < ids.size() && w < waiting.size(); ++i) {
                if (ids[i] != waiting[w]) continue;
                if (run->at(w))
                    verdicts[i] = ids[i]; // else the refusal to requeue stands: it names the state
                ++w;
            }
            answer.give(verdicts);
        });
    });
}

void JobService::Private::findQueue(const JobId &id, const QString &queueName, Looked next)
{
    if (!queueName.isEmpty()) return next(queueName);
    whenDone(queue.queueOf(id), this,
             [next = std::move(next)](const Result<QString> &found) { next(found); });
}

void JobService::Private::listenToEvents()
{
    // Else it would be for a queue that is yet to start, or shut down the next moment.
    if (life != Life::Started || std::exchange(isListening, true)) return;
    queue.startEvents();
}

void JobService::Private::heed(const QList<Event> &arrived)
{
    announce(arrived);
    waits.heed(arrived);
}

void JobService::Private::tell(const Event &event)
{
    announce({event});
}

void JobService::Private::announce(const QList<Event> &arrived)
{
    Q_EMIT owner->eventsArrived(arrived);
    const QMap<QString, QList<JobId>> changed = changedJobs(arrived);
    for (auto one = changed.constBegin(); one != changed.constEnd(); ++one)
        Q_EMIT owner->jobsChanged(one.key(), *one);
    for (const Event &event : arrived) announceOne(event);
}

void JobService::Private::announceOne(const Event &event)
{
    switch (event.type) {
    case Event::Type::JobSubmitted:
        Q_EMIT owner->jobSubmitted(event);
        break;
    case Event::Type::JobStarted:
        Q_EMIT owner->jobStarted(event);
        break;
    case Event::Type::JobProgress:
        Q_EMIT owner->jobProgress(event);
        break;
    case Event::Type::JobCompleted:
        noteSlowJob(event);
        Q_EMIT owner->jobCompleted(event);
        break;
    case Event::Type::JobFailed:
        Q_EMIT owner->jobFailed(event);
        break;
    case Event::Type::JobDeadLetter:
        Q_EMIT owner->jobDeadLetter(event);
        break;
    case Event::Type::JobCancelled:
        Q_EMIT owner->jobCancelled(event);
        break;
    case Event::Type::JobRequeued:
        Q_EMIT owner->jobRequeued(event);
        break;
    case Event::Type::JobsPurged:
        Q_EMIT owner->jobsPurged(event);
        break;
    case Event::Type::JobReleased: // these have no signal of their own: eventsArrived() carries them
    case Event::Type::JobLeaseLost:
    case Event::Type::JobSettleRefused:
    case Event::Type::JobPromoted:
    case Event::Type::JobDeleted:
    case Event::Type::QueuePaused:
    case Event::Type::QueueResumed:
    case Event::Type::QueueRepaired:
    case Event::Type::ServiceStarted:
    case Event::Type::ServiceStopped:
    case Event::Type::WorkersStarted:
    case Event::Type::WorkersStopped:
    case Event::Type::WorkersScaled:
    case Event::Type::EventsMissed:
        break;
    }
}

void JobService::Private::noteSlowJob(const Event &event)
{
    if (!parts.settings.logSlowJobs) return;
    JsonFields fields(event.data);
    const auto duration = fields.seconds("duration"_L1, {});
    // Each process logs its own: with one line in every log nobody would know where to look.
    if (duration < parts.settings.slowJobThreshold
        || !fields.text("worker_id"_L1).startsWith(QString::fromLatin1(pool.id())))
        return;
    runtime::logger("service")->warn("Job {} of queue {} ran {} ms.", event.job.bytes().toStdString(),
                                     event.queue.toStdString(), duration.count());
}

Result<> JobService::Private::complete(JobDefinition &job) const
{
    job.complete(queue::newJobId(*parts.seams.random), parts.seams.clock->wallNow());
    return job.validate();
}

} // namespace signalbox::service
