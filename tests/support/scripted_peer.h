#pragma once

#include "core/redis/redis_url.h"
#include "core/redis/resp_reader.h"

#include <QByteArrayList>
#include <QTcpServer>
#include <QTcpSocket>

#include <functional>
#include <memory>

namespace signalbox::test {

/// A server on a free port of 127.0.0.1 that says what a test wants it to say: right, wrong, late, cut off or
/// nothing. Lives in the test's thread and needs its event loop.
class ScriptedPeer : public QObject {
public:
    /// What to answer to a command: bytes as they are, or nothing at all (the connection then stays silent).
    using Answer = std::function<std::optional<QByteArray>(const QByteArrayList &command)>;

    explicit ScriptedPeer(Answer answer = healthy);

    /// What a fresh Redis says to a handshake; "+OK" to everything else.
    [[nodiscard]] static std::optional<QByteArray> healthy(const QByteArrayList &command);
    /// healthy(), except that commands of this first word get this answer.
    [[nodiscard]] static Answer healthyExcept(const QByteArray &verb, std::optional<QByteArray> bytes);

    [[nodiscard]] redis::RedisUrl url() const;
    void setAnswer(Answer answer) { m_answer = std::move(answer); }
    void setGreeting(QByteArray bytes)
    {
        m_greeting = std::move(bytes);
    } ///< said as soon as somebody connects
    void cutAfter(qint64 bytes)
    {
        m_cutAfter = bytes;
    }                                  ///< of each connection: so many go out, then it is closed
    void closeAll();                   ///< every connection, at once
    void say(const QByteArray &bytes); ///< to every connection, unasked

    [[nodiscard]] const QList<QByteArrayList> &commands() const
    {
        return m_commands;
    }                                                               ///< all that came, in order
    [[nodiscard]] int connections() const { return m_connections; } ///< ever accepted
    [[nodiscard]] qint64 bytesReceived() const { return m_received; }
    /// How often a command of this first word came.
    [[nodiscard]] int count(const QByteArray &verb) const;

private:
    struct Session;
    void accept();
    void read(Session &session);
    void send(Session &session, QByteArray bytes);

    Answer m_answer;
    QByteArray m_greeting;
    std::optional<qint64> m_cutAfter;
    QTcpServer m_server;
    std::vector<std::shared_ptr<Session>>
        m_sessions; ///< shared with the running read(), which may close its own
    QList<QByteArrayList> m_commands;
    int m_connections = 0;
    qint64 m_received = 0;
};

/// A port of 127.0.0.1 where a connect gets no answer at all, as from a host that drops packets: its queue of
/// connections is full and nobody accepts.
class DeafPort {
public:
    DeafPort();
    ~DeafPort();
    Q_DISABLE_COPY_MOVE(DeafPort)
    [[nodiscard]] quint16 port() const { return m_port; }

private:
    int m_listener = -1;
    std::vector<int> m_fillers;
    quint16 m_port = 0;
};

} // namespace signalbox::test
