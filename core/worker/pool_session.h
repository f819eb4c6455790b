#pragma once

#include "core/runtime/answer.h"
#include "core/worker/due_watch.h"
#include "core/worker/lease_keeper.h"
#include "core/worker/metrics_recorder.h"
#include "core/worker/pool_reporter.h"
#include "core/worker/prefetch_gauge.h"
#include "core/worker/progress_coalescer.h"
#include "core/worker/queue_chooser.h"
#include "core/worker/retention.h"
#include "core/worker/timeout_watch.h"
#include "core/worker/worker_threads.h"

#include <map>

namespace signalbox::worker {

/// One life of a pool, from start to the end of its stop: decides what is claimed, run and settled, and
/// leaves the doing to its parts.   Threads  engine.   Start once.
///
/// The way of a job: pump() → QueueLanes → accept() → ReadyQueue → WorkerLoop → EngineDoor → finish() →
/// QueueLanes → settled().
class PoolSession {
public:
    struct Hooks {
        std::function<void(const Error &)> problem;
        std::function<void(const PoolInfo &)> changed;
        std::function<void()>
            ended; ///< once, after stop…(): nothing runs here any more and nothing is on the way
    };
    PoolSession(LaneContext &context, std::shared_ptr<HandlerRegistry> handlers, PoolOptions options,
                Hooks hooks);
    ~PoolSession();
    Q_DISABLE_COPY_MOVE(PoolSession)

    void start(int workers);
    void scale(int workers);
    void restartWorker(int number, const runtime::Answer<> &done);
    void stopGracefully();
    void stopNow();
    void connectionIsBack();
    void publishGone(std::function<void()> done) { m_reporter.publishGone(std::move(done)); }

    [[nodiscard]] int workers() const { return m_threads.target(); }
    [[nodiscard]] PoolInfo info() const { return m_reporter.info(); }
    [[nodiscard]] PoolMetrics metrics() { return m_reporter.metrics(); }

private:
    struct Served { ///< one queue
        std::unique_ptr<QueueLanes> lanes;
        PrefetchGauge gauge;
        bool isHungry = true; ///< it may have jobs
    };

    // Claiming
    void pump();
    void sendWhatIsWorthIt();
    [[nodiscard]] int capacity() const;
    [[nodiscard]] int claimsAsked() const;
    void wake();
    void passWakeOn();
    [[nodiscard]] bool due(size_t queue);
    void answered(size_t queue, QueueLanes::Answer answer);
    [[nodiscard]] std::vector<RunPtr> accept(size_t queue, const QueueLanes::Answer &answer);
    void handBackWhatWaits();

    // Runs
    void readNews(std::vector<WorkerNews> &&news);
    void finish(const RunPtr &run);
    void settle(const RunPtr &run, queue::Outcome outcome);
    void settled(const RunPtr &run, const queue::Verdict &verdict);
    void stopRun(const RunPtr &run, CancelToken::Reason reason);
    void tellToStop(const RunPtr &run, CancelToken::Reason reason);
    [[nodiscard]] bool takeBack(const RunPtr &run);
    void close(Run &run); ///< it is no work for the workers any more
    void lost(const RunPtr &run);
    void cutOff(const RunPtr &run);
    void replaceStuck(const RunPtr &run);

    // Ending
    void takeNoMore();
    void cancelReleased();
    void giveUp();
    void checkEnd();

    void noteFailure(const Error &error);
    void answerRestarts(int number, const Result<> &result);
    [[nodiscard]] double jitter() const;
    [[nodiscard]] std::chrono::nanoseconds now() const { return m_context.seams.clock->monotonicNow(); }

    LaneContext &m_context;
    const PoolOptions m_options;
    const Hooks m_hooks;
    const std::shared_ptr<HandlerRegistry> m_handlers; // owners: the embedder, pool and workers' threads
    const std::shared_ptr<EngineDoor> m_door;          // owners: this, runs and workers' threads
    const std::shared_ptr<WorkerShared> m_shared;      // owners: this and workers' threads
    HeldJobs m_held;
    ServerClock m_serverClock;
    WorkerThreads m_threads;
    QueueChooser m_chooser;
    std::vector<Served> m_queues; // as in m_options
    LeaseKeeper m_keeper;
    TimeoutWatch m_watch;
    ProgressCoalescer m_coalescer;
    DueWatch m_due;
    Retention m_retention;
    PoolReporter m_reporter;
    MetricsRecorder m_metrics;
    const std::unique_ptr<runtime::Timer> m_handBackTimer;
    const std::unique_ptr<runtime::Timer> m_shutdownTimer; // graceful → now
    const std::unique_ptr<runtime::Timer> m_cancelTimer;   // released → cancelled, where no answer comes
    const std::unique_ptr<runtime::Timer> m_giveUpTimer;   // cancelled → ended, where the server is away
    std::multimap<int, runtime::Answer<>> m_restarts;      // by worker
    std::vector<RunPtr> m_released;                        // by stopNow(), not cancelled yet
    std::optional<std::chrono::nanoseconds> m_passedOnAt;
    int m_open = 0;
    bool m_isPumping = false;
    bool m_pumpAgain = false;
    bool m_isEnding = false;
    bool m_isEndingNow = false;
    bool m_hasEnded = false;
    bool m_isOutage = false;                               // told of, and no answer since
    std::shared_ptr<int> m_life = std::make_shared<int>(); // weakly held by callbacks on their way
};

} // namespace signalbox::worker
