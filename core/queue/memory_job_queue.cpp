#include "core/queue/memory_job_queue.h"

#include "core/queue/edited_job.h"
#include "core/queue/job_errors.h"
#include "core/queue/memory_job_queue_calls.h"

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using runtime::Answer;

namespace {

constexpr int nextLane = 1'000'000; // getNext()'s own: far from the lanes of any pool

} // namespace

MemoryJobQueue::MemoryJobQueue(const runtime::Seams &seams, QObject *parent)
    : JobQueue(parent), m_seams(seams), m_calls(std::make_unique<runtime::CallBox>())
{
}

MemoryJobQueue::~MemoryJobQueue() = default;

QList<Capability> MemoryJobQueue::capabilities() const
{
    return {Capability::Priorities, Capability::Delays, Capability::DeadLetters, Capability::Pause,
            Capability::Events,     Capability::Cancel, Capability::BulkRequeue, Capability::IdempotencyKeys,
            Capability::Pools,      Capability::Limits};
}

QFuture<Result<>> MemoryJobQueue::initialize()
{
    const Answer<> answer;
    m_calls->put([this, answer] {
        SIGNALBOX_IN_THREAD_OF(this);
        if (!m_isReady) setPhase(QueueConnection::Phase::Ready);
        m_isReady = true;
        answer.give({});
    });
    return answer.future();
}

QFuture<Result<>> MemoryJobQueue::shutdown(bool)
{
    const Answer<> answer;
    m_calls->put([this, answer] {
        SIGNALBOX_IN_THREAD_OF(this);
        if (m_isReady) setPhase(QueueConnection::Phase::Stopped);
        m_isReady = false;
        m_waiting.clear();
        answer.give({});
    });
    return answer.future();
}

// Jobs

QFuture<Result<QList<Result<Submitted>>>> MemoryJobQueue::submit(QList<JobDefinition> jobs)
{
    return ask<QList<Result<Submitted>>>([this, jobs = std::move(jobs)] {
        QList<Result<Submitted>> answers;
        answers.reserve(jobs.size());
        for (const JobDefinition &definition : jobs) answers.append(submitOne(definition));
        return answers;
    });
}

Result<Submitted> MemoryJobQueue::submitOne(const JobDefinition &definition)
{
    if (definition.id.isNull()) return failField(u"id", tr("It is empty."), tr("Give an id."));
    if (Result<> valid = definition.validate(); !valid) return tl::unexpected(valid.error());
    if (!definition.dependsOn.isEmpty()) return tl::unexpected(dependenciesUnsupported());
    return state(definition.queue).submit(definition, nowUs());
}

QFuture<Result<std::optional<Claim>>> MemoryJobQueue::getNext(QString queue, QString worker)
{
    return ask<std::optional<Claim>>([this, queue, worker]() -> Result<std::optional<Claim>> {
        SettleAndClaim call{.queue = queue, .settlements = {}, .lane = nextLane};
        call.sequence = ++m_nextSequence[queue][worker.toUtf8()];
        call.claimMax = 1;
        return state(queue)
            .settleAndClaim(worker.toUtf8(), call, nowUs())
            .map([](const SettledAndClaimed &got) {
                return got.claims.isEmpty() ? std::nullopt : std::optional(got.claims.constFirst());
            });
    });
}

QFuture<Result<JobStatus>> MemoryJobQueue::settle(QString queue, Settlement settlement)
{
    return ask<JobStatus>([this, queue, settlement = std::move(settlement)] {
        const SettleAndClaim call{.queue = queue, .settlements = {settlement}};
        return state(queue).settleAndClaim({}, call, nowUs()).and_then([](const SettledAndClaimed &done) {
            return done.verdicts.constFirst();
        });
    });
}

QFuture<Result<QList<Result<CancelOutcome>>>> MemoryJobQueue::cancel(QString queue, QList<JobId> ids)
{
    return ask<QList<Result<CancelOutcome>>>([this, queue, ids = std::move(ids)] {
        QList<Result<CancelOutcome>> answers = state(queue).cancel(ids, nowUs());
        for (qsizetype i = 0; i < ids.size(); ++i)
            if (answers[i] && *answers[i] == CancelOutcome::Asked) hintCancel(queue, ids[i]);
        return answers;
    });
}

QFuture<Result<Job>> MemoryJobQueue::job(QString queue, JobId id)
{
    return ask<Job>([this, queue, id] { return state(queue).job(id); });
}

QFuture<Result<QString>> MemoryJobQueue::queueOf(JobId id)
{
    return ask<QString>([this, id]() -> Result<QString> {
        for (const auto &[name, own] : m_queues)
            if (own.find(id)) return name;
        return tl::unexpected(jobNotFound(id, tr("any")));
    });
}

QFuture<Result<QByteArray>> MemoryJobQueue::logTail(QString queue, JobId id)
{
    return ask<QByteArray>([this, queue, id] { return state(queue).logTail(id); });
}

QFuture<Result<ListPage>> MemoryJobQueue::list(ListQuery query)
{
    return ask<ListPage>(
        [this, query = std::move(query)] { return state(query.queue).page(query, nowUs()); });
}

QFuture<Result<QList<Result<JobId>>>> MemoryJobQueue::requeue(QString queue, QList<JobId> ids,
                                                              RequeueEdit edit)
{
    return askEach<JobId>(std::move(ids), [this, queue, edit = std::move(edit)](const JobId &id) {
        return isEdit(edit) ? requeueEdited(queue, id, edit) : state(queue).requeue(id, nowUs());
    });
}

Result<JobId> MemoryJobQueue::requeueEdited(const QString &queue, const JobId &id, const RequeueEdit &edit)
{
    const JobRecord *record = state(queue).find(id);
    if (!record) return tl::unexpected(jobNotFound(id, queue));
    if (!canRequeue(record->status)) return tl::unexpected(wrongState(id, tr("requeue"), record->status));
    const JobDefinition changed
        = editedJob(*record->definition, edit, newJobId(*m_seams.random), fromMicros(nowUs()));
    return submitOne(changed).map([](const Submitted &made) { return made.id; });
}

QFuture<Result<QList<Result<>>>> MemoryJobQueue::runNow(QString queue, QList<JobId> ids)
{
    return askEach<void>(std::move(ids),
                         [this, queue](const JobId &id) { return state(queue).runNow(id, nowUs()); });
}

QFuture<Result<QList<Result<>>>> MemoryJobQueue::remove(QString queue, QList<JobId> ids)
{
    return askEach<void>(std::move(ids),
                         [this, queue](const JobId &id) { return state(queue).remove(id, nowUs()); });
}

// Queues

QFuture<Result<Timestamp>> MemoryJobQueue::serverNow()
{
    return ask<Timestamp>([this] { return fromMicros(nowUs()); });
}

QFuture<Result<QStringList>> MemoryJobQueue::queues()
{
    return ask<QStringList>([this] {
        QStringList names;
        for (const auto &[name, own] : m_queues) names.append(name);
        return names;
    });
}

QFuture<Result<QueueStats>> MemoryJobQueue::stats(QString queue)
{
    return ask<QueueStats>([this, queue] { return state(queue).stats(nowUs()); });
}

QFuture<Result<>> MemoryJobQueue::pause(QString queue, QString reason)
{
    return ask<void>([this, queue, reason]() -> Result<> {
        state(queue).pause(reason, nowUs());
        return {};
    });
}

QFuture<Result<>> MemoryJobQueue::resume(QString queue)
{
    return ask<void>([this, queue]() -> Result<> {
        state(queue).resume(nowUs());
        return {};
    });
}

QFuture<Result<>> MemoryJobQueue::setLimits(QString queue, QueueLimits limits)
{
    return ask<void>([this, queue, limits]() -> Result<> {
        state(queue).setLimits(limits);
        return {};
    });
}

QFuture<Result<QMap<QString, QMap<QString, qint64>>>> MemoryJobQueue::handlerCounts(QString queue)
{
    return ask<QMap<QString, QMap<QString, qint64>>>([this, queue] { return state(queue).handlerCounts(); });
}

// Inside

qint64 MemoryJobQueue::nowUs() const
{
    return toMicros(m_seams.clock->wallNow());
}

/// A queue is there as soon as somebody names it for a change, as with Redis; a look at one that nobody used
/// makes an empty one, which shows nothing.
QueueState &MemoryJobQueue::state(const QString &queue)
{
    SIGNALBOX_IN_THREAD_OF(this);
    return m_queues.try_emplace(queue, queue).first->second;
}

void MemoryJobQueue::setPhase(QueueConnection::Phase phase)
{
    m_connection.phase = phase;
    m_connection.since = m_seams.clock->wallNow();
    m_connection.server = tr("the memory of this process");
    Q_EMIT connectionChanged(m_connection);
}

} // namespace signalbox::queue
