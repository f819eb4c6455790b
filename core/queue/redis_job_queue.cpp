#include "core/queue/redis_job_queue.h"

#include "core/queue/events_reader.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/words.h"
#include "core/queue/work_waiter.h"

#include <QVersionNumber>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::ConnectionState;

namespace {

Result<> checkVersion(const QString &version)
{
    constexpr int majorMin = 7; // script flags (#!lua) and MINID
    if (version.isEmpty() || QVersionNumber::fromString(version).majorVersion() >= majorMin) return {};
    return fail(Error::Kind::Unsupported, Words::tr("This server cannot hold a queue."),
                Words::tr("It is Redis %1.").arg(version), Words::tr("Use Redis 7.0 or later."));
}

QueueConnection::Phase toPhase(ConnectionState::Phase phase)
{
    switch (phase) {
    case ConnectionState::Phase::Stopped:
        return QueueConnection::Phase::Stopped;
    case ConnectionState::Phase::Connecting:
        return QueueConnection::Phase::Connecting;
    case ConnectionState::Phase::Ready:
        return QueueConnection::Phase::Ready;
    case ConnectionState::Phase::Lost:
        return QueueConnection::Phase::Lost;
    }
    return QueueConnection::Phase::Lost;
}

} // namespace

Error unexpectedReply(const char *script)
{
    return {Error::Kind::Internal,
            Words::tr("The answer of script %1 was not understood.").arg(QLatin1StringView(script)),
            Words::tr("It has another form than this release expects."),
            Words::tr("Report this as a defect.")};
}

RedisJobQueue::RedisJobQueue(RedisJobQueueOptions options, const runtime::Seams &seams, QObject *parent)
    : JobQueue(parent),
      m_options(std::move(options)),
      m_seams(seams),
      m_names(m_options.prefix),
      m_client(std::make_unique<redis::Client>(m_options.client, seams)),
      m_calls(std::make_unique<runtime::CallBox>())
{
    m_ownWord = randomText();
    connect(m_client.get(), &redis::Client::stateChanged, this, &RedisJobQueue::followConnection);
}

RedisJobQueue::~RedisJobQueue()
{
    m_calls.reset();
    m_events.reset();
    m_waiters.clear();
    disconnect(m_client.get(), nullptr, this, nullptr); // whoever hears of us may be half gone as well
    m_client->stop();                                   // its last answers come back here, and need it
    m_client.reset();
}

QList<Capability> RedisJobQueue::capabilities() const
{
    return {Capability::Priorities, Capability::Delays, Capability::DeadLetters, Capability::Pause,
            Capability::Events,     Capability::Cancel, Capability::BulkRequeue, Capability::IdempotencyKeys,
            Capability::Pools,      Capability::Limits};
}

QFuture<Result<>> RedisJobQueue::initialize()
{
    const runtime::Answer<> answer;
    m_calls->put([this, answer] {
        SIGNALBOX_IN_THREAD_OF(this);
        if (m_phase == Phase::Ready) {
            answer.give({});
            return;
        }
        if (m_phase == Phase::ShuttingDown) {
            answer.give(tl::unexpected(whyNotReady()));
            return;
        }
        m_waitingToStart.append(answer);
        if (m_phase == Phase::Connecting) return;
        m_phase = Phase::Connecting;
        m_client->start();
    });
    return answer.future();
}

void RedisJobQueue::followConnection(const ConnectionState &state)
{
    SIGNALBOX_IN_THREAD_OF(this);
    const QString server = m_options.client.url.display();
    Q_EMIT connectionChanged({toPhase(state.phase), state.lastError, state.since, state.ping,
                              state.serverVersion.isEmpty()
                                  ? server
                                  : Words::tr("Redis %1 at %2").arg(state.serverVersion, server),
                              m_client->commandsSent()});
    if (m_phase != Phase::Connecting) return;
    if (state.phase == ConnectionState::Phase::Ready)
        answerInitialize(checkVersion(state.serverVersion));
    else if (state.phase == ConnectionState::Phase::Lost && state.lastError)
        answerInitialize(tl::unexpected(*state.lastError));
}

void RedisJobQueue::answerInitialize(const Result<> &result)
{
    m_phase = result ? Phase::Ready : Phase::Stopped;
    if (!result) m_client->stop();
    for (const runtime::Answer<> &answer : std::exchange(m_waitingToStart, {})) answer.give(result);
}

QFuture<Result<>> RedisJobQueue::shutdown(bool graceful)
{
    const runtime::Answer<> answer;
    m_calls->put([this, answer, graceful] {
        SIGNALBOX_IN_THREAD_OF(this);
        if (m_phase == Phase::Connecting)
            answerInitialize(fail(Error::Kind::Unavailable, Words::tr("The queue was not initialised."),
                                  Words::tr("It was shut down meanwhile."),
                                  Words::tr("Initialise it again.")));
        if (m_phase == Phase::Stopped) {
            answer.give({});
            return;
        }
        m_waitingToStop.append(answer);
        if (!graceful) {
            stopAll();
            return;
        }
        if (m_phase == Phase::ShuttingDown) return;
        stopEvents();
        m_waiters.clear();
        m_phase = Phase::ShuttingDown; // no new calls; those before are answered first
        m_client->send({"PING"}, [this](const Result<redis::Reply> &) { // whatever it says, it is the last
            if (m_phase == Phase::ShuttingDown) stopAll();
        });
    });
    return answer.future();
}

void RedisJobQueue::stopAll()
{
    stopEvents();
    m_waiters.clear();
    m_phase = Phase::Stopped;
    m_client->stop();
    m_registered.clear();
    for (const runtime::Answer<> &answer : std::exchange(m_waitingToStop, {})) answer.give({});
}

Error RedisJobQueue::whyNotReady() const
{
    return m_phase == Phase::ShuttingDown ? shuttingDown() : notInitialized();
}

void RedisJobQueue::eval(const redis::ScriptSource &script, const QString &queue,
                         const QByteArrayList &arguments, redis::ReplyHandler done)
{
    if (m_events && m_events->wantsEnd(queue)) {
        m_events->expectEnd(queue);
        m_client->send({"XREVRANGE", m_names.key(queue, Noun::Events), "+", "-", "COUNT", "1"},
                       [this, queue](const Result<redis::Reply> &newest) {
                           if (m_events) m_events->setEnd(queue, newest);
                       });
    }
    m_client->eval(script, m_names.of(queue), arguments, std::move(done));
}

/// Puts the name into the set of names, once a process; whoever is first tells those who read the events.
void RedisJobQueue::registerQueue(const QString &queue)
{
    if (m_registered.contains(queue)) return;
    m_registered.insert(queue);
    const QByteArray name = queue.toUtf8();
    m_client->send({"SADD", m_names.queues(), name}, [this, queue, name](const Result<redis::Reply> &reply) {
        // The jobs are there all the same, but no console and no pool finds their queue by itself.
        m_failures.note(Words::tr("Queue \"%1\" is not in the list of queues.").arg(queue), reply);
        if (!reply)
            m_registered.remove(queue); // the next call tries again
        else if (reply->toInteger() > 0)
            m_client->send(
                {"XADD", m_names.news(), "MAXLEN", "~", "1000", "*", "queue", name},
                [this, queue](const Result<redis::Reply> &told) {
                    m_failures.note(
                        Words::tr("Consoles see the new queue \"%1\" only after they connect anew.")
                            .arg(queue),
                        told);
                });
    });
}

QByteArray RedisJobQueue::randomText()
{
    return QByteArray::number(m_seams.random->bits(), 16);
}

redis::ClientOptions RedisJobQueue::blockingOptions(const char *duty) const
{
    redis::ClientOptions options = m_options.client;
    if (!options.name.isEmpty()) options.name += '-';
    options.name += duty;
    return options;
}

/// For the pool's calls: true when it was refused, later, as an answer never comes inside the call.
bool RedisJobQueue::refuseUnready(const std::function<void(const Error &)> &refuse)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_phase == Phase::Ready) return false;
    m_calls->put([refuse, error = whyNotReady()] { refuse(error); });
    return true;
}

void RedisJobQueue::waitForWork(QByteArray worker, QStringList queues, std::function<void()> wake,
                                std::function<void(QString, JobId)> cancelHint)
{
    SIGNALBOX_IN_THREAD_OF(this);
    stopWaiting(worker);
    m_waiters.emplace(worker,
                      std::make_unique<WorkWaiter>(blockingOptions("wake"), m_seams, m_names, worker, queues,
                                                   std::move(wake), std::move(cancelHint)));
}

void RedisJobQueue::stopWaiting(QByteArray worker)
{
    SIGNALBOX_IN_THREAD_OF(this);
    const auto found = m_waiters.find(worker);
    if (found == m_waiters.end()) return;
    found->second.release()->deleteLater(); // it may be its callback that stops it
    m_waiters.erase(found);
}

void RedisJobQueue::startEvents()
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (m_events) return;
    m_events = std::make_unique<EventsReader>(blockingOptions("events"), m_seams, m_names);
    connect(m_events.get(), &EventsReader::eventsArrived, this, &JobQueue::eventsArrived);
}

void RedisJobQueue::stopEvents()
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (!m_events) return;
    m_events->disconnect(this);
    m_events.release()->deleteLater(); // a listener may be what stops it
}

} // namespace signalbox::queue
