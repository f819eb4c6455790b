#pragma once

#include "core/worker/run.h"

#include <QHash>

#include <vector>

namespace signalbox::worker {

/// The jobs that this pool holds a lease for: from the claim until the server accepted or refused their end.
/// What is not in here any more (lost, handed back) may still have a handler running; its result is dropped.
/// Threads  engine.
class HeldJobs {
public:
    explicit HeldJobs(size_t queues) : m_byQueue(queues) { }
    /// In the place of an earlier run of this job, if it is held: the caller has told that one that it is
    /// lost, or its outcome is on the way and will be refused.
    void add(const RunPtr &run) { table(*run).insert(run->claim.definition.id, run); }
    void remove(const Run &run)
    {
        const auto found = table(run).constFind(run.claim.definition.id);
        if (found != table(run).cend() && found->get() == &run) table(run).erase(found);
    }
    [[nodiscard]] RunPtr find(size_t queue, const JobId &id) const { return m_byQueue[queue].value(id); }
    [[nodiscard]] bool holds(const Run &run) const
    {
        return m_byQueue[static_cast<size_t>(run.queueIndex)].value(run.claim.definition.id).get() == &run;
    }
    /// A copy, so that the caller may change the table.
    [[nodiscard]] std::vector<RunPtr> ofQueue(size_t queue) const
    {
        return {m_byQueue[queue].cbegin(), m_byQueue[queue].cend()};
    }
    [[nodiscard]] std::vector<RunPtr> all() const
    {
        std::vector<RunPtr> runs;
        for (const auto &jobs : m_byQueue) runs.insert(runs.end(), jobs.cbegin(), jobs.cend());
        return runs;
    }
    [[nodiscard]] qsizetype count() const
    {
        qsizetype sum = 0;
        for (const auto &jobs : m_byQueue) sum += jobs.size();
        return sum;
    }
    void clear()
    {
        for (auto &jobs : m_byQueue) jobs.clear();
    }

private:
    using Table = QHash<JobId, RunPtr>;
    [[nodiscard]] Table &table(const Run &run) { return m_byQueue[static_cast<size_t>(run.queueIndex)]; }
    std::vector<Table> m_byQueue;
};

} // namespace signalbox::worker
