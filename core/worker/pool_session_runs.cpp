// PoolSession, second half: what becomes of runs, and of the whole when it ends.
#include "core/worker/pool_session.h"
#include "core/worker/settle_rules.h"
#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

using namespace std::chrono_literals;
using Reason = CancelToken::Reason;

void PoolSession::readNews(std::vector<WorkerNews> &&news)
{
    std::vector<RunPtr> ended;
    bool hasProgress = false;
    for (WorkerNews &item : news) {
        switch (item.kind) {
        case WorkerNews::Kind::RunEnded:
            ended.push_back(std::move(item.run));
            break;
        case WorkerNews::Kind::Progress:
            hasProgress = true;
            break;
        case WorkerNews::Kind::Problem:
            m_hooks.problem(*item.problem);
            break;
        case WorkerNews::Kind::Renewed:
            m_threads.renewed(item.worker, m_serverClock.now());
            answerRestarts(item.worker, {});
            break;
        case WorkerNews::Kind::Left:
            m_threads.left(item.worker, m_serverClock.now());
            answerRestarts(item.worker,
                           fail(Error::Kind::WrongState,
                                Words::tr("Worker %1 could not be restarted.").arg(item.worker),
                                Words::tr("It left the pool first."), Words::tr("Nothing is left to do.")));
            break;
        }
    }
    m_coalescer.flush(ended);
    for (const RunPtr &run : ended) finish(run);
    if (hasProgress) m_coalescer.noteChange();
    m_reporter.noteChange();
    pump();
    checkEnd();
}

void PoolSession::finish(const RunPtr &run)
{
    const std::chrono::nanoseconds took = run->endedAt - run->startedAt();
    m_queues[static_cast<size_t>(run->queueIndex)].gauge.add(took);
    m_reporter.addRun(took);
    m_metrics.ran(took);
    close(*run);
    // Lost, given back, or settled as stuck: what the handler made of it does not count any more.
    if (!m_held.holds(*run) || run->isSettling) return;
    queue::Outcome outcome = outcomeOf(run->result, run->token.reason(), run->claim, jitter());
    outcome.ran = std::chrono::duration_cast<std::chrono::microseconds>(took);
    settle(run, std::move(outcome));
}

void PoolSession::settle(const RunPtr &run, queue::Outcome outcome)
{
    run->outcome = std::move(outcome);
    m_queues[static_cast<size_t>(run->queueIndex)].lanes->settle(run);
}

void PoolSession::settled(const RunPtr &run, const queue::Verdict &verdict)
{
    m_held.remove(*run);
    if (!verdict) {
        m_hooks.problem(verdict.error());
        return;
    }
    m_metrics.settled(*run, *verdict);
    WorkerThreads::Figures *const worker = m_threads.find(run->worker);
    switch (run->outcome.kind) {
    case queue::Outcome::Kind::Completed:
        m_reporter.countCompleted();
        if (worker) ++worker->completed;
        break;
    case queue::Outcome::Kind::Failed:
    case queue::Outcome::Kind::FailedPermanently:
    case queue::Outcome::Kind::FailedQuietly:
        m_reporter.countFailed();
        if (worker) ++worker->failed;
        break;
    case queue::Outcome::Kind::Cancelled:
    case queue::Outcome::Kind::Released:
        break;
    }
}

void PoolSession::close(Run &run)
{
    if (std::exchange(run.isOpen, false)) --m_open;
}

bool PoolSession::takeBack(const RunPtr &run)
{
    if (run->stage.load(std::memory_order_acquire) != Run::Stage::Waiting) return false;
    if (!m_shared->ready.takeBack(run)) return false;
    close(*run);
    return true;
}

void PoolSession::stopRun(const RunPtr &run, Reason reason)
{
    if (run->isSettling) return;
    if (!takeBack(run)) return tellToStop(run, reason);
    settle(run, reason == Reason::Cancelled ? cancelled() : released());
    pump();
}

void PoolSession::tellToStop(const RunPtr &run, Reason reason)
{
    if (run->cancelledAt) return;
    run->cancelledAt = now();
    run->token.cancel(reason);
    m_watch.watchCancelled(run);
}

void PoolSession::lost(const RunPtr &run)
{
    m_held.remove(*run);
    m_hooks.problem(
        Error{Error::Kind::LeaseLost,
              Words::tr("The lease of job %1 was lost.").arg(run->claim.definition.id.text()),
              Words::tr("It ended before it could be renewed, or the job was moved by hand."),
              Words::tr("Nothing: the job is run again, and what this handler makes of it is refused.")});
    if (!takeBack(run)) tellToStop(run, Reason::LeaseLost);
}

void PoolSession::cutOff(const RunPtr &run)
{
    if (run->cancelledAt) return;
    m_hooks.problem(Error{
        Error::Kind::ConnectionLost,
        Words::tr("Job %1 was told to stop.").arg(run->claim.definition.id.text()),
        Words::tr("Its lease is about to end, and the server could not be reached to renew it."),
        Words::tr("Nothing: it runs again where the server can be reached. Look after the connection.")});
    stopRun(run, Reason::LeaseLost);
}

void PoolSession::replaceStuck(const RunPtr &run)
{
    close(*run);
    const bool isReplaced = m_threads.replaceStuck(run->worker, m_serverClock.now());
    const JobDefinition &job = run->claim.definition;
    const QString place = isReplaced
        ? Words::tr("Another thread has its worker's place.")
        : Words::tr("%L1 threads are stuck by now: its worker's place stays empty until one comes back.")
              .arg(m_threads.stuck());
    m_hooks.problem(
        Error{Error::Kind::Internal,
              Words::tr("The handler %1 of job %2 does not stop.").arg(job.handler, job.id.text()),
              Words::tr("It ignored its cancellation for %1 s. %2")
                  .arg(QString::number(std::chrono::duration<double>(m_options.cancelGrace).count()), place),
              Words::tr("Let it look at its cancel token. Restart this process to end the thread.")});
    if (m_held.holds(*run) && !run->isSettling)
        settle(run, ignoredCancel(run->token.reason(), run->claim, m_options.cancelGrace, jitter()));
    m_reporter.noteChange();
    pump();
    checkEnd();
}

// ---- Ending
// ----------------------------------------------------------------------------------------------------

void PoolSession::takeNoMore()
{
    if (std::exchange(m_isEnding, true)) return;
    m_context.queue.stopWaiting(m_context.worker);
    m_due.stop();
    m_retention.stop();
    m_handBackTimer->stop();
    m_reporter.setStopping(true);
    m_reporter.noteChange();
    for (const RunPtr &run : m_shared->ready.takeBackAll()) {
        close(*run);
        settle(run, released());
    }
    m_threads.dismissAll();
}

void PoolSession::stopGracefully()
{
    if (m_isEnding) return;
    takeNoMore();
    m_shutdownTimer->start(m_options.shutdownTimeout);
    pump();
    checkEnd();
}

void PoolSession::stopNow()
{
    if (std::exchange(m_isEndingNow, true)) return;
    takeNoMore();
    m_shutdownTimer->stop();
    m_door->readNow(); // what has ended is settled as it ended, and not given back
    // The jobs go back before their handlers are told, in one call. The other way round, handlers that fail
    // because they were interrupted would charge their jobs an attempt; and if this process is killed
    // half-way, its jobs would wait for their leases to end. What we risk instead is a job that starts
    // elsewhere while its handler here still stops: twice is better than never.
    for (const RunPtr &run : m_held.all()) {
        if (run->isSettling) continue;
        settle(run, released());
        m_released.push_back(run);
    }
    m_cancelTimer->start(1s);
    m_giveUpTimer->start(3s);
    auto left = std::make_shared<size_t>(m_queues.size()); // owners: the callbacks
    for (Served &served : m_queues)
        served.lanes->settleAtOnce([this, left, life = std::weak_ptr(m_life)] {
            if (!life.expired() && --*left == 0) cancelReleased();
        });
}

void PoolSession::cancelReleased()
{
    m_cancelTimer->stop();
    for (const RunPtr &run : std::exchange(m_released, {}))
        if (run->stage.load(std::memory_order_acquire) != Run::Stage::Ended)
            tellToStop(run, Reason::PoolStopping);
    checkEnd();
}

void PoolSession::giveUp()
{
    if (m_held.count() > 0)
        m_hooks.problem(Error{
            Error::Kind::ConnectionLost, Words::tr("%L1 jobs could not be given back.").arg(m_held.count()),
            Words::tr("The server did not answer while the workers stopped."),
            Words::tr("Nothing: they run again when their leases end, at most %1 s from now.")
                .arg(std::chrono::duration<double>(m_options.lease).count())});
    for (Served &served : m_queues) served.lanes->forget();
    m_held.clear();
    checkEnd();
}

void PoolSession::checkEnd()
{
    if (!m_isEnding || m_hasEnded || m_held.count() > 0 || !m_released.empty() || !m_threads.hasNone())
        return;
    const bool isQuiet
        = std::all_of(m_queues.begin(), m_queues.end(), [](const Served &s) { return s.lanes->isQuiet(); });
    if (!isQuiet) return;
    m_hasEnded = true;
    m_keeper.stop();
    m_watch.stop();
    m_coalescer.stop();
    m_reporter.stop();
    m_metrics.finish();
    m_shutdownTimer->stop();
    m_giveUpTimer->stop();
    m_hooks.ended();
}

} // namespace signalbox::worker
