#include "core/runtime/manual_clock.h"
#include "tests/core/queue/property/world.h"

namespace signalbox::test {

using namespace queue;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using Op = Step::Op;

struct Weight {
    Op op;
    int weight;
};
constexpr std::array weights{Weight{Op::Submit, 11},      Weight{Op::Turn, 40},    Weight{Op::Renew, 5},
                             Weight{Op::RenewUnheard, 3}, Weight{Op::Reap, 6},     Weight{Op::Promote, 3},
                             Weight{Op::Trim, 2},         Weight{Op::Advance, 14}, Weight{Op::Cancel, 6},
                             Weight{Op::Requeue, 5},      Weight{Op::Report, 4},   Weight{Op::RequeueAll, 1},
                             Weight{Op::RunNow, 3},       Weight{Op::Remove, 3},   Weight{Op::Purge, 1},
                             Weight{Op::Pause, 1},        Weight{Op::Resume, 4},   Weight{Op::Limits, 2}};

JobId numberedId(quint64 number)
{
    std::array<quint8, 16> bytes{};
    for (size_t i = 0; i < 6; ++i) bytes[15 - i] = static_cast<quint8>(number >> (8 * i));
    return JobId::fromRandom(bytes);
}

class StepMaker {
public:
    StepMaker(const World &world, quint64 seed) : m_world(world), m_random(seed) { }
    Step make();

private:
    int below(int n) { return static_cast<int>(m_random.bits() % static_cast<quint64>(n)); }
    bool once(int in) { return below(in) == 0; }
    template <typename T, size_t n> T oneOf(const T (&values)[n])
    {
        return values[below(static_cast<int>(n))];
    }
    Op pickOp();
    JobId anyId();
    QList<JobId> someIds();
    QByteArray anyWorker();
    HeldLease anyLease();
    QByteArray text();
    JobDefinition job(quint64 number);
    void makeTurn(Step &step);
    Settlement settlement();
    void makeLimits(Step &step);
    void makeRenew(Step &step);
    void makeReports(Step &step);

    const World &m_world;
    runtime::SeededRandom m_random;
};

Op StepMaker::pickOp()
{
    int total = 0;
    for (const Weight &each : weights) total += each.weight;
    int at = below(total);
    for (const Weight &each : weights) {
        at -= each.weight;
        if (at < 0) return each.op;
    }
    return Op::Reap;
}

/// Mostly one of a list that has jobs, each list alike however long it is; now and then one that never was.
JobId StepMaker::anyId()
{
    if (!once(12)) {
        for (int tries = 0; tries < 6; ++tries) {
            const QList<JobId> ids
                = m_world.state.ids(allJobStatuses[static_cast<size_t>(below(allJobStatuses.size()))]);
            if (!ids.isEmpty()) return ids.at(below(static_cast<int>(ids.size())));
        }
    }
    return numberedId(static_cast<quint64>(below(static_cast<int>(m_world.jobsMade) + 2)));
}

QList<JobId> StepMaker::someIds()
{
    QList<JobId> ids;
    for (int n = 1 + below(4); n > 0; --n) ids.append(anyId());
    return ids;
}

QByteArray StepMaker::anyWorker()
{
    return "host:1:" + QByteArray(1, static_cast<char>('a' + below(3)));
}

/// A live one of a running job, an old one, or one that never was.
HeldLease StepMaker::anyLease()
{
    const QList<JobId> running = m_world.state.ids(JobStatus::Running);
    if (!running.isEmpty() && !once(5)) {
        const JobId id = running.at(below(static_cast<int>(running.size())));
        return {id, m_world.state.find(id)->token};
    }
    if (!m_world.tokens.isEmpty() && !once(5))
        return m_world.tokens.at(below(static_cast<int>(m_world.tokens.size())));
    return {anyId(), "host:1:a/0.999999"};
}

QByteArray StepMaker::text()
{
    const qsizetype sizes[] = {0, 1, 20, 300, 4094, 4096, 4097, 9000};
    return QByteArray(oneOf(sizes), static_cast<char>('a' + below(26)));
}

JobDefinition StepMaker::job(quint64 number)
{
    JobDefinition job;
    job.id = numberedId(number);
    job.handler = once(3) ? u"a b%1"_s.arg(below(2)) : u"files.hash"_s;
    job.priority = allJobPriorities[static_cast<size_t>(below(allJobPriorities.size()))];
    job.retry.maxRetries = below(4);
    job.createdAt = fromMicros(m_world.nowUs - below(1'000'000));
    job.name = once(4) ? u"named"_s : JobDefinition::nameOf(job.handler);
    job.args = JsonText::trusted("[\"" + text() + "\"]");
    if (once(3)) job.scheduledAt = fromMicros(m_world.nowUs + below(120'000'000) - 10'000'000);
    if (once(4)) job.idempotencyKey = u"key %1"_s.arg(below(6));
    if (once(4)) job.timeout = std::chrono::milliseconds{1 + below(100'000)};
    if (once(4)) job.tags.insert(u"team"_s, u"ops"_s);
    return job;
}

Settlement StepMaker::settlement()
{
    using Kind = Outcome::Kind;
    const Kind kinds[]
        = {Kind::Completed, Kind::Completed,         Kind::Completed,     Kind::Failed,    Kind::Failed,
           Kind::Failed,    Kind::FailedPermanently, Kind::FailedQuietly, Kind::Cancelled, Kind::Released};
    const std::chrono::milliseconds delays[] = {0ms, 1ms, 1000ms, 60'000ms};
    const HeldLease lease = anyLease();
    const JobRecord *record = m_world.state.find(lease.id);
    Settlement made{.id = lease.id,
                    .token = lease.token,
                    .handler = record ? record->definition->handler : u"gone"_s,
                    .maxRetries = record ? record->definition->retry.maxRetries : 0,
                    .outcome = {.kind = oneOf(kinds), .retryDelay = oneOf(delays)}};
    if (made.outcome.kind == Kind::Completed)
        made.outcome.result = once(3) ? JsonText() : JsonText::trusted('"' + text() + '"');
    else if (made.outcome.kind != Kind::Released)
        made.outcome.error = QString::fromLatin1(text()) + (once(2) ? u"\nline 2"_s : QString());
    if (once(3)) made.outcome.ran = std::chrono::microseconds{below(5'000'000)};
    return made;
}

void StepMaker::makeTurn(Step &step)
{
    const std::chrono::milliseconds leases[] = {1s, 30s, 30s};
    SettleAndClaim &turn = step.turn;
    turn.queue = u"default"_s;
    turn.lane = below(2);
    turn.lease = oneOf(leases);
    turn.claimMax = once(4) ? 0 : 1 + below(5);
    const quint64 last = m_world.sequences.value(step.worker + '/' + QByteArray::number(turn.lane));
    turn.sequence = once(6) ? last : last + 1; // the same again, as after a lost answer
    if (once(12) && last > 1) turn.sequence = last - 1;
    for (int n = below(4); n > 0; --n) turn.settlements.append(settlement());
    if (!turn.settlements.isEmpty() && once(8)) turn.settlements.append(turn.settlements.constFirst());
}

void StepMaker::makeLimits(Step &step)
{
    const qint64 sizes[] = {0, 0, 3, 40}, counts[] = {0, 2, 1'000'000}, bytes[] = {1000, 20'000, 1 << 30},
                 dead[] = {0, 1, 3, 1000};
    const std::chrono::milliseconds ages[] = {1s, 1h, 24h * 7};
    if (once(2)) step.limits.sizeMax = oneOf(sizes);
    if (once(2)) step.limits.keepFinishedCount = oneOf(counts);
    if (once(2)) step.limits.keepFinishedBytes = oneOf(bytes);
    if (once(2)) step.limits.deadMax = oneOf(dead);
    if (once(2)) step.limits.keepFinishedFor = oneOf(ages);
    if (once(2)) step.limits.keepDeadFor = oneOf(ages);
}

void StepMaker::makeRenew(Step &step)
{
    step.turn.lease = once(3) ? 1s : 30s;
    for (int n = below(5); n > 0; --n) step.held.append(anyLease());
    for (int lane = 0; lane < 2 && step.op == Op::RenewUnheard; ++lane) {
        const quint64 last = m_world.sequences.value(step.worker + '/' + QByteArray::number(lane));
        step.lanesSeen.insert(lane, once(2) || last == 0 ? last : last - 1);
    }
}

void StepMaker::makeReports(Step &step)
{
    for (int n = 1 + below(3); n > 0; --n) {
        const HeldLease lease = anyLease();
        JobProgress progress;
        progress.jobId = lease.id;
        progress.current = below(100);
        if (once(2)) progress.total = 100;
        progress.message = u"at %1"_s.arg(below(100));
        progress.updatedAt = fromMicros(m_world.nowUs);
        step.reports.append({.id = lease.id,
                             .token = lease.token,
                             .progress = once(3) ? std::nullopt : std::optional(progress),
                             .logTail = once(2) ? QByteArray() : text()});
    }
}

Step StepMaker::make()
{
    Step step;
    step.op = pickOp();
    step.worker = anyWorker();
    switch (step.op) {
    case Op::Submit: {
        quint64 number = m_world.jobsMade;
        for (int n = 1 + below(3); n > 0; --n) {
            const bool isKnown = once(8) && number > 0;
            step.jobs.append(job(isKnown ? 1 + m_random.bits() % number : ++number));
        }
        break;
    }
    case Op::Turn:
        makeTurn(step);
        break;
    case Op::Renew:
    case Op::RenewUnheard:
        makeRenew(step);
        break;
    case Op::Advance: {
        const std::chrono::microseconds times[] = {1us, 500us, 1ms, 999ms, 1s, 1s, 5s, 31s, 61s, 1h, 24h * 8};
        step.by = oneOf(times);
        break;
    }
    case Op::Cancel:
    case Op::Requeue:
    case Op::RunNow:
    case Op::Remove:
        step.ids = someIds();
        break;
    case Op::RequeueAll: {
        const JobStatus states[] = {JobStatus::DeadLetter, JobStatus::Failed, JobStatus::Cancelled};
        step.status = oneOf(states);
        break;
    }
    case Op::Purge:
        do step.status = allJobStatuses[static_cast<size_t>(below(allJobStatuses.size()))];
        while (step.status == JobStatus::Running);
        if (once(4)) step.status.reset();
        break;
    case Op::Limits:
        makeLimits(step);
        break;
    case Op::Report:
        makeReports(step);
        break;
    case Op::Reap:
    case Op::Promote:
    case Op::Trim:
    case Op::Pause:
    case Op::Resume:
        break;
    }
    return step;
}

} // namespace

Step randomStep(const World &world, quint64 seed)
{
    return StepMaker(world, seed).make();
}

} // namespace signalbox::test
