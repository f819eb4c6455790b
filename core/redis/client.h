#pragma once

#include "core/redis/redis_url.h"
#include "core/redis/refusal.h"
#include "core/redis/reply.h"
#include "core/redis/script.h"
#include "core/runtime/clock.h"

#include <QByteArrayList>
#include <QObject>

#include <functional>
#include <memory>

namespace signalbox::redis {

class Transport;
/// Makes the bytes' way to a server; the client owns it. Empty: sockets, as the URL says (transport.h).
using TransportFactory = std::function<std::unique_ptr<Transport>(const RedisUrl &)>;

struct ClientOptions {
    RedisUrl url = {};
    QByteArray name = {}; ///< CLIENT SETNAME; empty: none
    std::chrono::milliseconds connectDeadline{5000};
    std::chrono::milliseconds replyDeadline{
        10000}; ///< none may be silent longer than this, blocking reads excepted
    std::chrono::milliseconds quietPing{
        5000}; ///< a connection quiet for this long is asked; half-open is seen in 10 s
    std::chrono::milliseconds reconnectMin{50},
        reconnectMax{1500};                      ///< jittered; ≤ 2 s after the server answers
    qsizetype frameBytesMax = 256 * 1024 * 1024; ///< one reply
    qsizetype elementsMax = 4'000'000;
    qsizetype waitingCommandsMax = 100'000; ///< beyond: refused with Unavailable, never queued without bound
    TransportFactory transport = {};        ///< tests and simulations hand in their own
};

/// What is known of a connection, for status bars and decisions.
struct ConnectionState {
    enum class Phase { Stopped, Connecting, Ready, Lost };
    Phase phase = Phase::Stopped;
    std::optional<Error> lastError;    ///< why it is not Ready
    Timestamp since{};                 ///< of the phase
    std::chrono::microseconds ping{0}; ///< the last measured round trip
    QString serverVersion;             ///< INFO's redis_version where permitted
    QByteArray runId;                  ///< changes when the server restarts
    quint64 epoch = 0;                 ///< counts successful connects
    bool operator==(const ConnectionState &) const = default;
};

/// An asynchronous connection to one Redis server with automatic pipelining: what is sent in one turn of
/// the event loop leaves in one write. Reconnects by itself; commands in flight when it breaks fail with
/// ConnectionLost (whoever sent them knows whether they may be sent again); commands sent while it is not
/// Ready wait until it is, at most replyDeadline, then fail with ConnectionLost "not sent", or at once
/// when waiting is pointless (a wrong password, a server that is not Redis).
/// Threads  the thread that made it (the engine). Handlers are called in it, never inside send().
/// Errors   see error_table.h: each of Redis' error words maps to a Kind and says what to do.
class Client : public QObject {
    Q_OBJECT
public:
    Client(ClientOptions options, const runtime::Seams &seams, QObject *parent = nullptr);
    /// What is in flight fails with ConnectionLost before it goes. What its handlers send then is dropped.
    ~Client() override;

    void start(); ///< idempotent
    void stop();  ///< fails what is in flight, closes; start() may follow
    [[nodiscard]] const ConnectionState &state() const;

    void send(QByteArrayList command, ReplyHandler done);
    /// EVALSHA; gives the server its scripts again when it has forgotten them (NOSCRIPT), also inside a
    /// pipeline: no error surfaces, and scripts keep their order (pipeline.h says exactly which order holds).
    void eval(const ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
              ReplyHandler done);
    /// The same for whoever acts on the refusal itself: its word and detail as the script gave them.
    void run(const ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
             OutcomeHandler done);
    /// For blocking reads (BLPOP, XREAD BLOCK): a command with its own deadline. Use a connection of its own
    /// for it.
    void sendBlocking(QByteArrayList command, std::chrono::milliseconds deadline, ReplyHandler done);
    /// Blocks until all that was sent is answered (receivers are called), the connection is lost or the time
    /// is over. For the last words before a tear-down only: then nobody turns the loop any more.
    void finish(std::chrono::milliseconds atMost);
    [[nodiscard]] quint64 commandsSent() const; ///< for "what this console costs"

Q_SIGNALS:
    void stateChanged(const signalbox::redis::ConnectionState &state);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace signalbox::redis
