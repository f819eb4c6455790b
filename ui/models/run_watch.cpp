#include "ui/models/run_watch.h"

#include "ui/models/job_change.h"

#include <algorithm>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

void RunWatch::apply(const QList<Event> &events)
{
    for (const Event &event : events) {
        switch (event.type) {
        case Event::Type::JobStarted:
            begin(event);
            break;
        case Event::Type::JobProgress:
            progress(event);
            break;
        case Event::Type::JobCompleted:
            end(event, true);
            break;
        case Event::Type::JobFailed:
            end(event, false);
            break;
        case Event::Type::JobCancelled:
        case Event::Type::JobReleased:
        case Event::Type::JobLeaseLost:
            m_running.remove(event.job);
            break;
        default: // what is left is not about a run
            break;
        }
    }
}

void RunWatch::note(const JobSummary &row)
{
    if (row.status != JobStatus::Running || !row.startedAt || m_running.size() >= runningMax) return;
    Running &run = m_running[row.id];
    run.handler = row.handler;
    run.startedAt = *row.startedAt;
    if (row.progress) run.progress = row.progress;
}

void RunWatch::begin(const Event &event)
{
    if (m_running.size() >= runningMax) return;
    m_running.insert(event.job, {dataOf(event)["handler"_L1].toString(), event.at, std::nullopt});
}

void RunWatch::progress(const Event &event)
{
    JobSummary row;
    row.id = event.job;
    applyEvent(row, event);
    const auto run = m_running.find(event.job);
    if (run != m_running.end()) run->progress = row.progress;
}

void RunWatch::end(const Event &event, bool isSample)
{
    const auto found = m_running.constFind(event.job);
    if (found == m_running.cend()) return; // begun before the window opened: its length is not known
    const Running run = *found;
    m_running.erase(found);
    if (!isSample || (!m_samples.contains(run.handler) && m_samples.size() >= handlersMax)) return;
    QList<std::chrono::microseconds> &samples = m_samples[run.handler];
    samples.append(event.at - run.startedAt);
    if (samples.size() > samplesMax) samples.removeFirst();
}

void RunWatch::apply(const PoolInfo &pool, Timestamp now)
{
    for (const WorkerInfo &worker : pool.workers) {
        if (m_workers.contains(worker.id))
            look(m_workers[worker.id], worker, now);
        else if (m_workers.size() < workersMax)
            look(*m_workers.insert(worker.id, {JobId(), worker.jobsFailed, {}}), worker, now);
    }
}

void RunWatch::look(Worker &known, const WorkerInfo &worker, Timestamp now)
{
    if (worker.jobsFailed > known.jobsFailed && !known.runs.isEmpty()) known.runs.last().hasFailed = true;
    known.jobsFailed = worker.jobsFailed;
    const bool isSameJob = !known.job.isNull() && known.job == worker.currentJob;
    if (!known.runs.isEmpty()) {
        known.runs.last().isRunning = isSameJob;
        if (isSameJob) known.runs.last().to = now;
    }
    known.job = worker.currentJob;
    if (!worker.currentJob.isNull() && !isSameJob && worker.jobStartedAt)
        known.runs.append({*worker.jobStartedAt, now, false, true});
    constexpr qsizetype runsMax = 400; // more than a strip has pixels
    while (!known.runs.isEmpty() && (known.runs.size() > runsMax || known.runs.first().to < now - remembered))
        known.runs.removeFirst();
}

std::optional<JobProgress> RunWatch::progressOf(const JobId &id) const
{
    return m_running.value(id).progress;
}

std::optional<std::chrono::microseconds> RunWatch::usualRun(const QString &handler) const
{
    QList<std::chrono::microseconds> samples = m_samples.value(handler);
    if (samples.size() < samplesMin) return {};
    std::sort(samples.begin(), samples.end());
    const std::chrono::microseconds lower = samples.at(samples.size() / 4);
    const std::chrono::microseconds upper = samples.at(samples.size() * 3 / 4);
    if (upper > lower * spreadMax) return {};
    return samples.at(samples.size() / 2);
}

QList<Run> RunWatch::runsOf(const QString &workerId, Timestamp from) const
{
    QList<Run> runs = m_workers.value(workerId).runs;
    runs.removeIf([from](const Run &run) { return run.to < from; });
    return runs;
}

} // namespace signalbox::ui
