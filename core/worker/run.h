#pragma once

#include "core/worker/engine_door.h"
#include "core/worker/handler.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>

namespace signalbox::worker {

/// What a handler said on its way and the server does not know yet: the latest progress and the log's tail.
/// Any number of calls between two take()s cost one report.   Threads  put… in the handler's, take() in the
/// engine's.
class ProgressCell {
public:
    static constexpr qsizetype logBytesMax = 16 * 1024;
    static constexpr qsizetype metadataBytesMax = 4 * 1024;
    [[nodiscard]] bool
    putProgress(JobProgress progress); ///< true: the engine has to be told that there is something
    [[nodiscard]] bool putLog(const QString &line); ///< likewise
    struct Change {
        std::optional<JobProgress> progress;
        QByteArray logTail; ///< empty: unchanged
    };
    [[nodiscard]] std::optional<Change> take();

private:
    std::mutex m_mutex;
    std::optional<JobProgress> m_progress;
    QByteArray m_logTail;
    bool m_logChanged = false;
    bool m_isAnnounced = false; // between the first put after a take(), and the next take()
};

/// One claimed job: waiting in the ReadyQueue, then run by a worker's thread, then settled by the engine.
/// Owners: the engine's table of held jobs, and the queue or thread it is in.
class Run final : public RunContext {
public:
    enum class Stage {
        Waiting, ///< → Running: only in ReadyQueue::take(), under its lock
        Running, ///< → Ended: by the worker's thread, its last act on the run
        Ended,
    };
    Run(queue::Claim claimed, int queue, const runtime::Clock &clock, std::shared_ptr<EngineDoor> door);

    [[nodiscard]] const CancelToken &cancelToken() const override { return token; }
    [[nodiscard]] int attempt() const override { return claim.attempts + 1; }
    [[nodiscard]] int workerNumber() const override { return worker; }
    void reportProgress(double current, std::optional<double> total, const QString &message,
                        const JsonText &metadata) override;
    void log(const QString &line) override;

    [[nodiscard]] std::chrono::nanoseconds startedAt() const
    {
        return std::chrono::nanoseconds{startedAtNs.load(std::memory_order_relaxed)};
    }

    const queue::Claim claim;
    const int queueIndex; ///< in PoolOptions::queues
    const CancelToken token;
    ProgressCell progress;

    // Written by the worker's thread; what is not atomic is read by the engine only after RunEnded.
    std::atomic<Stage> stage{Stage::Waiting};
    std::atomic<int> worker{-1};
    std::atomic<std::int64_t> startedAtNs{0}; ///< monotonic
    std::chrono::nanoseconds endedAt{0};      ///< monotonic
    RunResult result;

    // The engine's own.
    std::chrono::nanoseconds readySince{0};
    std::chrono::nanoseconds leaseEnd{0};                ///< monotonic, never later than the server's
    std::optional<std::chrono::nanoseconds> cancelledAt; ///< monotonic
    bool isOpen = false; ///< counts as work for the workers: claimed and neither ended nor taken from them
    bool isSettling = false; ///< its outcome is on the way: nothing may change it any more
    queue::Outcome outcome;

private:
    const runtime::Clock &m_clock;
    const std::shared_ptr<EngineDoor> m_door;
};
using RunPtr = std::shared_ptr<Run>;

} // namespace signalbox::worker
