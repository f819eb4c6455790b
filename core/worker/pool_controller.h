#pragma once

#include "core/runtime/answer.h"
#include "core/runtime/mailbox.h"
#include "core/worker/pool_session.h"

namespace signalbox::worker {

/// The pool's states and who asked for them; what a running pool does is PoolSession's.   Threads  engine.
///
///     Stopped ──start──▶ Starting ──▶ Running ──stop──▶ Stopping ──(session ended, other machines told)──▶
///     Stopped
class WorkerPool::Controller : public QObject {
public:
    Controller(WorkerPool &pool, queue::JobQueue &queue, std::shared_ptr<HandlerRegistry> handlers,
               PoolOptions options, const runtime::Seams &seams);
    ~Controller() override;

    /// Any thread: runs the call in the engine.
    void post(std::function<void()> call) { m_calls.put(std::move(call)); }
    [[nodiscard]] const QByteArray &id() const { return m_context.worker; } ///< any thread: never changes

    [[nodiscard]] Result<> start(int workers);
    void stop(StopMode mode, const runtime::Answer<> &done);
    [[nodiscard]] Result<> scale(int workers);
    void restartWorker(const QString &workerId, const runtime::Answer<> &done);
    [[nodiscard]] Result<> setOptions(PoolOptions options);
    [[nodiscard]] PoolInfo info() const;
    [[nodiscard]] PoolMetrics metrics();

private:
    void setState(State state);
    void sessionEnded();
    void finishStop();
    void followConnection(const queue::QueueConnection &connection);

    WorkerPool &m_pool;
    const std::shared_ptr<HandlerRegistry> m_handlers; // owners: the embedder and this
    PoolOptions m_options;
    LaneContext m_context;
    runtime::CallBox m_calls;
    State m_state = State::Stopped;
    std::vector<runtime::Answer<>> m_stopAnswers;
    queue::QueueConnection::Phase m_phase = queue::QueueConnection::Phase::Stopped;
    std::unique_ptr<runtime::Timer> m_goneTimer; // told that we are gone, no answer
    std::unique_ptr<PoolSession> m_session;      // from start to the end of the stop
};

} // namespace signalbox::worker
