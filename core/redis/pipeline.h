#pragma once

#include "core/redis/refusal.h"
#include "core/redis/resp_reader.h"
#include "core/redis/resp_writer.h"
#include "core/redis/script.h"

#include <QHash>

#include <chrono>
#include <deque>
#include <variant>

namespace signalbox::redis {

/// Whoever waits for a reply, in one of its two forms. A call is handed out of the pipeline together with its
/// value and made by the client: no foreign code runs in here.
class Receiver {
public:
    Receiver() = default;
    Receiver(ReplyHandler handler) : m_handler(std::move(handler)) { }
    Receiver(OutcomeHandler handler) : m_handler(std::move(handler)) { }
    void operator()(Outcome outcome) const;

private:
    std::variant<ReplyHandler, OutcomeHandler> m_handler;
};

/// A receiver and what it gets.
struct Answered {
    Receiver receiver;
    Outcome outcome;
};

/// Commands and replies of one connection without the connection: commands in, bytes out, bytes in,
/// answers out.
///
/// Scripts go by their SHA-1. All scripts that this client has ever used are given to the server together,
/// in one transaction, before the first of them on a connection; so NOSCRIPT means a SCRIPT FLUSH (a
/// restart is a new connection). It is a transaction, and sent only while no script is in flight: the
/// server has all of them or none at any moment since, and once one is answered NOSCRIPT, so are all
/// behind it until they are given again.
///
/// Order    Commands leave in the order they were pushed, and the server carries them out in that order,
///          except when scripts were flushed under it. From the moment the first NOSCRIPT is read nothing
///          is sent until all that is in flight is answered. Then the scripts are given again, those
///          answered NOSCRIPT are sent again in their order, then what was pushed since. So scripts keep
///          their order among themselves, and whatever was pushed later stays later.
/// Not kept A plain command that was in flight behind a forgotten script has overtaken it. So has a script
///          if another client gave the server that very script in the moment between. Who cannot bear
///          that sends one at a time, or fences by tokens. A server that forbids MULTI or SCRIPT LOAD gets
///          each script's text by EVAL at its first use; there a flush may also reorder calls of different
///          scripts.
/// Time     is handed in, monotonic.   Threads  one.
class Pipeline {
public:
    using Time = std::chrono::nanoseconds;
    struct Limits {
        RespLimits reader;
        std::chrono::milliseconds replyDeadline;
        qsizetype waitingMax;
    };
    explicit Pipeline(Limits limits);

    /// Waits for its turn; refused at once (see takeAnswers) when too many do.
    void push(QByteArrayList command, Receiver receiver, Time now);
    void pushScript(const ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
                    Receiver receiver, Time now);
    /// One that the server may leave unanswered for that long.
    void pushBlocking(QByteArrayList command, std::chrono::milliseconds deadline, Receiver receiver,
                      Time now);
    /// Ahead of all that waits, open or not: the handshake, a ping.
    void pushUrgent(QByteArrayList command, std::chrono::milliseconds deadline, Receiver receiver, Time now);

    void open(); ///< the handshake is done: what waits may leave
    /// What is to be written now; empty when nothing is.
    [[nodiscard]] QByteArray take(Time now);
    /// Bytes of the server. Fails with what is wrong with them; the connection is of no use then.
    [[nodiscard]] tl::expected<void, QString> feed(QByteArrayView bytes, Time now);
    /// Receivers and what they get, in order; each once.
    [[nodiscard]] std::vector<Answered> takeAnswers();
    /// An error that the server sent without being asked: full, or not for us. At most one a connection.
    [[nodiscard]] std::optional<QByteArray> takeUnasked();

    /// READONLY: what was the primary is a replica now, and only a new connection finds the new one (by name,
    /// proxy or floating address). Nothing more is sent on this one; set once all that was in flight is
    /// answered.
    [[nodiscard]] std::optional<Error> takeDemotion();

    /// When expire() is due, as things stand.
    [[nodiscard]] std::optional<Time> nextDeadline() const;
    /// What waited too long for a connection is answered "not sent". Says for how long the server has owed a
    /// reply beyond its deadline: then the connection is dead.
    [[nodiscard]] std::optional<std::chrono::milliseconds> expire(Time now,
                                                                  const std::optional<Error> &state);

    /// The connection is gone: what was in flight is answered ConnectionLost, what waits goes on waiting.
    void close(const Error &cause);
    /// What waits is answered too: there will be no connection, or none that could help.
    void refuseWaiting(const std::optional<Error> &cause);

    [[nodiscard]] bool isIdle() const
    {
        return m_inFlight.empty() && m_waiting.empty() && m_forgotten.empty();
    }
    [[nodiscard]] bool isBlocking() const
    {
        return m_blockingInFlight > 0;
    } ///< a ping would only queue up behind it
    [[nodiscard]] bool hasAnswers() const { return !m_answers.empty(); }
    [[nodiscard]] quint64 commandsSent() const { return m_sent; }

private:
    struct KnownScript {
        QByteArray sha;
        QByteArrayView text;
        bool isLoaded = false; ///< given to this connection's server, and not known to be forgotten
    };
    struct Entry {
        enum class Role { Command, Blocking, Script, Load };
        Role role = Role::Command;
        QByteArrayList command = {}; ///< of a script: its keys
        QByteArrayList arguments = {};
        ScriptSource script{nullptr, nullptr};
        Receiver receiver = {};
        Time waitsUntil{};
        std::chrono::milliseconds deadline{};
        bool wentAsText = false; ///< by EVAL: a NOSCRIPT is its own error
        int timesForgotten = 0;
    };
    void enqueue(Entry entry);
    [[nodiscard]] bool mayLeave(const Entry &entry) const;
    void write(Entry entry, Time now);
    void writeScript(Entry &entry, Time now);
    void loadScripts(Time now);
    void answer(RespFrame frame);
    void resendForgotten();
    void forgetScripts();
    [[nodiscard]] bool isHeld() const { return !m_isOpen || !m_forgotten.empty() || m_demotion; }
    [[nodiscard]] static QString nameOf(const Entry &entry);

    Limits m_limits;
    std::optional<RespReader> m_reader; ///< one a connection
    RespWriter m_writer;
    std::deque<Entry> m_waiting;
    std::deque<Entry> m_inFlight;
    std::deque<Entry> m_forgotten; ///< answered NOSCRIPT; go again once nothing is in flight
    std::vector<Answered> m_answers;
    std::optional<QByteArray> m_unasked;
    std::optional<Error> m_demotion;
    QHash<const char *, KnownScript> m_scripts; ///< by their text's address: they are constants
    Time m_silentSince{0};
    quint64 m_sent = 0;
    int m_blockingInFlight = 0;
    int m_scriptsInFlight = 0;
    bool m_mayLoad = true; ///< false: this server forbids MULTI or SCRIPT LOAD
    bool m_isOpen = false;
};

} // namespace signalbox::redis
