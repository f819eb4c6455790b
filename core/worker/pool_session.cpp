#include "core/worker/pool_session.h"

#include "core/worker/settle_rules.h"
#include "core/worker/words.h"

#include <algorithm>

namespace signalbox::worker {

using std::chrono::nanoseconds;
using Reason = CancelToken::Reason;

namespace {

constexpr std::chrono::milliseconds handBackMax{1000};

std::shared_ptr<WorkerShared> makeShared(const LaneContext &context, std::shared_ptr<EngineDoor> door,
                                         std::shared_ptr<HandlerRegistry> handlers,
                                         const PoolOptions &options)
{
    auto shared = std::make_shared<WorkerShared>(); // owners: the session and its workers' threads
    shared->door = std::move(door);
    shared->handlers = std::move(handlers);
    shared->clock = context.seams.clock;
    shared->jobsPerWorkerMax = options.jobsPerWorkerMax;
    return shared;
}

std::vector<int> weightsOf(const PoolOptions &options)
{
    std::vector<int> weights;
    for (const QueueWeight &entry : options.queues) weights.push_back(entry.weight);
    return weights;
}

} // namespace

PoolSession::PoolSession(LaneContext &context, std::shared_ptr<HandlerRegistry> handlers, PoolOptions options,
                         Hooks hooks)
    : m_context(context),
      m_options(std::move(options)),
      m_hooks(std::move(hooks)),
      m_handlers(std::move(handlers)),
      m_door(std::make_shared<EngineDoor>(
          [this](std::vector<WorkerNews> &&news) { readNews(std::move(news)); })),
      m_shared(makeShared(context, m_door, m_handlers, m_options)),
      m_held(static_cast<size_t>(m_options.queues.size())),
      m_serverClock(*context.seams.clock),
      m_threads(m_shared, m_options.stuckThreadsMax),
      m_chooser(weightsOf(m_options)),
      m_queues(static_cast<size_t>(m_options.queues.size())),
      m_keeper(context, m_options, m_held,
               {[this](const RunPtr &run) { lost(run); },
                [this](const RunPtr &run) { stopRun(run, Reason::Cancelled); },
                [this](const RunPtr &run) { cutOff(run); }, [this] { m_reporter.beat(); },
                [this](const Error &error) { noteFailure(error); }}),
      m_watch(context.seams, m_options.cancelGrace, m_held,
              {[this](const RunPtr &run) { stopRun(run, Reason::TimedOut); },
               [this](const RunPtr &run) { replaceStuck(run); }}),
      m_coalescer(context, m_options, m_held, [this](const Error &error) { noteFailure(error); }),
      m_due(context, m_options,
            {[this](size_t queue) { return due(queue); },
             [this](size_t queue) { return m_keeper.secure(queue); },
             [this](const Error &error) { noteFailure(error); }}),
      m_retention(context, m_options, [this](const Error &error) { noteFailure(error); }),
      m_reporter({context, m_options, *m_handlers, m_held, m_serverClock}, m_hooks.changed,
                 [this](const Error &error) { noteFailure(error); }),
      m_metrics({context, m_options, m_held, m_serverClock,
                 [this] { return static_cast<int>(m_threads.workers().size()); }},
                m_hooks.problem),
      m_handBackTimer(context.seams.timers->makeTimer([this] { handBackWhatWaits(); })),
      m_shutdownTimer(context.seams.timers->makeTimer([this] { stopNow(); })),
      m_cancelTimer(context.seams.timers->makeTimer([this] { cancelReleased(); })),
      m_giveUpTimer(context.seams.timers->makeTimer([this] { giveUp(); }))
{
    for (size_t q = 0; q < m_queues.size(); ++q)
        m_queues[q].lanes = std::make_unique<QueueLanes>(
            context, m_options.queues[static_cast<qsizetype>(q)].queue,
            QueueLanes::Hooks{
                [this](const RunPtr &run, const queue::Verdict &verdict) { settled(run, verdict); },
                [this, q](QueueLanes::Answer answer) { answered(q, std::move(answer)); },
                [this](const Error &error) { noteFailure(error); }});
}

PoolSession::~PoolSession()
{
    if (!m_hasEnded) {
        // Destroyed while it ran. As in stopNow(), what we hold goes back before its handlers are told. The
        // queue may go right after us, and its connection with all that has not left: so this waits for the
        // answers, as long as a stop takes to hand back, and no longer.
        stopNow();
        m_metrics.finish();
        m_context.queue.publishPool(m_reporter.info(), true,
                                    [](const Result<> &) { /* nobody is left to tell */ });
        m_context.queue.finishCalls(handBackMax);
        cancelReleased();
        // Handlers may refer to what is destroyed right after the pool, so they get the time to stop that
        // they are promised; those that ignore it are let go of.
        if (!m_threads.waitUntilLeft(m_options.cancelGrace))
            m_hooks.problem(Error{Error::Kind::Internal,
                                  Words::tr("A worker's thread had to be left behind."),
                                  Words::tr("Its handler ignores its cancellation."),
                                  Words::tr("Let the handler look at its cancel token.")});
    }
    answerRestarts(-1,
                   fail(Error::Kind::WrongState, Words::tr("The worker was not restarted."),
                        Words::tr("Its pool stopped first."), Words::tr("Start the workers again.")));
    m_door->close();
}

void PoolSession::start(int workers)
{
    m_threads.add(workers, m_serverClock.now());
    m_keeper.start();
    m_reporter.start(m_threads);
    QStringList queues;
    for (const QueueWeight &entry : m_options.queues) queues.append(entry.queue);
    m_context.queue.waitForWork(
        m_context.worker, queues,
        [this, life = std::weak_ptr(m_life)] {
            if (!life.expired()) wake();
        },
        [this, life = std::weak_ptr(m_life)](const QString &queue, const JobId &id) {
            if (life.expired()) return;
            for (size_t q = 0; q < m_queues.size(); ++q)
                if (m_options.queues[static_cast<qsizetype>(q)].queue == queue)
                    if (const RunPtr run = m_held.find(q, id)) stopRun(run, Reason::Cancelled);
        });
    m_due.start();
    m_retention.start();
    pump();
}

void PoolSession::scale(int workers)
{
    const int more = workers - m_threads.target();
    if (more > 0) m_threads.add(more, m_serverClock.now());
    if (more < 0) m_threads.dismiss(-more);
    m_reporter.noteChange();
    pump();
}

void PoolSession::restartWorker(int number, const runtime::Answer<> &done)
{
    m_restarts.emplace(number, done);
    if (m_threads.renew(number)) return;
    answerRestarts(number,
                   fail(Error::Kind::NotFound, Words::tr("Worker %1 could not be restarted.").arg(number),
                        Words::tr("There is no such worker."), Words::tr("Look at the list of workers.")));
}

void PoolSession::answerRestarts(int number, const Result<> &result) // −1: all
{
    for (auto it = m_restarts.begin(); it != m_restarts.end();) {
        if (number >= 0 && it->first != number) {
            ++it;
            continue;
        }
        it->second.give(result);
        it = m_restarts.erase(it);
    }
}

void PoolSession::connectionIsBack()
{
    for (Served &served : m_queues) {
        served.isHungry = true; // whatever woke others meanwhile did not reach us
        served.lanes->resendNow();
    }
    m_keeper.beatNow();
    pump();
}

void PoolSession::noteFailure(const Error &error)
{
    if (std::exchange(m_isOutage, true)) return; // one outage is told once, not once a call
    m_hooks.problem(error);
}

double PoolSession::jitter() const
{
    return m_context.seams.random->uniform() * RetryPolicy::jitterMax;
}

// ---- Claiming
// --------------------------------------------------------------------------------------------------

void PoolSession::wake()
{
    for (Served &served : m_queues) {
        served.isHungry = true;
        served.lanes->noteWake();
    }
    pump();
    if (capacity() <= 0 && !m_isEnding) passWakeOn();
}

void PoolSession::passWakeOn()
{
    // All workers are busy, so the wake was meant for another pool. A call that leaves jobs behind wakes the
    // next one that waits, and by now we are the last of those. Where it comes back at once, all others are
    // busy as well, and the first with a free worker will look by itself.
    using namespace std::chrono_literals;
    if (m_passedOnAt && now() - *m_passedOnAt < 50ms) return;
    m_passedOnAt = now();
    for (Served &served : m_queues)
        if (served.lanes->isQuiet()) served.lanes->sendOne(0);
}

bool PoolSession::due(size_t queue)
{
    m_queues[queue].isHungry = true;
    const bool canWork = capacity() > 0;
    pump();
    return canWork;
}

int PoolSession::claimsAsked() const
{
    int asked = 0;
    for (const Served &served : m_queues) asked += served.lanes->claimsAsked();
    return asked;
}

int PoolSession::capacity() const
{
    if (m_isEnding) return 0;
    // Of the queues that may have work, the one with the longest jobs decides: what is claimed ahead from
    // another would keep its jobs from their turn.
    int ahead = m_options.prefetchMax;
    for (const Served &served : m_queues)
        if (served.isHungry)
            ahead = std::min(ahead, served.gauge.jobsAhead(m_threads.count(), m_options.prefetchMax));
    return m_threads.count() + ahead - m_open - claimsAsked();
}

void PoolSession::pump()
{
    // A queue that answers at once (in memory) leads back here from within.
    m_pumpAgain = true;
    if (m_isPumping) return;
    m_isPumping = true;
    while (std::exchange(m_pumpAgain, false)) sendWhatIsWorthIt();
    m_isPumping = false;
}

void PoolSession::sendWhatIsWorthIt()
{
    const bool isWorkerIdle = !m_isEnding && m_threads.count() > m_open + claimsAsked();
    std::vector<bool> isCandidate;
    for (const Served &served : m_queues)
        isCandidate.push_back(served.isHungry && !served.lanes->isBehind()
                              && served.lanes->canSend(isWorkerIdle));
    const std::vector<int> shares = m_chooser.share(capacity(), isCandidate);
    for (size_t q = 0; q < m_queues.size(); ++q) {
        QueueLanes &lanes = *m_queues[q].lanes;
        if (shares[q] > 0) {
            lanes.sendOne(shares[q]);
            m_due.noteCall(q);
        }
        while (lanes.hasBacklog() && lanes.canSend(false)) lanes.sendOne(0);
    }
}

void PoolSession::answered(size_t queue, QueueLanes::Answer answer)
{
    m_isOutage = false;
    m_reporter.noteContact(answer.serverNow);
    Served &served = m_queues[queue];
    const bool gotAll = answer.claims.size() >= answer.asked && !answer.paused;
    if (answer.asked > 0) served.isHungry = gotAll || answer.isOutdated;
    m_due.expect(queue, answer.nextDue, answer.asked > 0 && answer.claims.isEmpty());
    if (!answer.claims.isEmpty()) {
        m_shared->ready.push(accept(queue, answer));
        if (!m_handBackTimer->isActive()) m_handBackTimer->start(PrefetchGauge::waitMax);
        m_reporter.noteChange();
    }
    pump();
    checkEnd();
}

std::vector<RunPtr> PoolSession::accept(size_t queue, const QueueLanes::Answer &answer)
{
    std::vector<RunPtr> ready;
    ready.reserve(static_cast<size_t>(answer.claims.size()));
    for (const queue::Claim &claim : answer.claims) {
        const auto run
            = std::make_shared<Run>(claim, static_cast<int>(queue), *m_context.seams.clock, m_door);
        run->token.setGrace(m_options.cancelGrace, LeaseKeeper::marginOf(m_options.lease));
        // Ours again, and nobody has told us yet that the lease of its first run is lost. That one is told
        // now: once it is out of the table, no renewal, stop or cut-off finds it.
        if (const RunPtr before = m_held.find(queue, claim.definition.id); before && !before->isSettling)
            lost(before);
        m_held.add(run);
        m_metrics.claimed(queue, claim);
        if (m_isEnding) {
            settle(run, released()); // asked for before the stop
        } else if (!m_handlers->contains(claim.definition.handler)) {
            settle(run, unknownHandler(claim, m_handlers->names(), jitter()));
        } else if (!m_keeper.begin(*run, answer.sentAt, claim.leaseEndsAt - answer.serverNow)) {
            settle(run, released()); // the answer took so long that its lease is nearly over
        } else {
            run->isOpen = true;
            ++m_open;
            run->readySince = answer.sentAt;
            m_watch.expect(*run);
            ready.push_back(run);
        }
    }
    return ready;
}

void PoolSession::handBackWhatWaits()
{
    const std::vector<RunPtr> waited = m_shared->ready.takeBackOlderThan(now() - PrefetchGauge::waitMax);
    for (const RunPtr &run : waited) {
        Served &served = m_queues[static_cast<size_t>(run->queueIndex)];
        served.gauge.tooSlow();
        served.isHungry = true; // of what goes back now
        close(*run);
        settle(run, released());
    }
    if (m_shared->ready.size() > 0) m_handBackTimer->start(PrefetchGauge::waitMax);
    if (!waited.empty()) pump();
}

} // namespace signalbox::worker
