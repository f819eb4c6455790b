// The life of a run: claimed under a lease, renewed, settled, or lost and reaped.
#include "core/model/json_writer.h"
#include "core/queue/job_errors.h"
#include "core/queue/queue_state.h"

#include <algorithm>
#include <cctype>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;

namespace {

constexpr qsizetype errorHeadBytesMax = 200; // of an event

QByteArray laneKey(const QByteArray &worker, int lane)
{
    return worker + '/' + QByteArray::number(lane);
}

QByteArray tokenOf(const QByteArray &worker, int lane, quint64 sequence)
{
    return laneKey(worker, lane) + '.' + QByteArray::number(sequence);
}

QByteArray workerOf(const QByteArray &token)
{
    return token.left(std::max<qsizetype>(token.lastIndexOf('/'), 0));
}

/// For an event: the first line, as lists show it, cut between characters.
QString errorHead(const QByteArray &error)
{
    const QByteArray line = error.mid(0, error.indexOf('\n')); // -1: all of it
    qsizetype end = std::min(line.size(), errorHeadBytesMax);
    while (end > 0 && end < line.size() && (static_cast<uchar>(line[end]) & 0xC0U) == 0x80U) --end;
    QByteArray head = line.first(end);
    for (char &c : head)
        if (std::iscntrl(static_cast<unsigned char>(c))) c = ' ';
    return QString::fromUtf8(head);
}

QByteArray failedData(const JobRecord &record, const QString &handler)
{
    JsonWriter data;
    data.text("error"_L1, errorHead(record.text))
        .boolean("will_retry"_L1, record.status == JobStatus::Retrying)
        .integer("attempts"_L1, record.attempts)
        .text("handler"_L1, handler)
        .seconds("duration"_L1, std::chrono::microseconds{record.ranUs.value_or(0)})
        .textOrNull("worker_id"_L1, QString::fromUtf8(workerOf(record.token)));
    return data.take();
}

QByteArray workerData(const QByteArray &token)
{
    JsonWriter data;
    data.textOrNull("worker_id"_L1, QString::fromUtf8(workerOf(token)));
    return data.take();
}

QByteArray deadData(const QString &handler, const QByteArray &error, int attempts)
{
    JsonWriter data;
    data.text("handler"_L1, handler)
        .text("final_error"_L1, errorHead(error))
        .integer("total_attempts"_L1, attempts);
    return data.take();
}

} // namespace

QString QueueState::handlerCounter(JobStatus to)
{
    return to == JobStatus::Retrying ? u"retried"_s : toText(to);
}

// Settle and claim

Result<SettledAndClaimed> QueueState::settleAndClaim(const QByteArray &worker, const SettleAndClaim &call,
                                                     qint64 nowUs)
{
    const auto lane = m_lanes.constFind(laneKey(worker, call.lane));
    if (call.claimMax > 0 && lane != m_lanes.cend() && call.sequence < lane->sequence)
        return tl::unexpected(staleClaim());

    SettledAndClaimed answer{
        .verdicts = {}, .claims = {}, .paused = m_paused, .serverNow = fromMicros(nowUs), .nextDue = {}};
    Turn turn{.nowUs = nowUs, .endSeq = {}};
    for (const Settlement &settlement : call.settlements) answer.verdicts.append(settle(settlement, turn));
    promoteDue(nowUs);
    if (call.claimMax > 0) answer.claims = claim(worker, call, nowUs);
    retain(turn.runsEnded > 0 && countMinute(turn), nowUs);
    answer.nextDue = untilNextDue(nowUs);
    return answer;
}

QList<Claim> QueueState::claim(const QByteArray &worker, const SettleAndClaim &call, qint64 nowUs)
{
    QList<Claim> claims;
    const QByteArray token = tokenOf(worker, call.lane, call.sequence);
    const auto lane = m_lanes.constFind(laneKey(worker, call.lane));
    if (lane != m_lanes.cend() && call.sequence == lane->sequence) {
        for (const JobId &id :
             lane->ids) { // its reply was lost: the same jobs, as far as it still holds them
            const JobRecord *record = find(id);
            if (record && record->status == JobStatus::Running && record->token == token)
                claims.append(claimOf(*record));
        }
        return claims;
    }
    QList<JobId> ids;
    while (!m_paused && claims.size() < call.claimMax && size(JobStatus::Pending) > 0) {
        JobRecord &record = m_jobs[places(JobStatus::Pending).begin()->second];
        claims.append(claimOne(record, worker, token, call.lease, nowUs));
        ids.append(record.definition->id);
    }
    if (!ids.isEmpty()) m_lanes.insert(laneKey(worker, call.lane), {call.sequence, ids});
    return claims;
}

Claim QueueState::claimOne(JobRecord &record, const QByteArray &worker, const QByteArray &token,
                           milliseconds lease, qint64 nowUs)
{
    record.rank = record.score;
    move(record, JobStatus::Running, nowUs / 1000 + lease.count());
    record.hasRun = true;
    record.token = token;
    record.startedUs = nowUs;
    record.endedUs = 0;
    record.ranUs.reset();
    record.cancelAsked = false;
    record.text.clear();
    m_lifetime.waitUs += std::max<qint64>(nowUs - Rank::epochUs - record.rank % Rank::levelSpan, 0);
    ++m_lifetime.waits;
    JsonWriter data;
    data.text("worker_id"_L1, QString::fromUtf8(worker))
        .integer("attempt"_L1, record.attempts + 1)
        .text("handler"_L1, record.definition->handler);
    tell(Event::Type::JobStarted, record.definition->id, data.take(), nowUs);
    return claimOf(record);
}

Claim QueueState::claimOf(const JobRecord &record) const
{
    const qint64 waitUs = record.startedUs - Rank::epochUs - record.rank % Rank::levelSpan;
    return {.definition = *record.definition,
            .token = record.token,
            .attempts = record.attempts,
            .failures = record.failures,
            .workersLost = record.workersLost,
            .claimedAt = fromMicros(record.startedUs),
            .leaseEndsAt = fromMicros(record.score * 1000),
            .wait = std::chrono::microseconds{std::max<qint64>(waitUs, 0)}};
}

Verdict QueueState::settle(const Settlement &settlement, Turn &turn)
{
    const auto found = m_jobs.find(settlement.id);
    if (found == m_jobs.end()) return tl::unexpected(jobNotFound(settlement.id, m_name));
    JobRecord &record = *found;
    if (settlement.token.isEmpty() || record.token != settlement.token) {
        ++m_lifetime.refused;
        tell(Event::Type::JobSettleRefused, settlement.id, workerData(settlement.token), turn.nowUs);
        return tl::unexpected(leaseLost(settlement.id));
    }
    if (record.status != JobStatus::Running) return record.status; // settled before, by this token
    if (!turn.endSeq) turn.endSeq = nextSeq(turn.nowUs);
    return applyOutcome(record, settlement, turn);
}

/// Where a run that ended with this outcome goes to.
JobStatus QueueState::nextStatus(const JobRecord &record, const Settlement &settlement)
{
    using Kind = Outcome::Kind;
    const Kind kind = settlement.outcome.kind;
    if (kind == Kind::Completed) return JobStatus::Completed;
    // Whoever asked for the end gets it: no retry, no dead letter, and no worker starts it anew.
    if (record.cancelAsked || kind == Kind::Cancelled) return JobStatus::Cancelled;
    if (kind == Kind::Released) return JobStatus::Pending;
    if (kind == Kind::FailedQuietly) return JobStatus::Failed;
    if (kind == Kind::Failed && record.failures < settlement.maxRetries) return JobStatus::Retrying;
    return JobStatus::DeadLetter;
}

JobStatus QueueState::applyOutcome(JobRecord &record, const Settlement &settlement, Turn &turn)
{
    const Outcome &outcome = settlement.outcome;
    const JobStatus to = nextStatus(record, settlement);
    if (to == JobStatus::Pending) {
        giveBack(record);
        ++m_lifetime.released;
        tell(Event::Type::JobReleased, settlement.id, workerData(record.token), turn.nowUs);
        return to;
    }
    chargeRun(record, settlement, turn);
    if (to != JobStatus::Completed)
        record.text = outcome.error.toUtf8();
    else if (!outcome.result.isNull())
        record.text = outcome.result.bytes();
    if (to == JobStatus::Retrying) {
        record.endedUs = turn.nowUs;
        record.progress.reset();
        move(record, to, turn.nowUs / 1000 + std::max<qint64>(outcome.retryDelay.count(), 0));
    } else {
        end(record, to, turn.nowUs, *turn.endSeq);
    }
    countHandler(handlerCounter(to), settlement.handler);
    tellEnd(record, settlement.handler, turn.nowUs);
    return to;
}

void QueueState::chargeRun(JobRecord &record, const Settlement &settlement, Turn &turn)
{
    using Kind = Outcome::Kind;
    const Kind kind = settlement.outcome.kind;
    const bool isFailure
        = kind == Kind::Failed || kind == Kind::FailedPermanently || kind == Kind::FailedQuietly;
    const qint64 sinceClaim = std::max<qint64>(turn.nowUs - record.startedUs, 0);
    const std::optional<std::chrono::microseconds> &ran = settlement.outcome.ran;
    if (!turn.isHandBack) record.ranUs = ran ? std::max<qint64>(ran->count(), 0) : sinceClaim;
    if (isFailure) ++record.failures;
    if (kind == Kind::Released) return; // given back and cancelled meanwhile: no run
    ++record.attempts;
    ++m_lifetime.runs;
    m_lifetime.runUs += *record.ranUs;
    countHandler(u"run_us"_s, settlement.handler, *record.ranUs);
    if (isFailure) ++m_lifetime.failedRuns;
    ++turn.runsEnded;
    if (kind == Kind::Completed) ++turn.endedWell;
    if (isFailure) ++turn.endedBadly;
}

/// Back to where it came from, unrun: nothing is charged.
void QueueState::giveBack(JobRecord &record)
{
    record.startedUs = record.endedUs = 0;
    record.ranUs.reset();
    record.cancelAsked = false;
    record.text.clear();
    record.progress.reset();
    move(record, JobStatus::Pending, record.rank);
}

void QueueState::tellEnd(const JobRecord &record, const QString &handler, qint64 nowUs)
{
    const JobId id = record.definition->id;
    switch (record.status) {
    case JobStatus::Completed: {
        JsonWriter data;
        data.seconds("duration"_L1, std::chrono::microseconds{record.ranUs.value_or(0)})
            .text("worker_id"_L1, QString::fromUtf8(workerOf(record.token)));
        tell(Event::Type::JobCompleted, id, data.take(), nowUs);
        return;
    }
    case JobStatus::Cancelled:
        tell(Event::Type::JobCancelled, id, "{}", nowUs);
        return;
    case JobStatus::Retrying:
    case JobStatus::Failed:
        tell(Event::Type::JobFailed, id, failedData(record, handler), nowUs);
        return;
    case JobStatus::DeadLetter:
        tell(Event::Type::JobFailed, id, failedData(record, handler), nowUs);
        tell(Event::Type::JobDeadLetter, id, deadData(handler, record.text, record.attempts), nowUs);
        return;
    case JobStatus::Blocked:
    case JobStatus::Pending:
    case JobStatus::Scheduled:
    case JobStatus::Running:
        return; // no end
    }
}

// Renew and reap

Renewed QueueState::renew(const QByteArray &worker, const QList<HeldLease> &held, milliseconds lease,
                          const QMap<int, quint64> &lanesSeen, qint64 nowUs)
{
    Renewed answer{.lost = {}, .cancelAsked = {}, .leaseEndsAt = fromMicros(nowUs / 1000 * 1000) + lease};
    for (const HeldLease &one : held) {
        const auto found = m_jobs.find(one.id);
        if (found == m_jobs.end() || found->status != JobStatus::Running || found->token != one.token) {
            answer.lost.append(one.id);
            continue;
        }
        places(JobStatus::Running).erase({found->score, one.id});
        found->score = nowUs / 1000 + lease.count();
        places(JobStatus::Running).emplace(found->score, one.id);
        if (found->cancelAsked) answer.cancelAsked.append(one.id);
    }
    Turn turn{.nowUs = nowUs, .endSeq = {}, .isHandBack = true};
    for (auto seen = lanesSeen.cbegin(); seen != lanesSeen.cend(); ++seen)
        handBackUnheard(worker, seen.key(), seen.value(), turn);
    return answer;
}

/// A claim of this lane that is newer than what its worker has seen: the reply was lost, and is not asked for
/// again.
void QueueState::handBackUnheard(const QByteArray &worker, int lane, quint64 seen, Turn &turn)
{
    const auto known = m_lanes.find(laneKey(worker, lane));
    if (known == m_lanes.end() || known->sequence <= seen) return;
    const QByteArray token = tokenOf(worker, lane, known->sequence);
    for (const JobId &id : std::as_const(known->ids)) {
        const auto found = m_jobs.find(id);
        if (found == m_jobs.end() || found->status != JobStatus::Running || found->token != token) continue;
        if (!turn.endSeq) turn.endSeq = nextSeq(turn.nowUs);
        const Settlement release{.id = id,
                                 .token = token,
                                 .handler = found->definition->handler,
                                 .outcome = {.kind = Outcome::Kind::Released, .result = {}, .error = {}}};
        applyOutcome(*found, release, turn);
    }
    known->ids.clear();
}

int QueueState::reap(qint64 nowUs)
{
    const Places &running = places(JobStatus::Running);
    QList<JobId> lost;
    for (const auto &[leaseEndMs, id] : running) {
        if (lost.size() == batchMax || leaseEndMs > nowUs / 1000) break;
        lost.append(id);
    }
    if (!lost.isEmpty()) {
        const qint64 seq = nextSeq(nowUs); // one for all that end
        for (const JobId &id : std::as_const(lost)) loseLease(m_jobs[id], nowUs, seq);
    }
    if (size(JobStatus::DeadLetter) > m_limits.deadMax) retainDead(nowUs);
    return static_cast<int>(lost.size());
}

void QueueState::loseLease(JobRecord &record, qint64 nowUs, qint64 seq)
{
    const JobId id = record.definition->id;
    const QString &handler = record.definition->handler;
    ++m_lifetime.leasesLost;
    ++record.workersLost;
    record.token.prepend('!'); // a late settle of it is refused from here on
    tell(Event::Type::JobLeaseLost, id, "{}", nowUs);
    const bool isPoison = record.workersLost >= poisonedAfter;
    if (!isPoison && !record.cancelAsked) {
        giveBack(record);
        return;
    }
    record.text.clear();
    record.ranUs.reset();
    if (isPoison)
        record.text = "It took " + QByteArray::number(record.workersLost)
            + " workers down: each lost its lease while it ran.";
    end(record, isPoison ? JobStatus::DeadLetter : JobStatus::Cancelled, nowUs, seq);
    countHandler(handlerCounter(record.status), handler);
    tellEnd(record, handler, nowUs);
}

void QueueState::report(const ProgressReport &report, qint64 nowUs)
{
    const auto found = m_jobs.find(report.id);
    if (found == m_jobs.end() || found->status != JobStatus::Running || found->token != report.token) return;
    if (!report.logTail.isEmpty()) found->log = report.logTail.right(logBytesMax);
    if (!report.progress) return;
    found->progress = report.progress;
    found->progress->jobId = report.id;
    tell(Event::Type::JobProgress, report.id, found->progress->toJson(), nowUs);
}

} // namespace signalbox::queue
