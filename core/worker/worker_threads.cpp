#include "core/worker/worker_threads.h"

#include <algorithm>
#include <vector>

namespace signalbox::worker {

namespace {

/// ~QThreadPool waits for its threads. One with a thread that never comes back is kept here, reachable and
/// never destroyed, since nobody can end a thread from outside.
void abandon(std::unique_ptr<QThreadPool> threads)
{
    static std::mutex mutex;
    static auto *const abandoned = new std::vector<std::unique_ptr<QThreadPool>>;
    const std::lock_guard lock(mutex);
    abandoned->push_back(std::move(threads));
}

} // namespace

WorkerThreads::WorkerThreads(std::shared_ptr<WorkerShared> shared, int stuckMax)
    : m_shared(std::move(shared)), m_stuckMax(stuckMax), m_threads(std::make_unique<QThreadPool>())
{
    m_threads->setObjectName(QStringLiteral("worker"));
    m_threads->setMaxThreadCount(0);
}

WorkerThreads::~WorkerThreads()
{
    m_shared->ready.close();
    if (m_shared->loops.count() > 0) abandon(std::move(m_threads));
}

void WorkerThreads::add(int workers, Timestamp now)
{
    m_shared->ready.recall(workers);
    // Those that were dismissed and have not left yet stay instead; the rest are new.
    m_target += workers;
    fillPlaces(now);
}

void WorkerThreads::fillPlaces(Timestamp now)
{
    while (static_cast<int>(m_workers.size()) < count()) startOne(now);
}

void WorkerThreads::dismiss(int workers)
{
    const int empty = std::min(m_emptyPlaces, workers); // nobody has to leave for these
    m_emptyPlaces -= empty;
    m_target -= workers;
    m_shared->ready.dismiss(workers - empty);
}

void WorkerThreads::dismissAll()
{
    m_target = m_emptyPlaces = 0;
    m_shared->ready.close();
}

void WorkerThreads::startOne(Timestamp now)
{
    const int number = m_nextNumber++;
    auto flags = std::make_shared<WorkerFlags>(number); // owners: its Figures here and its thread
    m_workers.emplace(number, Figures{flags, now});
    fitThreads();
    m_shared->loops.enter();
    m_threads->start(new WorkerLoop(m_shared, std::move(flags))); // QThreadPool deletes it (autoDelete)
}

void WorkerThreads::fitThreads()
{
    m_threads->setMaxThreadCount(static_cast<int>(m_workers.size() + m_stuck.size()));
}

bool WorkerThreads::replaceStuck(int number, Timestamp now)
{
    auto node = m_workers.extract(number);
    if (node.empty()) return true; // it left, and its place has been seen to
    node.mapped().flags->isReplaced.store(true, std::memory_order_relaxed);
    m_stuck.insert(std::move(node));
    const bool isTooMany = stuck() > m_stuckMax && static_cast<int>(m_workers.size()) < count();
    if (isTooMany) ++m_emptyPlaces;
    fillPlaces(now);
    return !isTooMany;
}

void WorkerThreads::left(int number, Timestamp now)
{
    m_workers.erase(number);
    if (m_stuck.erase(number) > 0 && m_emptyPlaces > 0 && stuck() <= m_stuckMax) --m_emptyPlaces;
    // It was dismissed, and more workers were wanted before we heard that it had left; or it came back.
    fillPlaces(now);
}

void WorkerThreads::renewed(int number, Timestamp now)
{
    if (Figures *worker = find(number)) worker->startedAt = now;
}

bool WorkerThreads::renew(int number)
{
    Figures *const worker = find(number);
    if (!worker) return false;
    worker->flags->renewWanted.store(true, std::memory_order_relaxed);
    m_shared->ready.wakeAll();
    return true;
}

WorkerThreads::Figures *WorkerThreads::find(int number)
{
    const auto found = m_workers.find(number);
    return found == m_workers.end() ? nullptr : &found->second;
}

bool WorkerThreads::waitUntilLeft(std::chrono::milliseconds atMost) const
{
    return m_shared->loops.waitUntilAtMost(stuck(), atMost);
}

} // namespace signalbox::worker
