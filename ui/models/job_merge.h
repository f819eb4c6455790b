#pragma once

#include "core/service/job_service.h"

#include <QList>

namespace signalbox::ui {

/// One list out of many: the queue lists one state of one queue at a time, each by key; this takes the rows
/// of all those lanes in one order, page by page, and says which lanes it must read before it can go on. A
/// row is given once; a lane that is empty costs one reading. One state: in that state's own order (what
/// happens next first; newest first where ended). Several: newest first by the moment of the last move.
/// Invariant  nothing is given while an unread lane could hold an earlier row.   Threads  a value; GUI.
class JobMerge {
public:
    struct Lane {
        QString queue;
        JobStatus status = JobStatus::Pending;
        bool operator==(const Lane &) const = default;
    };
    JobMerge() = default;
    /// `scanMax`: rows that all lanes together read for one page at most.
    JobMerge(const QList<Lane> &lanes, const JobFilter &filter, int pageSize, int scanMax = 4000);

    /// The readings that are needed now: none while nothing is missing. The position is the lane's number.
    struct Reading {
        int lane = 0;
        queue::ListQuery query;
    };
    [[nodiscard]] QList<Reading> readings() const;
    void add(int lane, const queue::ListPage &page);
    void close(int lane); ///< its reading failed, it gives no more

    [[nodiscard]] bool canTake() const { return readings().isEmpty(); }
    [[nodiscard]] QList<JobSummary> take(); ///< up to a page of rows. REQUIRES canTake()
    /// All that was read and not yet given, whatever the unread lanes hold: for a search, whose finds should
    /// not wait.
    [[nodiscard]] QList<JobSummary> takeFound();
    [[nodiscard]] bool hasMore() const;
    [[nodiscard]] qint64 scanned() const { return m_scanned; }

private:
    struct State {
        Lane lane;
        QList<JobSummary> rows; ///< read and not yet given
        qsizetype given = 0;    ///< how many of `rows`
        std::optional<queue::Cursor> next;
        bool isOpen = true; ///< there may be more behind `next`
    };
    [[nodiscard]] bool isBefore(const JobSummary &a, const JobSummary &b) const;
    [[nodiscard]] static bool isDry(const State &state) { return state.given == state.rows.size(); }

    QList<State> m_lanes;
    JobFilter m_filter;
    int m_pageSize = 100;
    int m_scanMax = 0; ///< a lane
    bool m_isMixed = false;
    qint64 m_scanned = 0;
};

} // namespace signalbox::ui
