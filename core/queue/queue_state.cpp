#include "core/queue/queue_state.h"

#include "core/model/json_writer.h"
#include "core/queue/job_errors.h"
#include "core/queue/job_record.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

qint64 level(JobPriority priority)
{
    return static_cast<qint64>(priority) / 10;
}

/// Milliseconds, rounded up: a job never starts before the time it was scheduled for.
qint64 dueMs(Timestamp time)
{
    return std::chrono::ceil<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

constexpr std::array unfinished{JobStatus::Blocked, JobStatus::Pending, JobStatus::Scheduled,
                                JobStatus::Retrying, JobStatus::Running};

} // namespace

bool JobRecord::operator==(const JobRecord &other) const
{
    const auto rest = [](const JobRecord &r) {
        return std::tie(r.definitionBytes, r.status, r.score, r.hasRun, r.token, r.attempts, r.failures,
                        r.workersLost, r.requeues, r.rank, r.startedUs, r.endedUs, r.ranUs, r.cancelAsked,
                        r.text, r.progress, r.log);
    };
    return *definition == *other.definition && rest(*this) == rest(other);
}

QueueState::QueueState(QString name) : m_name(std::move(name)) { }

// Lists and counts

/// Strictly growing, whatever the clock does: an order by arrival, and a unique score.
qint64 QueueState::nextSeq(qint64 nowUs)
{
    m_seq = std::max(nowUs - Rank::epochUs, m_seq + 1);
    return m_seq;
}

qint64 QueueState::nextRank(const JobDefinition &definition, qint64 nowUs)
{
    return (3 - level(definition.priority)) * Rank::levelSpan + nextSeq(nowUs);
}

void QueueState::enter(JobRecord &record, JobStatus status, qint64 score)
{
    record.status = status;
    record.score = score;
    places(status).emplace(score, record.definition->id);
    ++m_entered[static_cast<size_t>(status)];
    if (isTerminal(status)) m_lifetime.bytes += bytesOf(record);
}

void QueueState::leave(JobRecord &record)
{
    places(record.status).erase({record.score, record.definition->id});
    ++m_left[static_cast<size_t>(record.status)];
    if (isTerminal(record.status)) m_lifetime.bytes -= bytesOf(record);
}

void QueueState::move(JobRecord &record, JobStatus status, qint64 score)
{
    leave(record);
    enter(record, status, score);
}

void QueueState::end(JobRecord &record, JobStatus status, qint64 nowUs, qint64 seq)
{
    leave(record); // before its record changes, as its bytes are counted from it
    record.hasRun = true;
    record.cancelAsked = false;
    record.progress.reset();
    record.endedUs = nowUs;
    enter(record, status, seq);
}

void QueueState::erase(const JobId &id)
{
    const auto found = m_jobs.find(id);
    leave(*found);
    const QString &key = found->definition->idempotencyKey;
    if (!key.isEmpty()) m_keys.remove(key);
    m_jobs.erase(found);
}

void QueueState::toPending(JobRecord &record, qint64 nowUs)
{
    record.rank = nextRank(*record.definition, nowUs);
    move(record, JobStatus::Pending, record.rank);
}

qint64 QueueState::size(JobStatus status) const
{
    return static_cast<qint64>(places(status).size());
}

// Submit

Result<Submitted> QueueState::submit(const JobDefinition &definition, qint64 nowUs)
{
    using Kind = Submitted::Kind;
    if (const JobRecord *known = find(definition.id))
        return Submitted{Kind::AlreadyThere, definition.id, known->status};
    const QString &key = definition.idempotencyKey;
    if (const auto owner = m_keys.constFind(key); !key.isEmpty() && owner != m_keys.cend())
        return Submitted{Kind::AlreadyThere, *owner, find(*owner)->status};

    qint64 held = 0;
    for (const JobStatus status : unfinished) held += size(status);
    if (m_limits.sizeMax > 0 && held >= m_limits.sizeMax)
        return tl::unexpected(queueFull(m_name, m_limits.sizeMax));

    JobRecord record;
    record.definition = std::make_shared<const JobDefinition>(definition);
    const EncodedJob encoded = encodeJob(definition);
    record.definitionBytes = encoded.record.size() + encoded.payload.size();
    const bool isLater = definition.scheduledAt && dueMs(*definition.scheduledAt) > nowUs / 1000;
    if (isLater) {
        enter(record, JobStatus::Scheduled, dueMs(*definition.scheduledAt));
    } else {
        record.rank = nextRank(definition, nowUs);
        enter(record, JobStatus::Pending, record.rank);
    }
    const JobStatus status = record.status;
    m_jobs.insert(definition.id, std::move(record));
    if (!key.isEmpty()) m_keys.insert(key, definition.id);

    ++m_lifetime.submitted;
    countHandler(u"submitted."_s + toText(definition.priority), definition.handler);
    JsonWriter data;
    data.text("handler"_L1, definition.handler)
        .text("priority"_L1, toText(definition.priority))
        .timeOrNull("scheduled_at"_L1, isLater ? definition.scheduledAt : std::nullopt);
    tell(Event::Type::JobSubmitted, definition.id, data.take(), nowUs);
    return Submitted{Kind::Accepted, definition.id, status};
}

int QueueState::promoteDue(qint64 nowUs)
{
    int promoted = 0;
    for (const JobStatus status : {JobStatus::Scheduled, JobStatus::Retrying}) {
        const Places &list = places(status);
        for (int n = 0; n < batchMax && !list.empty() && list.begin()->first <= nowUs / 1000; ++n) {
            JobRecord &record = m_jobs[list.begin()->second];
            toPending(record, nowUs);
            tell(Event::Type::JobPromoted, record.definition->id, "{}", nowUs);
            ++promoted;
        }
    }
    return promoted;
}

// Counters and events

void QueueState::countHandler(const QString &what, const QString &handler, qint64 by)
{
    m_handlers[what][handler] += by;
}

bool QueueState::countMinute(const Turn &turn)
{
    constexpr qint64 minuteUs = 60'000'000, kept = 16;
    const qint64 minute = turn.nowUs / minuteUs;
    const bool isNew = !m_minutes.contains(minute);
    auto &[well, badly] = m_minutes[minute];
    well += turn.endedWell;
    badly += turn.endedBadly;
    m_minutes.removeIf([&](const auto &entry) { return entry.key() <= minute - kept; });
    return isNew;
}

void QueueState::tell(Event::Type type, const JobId &id, QByteArray data, qint64 nowUs)
{
    m_events.append(Event{.type = type,
                          .source = u"queue/"_s + m_name,
                          .at = fromMicros(nowUs),
                          .queue = m_name,
                          .job = id,
                          .data = std::move(data),
                          .cursor = {}});
}

QList<Event> QueueState::takeEvents()
{
    return std::exchange(m_events, {});
}

// The queue as a whole

void QueueState::pause(const QString &reason, qint64 nowUs)
{
    m_paused = true;
    m_pauseReason = reason;
    m_pausedUs = nowUs;
    JsonWriter data;
    data.text("reason"_L1, reason);
    tell(Event::Type::QueuePaused, {}, data.take(), nowUs);
}

void QueueState::resume(qint64 nowUs)
{
    if (!m_paused) return;
    m_paused = false;
    m_pauseReason.clear();
    m_pausedUs = 0;
    tell(Event::Type::QueueResumed, {}, "{}", nowUs);
}

void QueueState::setLimits(const QueueLimits &limits)
{
    m_limits.sizeMax = limits.sizeMax.value_or(m_limits.sizeMax);
    m_limits.keepFinishedFor = limits.keepFinishedFor.value_or(m_limits.keepFinishedFor);
    m_limits.keepFinishedCount = limits.keepFinishedCount.value_or(m_limits.keepFinishedCount);
    m_limits.keepFinishedBytes = limits.keepFinishedBytes.value_or(m_limits.keepFinishedBytes);
    m_limits.deadMax = limits.deadMax.value_or(m_limits.deadMax);
    m_limits.keepDeadFor = limits.keepDeadFor.value_or(m_limits.keepDeadFor);
    m_limits.eventsMax = limits.eventsMax.value_or(m_limits.eventsMax);
}

} // namespace signalbox::queue
