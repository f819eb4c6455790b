#pragma once

#include "core/worker/run.h"
#include "core/worker/worker_pool.h"

#include <array>
#include <deque>

namespace signalbox::worker {

/// What all queues' lanes of one pool have in common.
struct LaneContext {
    queue::JobQueue &queue;
    runtime::Seams seams;
    QByteArray worker;
    std::chrono::milliseconds lease;
    quint64 nextSequence = 1; ///< one count for all queues: no token is ever made twice by this process
};

/// One queue's calls to the server: outcomes that are not accepted yet, and up to two settle-and-claim calls
/// in flight. A call whose fate is unknown (ConnectionLost) is sent again as it was, with the same sequence:
/// settling twice with one token answers the same, and so does claiming twice with one sequence, so nothing
/// is charged twice and no job is left under a lease that nobody knows of. Threads  engine. Invariants
///   1. a run is in the backlog or in exactly one lane from settle() until hooks.settled.
///   2. at most laneCount calls of this queue are in flight, plus one of settleAtOnce().
class QueueLanes {
public:
    static constexpr int laneCount = 2;
    static constexpr int batchMax = 100; ///< measured: batches of 500 gain nothing over 100
    static constexpr qsizetype batchBytesMax = 4 * 1024 * 1024;

    struct Answer {
        QList<queue::Claim> claims;
        int asked = 0;
        bool paused = false;
        bool isOutdated
            = false; ///< "nothing there" is old: it was repeated, or noteWake() came after it was sent
        std::chrono::nanoseconds sentAt{0};
        Timestamp serverNow{};
        std::optional<std::chrono::milliseconds> nextDue;
    };
    struct Hooks {
        std::function<void(const RunPtr &, const queue::Verdict &)> settled;
        std::function<void(Answer)> answered;      ///< after its verdicts; a lane is free again
        std::function<void(const Error &)> failed; ///< the call will be sent again
    };
    QueueLanes(LaneContext &context, QString queue, Hooks hooks);
    ~QueueLanes(); ///< answers that come later are dropped
    Q_DISABLE_COPY_MOVE(QueueLanes)

    void settle(RunPtr run); ///< its outcome is set; leaves with one of the next calls
    /// Is a call worth sending now? With one in flight already only for half a batch, or for an idle worker.
    [[nodiscard]] bool canSend(bool isUrgent) const;
    /// Sends a call: a batch of what waits to be settled, and for up to `claimMax` more jobs. REQUIRES
    /// canSend().
    void sendOne(int claimMax);
    /// All that waits here to be settled, in one call that waits for no lane.
    void settleAtOnce(std::function<void()> done);
    void noteWake() { ++m_wakes; }
    void resendNow(); ///< the connection is back
    void forget();    ///< what is in flight or waits is given up

    [[nodiscard]] bool hasBacklog() const { return !m_backlog.empty(); }
    /// More waits to be settled than the next calls take: who claims now would only make it more.
    [[nodiscard]] bool isBehind() const;
    [[nodiscard]] int claimsAsked() const; ///< by calls in flight
    [[nodiscard]] bool isQuiet() const;    ///< nothing in flight, nothing waits

private:
    struct Lane {
        queue::SettleAndClaim call;
        std::vector<RunPtr> runs; // of call.settlements, in order
        bool isTaken = false;     // from sending to the final answer
        bool isInFlight = false;  // false while it waits to be sent again
        int failures = 0;
        quint64 wakesSeen = 0;
        std::chrono::nanoseconds sentAt{0};
        std::function<void()> done;
        std::unique_ptr<runtime::Timer> resend;
    };
    void fill(Lane &lane, int settlementsMax);
    void send(Lane &lane);
    void receive(Lane &lane, Result<queue::SettledAndClaimed> reply);
    void postpone(Lane &lane, const Error &error);

    LaneContext &m_context;
    const QString m_queue;
    const Hooks m_hooks;
    std::deque<RunPtr> m_backlog;
    qsizetype m_backlogBytes = 0;
    std::array<Lane, laneCount + 1> m_lanes; // the last one is settleAtOnce()'s
    quint64 m_wakes = 0;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
