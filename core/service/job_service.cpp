#include "core/service/job_service.h"

#include "core/runtime/engine_thread.h"
#include "core/service/job_service_private.h"
#include "core/service/new_job.h"
#include "core/service/words.h"

namespace signalbox::service {

using runtime::Answer;
using runtime::answered;
using runtime::whenDone;

JobService::JobService(Parts parts, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(parts)))
{
}

JobService::~JobService()
{
    SIGNALBOX_IN_THREAD_OF(this);
}

QFuture<Result<>> JobService::start(bool withEvents)
{
    return d->ask<void>([this, withEvents](const Answer<> &answer) { d->start(withEvents, answer); });
}

QFuture<Result<>> JobService::stop()
{
    return d->ask<void>([this](const Answer<> &answer) { d->stop(answer); });
}

const Settings &JobService::settings() const
{
    return d->parts.settings;
}

QList<queue::Capability> JobService::capabilities() const
{
    return d->queue.capabilities();
}

// Handlers

Result<> JobService::registerHandler(const QString &name, std::shared_ptr<worker::Handler> handler)
{
    const std::lock_guard lock(d->ownHandlersMutex); // over both: a reload puts back what is in ownHandlers
    const Result<> added = d->parts.handlers->add(name, handler);
    if (!added) return added;
    d->ownHandlers.insert(name, std::move(handler));
    return {};
}

QMap<QString, QString> JobService::handlers() const
{
    return d->parts.handlers->descriptions();
}

Result<> JobService::reloadHandlers()
{
    if (!d->parts.loadHandlers)
        return fail(Error::Kind::WrongState, Words::tr("There are no handlers to read again."),
                    Words::tr("This program registers all of its handlers in code."), {});
    // One after the other, or what was read first could be put in last.
    const std::lock_guard reloading(d->reloadMutex);
    const auto loaded = d->parts.loadHandlers(d->parts.settings.handlersFile);
    if (!loaded) return tl::unexpected(loaded.error());
    const std::lock_guard lock(d->ownHandlersMutex);
    Private::Handlers all = d->ownHandlers;
    for (auto one = loaded->constBegin(); one != loaded->constEnd(); ++one) {
        if (all.contains(one.key()))
            return fail(Error::Kind::Invalid,
                        Words::tr("The handler \"%1\" of %2 cannot be registered.")
                            .arg(one.key(), d->parts.settings.handlersFile),
                        Words::tr("This program has one of that name built in."),
                        Words::tr("Give it another name."));
        all.insert(one.key(), *one);
    }
    d->parts.handlers->replaceAll(std::move(all));
    return {};
}

// Jobs in

JobDefinition JobService::newJob(const QString &handler) const
{
    JobDefinition job;
    job.handler = handler;
    job.retry = d->parts.settings.retry;
    return job;
}

Result<JobDefinition> JobService::jobFromJson(const QByteArray &json) const
{
    return service::jobFromJson(json, d->parts.settings.retry);
}

QFuture<Result<queue::Submitted>> JobService::submit(JobDefinition job)
{
    const Result<> complete = d->complete(job);
    if (!complete) return answered<queue::Submitted>(tl::unexpected(complete.error()));
    return d->ask<queue::Submitted>([this, job = std::move(job)](const Answer<queue::Submitted> &answer) {
        whenDone(d->queue.submit({job}), d.get(),
                 [answer](const Result<QList<Result<queue::Submitted>>> &submitted) {
                     if (submitted) return answer.give(submitted->first());
                     answer.give(tl::unexpected(submitted.error()));
                 });
    });
}

QFuture<Result<QList<Result<queue::Submitted>>>> JobService::submitMany(QList<JobDefinition> jobs)
{
    // A bad one is refused in its place and does not keep the others out.
    QList<Result<queue::Submitted>> verdicts;
    QList<JobDefinition> good;
    for (JobDefinition &job : jobs) {
        const Result<> complete = d->complete(job);
        verdicts.append(complete ? Result<queue::Submitted>() : tl::unexpected(complete.error()));
        if (complete) good.append(job);
    }
    using Verdicts = QList<Result<queue::Submitted>>;
    if (good.isEmpty()) return answered<Verdicts>(verdicts);
    return d->ask<Verdicts>([this, good, verdicts](const Answer<Verdicts> &answer) {
        whenDone(d->queue.submit(good), d.get(),
                 [answer, verdicts](const Result<Verdicts> &submitted) mutable {
                     if (!submitted) return answer.give(submitted);
                     qsizetype next = 0;
                     for (Result<queue::Submitted> &verdict : verdicts)
                         if (verdict) verdict = submitted->at(next++);
                     answer.give(verdicts);
                 });
    });
}

// Jobs, one at a time

QFuture<Result<Job>> JobService::job(JobId id, QString queue)
{
    return d->ask<Job>([this, id, queue](const Answer<Job> &answer) {
        d->findQueue(id, queue, [this, id, answer](const Result<QString> &found) {
            if (!found) return answer.give(tl::unexpected(found.error()));
            d->pass(d->queue.job(*found, id), answer);
        });
    });
}

QFuture<Result<JobResult>> JobService::result(JobId id, QString queue)
{
    return d->ask<JobResult>([this, id, queue](const Answer<JobResult> &answer) {
        whenDone(job(id, queue), d.get(), [answer](const Result<Job> &job) {
            if (!job) return answer.give(tl::unexpected(job.error()));
            if (const std::optional<JobResult> result = job->toResult()) return answer.give(*result);
            answer.give(fail(Error::Kind::WrongState,
                             Words::tr("Job %1 has no result yet.").arg(job->definition.id.text()),
                             Words::tr("It is %1.").arg(toText(job->status)),
                             Words::tr("Wait until it ends.")));
        });
    });
}

QFuture<Result<JobResult>> JobService::wait(JobId id, std::optional<std::chrono::milliseconds> atMost,
                                            QString queue)
{
    return d->ask<JobResult>(
        [this, id, atMost, queue](const Answer<JobResult> &answer) { d->wait(id, queue, atMost, answer); });
}

QFuture<Result<QByteArray>> JobService::logTail(JobId id, QString queue)
{
    return d->ask<QByteArray>([this, id, queue](const Answer<QByteArray> &answer) {
        d->findQueue(id, queue, [this, id, answer](const Result<QString> &found) {
            if (!found) return answer.give(tl::unexpected(found.error()));
            d->pass(d->queue.logTail(*found, id), answer);
        });
    });
}

QFuture<Result<QString>> JobService::queueOf(JobId id)
{
    return d->queue.queueOf(id);
}

// Jobs, many at once

QFuture<Result<queue::ListPage>> JobService::list(queue::ListQuery query)
{
    return d->queue.list(std::move(query));
}

QFuture<Result<QList<Result<queue::CancelOutcome>>>> JobService::cancel(QString queue, QList<JobId> ids)
{
    return d->queue.cancel(std::move(queue), std::move(ids));
}

QFuture<Result<QList<Result<JobId>>>> JobService::requeue(QString queue, QList<JobId> ids,
                                                          queue::RequeueEdit edit)
{
    return d->queue.requeue(std::move(queue), std::move(ids), std::move(edit));
}

QFuture<Result<QList<Result<>>>> JobService::runNow(QString queue, QList<JobId> ids)
{
    return d->queue.runNow(std::move(queue), std::move(ids));
}

QFuture<Result<QList<Result<JobId>>>> JobService::retry(QString queue, QList<JobId> ids)
{
    using Verdicts = QList<Result<JobId>>;
    return d->ask<Verdicts>(
        [this, queue, ids](const Answer<Verdicts> &answer) { d->retry(queue, ids, answer); });
}

QFuture<Result<QList<Result<>>>> JobService::remove(QString queue, QList<JobId> ids)
{
    return d->queue.remove(std::move(queue), std::move(ids));
}

QFuture<Result<queue::BulkProgress>> JobService::requeueAll(QString queue, JobStatus from, JobFilter filter,
                                                            queue::BulkStep step)
{
    return d->queue.requeueAll(std::move(queue), from, std::move(filter), std::move(step));
}

QFuture<Result<queue::BulkProgress>> JobService::purge(QString queue, std::optional<JobStatus> status,
                                                       queue::BulkStep step)
{
    return d->queue.purge(std::move(queue), status, std::move(step));
}

// Queues

QFuture<Result<Timestamp>> JobService::serverNow()
{
    return d->queue.serverNow();
}

QFuture<Result<QStringList>> JobService::queues()
{
    return d->queue.queues();
}

QFuture<Result<>> JobService::pauseQueue(QString queue, QString reason)
{
    return d->queue.pause(std::move(queue), std::move(reason));
}

QFuture<Result<>> JobService::resumeQueue(QString queue)
{
    return d->queue.resume(std::move(queue));
}

QFuture<Result<>> JobService::setLimits(QString queue, queue::QueueLimits limits)
{
    return d->queue.setLimits(std::move(queue), limits);
}

QFuture<Result<ServiceMetrics>> JobService::metrics()
{
    return d->ask<ServiceMetrics>([this](const Answer<ServiceMetrics> &answer) { d->gatherMetrics(answer); });
}

QFuture<Result<ServiceHealth>> JobService::health()
{
    return d->ask<ServiceHealth>([this](const Answer<ServiceHealth> &answer) {
        whenDone(d->queue.serverHealth(), d.get(), [this, answer](const Result<ServerHealth> &server) {
            answer.give(server.map([this](const ServerHealth &told) {
                return ServiceHealth{told, d->parts.diskFree ? d->parts.diskFree() : std::nullopt};
            }));
        });
    });
}

QFuture<Result<QMap<QString, QMap<QString, qint64>>>> JobService::handlerCounts(QString queue)
{
    return d->queue.handlerCounts(std::move(queue));
}

QFuture<Result<MetricsSeries>> JobService::metricsSeries(queue::MetricsQuery query)
{
    return d->queue.metricsSeries(std::move(query));
}

QFuture<Result<queue::RecentEvents>> JobService::recentEvents(QString queue, int most)
{
    return d->queue.recentEvents(std::move(queue), most);
}

// Workers

QFuture<Result<>> JobService::startWorkers(int count)
{
    return d->ask<void>([this, count](const Answer<> &answer) { d->startWorkers(count, answer); });
}

QFuture<Result<>> JobService::stopWorkers(worker::WorkerPool::StopMode mode)
{
    return d->ask<void>([this, mode](const Answer<> &answer) { d->stopWorkers(mode, answer); });
}

QFuture<Result<>> JobService::scaleWorkers(int count)
{
    return d->ask<void>([this, count](const Answer<> &answer) { d->scaleWorkers(count, answer); });
}

QFuture<Result<>> JobService::restartWorker(QString workerId)
{
    return d->pool.restartWorker(std::move(workerId));
}

queue::QueueConnection JobService::connection() const
{
    const std::lock_guard lock(d->connectionMutex);
    return d->connection;
}

QFuture<Result<QList<PoolInfo>>> JobService::pools()
{
    return d->queue.pools();
}

} // namespace signalbox::service
