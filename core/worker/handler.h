#pragma once

#include "core/model/job.h"
#include "core/queue/job_queue.h"
#include "core/runtime/clock.h"

#include <functional>
#include <memory>
#include <mutex>

namespace signalbox::worker {

/// Says that a run should end: the job was cancelled, its lease is lost, its time is over, or the pool stops
/// now. Copies share one state.   Threads  any.
class CancelToken {
public:
    enum class Reason { None, Cancelled, TimedOut, LeaseLost, PoolStopping };
    CancelToken(); ///< without a lease: ends only by cancel()
    /// With a lease: from setLeaseEnd() on, it cancels itself (LeaseLost) when it is looked at after that
    /// time, so that a handler which looks at it stops in time even while the engine thread is blocked. The
    /// clock outlives every copy.
    explicit CancelToken(const runtime::Clock &clock);
    void setLeaseEnd(std::chrono::nanoseconds monotonic) const;
    /// For waits that are not waitFor(): look at the token again after this time. Nothing: no lease.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> untilLeaseEnd() const;
    /// From its cancellation on a handler has `afterCancel`, but never longer than until its lease ends,
    /// which is `afterLeaseEnd` after the time of setLeaseEnd().
    void setGrace(std::chrono::milliseconds afterCancel, std::chrono::milliseconds afterLeaseEnd) const;
    /// Once it is cancelled: after this time another may run the job. Whoever has to kill something (a child
    /// that ignores its signal) does it before. Nothing: not cancelled, or no grace was set.
    [[nodiscard]] std::optional<std::chrono::nanoseconds> untilGraceEnds() const;
    [[nodiscard]] bool isCancelled() const;
    [[nodiscard]] Reason reason() const;
    void cancel(Reason reason) const; ///< the first reason counts
    /// Called once, in the cancelling thread, also when it was cancelled before. Must not block.
    void whenCancelled(std::function<void()> call) const;
    /// Blocks the handler's thread until cancelled or the time is over; true when cancelled. Instead of
    /// sleeping.
    [[nodiscard]] bool waitFor(std::chrono::milliseconds time) const;

private:
    struct State;
    std::shared_ptr<State> m_state; // owners: the run's handler and the pool's controller
};

/// What a handler gets beside the job. Everything may be called from the handler's thread at any rate:
/// progress and log lines are coalesced on their way.
class RunContext {
public:
    virtual ~RunContext() = default;
    [[nodiscard]] virtual const CancelToken &cancelToken() const = 0;
    [[nodiscard]] virtual int attempt() const = 0;               ///< 1 for the first run
    [[nodiscard]] virtual int workerNumber() const { return 0; } ///< as Handler::renewWorker() gets it
    virtual void reportProgress(double current, std::optional<double> total, const QString &message = {},
                                const JsonText &metadata = JsonText::emptyObject())
        = 0;
    virtual void log(const QString &line) = 0;
};

/// What a run ended with. Failing handlers may also throw: std::exception becomes a Failed with its what().
struct RunResult {
    queue::Outcome::Kind kind = queue::Outcome::Kind::Completed;
    JsonText result;
    QString error; ///< message, newline, traceback or tail of stderr
    [[nodiscard]] static RunResult completed(JsonText result = {});
    [[nodiscard]] static RunResult failed(QString error); ///< retried while tries are left
    [[nodiscard]] static RunResult failedPermanently(QString error);
};

/// Code that runs jobs. Called from many threads at once.
class Handler {
public:
    virtual ~Handler() = default;
    [[nodiscard]] virtual RunResult run(const JobDefinition &job, RunContext &context) = 0;
    /// For the console: "process /usr/bin/python3 …", "built in".
    [[nodiscard]] virtual QString description() const = 0;
    /// A worker was renewed after max_jobs_per_worker: persistent children are replaced.
    virtual void renewWorker(int /*workerNumber*/) { }
};

/// A C++ callable as a handler, for embedders and tests.
class FunctionHandler : public Handler {
public:
    using Function = std::function<RunResult(const JobDefinition &, RunContext &)>;
    explicit FunctionHandler(Function function, QString description = {});
    [[nodiscard]] RunResult run(const JobDefinition &job, RunContext &context) override;
    [[nodiscard]] QString description() const override;

private:
    Function m_function;
    QString m_description;
};

/// The names that this process can run. Only what is registered here runs; a name from a queue is never
/// loaded, imported or executed.   Threads  any; registering while a pool runs is allowed, and a running job
/// keeps its handler.
class HandlerRegistry {
public:
    /// Errors   Invalid (empty, too long, control characters), WrongState (already registered).
    [[nodiscard]] Result<> add(const QString &name, std::shared_ptr<Handler> handler);
    void replaceAll(QMap<QString, std::shared_ptr<Handler>> handlers); ///< after handlers.json was edited
    [[nodiscard]] std::shared_ptr<Handler> find(const QString &name) const;
    [[nodiscard]] bool contains(const QString &name) const;
    [[nodiscard]] QStringList names() const;
    [[nodiscard]] QMap<QString, QString> descriptions() const;

private:
    mutable std::mutex m_mutex;
    QMap<QString, std::shared_ptr<Handler>> m_handlers; // shared with the runs in progress
};

} // namespace signalbox::worker
