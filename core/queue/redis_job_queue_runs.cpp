// What the pool asks for: claims, results, heartbeats, reports.
#include "core/queue/job_record.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/run_record.h"
#include "core/queue/words.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::Reply;
using std::chrono::milliseconds;

namespace {

constexpr qsizetype settlementsMax = 500; ///< in one call of the script
constexpr int claimsMax = 500;
constexpr size_t claimFields = 4; ///< id, rank, definition, earlier run record
constexpr size_t claimsFrom = 4;  ///< behind now, paused, due, verdicts
constexpr milliseconds defaultLease{30'000};
constexpr qsizetype leasesMax = 500; ///< renewed by one call of the script, which can unpack 8,000 values

QByteArray letterOf(Outcome::Kind kind)
{
    switch (kind) {
    case Outcome::Kind::Completed:
        return QByteArrayLiteral("c");
    case Outcome::Kind::Failed:
        return QByteArrayLiteral("f");
    case Outcome::Kind::FailedPermanently:
        return QByteArrayLiteral("d");
    case Outcome::Kind::FailedQuietly:
        return QByteArrayLiteral("n");
    case Outcome::Kind::Cancelled:
        return QByteArrayLiteral("x");
    case Outcome::Kind::Released:
        return QByteArrayLiteral("r");
    }
    return {};
}

/// An empty word means "as before" to the script. `!` is no handler, and no token begins with it.
QByteArray wordOrNone(const QByteArray &word)
{
    return word.isEmpty() ? QByteArrayLiteral("!") : word;
}

/// The settlements of one call. What is as in the one before is not said again (lua/include/settle.lua).
void append(QByteArrayList &arguments, const QList<Settlement> &settlements)
{
    const Settlement *before = nullptr;
    for (const Settlement &settlement : settlements) {
        const Outcome &outcome = settlement.outcome;
        arguments.append(settlement.id.bytes());
        arguments.append(before && before->token == settlement.token ? QByteArray()
                                                                     : wordOrNone(settlement.token));
        arguments.append(letterOf(outcome.kind));
        arguments.append(before && before->handler == settlement.handler
                             ? QByteArray()
                             : wordOrNone(handlerWord(settlement.handler)));
        arguments.append(outcome.ran ? QByteArray::number(std::max<qint64>(outcome.ran->count(), 0))
                                     : QByteArray());
        if (outcome.kind == Outcome::Kind::Completed)
            arguments.append(outcome.result.isNull() ? QByteArray() : outcome.result.bytes());
        else
            arguments.append(outcome.error.toUtf8());
        if (outcome.kind == Outcome::Kind::Failed)
            arguments.append(QByteArray::number(std::max(settlement.maxRetries, 0)) + ' '
                             + QByteArray::number(std::max<qint64>(outcome.retryDelay.count(), 0)));
        else
            arguments.append(QByteArray());
        before = &settlement;
    }
}

Verdict readVerdict(const JobId &id, const QString &queue, char verdict)
{
    if (verdict == '!') return tl::unexpected(leaseLost(id));
    if (verdict == '?') return tl::unexpected(jobNotFound(id, queue));
    return jobStatusFromLetter(verdict);
}

std::optional<milliseconds> readDelay(const QByteArray &text)
{
    if (text.isEmpty()) return {};
    return milliseconds{text.toLongLong()};
}

/// The answers of a call that was cut into parts, as one. The first failure is the whole's.
template <typename T> class Together {
public:
    Together(qsizetype parts, std::function<void(Result<T>)> done)
        : m_left(parts), m_done(std::move(done)) { }
    template <typename Add> void answer(Result<T> part, Add add)
    {
        if (!part && m_whole)
            m_whole = std::move(part);
        else if (part && m_whole)
            add(m_whole, std::move(part));
        if (--m_left == 0) m_done(std::move(m_whole));
    }

private:
    qsizetype m_left;
    Result<T> m_whole;
    std::function<void(Result<T>)> m_done;
};

Result<Renewed> readRenewed(const Reply &reply, milliseconds lease)
{
    const auto lost = static_cast<size_t>(reply.size() >= 2 ? reply.at(1).toInteger() : -1);
    if (reply.size() < 2 || reply.size() - 2 < lost)
        return tl::unexpected(unexpectedReply(scripts::renew_leases.name));
    Renewed renewed;
    renewed.leaseEndsAt = fromMicros(reply.at(0).text.toLongLong()) + lease;
    for (size_t i = 2; i < reply.size(); ++i)
        (i - 2 < lost ? renewed.lost : renewed.cancelAsked).append(JobId::trusted(reply.at(i).text));
    return renewed;
}

/// The leases all last until the first part's end, or a little longer.
void addRenewed(Result<Renewed> &whole, Result<Renewed> part)
{
    if (whole->leaseEndsAt == Timestamp{}) whole->leaseEndsAt = part->leaseEndsAt;
    whole->lost.append(part->lost);
    whole->cancelAsked.append(part->cancelAsked);
}

void append(QByteArrayList &arguments, const ProgressReport &report)
{
    constexpr qsizetype eventBytesMax = 1000; // so that the stream, cut by number, is bounded in bytes too
    QByteArray whole, shown;
    if (report.progress) {
        whole = jsonOnOneLine(report.progress->toJson());
        shown = whole;
        if (shown.size() > eventBytesMax) {
            JobProgress brief = *report.progress;
            brief.metadata = JsonText::emptyObject();
            brief.message.truncate(200);
            shown = jsonOnOneLine(brief.toJson());
        }
    }
    arguments += {report.id.bytes(), report.token, whole, shown, report.logTail.right(logTailBytesMax)};
}

/// A worker's name from outside, as a word that a token may begin with.
QByteArray workerWord(const QString &worker)
{
    return worker.toUtf8().toPercentEncoding(":", "~");
}

} // namespace

void RedisJobQueue::settleAndClaim(QByteArray worker, SettleAndClaim call,
                                   std::function<void(Result<SettledAndClaimed>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    const ClaimLanes::Lane lane{worker, call.queue, call.lane};
    const bool claims = call.claimMax > 0;
    const quint64 sequence = call.sequence;
    if (claims) m_lanes.sent(lane);
    callSettleAndClaim(
        worker, call,
        [this, lane, claims, sequence, done = std::move(done)](Result<SettledAndClaimed> result) {
            if (claims && result)
                m_lanes.answered(lane, sequence);
            else if (claims)
                m_lanes.failed(lane);
            done(std::move(result));
        });
}

/// More settlements than one call takes: all but the last part are only settled.
struct RedisJobQueue::SplitClaim {
    QByteArray worker;
    SettleAndClaim call;
    QList<Verdict> verdicts;
    std::function<void(Result<SettledAndClaimed>)> done;
};

void RedisJobQueue::callSettleAndClaim(const QByteArray &worker, const SettleAndClaim &call,
                                       std::function<void(Result<SettledAndClaimed>)> done)
{
    if (call.settlements.size() > settlementsMax) {
        const auto split = std::make_shared<SplitClaim>(); // owner: the part that is under way
        *split = {worker, call, {}, std::move(done)};
        splitSettleAndClaim(split);
        return;
    }
    QByteArrayList arguments;
    arguments.reserve(6 + 7 * call.settlements.size());
    arguments = {worker,
                 QByteArray::number(call.lane),
                 QByteArray::number(call.sequence),
                 QByteArray::number(std::clamp(call.claimMax, 0, claimsMax)),
                 QByteArray::number(qint64{call.lease.count()}),
                 QByteArray::number(call.settlements.size())};
    append(arguments, call.settlements);
    SettleAndClaim asked = call;
    eval(scripts::settle_and_claim, call.queue, arguments,
         [this, worker, asked = std::move(asked), done = std::move(done)](const Result<Reply> &reply) {
             if (!reply)
                 done(tl::unexpected(reply.error()));
             else
                 done(readClaims(worker, asked, *reply));
         });
}

void RedisJobQueue::splitSettleAndClaim(const std::shared_ptr<SplitClaim> &split)
{
    SettleAndClaim part = split->call;
    const bool isLast = part.settlements.size() <= settlementsMax;
    part.settlements = split->call.settlements.first(std::min(part.settlements.size(), settlementsMax));
    split->call.settlements.remove(0, part.settlements.size());
    if (!isLast) part.claimMax = 0;
    callSettleAndClaim(split->worker, part, [this, split, isLast](Result<SettledAndClaimed> result) {
        if (!result) {
            split->done(std::move(result));
            return;
        }
        split->verdicts.append(result->verdicts);
        if (!isLast) {
            splitSettleAndClaim(split);
            return;
        }
        result->verdicts = std::move(split->verdicts);
        split->done(std::move(result));
    });
}

Result<SettledAndClaimed> RedisJobQueue::readClaims(const QByteArray &worker, const SettleAndClaim &call,
                                                    const Reply &reply)
{
    const qsizetype settled = call.settlements.size();
    if (!reply.isArray() || reply.size() < claimsFrom || (reply.size() - claimsFrom) % claimFields != 0
        || reply.at(3).text.size() != settled)
        return tl::unexpected(unexpectedReply(scripts::settle_and_claim.name));
    SettledAndClaimed read;
    read.serverNow = fromMicros(reply.at(0).text.toLongLong());
    read.paused = reply.at(1).toInteger() == 1;
    read.nextDue = readDelay(reply.at(2).text);
    read.verdicts.reserve(settled);
    for (qsizetype i = 0; i < settled; ++i)
        read.verdicts.append(readVerdict(call.settlements.at(i).id, call.queue, reply.at(3).text.at(i)));

    read.claims.reserve(static_cast<qsizetype>((reply.size() - claimsFrom) / claimFields));
    const QByteArray token
        = worker + '/' + QByteArray::number(call.lane) + '.' + QByteArray::number(call.sequence);
    for (size_t at = claimsFrom; at < reply.size(); at += claimFields) {
        const JobId id = JobId::trusted(reply.at(at).text);
        Result<JobDefinition> definition = decodeJob(id, call.queue, reply.at(at + 2).text);
        if (!definition) {
            buryDamaged(worker, call.queue, id, token, definition.error());
            continue;
        }
        Claim claim;
        claim.definition = std::move(*definition);
        claim.token = token;
        claim.claimedAt = read.serverNow;
        if (const QByteArray &record = reply.at(at + 3).text; !record.isEmpty()) {
            if (const auto run = RunRecord::parse(record)) {
                claim.attempts = run->attempts;
                claim.failures = run->failures;
                claim.workersLost = run->workersLost;
                // The same call again, as the first answer was lost: the lease has run since then.
                if (run->token == token && run->startedAt) claim.claimedAt = *run->startedAt;
            }
        }
        claim.leaseEndsAt = claim.claimedAt + call.lease;
        claim.wait = std::max(claim.claimedAt - Rank::enteredAt(reply.at(at + 1).text.toLongLong()),
                              std::chrono::microseconds{0});
        read.claims.append(std::move(claim));
    }
    return read;
}

/// A job that cannot be read can never run: it ends as a dead letter that says why, and hurts no other.
void RedisJobQueue::buryDamaged(const QByteArray &worker, const QString &queue, const JobId &id,
                                const QByteArray &token, const Error &error)
{
    SettleAndClaim call;
    call.queue = queue;
    Settlement settlement;
    settlement.id = id;
    settlement.token = token;
    settlement.handler = Words::tr("(damaged)");
    settlement.outcome.kind = Outcome::Kind::FailedPermanently;
    settlement.outcome.error = error.text();
    settlement.outcome.ran = std::chrono::microseconds{0};
    call.settlements.append(settlement);
    // When this fails too, its lease ends, and whoever gets it next does the same.
    callSettleAndClaim(worker, call, [this, id](const Result<SettledAndClaimed> &settled) {
        m_failures.note(Words::tr("Job %1 cannot be read, and is no dead letter yet.").arg(id.text()),
                        settled ? settled->verdicts.constFirst() : Verdict(tl::unexpected(settled.error())));
    });
}

QFuture<Result<std::optional<Claim>>> RedisJobQueue::getNext(QString queue, QString worker)
{
    return ask<std::optional<Claim>>([this, queue, worker](const auto &answer) {
        SettleAndClaim call;
        call.queue = queue;
        call.sequence = ++m_nextClaim;
        call.claimMax = 1;
        call.lease = defaultLease;
        callSettleAndClaim(
            workerWord(worker) + ':' + m_ownWord, call, [answer](Result<SettledAndClaimed> result) {
                answer.give(std::move(result).map([](SettledAndClaimed &&got) {
                    return got.claims.isEmpty() ? std::optional<Claim>() : std::move(got.claims.first());
                }));
            });
    });
}

QFuture<Result<JobStatus>> RedisJobQueue::settle(QString queue, Settlement settlement)
{
    return ask<JobStatus>([this, queue, settlement = std::move(settlement)](const auto &answer) {
        SettleAndClaim call;
        call.queue = queue;
        call.settlements.append(settlement);
        const QByteArray worker
            = settlement.token.left(std::max<qsizetype>(settlement.token.lastIndexOf('/'), 0));
        callSettleAndClaim(worker, call, [answer](Result<SettledAndClaimed> result) {
            answer.give(
                std::move(result).and_then([](SettledAndClaimed &&got) { return got.verdicts.first(); }));
        });
    });
}

void RedisJobQueue::renew(QByteArray worker, QString queue, QList<HeldLease> held, milliseconds lease,
                          std::function<void(Result<Renewed>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    const qsizetype parts = std::max<qsizetype>((held.size() + leasesMax - 1) / leasesMax, 1);
    const auto together = std::make_shared<Together<Renewed>>(parts, std::move(done)); // owners: the calls
    for (qsizetype part = 0; part < parts; ++part) {
        const QList<HeldLease> some = held.mid(part * leasesMax, leasesMax);
        QByteArrayList arguments{worker, QByteArray::number(qint64{lease.count()}),
                                 QByteArray::number(some.size())};
        for (const HeldLease &one : some) arguments += {one.id.bytes(), one.token};
        // In the order of the connection: what was sent before this is under way, and answered before this.
        if (part == 0) arguments.append(m_lanes.quiet(worker, queue));
        eval(scripts::renew_leases, queue, arguments, [lease, together](const Result<Reply> &reply) {
            together->answer(reply ? readRenewed(*reply, lease) : tl::unexpected(reply.error()), addRenewed);
        });
    }
}

void RedisJobQueue::reap(QString queue, std::function<void(Result<std::optional<milliseconds>>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    eval(scripts::reap, queue, {}, [done = std::move(done)](const Result<Reply> &reply) {
        if (!reply)
            done(tl::unexpected(reply.error()));
        else if (reply->size() != 3)
            done(tl::unexpected(unexpectedReply(scripts::reap.name)));
        else
            done(readDelay(reply->at(2).text));
    });
}

void RedisJobQueue::trim(QString queue, std::function<void(Result<bool>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    eval(scripts::trim, queue, {}, [done = std::move(done)](const Result<Reply> &reply) {
        if (!reply)
            done(tl::unexpected(reply.error()));
        else if (reply->size() != 3)
            done(tl::unexpected(unexpectedReply(scripts::trim.name)));
        else
            done(reply->at(2).toInteger() == 1);
    });
}

void RedisJobQueue::finishCalls(milliseconds atMost)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_client->finish(atMost);
}

void RedisJobQueue::report(QByteArray worker, QString queue, QList<ProgressReport> reports,
                           std::function<void(Result<>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    const qsizetype parts = std::max<qsizetype>((reports.size() + jobsPerCall - 1) / jobsPerCall, 1);
    const auto together = std::make_shared<Together<void>>(parts, std::move(done)); // owners: the calls
    for (qsizetype part = 0; part < parts; ++part) {
        QByteArrayList arguments{worker};
        for (const ProgressReport &one : reports.mid(part * jobsPerCall, jobsPerCall)) append(arguments, one);
        eval(scripts::report, queue, arguments, [together](const Result<Reply> &reply) {
            together->answer(reply ? Result<>() : tl::unexpected(reply.error()),
                             [](Result<> &, const Result<> &) { /* a part that went well adds nothing */ });
        });
    }
}

void RedisJobQueue::publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    const QByteArray id = pool.id.toUtf8();
    if (gone) m_lanes.forget(id);
    m_client->eval(scripts::publish_pool, {m_names.pools(), m_names.beats()},
                   {id, gone ? QByteArray() : pool.toJson()},
                   [done = std::move(done)](const Result<Reply> &reply) {
                       if (reply)
                           done({});
                       else
                           done(tl::unexpected(reply.error()));
                   });
}

} // namespace signalbox::queue
