#include "core/worker/ready_queue.h"

#include <algorithm>
#include <iterator>

namespace signalbox::worker {

ReadyQueue::Next ReadyQueue::take(WorkerFlags &worker, const runtime::Clock &clock, RunPtr &run)
{
    std::unique_lock lock(m_mutex);
    while (true) {
        if (m_isClosed || worker.isReplaced.load(std::memory_order_relaxed)) return Next::Leave;
        if (m_dismissed > 0) {
            --m_dismissed;
            return Next::Leave;
        }
        if (worker.renewWanted.exchange(false, std::memory_order_relaxed)) return Next::Renew;
        if (!m_runs.empty()) break;
        ++m_sleeping;
        m_wake.wait(lock);
        --m_sleeping;
    }
    run = std::move(m_runs.front());
    m_runs.pop_front();
    run->worker.store(worker.number, std::memory_order_relaxed);
    run->startedAtNs.store(clock.monotonicNow().count(), std::memory_order_relaxed);
    run->stage.store(Run::Stage::Running, std::memory_order_release);
    return Next::Job;
}

void ReadyQueue::push(std::vector<RunPtr> runs)
{
    int wakes = 0;
    {
        const std::lock_guard lock(m_mutex);
        wakes = std::min(m_sleeping, static_cast<int>(runs.size()));
        std::move(runs.begin(), runs.end(), std::back_inserter(m_runs));
    }
    for (; wakes > 0; --wakes) m_wake.notify_one();
}

bool ReadyQueue::takeBack(const RunPtr &run)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::find(m_runs.begin(), m_runs.end(), run);
    if (found == m_runs.end()) return false;
    m_runs.erase(found);
    return true;
}

std::vector<RunPtr> ReadyQueue::takeBackAll()
{
    const std::lock_guard lock(m_mutex);
    std::vector<RunPtr> all(std::make_move_iterator(m_runs.begin()), std::make_move_iterator(m_runs.end()));
    m_runs.clear();
    return all;
}

std::vector<RunPtr> ReadyQueue::takeBackOlderThan(std::chrono::nanoseconds time)
{
    const std::lock_guard lock(m_mutex);
    std::vector<RunPtr> old;
    while (!m_runs.empty() && m_runs.front()->readySince < time) {
        old.push_back(std::move(m_runs.front()));
        m_runs.pop_front();
    }
    return old;
}

size_t ReadyQueue::size() const
{
    const std::lock_guard lock(m_mutex);
    return m_runs.size();
}

void ReadyQueue::dismiss(int workers)
{
    {
        const std::lock_guard lock(m_mutex);
        m_dismissed += workers;
    }
    m_wake.notify_all();
}

void ReadyQueue::recall(int workers)
{
    const std::lock_guard lock(m_mutex);
    m_dismissed = std::max(m_dismissed - workers, 0);
}

void ReadyQueue::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isClosed = true;
    }
    m_wake.notify_all();
}

void ReadyQueue::wakeAll()
{
    {
        // Empty on purpose: a worker between its look at the flag and its wait holds this lock, so it is
        // waiting by the time we have it, and is woken.
        const std::lock_guard lock(m_mutex);
    }
    m_wake.notify_all();
}

} // namespace signalbox::worker
