// What a pool asks of the queue: claims, leases, waiting; and the events that everybody hears.
#include "core/queue/memory_job_queue_calls.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

void MemoryJobQueue::settleAndClaim(QByteArray worker, SettleAndClaim call,
                                    std::function<void(Result<SettledAndClaimed>)> done)
{
    tell<SettledAndClaimed>(std::move(done), [this, worker = std::move(worker), call = std::move(call)] {
        return state(call.queue).settleAndClaim(worker, call, nowUs());
    });
}

void MemoryJobQueue::renew(QByteArray worker, QString queue, QList<HeldLease> held, milliseconds lease,
                           std::function<void(Result<Renewed>)> done)
{
    tell<Renewed>(std::move(done), [this, worker = std::move(worker), queue, held = std::move(held), lease] {
        // No reply is ever lost within a process, so there is no claim that nobody heard of.
        return Result<Renewed>(state(queue).renew(worker, held, lease, {}, nowUs()));
    });
}

void MemoryJobQueue::reap(QString queue, std::function<void(Result<std::optional<milliseconds>>)> done)
{
    tell<std::optional<milliseconds>>(std::move(done), [this, queue] {
        state(queue).reap(nowUs());
        return Result<std::optional<milliseconds>>(state(queue).untilNextLeaseEnd(nowUs()));
    });
}

void MemoryJobQueue::trim(QString queue, std::function<void(Result<bool>)> done)
{
    tell<bool>(std::move(done), [this, queue] { return Result<bool>(state(queue).trim(nowUs())); });
}

void MemoryJobQueue::report(QByteArray, QString queue, QList<ProgressReport> reports,
                            std::function<void(Result<>)> done)
{
    tell<void>(std::move(done), [this, queue, reports = std::move(reports)]() -> Result<> {
        for (const ProgressReport &one : reports) state(queue).report(one, nowUs());
        return {};
    });
}

void MemoryJobQueue::publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done)
{
    tell<void>(std::move(done), [this, pool = std::move(pool), gone]() mutable -> Result<> {
        if (gone) {
            m_pools.remove(pool.id);
            return {};
        }
        pool.lastHeartbeat = fromMicros(nowUs());
        m_pools.insert(pool.id, std::move(pool));
        return {};
    });
}

void MemoryJobQueue::recordMetrics(QByteArray worker, MetricsRecord record,
                                   std::function<void(Result<>)> done)
{
    tell<void>(std::move(done), [this, worker = std::move(worker), record = std::move(record)]() -> Result<> {
        const QueueState &queue = state(record.queue);
        const QueueStats stats = queue.stats(nowUs());
        const DepthSample depth{queue.size(JobStatus::Blocked),
                                queue.size(JobStatus::Pending),
                                queue.size(JobStatus::Scheduled),
                                queue.size(JobStatus::Retrying),
                                queue.size(JobStatus::Running),
                                queue.size(JobStatus::DeadLetter),
                                stats.oldestWait.value_or(std::chrono::microseconds(0))};
        (void)m_metrics[record.queue].record(worker, record, depth, nowUs()); // again: nothing changes
        return {};
    });
}

QFuture<Result<MetricsSeries>> MemoryJobQueue::metricsSeries(MetricsQuery query)
{
    return ask<MetricsSeries>(
        [this, query = std::move(query)] { return m_metrics[query.queue].read(query, nowUs()); });
}

QFuture<Result<QList<PoolInfo>>> MemoryJobQueue::pools()
{
    return ask<QList<PoolInfo>>([this] { return m_pools.values(); });
}

// Waiting

void MemoryJobQueue::waitForWork(QByteArray worker, QStringList queues, std::function<void()> wake,
                                 std::function<void(QString, JobId)> cancelHint)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_waiting[worker] = {std::move(queues), std::move(wake), std::move(cancelHint)};
    for (const QString &name : std::as_const(m_waiting[worker].queues)) // what came before is work as well
        if (const auto own = m_queues.find(name); own != m_queues.end()) wakeFor(own->second);
}

void MemoryJobQueue::stopWaiting(QByteArray worker)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_waiting.erase(worker);
}

void MemoryJobQueue::finishCalls(milliseconds)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_calls->drainNow(); // they wait for nothing but their turn
}

/// One waiting worker for each job, in turns: one submitted job does not wake a thousand pools. The call is
/// made in a later turn of the loop, as it claims at once.
void MemoryJobQueue::wakeFor(const QueueState &queue)
{
    if (m_waiting.empty() || !queue.isClaimable()) return;
    qint64 tokens = std::min<qint64>(queue.size(JobStatus::Pending), static_cast<qint64>(m_waiting.size()));
    auto next = m_waiting.upper_bound(m_lastWoken);
    for (size_t seen = 0; seen < m_waiting.size() && tokens > 0; ++seen, ++next) {
        if (next == m_waiting.end()) next = m_waiting.begin();
        if (!next->second.queues.contains(queue.name())) continue;
        --tokens;
        m_lastWoken = next->first;
        m_calls->put([this, worker = next->first] {
            const auto found = m_waiting.find(worker);
            if (found == m_waiting.end()) return;                  // it stopped meanwhile
            const std::function<void()> wake = found->second.wake; // the call may end the waiting
            wake();
        });
    }
}

void MemoryJobQueue::hintCancel(const QString &queue, const JobId &id)
{
    const Result<Job> job = state(queue).job(id);
    const QByteArray worker = job ? job->workerId.toUtf8() : QByteArray();
    m_calls->put([this, worker, queue, id] {
        const auto found = m_waiting.find(worker);
        if (found == m_waiting.end()) return; // its next renew() tells it
        const std::function<void(QString, JobId)> hint = found->second.cancelHint;
        hint(queue, id);
    });
}

// Events

void MemoryJobQueue::startEvents()
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_tellsEvents = true;
}

void MemoryJobQueue::stopEvents()
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_tellsEvents = false;
}

/// What every call ends with: whoever waits is woken, whoever listens is told.
void MemoryJobQueue::afterCall()
{
    QList<Event> events;
    for (auto &[name, own] : m_queues) {
        QList<Event> some = own.takeEvents();
        const bool grew = std::any_of(some.cbegin(), some.cend(), [](const Event &event) {
            using Type = Event::Type; // everything that brings a job into pending, or opens the way to it
            return event.type == Type::JobSubmitted || event.type == Type::JobPromoted
                || event.type == Type::JobRequeued || event.type == Type::JobReleased
                || event.type == Type::JobLeaseLost || event.type == Type::QueueResumed;
        });
        if (grew) wakeFor(own);
        events.append(std::move(some));
    }
    if (!m_tellsEvents || events.isEmpty()) return;
    for (Event &event : events) event.cursor = QString::number(++m_eventNumber);
    Q_EMIT eventsArrived(events);
}

// Acts on many jobs, in steps: between two of them everybody else has a turn

struct MemoryJobQueue::Bulk {
    QString queue;
    BulkStep step;
    std::function<qint64(qint64 nowUs, BulkProgress &)> advance; ///< moves some; how many are left to look at
    BulkProgress progress;
    runtime::Answer<BulkProgress> answer;
};

QFuture<Result<BulkProgress>> MemoryJobQueue::requeueAll(QString queue, JobStatus from, JobFilter filter,
                                                         BulkStep step)
{
    auto bulk = std::make_shared<Bulk>(); // owners: the calls in m_calls, one after the other
    bulk->queue = queue;
    bulk->step = std::move(step);
    const QFuture<Result<BulkProgress>> future = bulk->answer.future();
    if (!canRequeue(from)) {
        bulk->answer.give(tl::unexpected(cannotRequeueState(from)));
        return future;
    }
    auto ids = std::make_shared<std::optional<QList<JobId>>>(); // owner: bulk->advance, which is copied
    bulk->advance = [this, queue, from, filter, ids](qint64 now, BulkProgress &progress) {
        if (!*ids) { // those that come while it runs are left alone
            *ids = state(queue).ids(from);
            progress.total = (*ids)->size();
        }
        for (int n = 0; n < QueueState::batchMax && !(*ids)->isEmpty(); ++n) {
            const JobId id = (*ids)->takeFirst();
            const bool isWanted = state(queue).matches(id, filter, now);
            if (isWanted && state(queue).requeue(id, now))
                ++progress.done;
            else
                ++progress.skipped;
        }
        return (*ids)->size();
    };
    startBulk(std::move(bulk));
    return future;
}

QFuture<Result<BulkProgress>> MemoryJobQueue::purge(QString queue, std::optional<JobStatus> status,
                                                    BulkStep step)
{
    auto bulk = std::make_shared<Bulk>(); // owners: the calls in m_calls, one after the other
    bulk->queue = queue;
    bulk->step = std::move(step);
    if (status == JobStatus::Running) {
        bulk->answer.give(tl::unexpected(cannotPurgeRunning()));
        return bulk->answer.future();
    }
    auto upToSeq = std::make_shared<std::optional<qint64>>(); // owner: bulk->advance, which is copied
    bulk->advance = [this, queue, status, upToSeq](qint64 now, BulkProgress &progress) {
        QueueState &own = state(queue);
        if (!*upToSeq) { // those that come while it runs are left alone
            *upToSeq = own.lastSeq();
            qint64 total = 0;
            for (const JobStatus one : allJobStatuses)
                if (one != JobStatus::Running && (!status || status == one)) total += own.size(one);
            progress.total = total;
        }
        const QueueState::PurgeStep done = own.purge(status, **upToSeq, now);
        progress.done += done.removed;
        return done.more ? qint64{1} : qint64{0};
    };
    QFuture<Result<BulkProgress>> future = bulk->answer.future();
    startBulk(std::move(bulk));
    return future;
}

void MemoryJobQueue::startBulk(std::shared_ptr<Bulk> bulk)
{
    m_calls->put([this, bulk = std::move(bulk)] {
        if (m_isReady)
            stepBulk(bulk);
        else
            bulk->answer.give(tl::unexpected(notInitialized()));
    });
}

void MemoryJobQueue::stepBulk(const std::shared_ptr<Bulk> &bulk)
{
    SIGNALBOX_IN_THREAD_OF(this);
    const qint64 left = bulk->advance(nowUs(), bulk->progress);
    afterCall();
    const bool goesOn = !bulk->step || bulk->step(bulk->progress);
    if (left > 0 && goesOn)
        m_calls->put([this, bulk] { stepBulk(bulk); });
    else
        bulk->answer.give(bulk->progress);
}

} // namespace signalbox::queue
