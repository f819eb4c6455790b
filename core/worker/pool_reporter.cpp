#include "core/worker/pool_reporter.h"

#include <QCoreApplication>
#include <QSysInfo>

#include <algorithm>

namespace signalbox::worker {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr std::chrono::milliseconds hereInterval = 100ms;
constexpr std::chrono::milliseconds publishInterval = 500ms;
/// One change seldom comes alone: a job's end, the next one's claim, and its begin by a worker's thread.
constexpr std::chrono::milliseconds publishSoon = 50ms;

} // namespace

PoolReporter::PoolReporter(Parts parts, std::function<void(const PoolInfo &)> changed,
                           std::function<void(const Error &)> failed)
    : m_parts(parts),
      m_changed(std::move(changed)),
      m_failed(std::move(failed)),
      m_hostname(QSysInfo::machineHostName()),
      m_hereTimer(parts.context.seams.timers->makeTimer([this] { tellHere(); })),
      m_publishTimer(parts.context.seams.timers->makeTimer([this] { publish(); }))
{
}

void PoolReporter::start(const WorkerThreads &threads)
{
    m_threads = &threads;
    m_busy = {};
    m_isStopping = false;
    m_startedAt = m_lastContact = m_parts.serverClock.now();
    publish();
    noteChange();
}

void PoolReporter::stop()
{
    m_threads = nullptr;
    m_hereTimer->stop();
    m_publishTimer->stop();
}

void PoolReporter::noteChange()
{
    if (!m_threads) return;
    if (!m_hereTimer->isActive()) m_hereTimer->start(hereInterval);
    if (m_publishTimer->isActive()) return;
    const nanoseconds wait = m_publishedAt + publishInterval - m_parts.context.seams.clock->monotonicNow();
    m_publishTimer->start(std::max(publishSoon, std::chrono::ceil<std::chrono::milliseconds>(wait)));
}

void PoolReporter::beat()
{
    (void)metrics(); // a sample for the utilisation
    publish();
}

void PoolReporter::tellHere()
{
    m_changed(info());
    if (isSomethingAboutToBegin()) m_hereTimer->start(hereInterval);
}

bool PoolReporter::isSomethingAboutToBegin() const
{
    const std::vector<RunPtr> held = m_parts.held.all();
    const auto countOf = [&held](Run::Stage stage) {
        return std::count_if(held.begin(), held.end(), [stage](const RunPtr &run) {
            return run->stage.load(std::memory_order_acquire) == stage;
        });
    };
    return m_threads && countOf(Run::Stage::Waiting) > 0
        && countOf(Run::Stage::Running) < std::ssize(m_threads->workers());
}

void PoolReporter::publish()
{
    if (!m_threads) return;
    m_publishedAt = m_parts.context.seams.clock->monotonicNow();
    m_publishTimer->stop(); // what it was for is in this
    if (isSomethingAboutToBegin()) m_publishTimer->start(publishInterval);
    PoolInfo now = info();
    // Sent only if the loop turns, and stamped then: who reads it knows when this pool last lived.
    now.lastHeartbeat = m_parts.serverClock.now();
    for (WorkerInfo &worker : now.workers) worker.lastHeartbeat = now.lastHeartbeat;
    m_parts.context.queue.publishPool(std::move(now), false,
                                      [this, life = std::weak_ptr(m_life)](const Result<> &published) {
                                          if (life.expired()) return;
                                          if (published)
                                              m_lastContact = m_parts.serverClock.now();
                                          else
                                              m_failed(published.error());
                                      });
}

void PoolReporter::publishGone(std::function<void()> done)
{
    m_parts.context.queue.publishPool(
        frame(), true,
        [this, done = std::move(done), life = std::weak_ptr(m_life)](const Result<> &published) {
            if (life.expired()) return;
            if (!published) m_failed(published.error());
            done();
        });
}

void PoolReporter::noteContact(Timestamp serverNow)
{
    m_parts.serverClock.learn(serverNow);
    m_lastContact = serverNow;
}

PoolInfo PoolReporter::frame() const
{
    PoolInfo info;
    info.id = QString::fromLatin1(m_parts.context.worker);
    info.hostname = m_hostname;
    info.pid = QCoreApplication::applicationPid();
    info.version = QStringLiteral(SIGNALBOX_VERSION);
    for (const QueueWeight &entry : m_parts.options.queues) info.queues.append(entry.queue);
    info.handlers = m_parts.handlers.names();
    info.startedAt = m_startedAt;
    info.lastHeartbeat = m_lastContact;
    return info;
}

PoolInfo PoolReporter::info() const
{
    PoolInfo info = frame();
    if (!m_threads) return info;
    info.stuckThreads = m_threads->stuck();
    const std::map<int, RunPtr> runs = runsByWorker();
    for (const auto &[number, worker] : m_threads->workers()) {
        const auto run = runs.find(number);
        info.workers.append(infoOf(worker, run == runs.end() ? nullptr : run->second.get()));
    }
    return info;
}

std::map<int, RunPtr> PoolReporter::runsByWorker() const
{
    std::map<int, RunPtr> runs;
    for (const RunPtr &run : m_parts.held.all())
        if (run->stage.load(std::memory_order_acquire) == Run::Stage::Running) runs[run->worker] = run;
    return runs;
}

WorkerInfo PoolReporter::infoOf(const WorkerThreads::Figures &worker, const Run *run) const
{
    WorkerInfo info;
    info.id = QString::fromLatin1(m_parts.context.worker) + QLatin1Char('/')
        + QString::number(worker.flags->number);
    info.status = run ? WorkerStatus::Busy : WorkerStatus::Idle;
    if (m_isStopping) info.status = WorkerStatus::Stopping;
    if (run) {
        const JobDefinition &job = run->claim.definition;
        info.currentJob = job.id;
        info.currentHandler = job.handler;
        info.currentQueue = m_parts.options.queues[run->queueIndex].queue;
        info.jobStartedAt = m_parts.serverClock.at(run->startedAt());
        info.jobTimeout = job.timeout;
    }
    info.startedAt = worker.startedAt;
    info.lastHeartbeat = m_lastContact;
    info.jobsCompleted = worker.completed;
    info.jobsFailed = worker.failed;
    info.hostname = m_hostname;
    info.pid = QCoreApplication::applicationPid();
    return info;
}

PoolMetrics PoolReporter::metrics()
{
    PoolMetrics metrics;
    if (!m_threads) return metrics;
    const nanoseconds now = m_parts.context.seams.clock->monotonicNow();
    nanoseconds running{0};
    const std::map<int, RunPtr> runs = runsByWorker();
    for (const auto &[number, run] : runs) running += now - run->startedAt();
    for (const auto &[number, worker] : m_threads->workers()) {
        if (runs.count(number) > 0) ++metrics.busy;
    }
    metrics.jobsCompleted = m_completed;
    metrics.jobsFailed = m_failedRuns;
    metrics.total = static_cast<int>(m_threads->workers().size());
    metrics.idle = metrics.total - metrics.busy;
    const bool isHealthy = m_parts.serverClock.now() - m_lastContact < WorkerInfo::healthyFor;
    (isHealthy ? metrics.healthy : metrics.unhealthy) = metrics.total;
    metrics.stuckThreads = m_threads->stuck();
    metrics.utilisation = m_busy.sample(now, metrics.total, running);
    if (metrics.total > 0)
        metrics.averageJobsPerWorker
            = static_cast<double>(metrics.jobsCompleted + metrics.jobsFailed) / metrics.total;
    return metrics;
}

} // namespace signalbox::worker
