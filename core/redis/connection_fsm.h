#pragma once

#include "core/redis/client.h"
#include "core/redis/refusal.h"

#include <chrono>
#include <deque>

namespace signalbox::redis {

/// The life of a connection without the connection: what happened goes in, what is to be done comes out.
///
///   Stopped ──start──▶ Connecting (reach, TLS, AUTH, SELECT, CLIENT SETNAME, INFO, PING) ──▶ Ready
///                          ▲   │ failed, closed, silent for connectDeadline                   │ broken
///                  its time│   ▼                                                              │
///                          └─ Lost ◀──────────────────────────────────────────────────────────┘
///
/// The handshake leaves in one write; PING comes last because a server that loads its data accepts everything
/// else. Attempts are jittered and grow from reconnectMin to reconnectMax apart, so that a thousand clients
/// do not come back in the same instant; the growth starts anew once a connection has held for reconnectMax.
/// Threads  one.
class ConnectionFsm {
public:
    using Time = std::chrono::nanoseconds;
    /// To be done in this order.
    struct Todo {
        std::optional<Error> close = {}; ///< drop the connection; what was in flight fails with this
        bool refuseWaiting = false;      ///< and what waits too: waiting is of no use
        bool open = false;               ///< make a connection; then reached() and opened(), or broken()
        std::vector<QByteArrayList> handshake = {}; ///< send these now; replied() for each
        bool release = false;                       ///< Ready: what waits may leave
        bool ping = false;     ///< send a PING unless a blocking read is in flight; then ponged()
        bool announce = false; ///< state() has changed
    };

    ConnectionFsm(const ClientOptions &options, runtime::Clock &clock, runtime::Random &random);

    Todo start();
    Todo stop();
    void reached(); ///< the socket is connected, TLS begins
    Todo opened();  ///< bytes can be sent
    Todo broken(const Error &why);
    Todo replied(const Outcome &outcome); ///< to the next of the handshake
    Todo ponged(std::chrono::microseconds roundTrip);
    Todo tick(); ///< when nextTick() says so; early is harmless

    [[nodiscard]] std::optional<Time> nextTick() const;
    [[nodiscard]] const ConnectionState &state() const { return m_state; }
    [[nodiscard]] bool isShakingHands() const { return m_state.phase == ConnectionState::Phase::Connecting; }
    [[nodiscard]] QString phaseText() const; ///< "waiting for the answer to AUTH"

private:
    enum class Step { Auth, Select, SetName, Info, Ping };
    void enter(ConnectionState::Phase phase);
    [[nodiscard]] Todo connectNow();
    [[nodiscard]] Todo lose(const Error &error);
    [[nodiscard]] Todo becomeReady();
    [[nodiscard]] QByteArrayList commandFor(Step step) const;
    [[nodiscard]] bool mayBeRefused(Step step, const Refusal &refusal) const;
    void readInfo(const QByteArray &info);
    [[nodiscard]] std::chrono::milliseconds nextDelay();

    const ClientOptions &m_options; // of the client that owns us
    runtime::Clock &m_clock;
    runtime::Random &m_random;
    ConnectionState m_state;
    std::deque<Step> m_steps; ///< whose replies are still to come
    bool m_isReached = false;
    bool m_isOpen = false;
    Time m_due{0}; ///< Connecting: give up; Lost: try again; Ready: ping
    Time m_readySince{0};
    int m_failures = 0; ///< in a row
};

} // namespace signalbox::redis
