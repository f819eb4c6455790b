// What an operator, or retention, does to jobs: cancel, requeue, run now, delete, purge, trim.
#include "core/model/json_writer.h"
#include "core/queue/job_errors.h"
#include "core/queue/queue_state.h"
#include "core/queue/words.h"

#include <algorithm>
#include <limits>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

qint64 toMicroseconds(std::chrono::milliseconds time)
{
    return std::chrono::microseconds(time).count();
}

constexpr std::array purgeOrder{JobStatus::Blocked,    JobStatus::Pending,   JobStatus::Scheduled,
                                JobStatus::Retrying,   JobStatus::Cancelled, JobStatus::Failed,
                                JobStatus::DeadLetter, JobStatus::Completed};
constexpr std::array finished{JobStatus::Completed, JobStatus::Failed, JobStatus::Cancelled};

} // namespace

QList<Result<CancelOutcome>> QueueState::cancel(const QList<JobId> &ids, qint64 nowUs)
{
    QList<Result<CancelOutcome>> answers;
    std::optional<qint64> seq; // one for all of a call
    for (const JobId &id : ids) answers.append(cancelOne(id, nowUs, seq));
    return answers;
}

Result<CancelOutcome> QueueState::cancelOne(const JobId &id, qint64 nowUs, std::optional<qint64> &seq)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return tl::unexpected(jobNotFound(id, m_name));
    JobRecord &record = *found;
    if (!canCancel(record.status)) return tl::unexpected(wrongState(id, Words::tr("cancel"), record.status));
    if (record.status == JobStatus::Running) { // only its handler can end it
        record.cancelAsked = true;
        return CancelOutcome::Asked;
    }
    if (!seq) seq = nextSeq(nowUs);
    if (!record.hasRun) record.rank = 0;
    record.startedUs = 0;
    record.ranUs.reset();
    end(record, JobStatus::Cancelled, nowUs, *seq);
    countHandler(handlerCounter(JobStatus::Cancelled), record.definition->handler);
    tell(Event::Type::JobCancelled, id, "{}", nowUs);
    return CancelOutcome::Cancelled;
}

Result<JobId> QueueState::requeue(const JobId &id, qint64 nowUs)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return tl::unexpected(jobNotFound(id, m_name));
    JobRecord &record = *found;
    if (!canRequeue(record.status))
        return tl::unexpected(wrongState(id, Words::tr("requeue"), record.status));
    leave(record); // before its record changes, as its bytes are counted from it
    record.token.clear();
    record.attempts = record.failures = record.workersLost = 0;
    ++record.requeues;
    record.startedUs = record.endedUs = 0;
    record.text.clear(); // the earlier error is in the history only
    record.log.clear();
    record.rank = nextRank(*record.definition, nowUs);
    enter(record, JobStatus::Pending, record.rank);
    ++m_lifetime.requeued;
    tell(Event::Type::JobRequeued, id, "{}", nowUs);
    return id;
}

Result<> QueueState::runNow(const JobId &id, qint64 nowUs)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return tl::unexpected(jobNotFound(id, m_name));
    if (!canRunNow(found->status)) return tl::unexpected(wrongState(id, Words::tr("run"), found->status));
    toPending(*found, nowUs);
    tell(Event::Type::JobPromoted, id, "{}", nowUs);
    return {};
}

Result<> QueueState::remove(const JobId &id, qint64 nowUs)
{
    const auto found = m_jobs.find(id);
    if (found == m_jobs.end()) return tl::unexpected(jobNotFound(id, m_name));
    if (found->status == JobStatus::Running)
        return tl::unexpected(wrongState(id, Words::tr("delete"), found->status));
    erase(id);
    ++m_lifetime.deleted;
    JsonWriter data;
    data.text("reason"_L1, u"deleted"_s);
    tell(Event::Type::JobDeleted, id, data.take(), nowUs);
    return {};
}

QueueState::PurgeStep QueueState::purge(std::optional<JobStatus> status, qint64 upToSeq, qint64 nowUs)
{
    PurgeStep step;
    for (const JobStatus state : purgeOrder) {
        if (status && state != *status) continue;
        QList<JobId> chosen;
        for (const auto &[score, id] : places(state)) {
            if (step.removed + chosen.size() == batchMax) break;
            // Scheduled and retrying jobs are ordered by due time, which says nothing about their arrival.
            const bool hasSeq = state != JobStatus::Scheduled && state != JobStatus::Retrying;
            if (!hasSeq || Rank::seqOf(score) <= upToSeq) chosen.append(id);
        }
        for (const JobId &id : std::as_const(chosen)) erase(id);
        if (chosen.isEmpty()) continue;
        step.removed += chosen.size();
        JsonWriter data;
        data.integer("count"_L1, chosen.size()).text("status"_L1, toText(state));
        tell(Event::Type::JobsPurged, {}, data.take(), nowUs);
    }
    m_lifetime.purged += step.removed;
    step.more = step.removed == batchMax;
    return step;
}

// Retention: age is `expired`, a cap in jobs or bytes is `trimmed`

namespace {

/// Of the finished jobs, in number or bytes; 0: none.
qint64 cap(qint64 limit)
{
    return limit > 0 ? limit : std::numeric_limits<qint64>::max();
}

} // namespace

void QueueState::retain(bool isNewMinute, qint64 nowUs)
{
    qint64 held = 0;
    for (const JobStatus status : finished) held += size(status);
    if (isNewMinute || m_lifetime.bytes > cap(m_limits.keepFinishedBytes)
        || held > cap(m_limits.keepFinishedCount))
        retainFinished(nowUs);
    if (isNewMinute || size(JobStatus::DeadLetter) > m_limits.deadMax) retainDead(nowUs);
}

bool QueueState::trim(qint64 nowUs)
{
    const qint64 finishedGone = retainFinished(nowUs);
    const qint64 deadGone = retainDead(nowUs);
    return finishedGone >= batchMax || deadGone >= batchMax;
}

/// The oldest ends first, whatever they were, at most batchMax a call.
qint64 QueueState::retainFinished(qint64 nowUs)
{
    qint64 over = -cap(m_limits.keepFinishedCount);
    std::vector<Place> oldest;
    for (const JobStatus status : finished) {
        over += size(status);
        const Places &list = places(status);
        std::copy_n(list.begin(), std::min<size_t>(list.size(), batchMax), std::back_inserter(oldest));
    }
    std::sort(oldest.begin(), oldest.end());
    oldest.resize(std::min<size_t>(oldest.size(), batchMax));
    const qint64 oldestKept = nowUs - toMicroseconds(m_limits.keepFinishedFor) - Rank::epochUs;
    qint64 gone = 0;
    for (const auto &[seq, id] : oldest) {
        const bool isOld = seq < oldestKept;
        if (!isOld && over <= 0 && m_lifetime.bytes <= cap(m_limits.keepFinishedBytes)) break;
        expireOrTrim(id, isOld, nowUs);
        --over;
        ++gone;
    }
    return gone;
}

qint64 QueueState::retainDead(qint64 nowUs)
{
    qint64 over = size(JobStatus::DeadLetter) - m_limits.deadMax;
    const qint64 oldestKept = nowUs - toMicroseconds(m_limits.keepDeadFor) - Rank::epochUs;
    qint64 gone = 0;
    for (; gone < batchMax && size(JobStatus::DeadLetter) > 0; ++gone, --over) {
        const auto [seq, id] = *places(JobStatus::DeadLetter).begin();
        const bool isOld = seq < oldestKept;
        if (!isOld && over <= 0) break;
        expireOrTrim(id, isOld, nowUs);
    }
    return gone;
}

void QueueState::expireOrTrim(const JobId &id, bool isOld, qint64 nowUs)
{
    const JobStatus status = find(id)->status;
    erase(id);
    ++(isOld ? m_lifetime.expired : m_lifetime.trimmed);
    JsonWriter data;
    data.text("reason"_L1, isOld ? u"expired"_s : u"trimmed"_s).text("status"_L1, toText(status));
    tell(Event::Type::JobDeleted, id, data.take(), nowUs);
}

} // namespace signalbox::queue
