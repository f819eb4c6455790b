#pragma once

#include "core/queue/memory_job_queue.h"
#include "core/runtime/manual_clock.h"
#include "core/worker/worker_pool.h"
#include "tests/support/wait_for.h"

#include <QTest>

#include <condition_variable>
#include <mutex>
#include <set>

namespace signalbox::test {

using namespace std::chrono_literals;

/// A handler whose runs wait for the test: release() lets them end, one by one.
class GateHandler : public worker::Handler {
public:
    explicit GateHandler(bool heedsCancel = true) : m_heedsCancel(heedsCancel) { }
    ~GateHandler() override { releaseAll(); }
    [[nodiscard]] worker::RunResult run(const JobDefinition &job, worker::RunContext &context) override;
    [[nodiscard]] QString description() const override { return QStringLiteral("gate"); }
    void renewWorker(int number) override;

    void release(int runs = 1);
    void releaseAll();
    [[nodiscard]] int started() const;
    [[nodiscard]] int ended() const;
    [[nodiscard]] int runningMax() const; ///< most at once
    [[nodiscard]] QList<JobId> order() const;
    [[nodiscard]] QList<worker::CancelToken::Reason> reasons() const; ///< of runs that ended cancelled
    [[nodiscard]] QList<int> renewals() const;

private:
    struct State { // owners: this and the tokens of its runs
        std::mutex mutex;
        std::condition_variable changed;
        qint64 released = 0;
        int started = 0, ended = 0, runningMax = 0;
        QList<JobId> order;
        QList<worker::CancelToken::Reason> reasons;
        QList<int> renewals;
    };
    const bool m_heedsCancel;
    const std::shared_ptr<State> m_state = std::make_shared<State>();
};

/// The queue in memory, with a count of the pool's calls and a connection that can be cut.
class WatchedQueue : public queue::MemoryJobQueue {
    Q_OBJECT
public:
    enum class Line {
        Up,
        Cut,         ///< calls do not arrive, and fail
        LoseReplies, ///< calls are carried out, and fail
        ShutDown     ///< calls are refused: the queue is not initialised
    };
    using MemoryJobQueue::MemoryJobQueue;
    Line line = Line::Up;
    QStringList cutCalls;                 ///< calls of these names alone are cut
    QMap<QString, int> calls;             ///< by name
    QList<queue::SettleAndClaim> claims;  ///< every settleAndClaim, in order
    QList<queue::ProgressReport> reports; ///< every one
    QList<queue::HeldLease> renewed;      ///< by the last renew()
    QList<PoolInfo> published;
    QList<queue::MetricsRecord> recorded; ///< every one that was sent
    std::optional<Error> refusal;         ///< of every record
    [[nodiscard]] int callsInAll() const;
    void reconnect(); ///< the line is up, and everybody hears of it

    void settleAndClaim(QByteArray worker, queue::SettleAndClaim call,
                        std::function<void(Result<queue::SettledAndClaimed>)> done) override;
    void renew(QByteArray worker, QString queue, QList<queue::HeldLease> held,
               std::chrono::milliseconds lease, std::function<void(Result<queue::Renewed>)> done) override;
    void reap(QString queue,
              std::function<void(Result<std::optional<std::chrono::milliseconds>>)> done) override;
    void trim(QString queue, std::function<void(Result<bool>)> done) override;
    void report(QByteArray worker, QString queue, QList<queue::ProgressReport> reports,
                std::function<void(Result<>)> done) override;
    void recordMetrics(QByteArray worker, queue::MetricsRecord record,
                       std::function<void(Result<>)> done) override;
    void publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done) override;

private:
    /// What to do with a call: carry it out with this callback, or (nothing) not at all.
    template <typename T>
    std::optional<std::function<void(Result<T>)>> through(const char *name,
                                                          std::function<void(Result<T>)> done);
};

/// A pool on a queue in memory, in time that the test moves. Handlers run in real threads.
class PoolWorld : public QObject {
    Q_OBJECT
public:
    explicit PoolWorld(worker::PoolOptions options = {});
    ~PoolWorld() override;

    JobId submit(const QString &handler, const std::function<void(JobDefinition &)> &change = {});
    [[nodiscard]] Job job(const JobId &id, const QString &queue = QStringLiteral("default"));
    [[nodiscard]] JobStatus status(const JobId &id) { return job(id).status; }
    [[nodiscard]] qint64 size(JobStatus status, const QString &queue = QStringLiteral("default"));
    [[nodiscard]] PoolInfo info() { return waitFor(pool->info()).value(); }
    [[nodiscard]] worker::PoolMetrics metrics() { return waitFor(pool->metrics()).value(); }
    std::shared_ptr<GateHandler> addGate(const QString &name, bool heedsCancel = true);
    void addFunction(const QString &name, worker::FunctionHandler::Function function);
    /// Moves the time in steps, with turns of the loop in between.
    void advance(std::chrono::milliseconds by, std::chrono::milliseconds step = 100ms);
    /// Moves the time until a waiting job is claimed, and no further: workers' threads live in real time.
    void advanceUntilDue(const JobId &id);
    void turn(); ///< what is posted now, and what that posts

    runtime::ManualTime time;
    runtime::SeededRandom random{20261124};
    runtime::Seams seams{&time, &time, &random};
    WatchedQueue queue{seams};
    std::shared_ptr<worker::HandlerRegistry> handlers = std::make_shared<worker::HandlerRegistry>();
    std::unique_ptr<worker::WorkerPool> pool;
    QList<Error> problems;
    QList<PoolInfo> infos;
    QList<QPair<worker::WorkerPool::State, int>> states;

private:
    quint64 m_nextId = 1;
};

/// Options with leases and beats of test size.
[[nodiscard]] worker::PoolOptions quickOptions();

} // namespace signalbox::test
