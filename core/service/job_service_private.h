#pragma once

#include "core/runtime/answer.h"
#include "core/runtime/mailbox.h"
#include "core/service/job_service.h"
#include "core/service/job_waits.h"
#include "core/service/service_events.h"

namespace signalbox::service {

/// What JobService is made of.
/// Threads  `queue`, `pool`, `handlers`, `settings` and `seams` are never replaced, and their public calls
/// are
///          for any thread, so calls that are one call of theirs pass straight through. Everything else
///          belongs to the engine, and gets there through `calls`.
class JobService::Private : public QObject {
    Q_OBJECT
public:
    using Handlers = QMap<QString, std::shared_ptr<worker::Handler>>;
    using Looked = std::function<void(Result<QString>)>;

    Private(JobService *owner, Parts given);

    // Life: job_service_life.cpp.
    //
    //     Stopped ──start──▶ Starting ──▶ Started ──stop──▶ Stopping ──(workers, then queue)──▶ Stopped
    //                            └──────stop: the start is called off─────▲
    //
    // Workers are started only while Started, and stopped at any time. Whoever asks for what is under way
    // already gets the same answer; whoever asks for its opposite calls it off, or is told to wait.
    enum class Life { Stopped, Starting, Started, Stopping };
    void start(bool withEvents, const runtime::Answer<> &answer);
    void started(const Result<> &result);
    void stop(const runtime::Answer<> &answer);
    void shutDownQueue(bool wasStarted);
    void startWorkers(int count, const runtime::Answer<> &answer);
    void startPool(int workers, const runtime::Answer<> &answer);
    void setLimitsThen(const std::function<void(Result<>)> &next);
    void stopWorkers(worker::WorkerPool::StopMode mode, const runtime::Answer<> &answer);
    void callOffWorkersStart();
    void scaleWorkers(int count, const runtime::Answer<> &answer);
    void notePoolState(worker::WorkerPool::State now);
    void wait(const JobId &id, const QString &queueName, std::optional<std::chrono::milliseconds> atMost,
              const runtime::Answer<JobResult> &answer);
    void retry(const QString &queueName, const QList<JobId> &ids,
               const runtime::Answer<QList<Result<JobId>>> &answer);
    void gatherMetrics(const runtime::Answer<ServiceMetrics> &answer);
    struct Gathering;
    void gatherQueues(const std::shared_ptr<Gathering> &gathering);
    void tellQueueErrors(const QMap<QString, Error> &now);

    /// The queue as named, or where the job is.
    void findQueue(const JobId &id, const QString &queueName, Looked next);
    void listenToEvents();
    void heed(const QList<Event> &events);
    void noteConnection(const queue::QueueConnection &now);
    void tell(const Event &event); ///< one of this process' own
    void announce(const QList<Event> &events);
    void announceOne(const Event &event);
    void noteSlowJob(const Event &event);
    [[nodiscard]] Result<> complete(JobDefinition &job) const;

    /// Runs `act` in the engine and answers with what it gives to its Answer.
    template <typename T, typename Act> [[nodiscard]] QFuture<Result<T>> ask(Act act)
    {
        const runtime::Answer<T> answer;
        calls.put([act = std::move(act), answer] { act(answer); });
        return answer.future();
    }
    template <typename T> void pass(const QFuture<Result<T>> &future, const runtime::Answer<T> &answer)
    {
        runtime::whenDone(future, this, [answer](const Result<T> &result) { answer.give(result); });
    }

    JobService *owner;
    Parts parts;
    queue::JobQueue &queue;
    ServiceEvents events;
    JobWaits waits;
    worker::WorkerPool pool;
    std::mutex reloadMutex;      ///< a whole reload, its file included. Before ownHandlersMutex
    std::mutex ownHandlersMutex; ///< ownHandlers and what follows from them in the registry
    Handlers ownHandlers;        ///< registered in code: a reload keeps them. Under its mutex
    std::mutex connectionMutex;
    queue::QueueConnection connection; ///< as it was told last. Under its mutex
    Life life = Life::Stopped;
    struct Start { // under way; whoever waits for its next step holds it weakly, so that it can be called off
        QList<runtime::Answer<>> answers;
    };
    std::shared_ptr<Start> starting;        ///< while Starting
    std::shared_ptr<Start> workersStarting; ///< until the pool is asked
    QList<runtime::Answer<>> stopAnswers;   ///< while Stopping
    worker::WorkerPool::State poolState = worker::WorkerPool::State::Stopped;
    bool wantsEvents = false; ///< of those who started it
    bool isListening = false;
    QMap<QString, Error> queueErrorsTold;
    runtime::CallBox calls; ///< last: what is put finds everything above
};

} // namespace signalbox::service
