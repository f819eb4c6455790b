#include "tests/core/worker/pool_world.h"

namespace signalbox::test {

using worker::CancelToken;
using worker::RunResult;

RunResult GateHandler::run(const JobDefinition &job, worker::RunContext &context)
{
    const CancelToken &token = context.cancelToken();
    token.whenCancelled([state = m_state] {
        const std::lock_guard lock(state->mutex);
        state->changed.notify_all();
    });
    std::unique_lock lock(m_state->mutex);
    ++m_state->started;
    m_state->runningMax = std::max(m_state->runningMax, m_state->started - m_state->ended);
    m_state->order.append(job.id);
    m_state->changed.wait(lock, [&] {
        return m_state->released > 0 || (m_heedsCancel && token.reason() != CancelToken::Reason::None);
    });
    ++m_state->ended;
    if (token.reason() != CancelToken::Reason::None) m_state->reasons.append(token.reason());
    if (m_state->released == 0) return RunResult::failed(QStringLiteral("stopped"));
    --m_state->released;
    return RunResult::completed(JsonText::trusted("\"done\""));
}

void GateHandler::renewWorker(int number)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->renewals.append(number);
}

void GateHandler::release(int runs)
{
    const std::lock_guard lock(m_state->mutex);
    m_state->released += runs;
    m_state->changed.notify_all();
}

void GateHandler::releaseAll()
{
    release(1'000'000);
}

int GateHandler::started() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->started;
}

int GateHandler::ended() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->ended;
}

int GateHandler::runningMax() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->runningMax;
}

QList<JobId> GateHandler::order() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->order;
}

QList<CancelToken::Reason> GateHandler::reasons() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->reasons;
}

QList<int> GateHandler::renewals() const
{
    const std::lock_guard lock(m_state->mutex);
    return m_state->renewals;
}

template <typename T>
std::optional<std::function<void(Result<T>)>> WatchedQueue::through(const char *name,
                                                                    std::function<void(Result<T>)> done)
{
    ++calls[QLatin1String(name)];
    const bool isCut = cutCalls.contains(QLatin1String(name));
    if (line == Line::Up && !isCut) return done;
    const auto kind = line == Line::ShutDown ? Error::Kind::WrongState : Error::Kind::ConnectionLost;
    auto failing = [kind, done = std::move(done)](Result<T>) {
        done(fail(kind, QStringLiteral("cut"), QStringLiteral("by the test"), {}));
    };
    if (line == Line::LoseReplies && !isCut) return failing;
    QMetaObject::invokeMethod(
        this, [failing] { failing(Result<T>(tl::unexpect, Error{})); }, Qt::QueuedConnection);
    return std::nullopt;
}

int WatchedQueue::callsInAll() const
{
    int sum = 0;
    for (const int count : calls) sum += count;
    return sum;
}

void WatchedQueue::reconnect()
{
    line = Line::Up;
    queue::QueueConnection connection;
    for (const auto phase : {queue::QueueConnection::Phase::Lost, queue::QueueConnection::Phase::Ready}) {
        connection.phase = phase;
        Q_EMIT connectionChanged(connection);
    }
}

void WatchedQueue::settleAndClaim(QByteArray worker, queue::SettleAndClaim call,
                                  std::function<void(Result<queue::SettledAndClaimed>)> done)
{
    claims.append(call);
    if (auto passed = through("settleAndClaim", std::move(done)))
        MemoryJobQueue::settleAndClaim(std::move(worker), std::move(call), std::move(*passed));
}

void WatchedQueue::renew(QByteArray worker, QString name, QList<queue::HeldLease> held,
                         std::chrono::milliseconds lease, std::function<void(Result<queue::Renewed>)> done)
{
    renewed = held;
    if (auto passed = through("renew", std::move(done)))
        MemoryJobQueue::renew(std::move(worker), std::move(name), std::move(held), lease, std::move(*passed));
}

void WatchedQueue::reap(QString name,
                        std::function<void(Result<std::optional<std::chrono::milliseconds>>)> done)
{
    if (auto passed = through("reap", std::move(done)))
        MemoryJobQueue::reap(std::move(name), std::move(*passed));
}

void WatchedQueue::trim(QString name, std::function<void(Result<bool>)> done)
{
    if (auto passed = through("trim", std::move(done)))
        MemoryJobQueue::trim(std::move(name), std::move(*passed));
}

void WatchedQueue::report(QByteArray worker, QString name, QList<queue::ProgressReport> some,
                          std::function<void(Result<>)> done)
{
    reports += some;
    if (auto passed = through("report", std::move(done)))
        MemoryJobQueue::report(std::move(worker), std::move(name), std::move(some), std::move(*passed));
}

void WatchedQueue::recordMetrics(QByteArray worker, queue::MetricsRecord record,
                                 std::function<void(Result<>)> done)
{
    recorded.append(record);
    if (refusal) return done(tl::unexpected(*refusal));
    if (auto passed = through("recordMetrics", std::move(done)))
        MemoryJobQueue::recordMetrics(std::move(worker), std::move(record), std::move(*passed));
}

void WatchedQueue::publishPool(PoolInfo pool, bool gone, std::function<void(Result<>)> done)
{
    published.append(pool);
    if (auto passed = through("publishPool", std::move(done)))
        MemoryJobQueue::publishPool(std::move(pool), gone, std::move(*passed));
}

worker::PoolOptions quickOptions()
{
    worker::PoolOptions options;
    options.lease = 30s;
    options.heartbeat = 10s;
    options.cancelGrace = 2s;
    return options;
}

PoolWorld::PoolWorld(worker::PoolOptions options)
{
    if (!waitFor(queue.initialize())) qFatal("The queue in memory did not start.");
    pool = std::make_unique<worker::WorkerPool>(queue, handlers, std::move(options), seams);
    connect(pool.get(), &worker::WorkerPool::problem, this,
            [this](const Error &error) { problems.append(error); });
    connect(pool.get(), &worker::WorkerPool::infoChanged, this,
            [this](const PoolInfo &info) { infos.append(info); });
    connect(pool.get(), &worker::WorkerPool::stateChanged, this,
            [this](worker::WorkerPool::State state, int workers) {
                states.append({state, workers});
            });
}

PoolWorld::~PoolWorld() = default;

JobId PoolWorld::submit(const QString &handler, const std::function<void(JobDefinition &)> &change)
{
    std::array<quint8, 16> bytes{};
    for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<quint8>(m_nextId >> (56 - 8 * i));
    ++m_nextId;
    JobDefinition job;
    job.handler = handler;
    job.complete(JobId::fromRandom(bytes), time.wallNow());
    if (change) change(job);
    const auto submitted = waitFor(queue.submit({job}));
    if (!submitted || !submitted->first()) qFatal("A job could not be submitted.");
    return job.id;
}

Job PoolWorld::job(const JobId &id, const QString &name)
{
    const Result<Job> found = waitFor(queue.job(name, id));
    if (!found) qFatal("%s", qPrintable(found.error().text()));
    return *found;
}

qint64 PoolWorld::size(JobStatus status, const QString &name)
{
    return waitFor(queue.stats(name)).value().size(status);
}

std::shared_ptr<GateHandler> PoolWorld::addGate(const QString &name, bool heedsCancel)
{
    auto gate = std::make_shared<GateHandler>(heedsCancel);
    if (!handlers->add(name, gate)) qFatal("The handler could not be added.");
    return gate;
}

void PoolWorld::addFunction(const QString &name, worker::FunctionHandler::Function function)
{
    if (!handlers->add(name, std::make_shared<worker::FunctionHandler>(std::move(function))))
        qFatal("The handler could not be added.");
}

void PoolWorld::turn()
{
    constexpr int turns = 8; // a call, its answer, what follows from it: each is one turn
    for (int i = 0; i < turns; ++i) QCoreApplication::processEvents();
}

void PoolWorld::advanceUntilDue(const JobId &id)
{
    constexpr int stepsMax = 40'000; // of 10 ms: longer than any retry waits
    const int before = job(id).attempts;
    for (int i = 0; i < stepsMax; ++i) {
        const Job now = job(id); // a quick run may have ended, and failed, by now
        const bool waits = now.status == JobStatus::Retrying || now.status == JobStatus::Scheduled;
        if (!waits || now.attempts != before) return;
        advance(10ms, 10ms);
    }
    qFatal("The job never fell due.");
}

void PoolWorld::advance(std::chrono::milliseconds by, std::chrono::milliseconds step)
{
    turn();
    for (; by > 0ms; by -= step) {
        time.advance(std::min(step, by));
        turn();
    }
}

} // namespace signalbox::test
