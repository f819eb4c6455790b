#pragma once

#include "core/worker/held_jobs.h"
#include "core/worker/queue_lanes.h"
#include "core/worker/server_clock.h"

#include <map>

namespace signalbox::worker {

/// What this pool settles, summed by queue, handler and bucket of 5 s, and told to the queue every 5 s in one
/// call: docs/decisions/0006-metrics.md. With nothing to tell there is no call, and no timer either: an idle
/// pool costs nothing. A pool that is killed loses what it has not told, at most 5 s of figures; what fails
/// with ConnectionLost is told again with its sequence, so it counts once.   Threads  engine.
class MetricsRecorder {
public:
    static constexpr std::chrono::seconds interval{5};
    static constexpr size_t bucketsMax = 60; ///< kept while the server is away; then the oldest go

    struct Parts {
        LaneContext &context;
        const PoolOptions &options;
        const HeldJobs &held;
        const ServerClock &serverClock;
        std::function<int()> workers;
    };
    MetricsRecorder(Parts parts, std::function<void(const Error &)> failed);

    void claimed(size_t queue, const queue::Claim &claim);
    void ran(std::chrono::nanoseconds time) { m_ended += time; }
    void settled(const Run &run, JobStatus to);
    /// Tells what is left, and nothing more after that. Does not wait for the answer.
    void finish();

private:
    struct Bucket {
        QMap<QString, HandlerFigures> handlers;
        WorkerFigures workers;
    };
    struct Told { ///< one queue
        std::map<qint64, Bucket> buckets;
        std::optional<queue::MetricsRecord> underWay; ///< sent, and not known to be recorded
        std::chrono::nanoseconds firstSentAt{0};
        bool isInFlight = false;
        std::optional<qint64> since; ///< all from here on was told; nothing: it never told anything
    };
    [[nodiscard]] qint64 bucketNow() const { return toMicros(m_parts.serverClock.now()) / 5'000'000; }
    [[nodiscard]] HandlerFigures &figures(size_t queue, const QString &handler);
    [[nodiscard]] Bucket &bucket(Told &told, qint64 number);
    void wake();
    void tick();
    void shareWorkers();
    [[nodiscard]] bool isWorking(size_t queue) const;
    void tell(size_t queue);
    void send(size_t queue);
    void answered(size_t queue, quint64 sequence, const Result<> &recorded);
    [[nodiscard]] std::chrono::nanoseconds worked() const;
    [[nodiscard]] std::chrono::nanoseconds now() const { return m_parts.context.seams.clock->monotonicNow(); }

    const Parts m_parts;
    const std::function<void(const Error &)> m_failed;
    const std::unique_ptr<runtime::Timer> m_timer;
    std::vector<Told> m_queues; // as in PoolOptions::queues
    quint64 m_sequence = 0;
    std::chrono::nanoseconds m_ended{0};     // by runs that ended
    std::chrono::nanoseconds m_worked{0};    // of the last sample
    std::chrono::nanoseconds m_sampledAt{0}; // monotonic
    bool m_hasFinished = false;
    bool m_isFailureTold = false;
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
