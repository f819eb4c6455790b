#include "core/worker/lease_keeper.h"

#include <algorithm>

namespace signalbox::worker {

using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

LeaseKeeper::LeaseKeeper(LaneContext &context, const PoolOptions &options, HeldJobs &held, Hooks hooks)
    : m_context(context),
      m_options(options),
      m_held(held),
      m_hooks(std::move(hooks)),
      m_beatTimer(context.seams.timers->makeTimer([this] { beat(); })),
      m_cutOffTimer(context.seams.timers->makeTimer([this] { cutOffWhatEnds(); })),
      m_isRenewing(static_cast<size_t>(options.queues.size()), false)
{
}

void LeaseKeeper::start()
{
    m_beatTimer->start(m_options.heartbeat);
}

void LeaseKeeper::stop()
{
    m_beatTimer->stop();
    m_cutOffTimer->stop();
}

bool LeaseKeeper::begin(Run &run, nanoseconds sentAt, nanoseconds left)
{
    setLeaseEnd(run, sentAt + left);
    if (run.token.isCancelled()) return false;
    // Mostly it ends later than all others. Not where the claim's answer had to be asked for again.
    const nanoseconds cutOff = run.leaseEnd - marginOf(m_options.lease);
    if (!m_cutOffTimer->isActive() || cutOff < m_cutOffAt) startCutOff(cutOff);
    return true;
}

void LeaseKeeper::setLeaseEnd(Run &run, nanoseconds end) const
{
    run.leaseEnd = end;
    run.token.setLeaseEnd(end - marginOf(m_options.lease));
}

void LeaseKeeper::beatNow()
{
    if (m_beatTimer->isActive()) beat();
}

void LeaseKeeper::beat()
{
    // The next one first: whatever the calls below lead to, the heart goes on.
    m_beatTimer->start(m_options.heartbeat);
    // After a pause longer than the lease (a blocked loop, a suspended machine) the handlers are stopped
    // before anything is renewed: others may have their jobs by now.
    cutOffWhatEnds();
    for (size_t q = 0; q < m_isRenewing.size(); ++q) renew(q);
    m_hooks.beat();
}

bool LeaseKeeper::secure(size_t queue)
{
    cutOffWhatEnds(); // as in beat(), and for the same reason
    const nanoseconds limit = m_context.seams.clock->monotonicNow() + marginOf(m_options.lease);
    const std::vector<RunPtr> runs = m_held.ofQueue(queue);
    const bool allLast
        = std::all_of(runs.begin(), runs.end(), [limit](const RunPtr &run) { return run->leaseEnd > limit; });
    if (allLast) return true;
    if (m_isRenewing[queue]) return false;
    renew(queue);
    return true;
}

void LeaseKeeper::renew(size_t queue)
{
    // One at a time: a client that waits for its connection would pile them up. Results on their way are
    // renewed too: until the server has accepted one, nobody else may run the job.
    std::vector<RunPtr> runs = m_held.ofQueue(queue);
    if (runs.empty() || m_isRenewing[queue]) return;
    QList<queue::HeldLease> leases;
    leases.reserve(static_cast<qsizetype>(runs.size()));
    for (const RunPtr &run : runs) leases.append({run->claim.definition.id, run->claim.token});
    m_isRenewing[queue] = true;
    const nanoseconds sentAt = m_context.seams.clock->monotonicNow();
    m_context.queue.renew(m_context.worker, m_options.queues[static_cast<qsizetype>(queue)].queue,
                          std::move(leases), m_options.lease,
                          [this, runs = std::move(runs), queue, sentAt,
                           life = std::weak_ptr(m_life)](const Result<queue::Renewed> &renewed) {
                              if (life.expired()) return;
                              m_isRenewing[queue] = false;
                              if (renewed)
                                  receive(runs, queue, sentAt, *renewed);
                              else
                                  m_hooks.failed(renewed.error());
                          });
}

void LeaseKeeper::receive(const std::vector<RunPtr> &runs, size_t queue, nanoseconds sentAt,
                          const queue::Renewed &renewed)
{
    // Lost first: what is lost leaves m_held, and is not renewed below.
    for (const JobId &id : renewed.lost) {
        const auto lost = std::find_if(runs.begin(), runs.end(),
                                       [&id](const RunPtr &run) { return run->claim.definition.id == id; });
        // A result on its way was perhaps accepted between the two calls: its own answer says so.
        if (lost != runs.end() && m_held.holds(**lost) && !(*lost)->isSettling) m_hooks.lost(*lost);
    }
    for (const RunPtr &run : runs)
        if (m_held.holds(*run)) setLeaseEnd(*run, sentAt + m_options.lease);
    for (const JobId &id : renewed.cancelAsked)
        if (const RunPtr run = m_held.find(queue, id)) m_hooks.cancelAsked(run);
    armCutOff();
}

void LeaseKeeper::cutOffWhatEnds()
{
    const nanoseconds limit = m_context.seams.clock->monotonicNow() + marginOf(m_options.lease);
    for (const RunPtr &run : m_held.all())
        if (run->leaseEnd <= limit && !run->isSettling) m_hooks.cutOff(run);
    armCutOff();
}

void LeaseKeeper::armCutOff()
{
    nanoseconds earliest = nanoseconds::max();
    for (const RunPtr &run : m_held.all())
        if (!run->isSettling && !run->cancelledAt) earliest = std::min(earliest, run->leaseEnd);
    m_cutOffTimer->stop();
    if (earliest != nanoseconds::max()) startCutOff(earliest - marginOf(m_options.lease));
}

void LeaseKeeper::startCutOff(nanoseconds at)
{
    m_cutOffAt = at;
    m_cutOffTimer->start(
        std::max(ceil<milliseconds>(at - m_context.seams.clock->monotonicNow()), milliseconds{0}));
}

} // namespace signalbox::worker
