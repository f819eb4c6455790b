#include "tests/core/queue/property/world.h"

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

QStringList World::apply(const Step &step)
{
    QStringList answers = carryOut(step);
    (void)state.takeEvents(); // compared nowhere here, and copied with every World
    return answers;
}

QStringList World::carryOut(const Step &step)
{
    using Op = Step::Op;
    switch (step.op) {
    case Op::Submit: {
        QList<Result<Submitted>> answers;
        for (const JobDefinition &job : step.jobs) {
            answers.append(state.submit(job, nowUs));
            jobsMade = std::max(jobsMade, job.id.bytes().right(12).toULongLong(nullptr, 16));
        }
        return toLines(answers);
    }
    case Op::Turn: {
        const Result<SettledAndClaimed> answer = state.settleAndClaim(step.worker, step.turn, nowUs);
        if (answer && step.turn.claimMax > 0) {
            quint64 &last = sequences[step.worker + '/' + QByteArray::number(step.turn.lane)];
            last = std::max(last, step.turn.sequence);
            for (const Claim &claim : answer->claims) tokens.append({claim.definition.id, claim.token});
            constexpr qsizetype remembered = 40;
            tokens = tokens.last(std::min(tokens.size(), remembered));
        }
        return toLines(answer);
    }
    case Op::Renew:
        return toLines(state.renew(step.worker, step.held, step.turn.lease, {}, nowUs));
    case Op::RenewUnheard:
        return toLines(state.renew(step.worker, step.held, step.turn.lease, step.lanesSeen, nowUs));
    case Op::Reap:
        state.reap(nowUs);
        return {toText(state.untilNextLeaseEnd(nowUs))};
    case Op::Promote:
        return {QString::number(state.promoteDue(nowUs))};
    case Op::Trim:
        return {state.trim(nowUs) ? u"more"_s : u"that was all"_s};
    case Op::Advance:
        nowUs += step.by.count();
        return {};
    case Op::Cancel:
        return toLines(state.cancel(step.ids, nowUs));
    case Op::Requeue: {
        QList<Result<JobId>> answers;
        for (const JobId &id : step.ids) answers.append(state.requeue(id, nowUs));
        return toLines(answers);
    }
    case Op::RequeueAll: {
        int done = 0;
        for (const JobId &id : state.ids(*step.status)) done += state.requeue(id, nowUs) ? 1 : 0;
        return {QString::number(done)};
    }
    case Op::RunNow:
    case Op::Remove: {
        QList<Result<>> answers;
        for (const JobId &id : step.ids)
            answers.append(step.op == Op::RunNow ? state.runNow(id, nowUs) : state.remove(id, nowUs));
        return toLines(answers);
    }
    case Op::Purge: {
        const qint64 upTo = std::max(state.lastSeq(), nowUs - Rank::epochUs);
        QueueState::PurgeStep part;
        qint64 removed = 0;
        do {
            part = state.purge(step.status, upTo, nowUs);
            removed += part.removed;
        } while (part.more);
        return {QString::number(removed)};
    }
    case Op::Pause:
        state.pause(u"because"_s, nowUs);
        return {};
    case Op::Resume:
        state.resume(nowUs);
        return {};
    case Op::Limits:
        state.setLimits(step.limits);
        return {};
    case Op::Report:
        for (const ProgressReport &report : step.reports) state.report(report, nowUs);
        return {};
    }
    Q_UNREACHABLE();
}

// Words

QString toText(const Error &error)
{
    return u"refused: "_s + signalbox::toText(error.kind);
}

QString toText(const Result<Submitted> &answer)
{
    if (!answer) return toText(answer.error());
    return u"%1 %2 %3"_s.arg(answer->kind == Submitted::Kind::Accepted ? u"accepted"_s : u"already"_s,
                             answer->id.text(), signalbox::toText(answer->status));
}

QString toText(const Verdict &answer)
{
    return answer ? signalbox::toText(*answer) : toText(answer.error());
}

QString toText(const Result<CancelOutcome> &answer)
{
    if (!answer) return toText(answer.error());
    return *answer == CancelOutcome::Asked ? u"asked"_s : u"cancelled"_s;
}

QString toText(const Result<JobId> &answer)
{
    return answer ? answer->text() : toText(answer.error());
}

QString toText(const Result<> &answer)
{
    return answer ? u"done"_s : toText(answer.error());
}

QString toText(std::optional<std::chrono::milliseconds> time)
{
    return time ? u"%1 ms"_s.arg(time->count()) : u"never"_s;
}

QStringList toLines(const Result<SettledAndClaimed> &answer)
{
    if (!answer) return {toText(answer.error())};
    QStringList lines = toLines(answer->verdicts);
    for (const Claim &claim : answer->claims)
        lines.append(u"claimed %1 %2 attempts %3 failures %4 lost %5 waited %6"_s.arg(
            claim.definition.id.text(), QString::fromLatin1(claim.token), QString::number(claim.attempts),
            QString::number(claim.failures), QString::number(claim.workersLost),
            QString::number(claim.wait.count())));
    lines.append(u"paused %1, due %2"_s.arg(answer->paused).arg(toText(answer->nextDue)));
    return lines;
}

QStringList toLines(const Renewed &answer)
{
    QStringList lines;
    for (const JobId &id : answer.lost) lines.append(u"lost "_s + id.text());
    for (const JobId &id : answer.cancelAsked) lines.append(u"cancel "_s + id.text());
    return lines;
}

namespace {

QString idsText(const QList<JobId> &ids)
{
    QStringList texts;
    for (const JobId &id : ids) texts.append(id.text().right(4));
    return texts.join(u' ');
}

QString turnText(const Step &step)
{
    QStringList parts{u"worker %1 lane %2 sequence %3 wants %4 lease %5 ms"_s.arg(
        QString::fromLatin1(step.worker), QString::number(step.turn.lane),
        QString::number(step.turn.sequence), QString::number(step.turn.claimMax),
        QString::number(step.turn.lease.count()))};
    for (const Settlement &one : step.turn.settlements)
        parts.append(u"settles %1 by %2 outcome %3 retries %4 delay %5"_s.arg(
            one.id.text().right(4), QString::fromLatin1(one.token),
            QString::number(static_cast<int>(one.outcome.kind)), QString::number(one.maxRetries),
            QString::number(one.outcome.retryDelay.count())));
    return parts.join(u"; "_s);
}

} // namespace

QString toText(const Step &step)
{
    using Op = Step::Op;
    const QString ids = idsText(step.ids);
    const QString status = step.status ? signalbox::toText(*step.status) : u"all"_s;
    switch (step.op) {
    case Op::Submit: {
        QStringList parts;
        for (const JobDefinition &job : step.jobs)
            parts.append(u"%1 %2%3%4"_s.arg(
                job.id.text().right(4), signalbox::toText(job.priority),
                job.scheduledAt ? u" at "_s + signalbox::toText(*job.scheduledAt) : QString(),
                job.idempotencyKey.isEmpty() ? QString() : u" key "_s + job.idempotencyKey));
        return u"submit "_s + parts.join(u", "_s);
    }
    case Op::Turn:
        return u"turn: "_s + turnText(step);
    case Op::Renew:
    case Op::RenewUnheard:
        return u"renew%1: worker %2, %3 leases"_s.arg(step.op == Op::Renew ? u""_s : u" unheard"_s,
                                                      QString::fromLatin1(step.worker),
                                                      QString::number(step.held.size()));
    case Op::Reap:
        return u"reap"_s;
    case Op::Promote:
        return u"promote"_s;
    case Op::Trim:
        return u"trim"_s;
    case Op::Advance:
        return u"advance %1 us"_s.arg(step.by.count());
    case Op::Cancel:
        return u"cancel "_s + ids;
    case Op::Requeue:
        return u"requeue "_s + ids;
    case Op::RequeueAll:
        return u"requeue all "_s + status;
    case Op::RunNow:
        return u"run now "_s + ids;
    case Op::Remove:
        return u"remove "_s + ids;
    case Op::Purge:
        return u"purge "_s + status;
    case Op::Pause:
        return u"pause"_s;
    case Op::Resume:
        return u"resume"_s;
    case Op::Limits:
        return u"limits: size %1 count %2 bytes %3 dead %4"_s.arg(
            QString::number(step.limits.sizeMax.value_or(-1)),
            QString::number(step.limits.keepFinishedCount.value_or(-1)),
            QString::number(step.limits.keepFinishedBytes.value_or(-1)),
            QString::number(step.limits.deadMax.value_or(-1)));
    case Op::Report:
        return u"report of %1 jobs"_s.arg(step.reports.size());
    }
    Q_UNREACHABLE();
}

} // namespace signalbox::test
