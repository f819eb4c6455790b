#include "core/worker/pool_controller.h"

#include "core/runtime/engine_thread.h"
#include "core/worker/pool_bounds.h"
#include "core/worker/words.h"

#include <QCoreApplication>
#include <QSysInfo>

namespace signalbox::worker {

using namespace std::chrono_literals;

namespace {

/// host:pid:random. Unique among all machines: two processes of one pid on machines of one name (containers)
/// still differ by 64 random bits. Only characters that a token may hold.
QByteArray makeId(runtime::Random &random)
{
    QByteArray host = QSysInfo::machineHostName().toUtf8().left(64);
    for (char &c : host) {
        const bool isPlain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
            || c == '.' || c == '-' || c == '_';
        if (!isPlain) c = '_';
    }
    if (host.isEmpty()) host = QByteArrayLiteral("localhost");
    return host + ':' + QByteArray::number(QCoreApplication::applicationPid()) + ':'
        + QByteArray::number(random.bits(), 16).rightJustified(16, '0');
}

tl::unexpected<Error> refuseCount(int workers)
{
    return fail(Error::Kind::Invalid, Words::tr("%1 workers cannot be started.").arg(workers),
                workers < 1 ? Words::tr("A pool has at least one worker.")
                            : Words::tr("That is more than a pool may have."),
                Words::tr("Give a number from %L1 to %L2, or stop the pool.")
                    .arg(PoolBounds::workers.min)
                    .arg(PoolBounds::workers.max));
}

} // namespace

WorkerPool::Controller::Controller(WorkerPool &pool, queue::JobQueue &queue,
                                   std::shared_ptr<HandlerRegistry> handlers, PoolOptions options,
                                   const runtime::Seams &seams)
    : m_pool(pool),
      m_handlers(std::move(handlers)),
      m_options(std::move(options)),
      m_context{queue, seams, makeId(*seams.random), m_options.lease},
      m_goneTimer(seams.timers->makeTimer([this] { finishStop(); }))
{
    connect(&queue, &queue::JobQueue::connectionChanged, this,
            [this](const queue::QueueConnection &connection) { followConnection(connection); });
}

WorkerPool::Controller::~Controller() = default;

Result<> WorkerPool::Controller::start(int workers)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (!PoolBounds::workers.contains(workers)) return refuseCount(workers);
    if (m_state != State::Stopped)
        return fail(Error::Kind::WrongState, Words::tr("The workers could not be started."),
                    m_state == State::Stopping ? Words::tr("They are stopping.")
                                               : Words::tr("They run already."),
                    m_state == State::Stopping ? Words::tr("Wait until they have stopped.")
                                               : Words::tr("Change their number instead."));
    if (Result<> valid = m_options.validate(); !valid) return valid;
    m_context.lease = m_options.lease;
    setState(State::Starting);
    m_session = std::make_unique<PoolSession>(
        m_context, m_handlers, m_options,
        PoolSession::Hooks{[this](const Error &error) { Q_EMIT m_pool.problem(error); },
                           [this](const PoolInfo &info) { Q_EMIT m_pool.infoChanged(info); },
                           [this] { sessionEnded(); }});
    m_session->start(workers);
    setState(State::Running);
    return {};
}

void WorkerPool::Controller::stop(StopMode mode, const runtime::Answer<> &done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_state == State::Stopped) return done.give({});
    m_stopAnswers.push_back(done);
    if (m_state != State::Stopping) setState(State::Stopping);
    if (!m_session) return; // it has ended, and the others are being told
    if (mode == StopMode::Graceful)
        m_session->stopGracefully();
    else
        m_session->stopNow();
}

void WorkerPool::Controller::sessionEnded()
{
    // One turn later: we are called from inside the session.
    post([this] {
        if (m_state != State::Stopping || !m_session || m_goneTimer->isActive()) return;
        m_goneTimer->start(1s);
        m_session->publishGone([this] { post([this] { finishStop(); }); });
    });
}

void WorkerPool::Controller::finishStop()
{
    if (!m_session) return; // the answer came after the timer
    m_goneTimer->stop();
    m_session.reset();
    setState(State::Stopped);
    for (const runtime::Answer<> &answer : std::exchange(m_stopAnswers, {})) answer.give({});
}

Result<> WorkerPool::Controller::scale(int workers)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_state != State::Running)
        return fail(Error::Kind::WrongState, Words::tr("The number of workers could not be changed."),
                    Words::tr("They do not run."), Words::tr("Start them first."));
    if (!PoolBounds::workers.contains(workers)) return refuseCount(workers);
    m_session->scale(workers);
    Q_EMIT m_pool.stateChanged(m_state, workers);
    return {};
}

void WorkerPool::Controller::restartWorker(const QString &workerId, const runtime::Answer<> &done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    const QString prefix = QString::fromLatin1(id()) + QLatin1Char('/');
    bool isNumber = false;
    const int number = workerId.mid(prefix.size()).toInt(&isNumber);
    if (m_state != State::Running || !workerId.startsWith(prefix) || !isNumber)
        return done.give(fail(m_state == State::Running ? Error::Kind::NotFound : Error::Kind::WrongState,
                              Words::tr("Worker %1 could not be restarted.").arg(workerId),
                              m_state == State::Running ? Words::tr("It is no worker of this pool.")
                                                        : Words::tr("This pool does not run."),
                              Words::tr("Look at the list of workers.")));
    m_session->restartWorker(number, done);
}

Result<> WorkerPool::Controller::setOptions(PoolOptions options)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_state != State::Stopped)
        return fail(Error::Kind::WrongState, Words::tr("The workers' settings could not be changed."),
                    Words::tr("They run."), Words::tr("Stop them first."));
    return options.validate().map([&] { m_options = std::move(options); });
}

PoolInfo WorkerPool::Controller::info() const
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_session) return m_session->info();
    PoolInfo stopped;
    stopped.id = QString::fromLatin1(id());
    stopped.hostname = QSysInfo::machineHostName();
    stopped.pid = QCoreApplication::applicationPid();
    stopped.version = QStringLiteral(SIGNALBOX_VERSION);
    for (const QueueWeight &entry : m_options.queues) stopped.queues.append(entry.queue);
    stopped.handlers = m_handlers->names();
    return stopped;
}

PoolMetrics WorkerPool::Controller::metrics()
{
    SIGNALBOX_IN_THREAD_OF(this);
    return m_session ? m_session->metrics() : PoolMetrics{};
}

void WorkerPool::Controller::setState(State state)
{
    m_state = state;
    Q_EMIT m_pool.stateChanged(state, m_session ? m_session->workers() : 0);
}

void WorkerPool::Controller::followConnection(const queue::QueueConnection &connection)
{
    using Phase = queue::QueueConnection::Phase;
    const bool isBack
        = connection.phase == Phase::Ready && std::exchange(m_phase, connection.phase) != Phase::Ready;
    m_phase = connection.phase;
    if (isBack && m_session) m_session->connectionIsBack();
}

} // namespace signalbox::worker
