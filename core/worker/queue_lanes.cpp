#include "core/worker/queue_lanes.h"

#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

namespace {

qsizetype bytesOf(const Run &run)
{
    return run.outcome.result.bytes().size() + run.outcome.error.size() + 200;
}

queue::Settlement settlementOf(const Run &run)
{
    const JobDefinition &job = run.claim.definition;
    return {job.id, run.claim.token, job.handler, job.retry.maxRetries, run.outcome};
}

} // namespace

QueueLanes::QueueLanes(LaneContext &context, QString queue, Hooks hooks)
    : m_context(context), m_queue(std::move(queue)), m_hooks(std::move(hooks))
{
    for (size_t i = 0; i < m_lanes.size(); ++i) {
        Lane &lane = m_lanes[i];
        lane.call.lane = static_cast<int>(i);
        lane.call.queue = m_queue;
        lane.resend = m_context.seams.timers->makeTimer([this, &lane] { send(lane); });
    }
}

QueueLanes::~QueueLanes() = default;

void QueueLanes::settle(RunPtr run)
{
    run->isSettling = true;
    m_backlogBytes += bytesOf(*run);
    m_backlog.push_back(std::move(run));
}

bool QueueLanes::isBehind() const
{
    return m_backlog.size() >= size_t{laneCount * batchMax} || m_backlogBytes >= batchBytesMax;
}

bool QueueLanes::canSend(bool isUrgent) const
{
    const auto taken = std::count_if(m_lanes.begin(), m_lanes.begin() + laneCount,
                                     [](const Lane &lane) { return lane.isTaken; });
    // The first call leaves at once, for latency; the second one waits until it is worth the server's time.
    if (taken == 0) return true;
    return taken < laneCount && (isUrgent || static_cast<int>(m_backlog.size()) >= batchMax / 2);
}

void QueueLanes::sendOne(int claimMax)
{
    const auto lane = std::find_if(m_lanes.begin(), m_lanes.begin() + laneCount,
                                   [](const Lane &candidate) { return !candidate.isTaken; });
    lane->call.claimMax = std::clamp(claimMax, 0, batchMax);
    lane->call.sequence = m_context.nextSequence++;
    fill(*lane, batchMax);
    send(*lane);
}

void QueueLanes::settleAtOnce(std::function<void()> done)
{
    Lane &lane = m_lanes.back();
    if (lane.isTaken || m_backlog.empty())
        return done(); // taken: an earlier stop's call is still being repeated
    lane.call.claimMax = 0;
    lane.call.sequence = m_context.nextSequence++;
    lane.done = std::move(done);
    fill(lane, static_cast<int>(m_backlog.size()));
    send(lane);
}

void QueueLanes::fill(Lane &lane, int settlementsMax)
{
    lane.isTaken = true;
    lane.failures = 0;
    lane.call.lease = m_context.lease;
    qsizetype bytes = 0;
    while (!m_backlog.empty() && static_cast<int>(lane.runs.size()) < settlementsMax) {
        const qsizetype size = bytesOf(*m_backlog.front());
        if (bytes + size > batchBytesMax && !lane.runs.empty()) break; // the rest goes with the next call
        bytes += size;
        lane.call.settlements.append(settlementOf(*m_backlog.front()));
        lane.runs.push_back(std::move(m_backlog.front()));
        m_backlog.pop_front();
    }
    m_backlogBytes -= bytes;
}

void QueueLanes::send(Lane &lane)
{
    lane.isInFlight = true;
    lane.wakesSeen = m_wakes;
    lane.sentAt = m_context.seams.clock->monotonicNow();
    m_context.queue.settleAndClaim(m_context.worker, lane.call,
                                   [this, &lane, life = std::weak_ptr(m_life),
                                    sequence = lane.call.sequence](Result<queue::SettledAndClaimed> reply) {
                                       if (life.expired() || !lane.isInFlight
                                           || lane.call.sequence != sequence)
                                           return;
                                       receive(lane, std::move(reply));
                                   });
}

void QueueLanes::receive(Lane &lane, Result<queue::SettledAndClaimed> reply)
{
    lane.isInFlight = false;
    if (reply && reply->verdicts.size() != lane.call.settlements.size())
        reply = fail(Error::Kind::Internal, Words::tr("Jobs could not be settled."),
                     Words::tr("The queue answered %1 of %2 settlements.")
                         .arg(reply->verdicts.size())
                         .arg(lane.call.settlements.size()),
                     Words::tr("They are sent again; report this if it recurs."));
    if (!reply) return postpone(lane, reply.error());

    // A repeated claim gets the jobs of its first time: how few they are says nothing of what is there by
    // now.
    const bool hasNews = m_wakes != lane.wakesSeen || lane.failures > 0;
    // The lane is free before anybody hears of it: they may use it at once.
    Answer answer{std::move(reply->claims), lane.call.claimMax, reply->paused, hasNews, lane.sentAt,
                  reply->serverNow,         reply->nextDue};
    const std::vector<RunPtr> runs = std::exchange(lane.runs, {});
    const std::function<void()> done = std::exchange(lane.done, {});
    lane.call.settlements.clear();
    lane.isTaken = false;
    for (size_t i = 0; i < runs.size(); ++i)
        m_hooks.settled(runs[i], reply->verdicts[static_cast<qsizetype>(i)]);
    m_hooks.answered(std::move(answer));
    if (done) done();
}

void QueueLanes::postpone(Lane &lane, const Error &error)
{
    using namespace std::chrono_literals;
    // Refused as out of order: nothing was done, so a new number may be taken. Whatever else went wrong, the
    // call may have been carried out (now or when it was sent before) and has to stay the same.
    if (error.kind == Error::Kind::LeaseLost) lane.call.sequence = m_context.nextSequence++;
    const auto wait = std::min<std::chrono::milliseconds>(100ms * (1 << std::min(lane.failures, 5)), 2s);
    ++lane.failures;
    const double jitter
        = 0.5 + m_context.seams.random->uniform() / 2; // so that many pools do not come at once
    lane.resend->start(std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::duration<double, std::milli>(wait) * jitter));
    m_hooks.failed(error);
}

void QueueLanes::resendNow()
{
    for (Lane &lane : m_lanes) {
        if (!lane.isTaken || lane.isInFlight) continue;
        lane.resend->stop();
        send(lane);
    }
}

void QueueLanes::forget()
{
    m_backlog.clear();
    m_backlogBytes = 0;
    for (Lane &lane : m_lanes) {
        lane.resend->stop();
        lane.isTaken = lane.isInFlight = false;
        lane.call.settlements.clear();
        lane.runs.clear();
        lane.done = {};
    }
}

int QueueLanes::claimsAsked() const
{
    int asked = 0;
    for (const Lane &lane : m_lanes)
        if (lane.isTaken) asked += lane.call.claimMax;
    return asked;
}

bool QueueLanes::isQuiet() const
{
    return m_backlog.empty()
        && std::none_of(m_lanes.begin(), m_lanes.end(), [](const Lane &lane) { return lane.isTaken; });
}

} // namespace signalbox::worker
