#include "core/redis/connection_fsm.h"

#include "core/redis/error_table.h"

#include <QCoreApplication>

#include <algorithm>

namespace signalbox::redis {

using Phase = ConnectionState::Phase;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

/// Redis takes no blanks and no control characters in a client's name.
QByteArray cleanName(QByteArray name)
{
    for (char &byte : name) {
        if (byte < '!' || byte > '~') byte = '_';
    }
    return name;
}

} // namespace

ConnectionFsm::ConnectionFsm(const ClientOptions &options, runtime::Clock &clock, runtime::Random &random)
    : m_options(options), m_clock(clock), m_random(random)
{
    m_state.since = m_clock.wallNow();
}

void ConnectionFsm::enter(Phase phase)
{
    m_state.phase = phase;
    m_state.since = m_clock.wallNow();
    m_isReached = false;
    m_isOpen = false;
    m_steps.clear();
}

ConnectionFsm::Todo ConnectionFsm::start()
{
    if (m_state.phase != Phase::Stopped) return {};
    m_failures = 0;
    return connectNow();
}

ConnectionFsm::Todo ConnectionFsm::stop()
{
    if (m_state.phase == Phase::Stopped) return {.refuseWaiting = true};
    enter(Phase::Stopped);
    m_state.lastError.reset();
    return {.close = connection_error::stopped(m_options.url), .refuseWaiting = true, .announce = true};
}

ConnectionFsm::Todo ConnectionFsm::connectNow()
{
    enter(Phase::Connecting);
    m_due = m_clock.monotonicNow() + m_options.connectDeadline;
    return {.open = true, .announce = true};
}

void ConnectionFsm::reached()
{
    m_isReached = true;
}

ConnectionFsm::Todo ConnectionFsm::opened()
{
    if (m_state.phase != Phase::Connecting) return {};
    m_isReached = m_isOpen = true;
    const RedisUrl &url = m_options.url;
    if (!url.user.isEmpty() || !url.password.isEmpty()) m_steps.push_back(Step::Auth);
    if (url.db != 0) m_steps.push_back(Step::Select);
    if (!m_options.name.isEmpty()) m_steps.push_back(Step::SetName);
    m_steps.push_back(Step::Info);
    m_steps.push_back(Step::Ping);
    Todo todo;
    for (const Step step : m_steps) todo.handshake.push_back(commandFor(step));
    return todo;
}

QByteArrayList ConnectionFsm::commandFor(Step step) const
{
    const RedisUrl &url = m_options.url;
    switch (step) {
    case Step::Auth:
        if (url.user.isEmpty()) return {"AUTH", url.password.toUtf8()};
        return {"AUTH", url.user.toUtf8(), url.password.toUtf8()};
    case Step::Select:
        return {"SELECT", QByteArray::number(url.db)};
    case Step::SetName:
        return {"CLIENT", "SETNAME", cleanName(m_options.name)};
    case Step::Info:
        return {"INFO", "server"};
    case Step::Ping:
        return {"PING"};
    }
    Q_UNREACHABLE();
}

ConnectionFsm::Todo ConnectionFsm::replied(const Outcome &outcome)
{
    if (m_steps.empty()) return {};
    const Step step = m_steps.front();
    if (!outcome && !mayBeRefused(step, outcome.error()))
        return lose(connection_error::from(m_options.url, outcome.error().error));
    m_steps.pop_front();
    if (step == Step::Info && outcome) readInfo(outcome->text);
    return m_steps.empty() ? becomeReady() : Todo{};
}

/// A user without @dangerous or @connection may not name itself, ask INFO or PING: we can do without.
bool ConnectionFsm::mayBeRefused(Step step, const Refusal &refusal) const
{
    switch (step) {
    case Step::Auth:
    case Step::Select:
        return false;
    case Step::SetName:
    case Step::Info:
    case Step::Ping:
        return refusal.word == "NOPERM" || refusal.error.kind == Error::Kind::Unsupported;
    }
    Q_UNREACHABLE();
}

void ConnectionFsm::readInfo(const QByteArray &info)
{
    for (const QByteArray &line : info.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        const QByteArray value = colon < 0 ? QByteArray() : line.mid(colon + 1).trimmed();
        if (line.startsWith("redis_version:")) m_state.serverVersion = QString::fromUtf8(value.left(64));
        if (line.startsWith("run_id:")) m_state.runId = value.left(64);
    }
}

ConnectionFsm::Todo ConnectionFsm::becomeReady()
{
    enter(Phase::Ready);
    m_state.lastError.reset();
    ++m_state.epoch;
    m_readySince = m_clock.monotonicNow();
    m_due = m_readySince + m_options.quietPing;
    return {.release = true, .announce = true};
}

ConnectionFsm::Todo ConnectionFsm::broken(const Error &why)
{
    if (m_state.phase != Phase::Connecting && m_state.phase != Phase::Ready) return {};
    if (!m_isOpen || m_state.phase == Phase::Ready) return lose(why);
    Error error = why; // in the handshake, how far it came helps to find out why
    error.why += u' ' + tr("(%1)").arg(phaseText());
    return lose(error);
}

ConnectionFsm::Todo ConnectionFsm::lose(const Error &error)
{
    const Time now = m_clock.monotonicNow();
    // Not simply when it became Ready: one that is thrown out again at once must not be back at once for
    // ever.
    if (m_state.phase == Phase::Ready && now - m_readySince >= m_options.reconnectMax) m_failures = 0;
    enter(Phase::Lost);
    m_due = now + nextDelay();
    m_state.lastError = error;
    return {.close = error, .refuseWaiting = isLasting(error), .announce = true};
}

/// Between reconnectMin and a bound that doubles from four times that up to reconnectMax.
std::chrono::milliseconds ConnectionFsm::nextDelay()
{
    const auto least = m_options.reconnectMin;
    const int doublings = std::min(m_failures++, 20);
    const auto most
        = std::clamp(least * 4 * (1 << doublings), least, std::max(least, m_options.reconnectMax));
    const auto spread = static_cast<double>((most - least).count());
    return least + std::chrono::milliseconds(static_cast<qint64>(spread * m_random.uniform()));
}

ConnectionFsm::Todo ConnectionFsm::ponged(std::chrono::microseconds roundTrip)
{
    if (m_state.phase != Phase::Ready) return {};
    m_state.ping = roundTrip;
    return {.announce = true};
}

ConnectionFsm::Todo ConnectionFsm::tick()
{
    const Time now = m_clock.monotonicNow();
    if (m_state.phase == Phase::Stopped || now < m_due) return {};
    switch (m_state.phase) {
    case Phase::Connecting:
        return lose(connection_error::silent(m_options.url, m_options.connectDeadline, phaseText()));
    case Phase::Lost:
        return connectNow();
    case Phase::Ready:
        m_due = now + m_options.quietPing;
        return {.ping = true};
    case Phase::Stopped:
        break;
    }
    return {};
}

std::optional<ConnectionFsm::Time> ConnectionFsm::nextTick() const
{
    if (m_state.phase == Phase::Stopped) return std::nullopt;
    return m_due;
}

QString ConnectionFsm::phaseText() const
{
    if (m_state.phase == Phase::Ready) return tr("a command was waiting for its answer");
    if (!m_isReached) return tr("while connecting");
    if (!m_isOpen) return tr("during the TLS handshake");
    if (m_steps.empty()) return tr("after the handshake");
    // The command's first word only: AUTH's second is a password.
    return tr("waiting for the answer to %1").arg(QString::fromLatin1(commandFor(m_steps.front()).front()));
}

} // namespace signalbox::redis
