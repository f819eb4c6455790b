#include "core/service/job_service_private.h"
#include "core/service/when_all.h"
#include "core/service/words.h"
#include "core/worker/pool_bounds.h"

#include <utility>

namespace signalbox::service {

using runtime::Answer;
using runtime::whenDone;
using worker::WorkerPool;

namespace {

/// Whether any of the limits was set at all: an untouched queue keeps its own.
bool isAnySet(const queue::QueueLimits &limits)
{
    return limits.sizeMax || limits.keepFinishedFor || limits.keepFinishedCount || limits.keepFinishedBytes
        || limits.deadMax || limits.keepDeadFor || limits.eventsMax;
}

void giveAll(const QList<Answer<>> &answers, const Result<> &result)
{
    for (const Answer<> &answer : answers) answer.give(result);
}

Result<> refuseStart(const QString &why, const QString &todo)
{
    return fail(Error::Kind::WrongState, Words::tr("The service could not be started."), why, todo);
}

Result<> refuseWorkers(const QString &why, const QString &todo)
{
    return fail(Error::Kind::WrongState, Words::tr("The workers could not be started."), why, todo);
}

} // namespace

void JobService::Private::start(bool withEvents, const Answer<> &answer)
{
    if (!parts.settings.enabled)
        return answer.give(fail(Error::Kind::WrongState, Words::tr("The job queue is switched off."),
                                Words::tr("The setting queue.enabled (JOB_QUEUE_ENABLED) is false."),
                                Words::tr("Set it to true, or take it away.")));
    if (life == Life::Stopping)
        return answer.give(
            refuseStart(Words::tr("It is stopping."), Words::tr("Wait until it has stopped.")));
    wantsEvents = wantsEvents || withEvents;
    if (life == Life::Started) {
        if (wantsEvents) listenToEvents();
        return answer.give({});
    }
    if (!starting) starting = std::make_shared<Start>();
    starting->answers.append(answer);
    if (std::exchange(life, Life::Starting) == Life::Starting) return;
    whenDone(queue.initialize(), this,
             [this, mine = std::weak_ptr<Start>(starting)](const Result<> &initialized) {
                 if (!mine.expired()) started(initialized);
             });
}

void JobService::Private::started(const Result<> &result)
{
    life = result ? Life::Started : Life::Stopped;
    if (result && wantsEvents) listenToEvents();
    if (result) tell(events.started(0));
    giveAll(std::exchange(starting, nullptr)->answers, result);
}

void JobService::Private::stop(const Answer<> &answer)
{
    if (life == Life::Stopped) return answer.give({});
    stopAnswers.append(answer);
    const Life before = std::exchange(life, Life::Stopping);
    if (before == Life::Stopping) return;
    wantsEvents = false;
    callOffWorkersStart();
    if (const auto calledOff = std::exchange(starting, nullptr))
        giveAll(calledOff->answers,
                fail(Error::Kind::Unavailable, Words::tr("The service was not started."),
                     Words::tr("It was stopped meanwhile."), Words::tr("Start it again.")));
    // The workers first: they hand back and settle through the queue. A pool that is not running is done.
    whenDone(pool.stop(WorkerPool::StopMode::Graceful), this,
             [this, wasStarted = before == Life::Started](const Result<> &stopped) {
                 if (!stopped)
                     Q_EMIT owner->problem(stopped.error()); // and the queue is shut down all the same
                 shutDownQueue(wasStarted);
             });
}

void JobService::Private::shutDownQueue(bool wasStarted)
{
    if (std::exchange(isListening, false)) queue.stopEvents();
    whenDone(queue.shutdown(true), this, [this, wasStarted](const Result<> &done) {
        life = Life::Stopped;
        if (wasStarted) tell(events.stopped());
        giveAll(std::exchange(stopAnswers, {}), done);
    });
}

void JobService::Private::startWorkers(int count, const Answer<> &answer)
{
    switch (life) {
    case Life::Stopped:
        return answer.give(
            refuseWorkers(Words::tr("The service is not started."), Words::tr("Start it first.")));
    case Life::Starting:
        return answer.give(refuseWorkers(Words::tr("The service is still starting."),
                                         Words::tr("Wait until it has started.")));
    case Life::Stopping:
        return answer.give(refuseWorkers(Words::tr("The service is stopping."),
                                         Words::tr("Start it again when it has stopped.")));
    case Life::Started:
        break;
    }
    if (workersStarting)
        return answer.give(
            refuseWorkers(Words::tr("They are being started already."), Words::tr("Wait until they run.")));
    const int workers = count == 0 ? parts.settings.workerCount() : count;
    // What the pool is going to refuse must not have set limits before.
    if (!worker::PoolBounds::workers.contains(workers) || poolState != WorkerPool::State::Stopped)
        return startPool(workers, answer);
    workersStarting = std::make_shared<Start>(Start{{answer}});
    setLimitsThen([this, workers, answer, mine = std::weak_ptr<Start>(workersStarting)](const Result<> &set) {
        if (mine.expired()) return; // called off, and answered
        workersStarting.reset();
        if (!set) return answer.give(set);
        startPool(workers, answer);
    });
}

void JobService::Private::startPool(int workers, const Answer<> &answer)
{
    whenDone(pool.start(workers), this, [this, workers, answer](const Result<> &started) {
        if (started) tell(events.workersStarted(workers));
        answer.give(started);
    });
}

void JobService::Private::setLimitsThen(const std::function<void(Result<>)> &next)
{
    if (!isAnySet(parts.settings.limits)) return next({});
    QList<QFuture<Result<>>> settings;
    for (const worker::QueueWeight &one : parts.settings.pool.queues)
        settings.append(queue.setLimits(one.queue, parts.settings.limits));
    whenAll(settings, this, [next](const QList<Result<>> &results) {
        for (const Result<> &result : results)
            if (!result) return next(result);
        next({});
    });
}

void JobService::Private::stopWorkers(WorkerPool::StopMode mode, const Answer<> &answer)
{
    callOffWorkersStart();
    pass(pool.stop(mode), answer); // notePoolState() tells the event, once, however many asked
}

void JobService::Private::callOffWorkersStart()
{
    if (const auto calledOff = std::exchange(workersStarting, nullptr))
        giveAll(calledOff->answers,
                fail(Error::Kind::Unavailable, Words::tr("The workers were not started."),
                     Words::tr("They were stopped meanwhile."), Words::tr("Start them again.")));
}

void JobService::Private::scaleWorkers(int count, const Answer<> &answer)
{
    if (workersStarting)
        return answer.give(fail(Error::Kind::WrongState,
                                Words::tr("The number of workers could not be changed."),
                                Words::tr("They are being started."), Words::tr("Wait until they run.")));
    whenDone(pool.scale(count), this, [this, count, answer](const Result<> &scaled) {
        if (scaled) tell(events.workersScaled(count));
        answer.give(scaled);
    });
}

void JobService::Private::notePoolState(WorkerPool::State now)
{
    poolState = now;
    if (now == WorkerPool::State::Stopped) tell(events.workersStopped());
}

} // namespace signalbox::service
