#include "core/redis/client.h"

#include "core/redis/client_private.h"
#include "core/redis/error_table.h"
#include "core/runtime/engine_thread.h"
#include "core/runtime/log.h"

#include <QCoreApplication>
#include <QEvent>
#include <QPointer>

namespace signalbox::redis {

namespace {

constexpr qsizetype firstBytesMax = 64;

Pipeline::Limits limitsOf(const ClientOptions &options)
{
    return {.reader = {.frameBytesMax = options.frameBytesMax, .elementsMax = options.elementsMax},
            .replyDeadline = options.replyDeadline,
            .waitingMax = options.waitingCommandsMax};
}

} // namespace

Client::Private::Private(Client *client, ClientOptions options, const runtime::Seams &seams)
    : m_options(std::move(options)),
      m_pipeline(limitsOf(m_options)),
      m_fsm(m_options, *seams.clock, *seams.random),
      m_client(client),
      m_seams(seams),
      m_timer(seams.timers->makeTimer([this] { watchTime(); }))
{
}

Client::Private::~Private()
{
    dropTransport();
}

/// Receivers may send, stop and even destroy the client: after each call, nothing of it is taken for granted.
template <typename Work> void Client::Private::turn(Work work)
{
    const QPointer<Private> self(this);
    m_isAwake = true; // what receivers send leaves at this turn's end
    work();
    for (Answered &answered : m_pipeline.takeAnswers()) answered.receiver(std::move(answered.outcome));
    if (!self) return;
    if (const QByteArray bytes = m_pipeline.take(now()); !bytes.isEmpty()) m_transport->write(bytes);
    armTimer();
    m_isAwake = false;
    if (m_pipeline.hasAnswers())
        wake(); // refused in this turn; not now, or one that repeats itself never ends
    if (std::exchange(m_isAnnounced, true)) return;
    log();
    Q_EMIT m_client->stateChanged(ConnectionState(m_fsm.state())); // a copy: receivers may change ours
}

void Client::Private::start()
{
    turn([this] { apply(m_fsm.start()); });
}

void Client::Private::stop()
{
    turn([this] { apply(m_fsm.stop()); });
}

void Client::Private::finish(std::chrono::milliseconds atMost)
{
    const QPointer<Private> self(this);
    const Pipeline::Time end = now() + atMost;
    turn([] {}); // what was pushed leaves
    while (self && m_transport != nullptr && !m_pipeline.isIdle()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - now());
        if (left.count() <= 0 || !m_transport->waitForBytes(left)) return;
        if (self) turn([] {}); // what receivers sent when nobody was awake
    }
}

void Client::Private::wake()
{
    if (m_isAwake) return;
    m_isAwake = true;
    QCoreApplication::postEvent(this, new QEvent(QEvent::User));
}

bool Client::Private::event(QEvent *event)
{
    if (event->type() != QEvent::User) return QObject::event(event);
    turn([] {});
    return true;
}

void Client::Private::apply(ConnectionFsm::Todo todo)
{
    if (todo.announce) m_isAnnounced = false;
    if (todo.close) {
        dropTransport();
        m_pipeline.close(*todo.close);
    }
    if (todo.refuseWaiting) m_pipeline.refuseWaiting(todo.close);
    if (todo.open) makeTransport();
    shakeHands(todo.handshake);
    if (todo.release) m_pipeline.open();
    if (todo.ping) ping();
}

void Client::Private::makeTransport()
{
    m_firstBytes.clear();
    m_transport
        = (m_options.transport ? m_options.transport(m_options.url) : makeSocketTransport(m_options.url))
              .release();
    connect(m_transport, &Transport::came, this, &Private::takeBytes);
    connect(m_transport, &Transport::reached, this, [this] { m_fsm.reached(); });
    // Queued: a local socket is connected, or has failed, while open() is still on the stack.
    connect(
        m_transport, &Transport::opened, this, [this] { turn([this] { apply(m_fsm.opened()); }); },
        Qt::QueuedConnection);
    connect(
        m_transport, &Transport::broken, this,
        [this](const Error &error) { turn([&] { apply(m_fsm.broken(error)); }); }, Qt::QueuedConnection);
    m_transport->open();
}

void Client::Private::dropTransport()
{
    ++m_connection;
    if (m_transport == nullptr) return;
    m_transport->disconnect(this);
    m_transport->abort();
    std::exchange(m_transport, nullptr)->deleteLater();
}

void Client::Private::shakeHands(const std::vector<QByteArrayList> &commands)
{
    for (const QByteArrayList &command : commands) {
        OutcomeHandler reply
            = [self = QPointer<Private>(this), connection = m_connection](const Outcome &outcome) {
                  if (self && self->m_connection == connection) self->apply(self->m_fsm.replied(outcome));
              };
        m_pipeline.pushUrgent(command, m_options.connectDeadline, std::move(reply), now());
    }
}

void Client::Private::ping()
{
    if (m_pipeline.isBlocking()) return; // it would wait behind; the read's own deadline and TCP keep watch
    OutcomeHandler reply = [self = QPointer<Private>(this), sent = now()](const Outcome &outcome) {
        if (!self || !outcome) return; // a broken connection is reported by whoever broke it
        const auto roundTrip = std::chrono::duration_cast<std::chrono::microseconds>(self->now() - sent);
        self->apply(self->m_fsm.ponged(roundTrip));
    };
    // Quiet for quietPing, then silent for a little less: half-open is noticed within twice that.
    m_pipeline.pushUrgent({"PING"}, m_options.quietPing * 9 / 10, std::move(reply), now());
}

void Client::Private::takeBytes(QByteArrayView bytes)
{
    if (m_firstBytes.size() < firstBytesMax)
        m_firstBytes
            += bytes.first(std::min(bytes.size(), firstBytesMax - m_firstBytes.size())).toByteArray();
    turn([this, bytes] {
        const auto fed = m_pipeline.feed(bytes, now());
        if (!fed)
            apply(m_fsm.broken(m_fsm.isShakingHands()
                                   ? connection_error::notRedis(m_options.url, m_firstBytes)
                                   : connection_error::garbage(m_options.url, fed.error())));
        else if (const auto unasked = m_pipeline.takeUnasked())
            apply(m_fsm.broken(connection_error::from(m_options.url, refusalFromServer(*unasked, {}).error)));
        else if (const auto demotion = m_pipeline.takeDemotion())
            apply(m_fsm.broken(connection_error::from(m_options.url, *demotion)));
    });
}

void Client::Private::watchTime()
{
    m_armedFor.reset();
    turn([this] {
        const auto silence = m_pipeline.expire(now(), m_fsm.state().lastError);
        if (silence)
            apply(m_fsm.broken(connection_error::silent(m_options.url, *silence, m_fsm.phaseText())));
        apply(m_fsm.tick());
    });
}

/// The timer is moved only to an earlier time. Deadlines mostly move later, with each reply; then it fires
/// once for nothing and is set anew, which costs less than moving it with every reply.
void Client::Private::armTimer()
{
    std::optional<Pipeline::Time> due = m_fsm.nextTick();
    if (const auto deadline = m_pipeline.nextDeadline(); deadline && (!due || *deadline < *due))
        due = deadline;
    if (!due) {
        m_timer->stop();
        m_armedFor.reset();
        return;
    }
    if (m_armedFor && *m_armedFor <= *due) return;
    m_armedFor = due;
    m_timer->start(
        std::max(std::chrono::ceil<std::chrono::milliseconds>(*due - now()), std::chrono::milliseconds(0)));
}

void Client::Private::log()
{
    const ConnectionState &state = m_fsm.state();
    const std::string where = m_options.url.display().toStdString();
    if (state.phase == ConnectionState::Phase::Lost && state.lastError && state.lastError->why != m_logged) {
        m_logged = state.lastError->why;
        runtime::logger("redis")->warn("lost {}: {}", where, m_logged.toStdString());
    } else if (state.phase == ConnectionState::Phase::Ready && !m_logged.isEmpty()) {
        m_logged.clear();
        runtime::logger("redis")->info("back at {}, connection {}", where, state.epoch);
    }
}

Client::Client(ClientOptions options, const runtime::Seams &seams, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(this, std::move(options), seams))
{
}

Client::~Client()
{
    SIGNALBOX_IN_THREAD_OF(this);
    blockSignals(true);
    d->m_isGoing = true; // what receivers send now is dropped: there is nothing left to send it
    d->stop();
}

void Client::start()
{
    SIGNALBOX_IN_THREAD_OF(this);
    d->start();
}

void Client::stop()
{
    SIGNALBOX_IN_THREAD_OF(this);
    d->stop();
}

const ConnectionState &Client::state() const
{
    return d->m_fsm.state();
}

void Client::send(QByteArrayList command, ReplyHandler done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (d->m_isGoing) return;
    d->m_pipeline.push(std::move(command), std::move(done), d->now());
    d->wake();
}

void Client::eval(const ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
                  ReplyHandler done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (d->m_isGoing) return;
    d->m_pipeline.pushScript(script, keys, arguments, std::move(done), d->now());
    d->wake();
}

void Client::run(const ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
                 OutcomeHandler done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (d->m_isGoing) return;
    d->m_pipeline.pushScript(script, keys, arguments, std::move(done), d->now());
    d->wake();
}

void Client::sendBlocking(QByteArrayList command, std::chrono::milliseconds deadline, ReplyHandler done)
{
    SIGNALBOX_IN_THREAD_OF(this);
    if (d->m_isGoing) return;
    d->m_pipeline.pushBlocking(std::move(command), deadline, std::move(done), d->now());
    d->wake();
}

void Client::finish(std::chrono::milliseconds atMost)
{
    SIGNALBOX_IN_THREAD_OF(this);
    d->finish(atMost);
}

quint64 Client::commandsSent() const
{
    return d->m_pipeline.commandsSent();
}

} // namespace signalbox::redis
