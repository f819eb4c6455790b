#include "ui/models/job_merge.h"

#include <QSet>

#include <algorithm>

namespace signalbox::ui {

namespace {

/// When the job last moved, as far as a row tells.
Timestamp lastMove(const JobSummary &row)
{
    if (isTerminal(row.status) && row.endedAt) return *row.endedAt;
    if (row.status == JobStatus::Running && row.startedAt) return *row.startedAt;
    if (row.status == JobStatus::Retrying && row.endedAt) return *row.endedAt;
    return row.createdAt;
}

} // namespace

JobMerge::JobMerge(const QList<Lane> &lanes, const JobFilter &filter, int pageSize, int scanMax)
    : m_filter(filter),
      m_pageSize(pageSize),
      m_scanMax(std::max(scanMax / std::max(static_cast<int>(lanes.size()), 1), pageSize))
{
    QSet<JobStatus> statuses;
    for (const Lane &lane : lanes) {
        State state;
        state.lane = lane;
        m_lanes.append(state);
        statuses.insert(lane.status);
    }
    m_isMixed = statuses.size() > 1;
}

QList<JobMerge::Reading> JobMerge::readings() const
{
    QList<Reading> wanted;
    for (int i = 0; i < m_lanes.size(); ++i) {
        const State &state = m_lanes.at(i);
        if (!state.isOpen || !isDry(state)) continue;
        queue::ListQuery query;
        query.queue = state.lane.queue;
        query.status = state.lane.status;
        query.filter = m_filter;
        query.limit = m_pageSize;
        query.scanMax = m_scanMax;
        query.after = state.next;
        // Ended jobs come newest first by themselves; those that wait come oldest first.
        query.reversed = m_isMixed && !isTerminal(state.lane.status);
        wanted.append({i, query});
    }
    return wanted;
}

void JobMerge::add(int lane, const queue::ListPage &page)
{
    State &state = m_lanes[lane];
    state.rows.remove(0, state.given);
    state.given = 0;
    state.rows.append(page.rows);
    state.next = page.next;
    state.isOpen = page.next.has_value();
    m_scanned += page.scanned;
}

void JobMerge::close(int lane)
{
    m_lanes[lane].isOpen = false;
}

bool JobMerge::isBefore(const JobSummary &a, const JobSummary &b) const
{
    if (m_isMixed || isTerminal(a.status)) return lastMove(a) > lastMove(b);
    if (a.dueAt && b.dueAt) return *a.dueAt < *b.dueAt;
    if (a.status == JobStatus::Pending && a.priority != b.priority) return a.priority > b.priority;
    return lastMove(a) < lastMove(b);
}

QList<JobSummary> JobMerge::take()
{
    Q_ASSERT(canTake());
    QList<JobSummary> rows;
    while (rows.size() < m_pageSize) {
        State *best = nullptr;
        for (State &state : m_lanes) {
            if (isDry(state)) {
                if (state.isOpen) return rows; // it may hold the next one: the rest waits for its reading
                continue;
            }
            if (best == nullptr || isBefore(state.rows.at(state.given), best->rows.at(best->given)))
                best = &state;
        }
        if (best == nullptr) break;
        rows.append(best->rows.at(best->given));
        ++best->given;
    }
    return rows;
}

QList<JobSummary> JobMerge::takeFound()
{
    QList<JobSummary> rows;
    for (State &state : m_lanes) {
        rows += state.rows.sliced(state.given);
        state.given = state.rows.size();
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [this](const JobSummary &a, const JobSummary &b) { return isBefore(a, b); });
    return rows;
}

bool JobMerge::hasMore() const
{
    for (const State &state : m_lanes) {
        if (state.isOpen || !isDry(state)) return true;
    }
    return false;
}

} // namespace signalbox::ui
