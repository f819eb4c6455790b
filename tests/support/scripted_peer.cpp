#include "tests/support/scripted_peer.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace signalbox::test {

struct ScriptedPeer::Session {
    std::unique_ptr<QTcpSocket> socket;
    redis::RespReader reader{redis::RespLimits()};
    qint64 sent = 0;
};

ScriptedPeer::ScriptedPeer(Answer answer) : m_answer(std::move(answer))
{
    if (!m_server.listen(QHostAddress::LocalHost))
        qFatal("ScriptedPeer cannot listen: %s", qPrintable(m_server.errorString()));
    connect(&m_server, &QTcpServer::newConnection, this, &ScriptedPeer::accept);
}

std::optional<QByteArray> ScriptedPeer::healthy(const QByteArrayList &command)
{
    const QByteArray verb = command.value(0);
    if (verb == "PING") return "+PONG\r\n";
    if (verb == "INFO") {
        const QByteArray info = "redis_version:7.0.15\r\nrun_id:scripted\r\n";
        return '$' + QByteArray::number(info.size()) + "\r\n" + info + "\r\n";
    }
    return "+OK\r\n";
}

ScriptedPeer::Answer ScriptedPeer::healthyExcept(const QByteArray &verb, std::optional<QByteArray> bytes)
{
    return [verb, bytes = std::move(bytes)](const QByteArrayList &command) {
        return command.value(0) == verb ? bytes : healthy(command);
    };
}

redis::RedisUrl ScriptedPeer::url() const
{
    redis::RedisUrl url;
    url.port = m_server.serverPort();
    return url;
}

void ScriptedPeer::accept()
{
    while (QTcpSocket *socket = m_server.nextPendingConnection()) {
        ++m_connections;
        const auto session = std::make_shared<Session>();
        session->socket.reset(socket);
        socket->setParent(nullptr);
        m_sessions.push_back(session);
        connect(socket, &QTcpSocket::readyRead, this, [this, weak = std::weak_ptr(session)] {
            if (const auto alive = weak.lock()) read(*alive);
        });
        if (!m_greeting.isEmpty()) send(*session, m_greeting);
    }
}

void ScriptedPeer::read(Session &session)
{
    const QByteArray bytes = session.socket->readAll();
    m_received += bytes.size();
    session.reader.feed(bytes);
    while (const auto frame = session.reader.next()) {
        QByteArrayList command;
        for (const redis::Reply &word : frame->reply.elements) command << word.text;
        m_commands << command;
        if (const auto answer = m_answer(command)) send(session, *answer);
    }
}

void ScriptedPeer::send(Session &session, QByteArray bytes)
{
    if (session.socket->state() != QAbstractSocket::ConnectedState) return;
    const bool isLast = m_cutAfter && session.sent + bytes.size() >= *m_cutAfter;
    if (isLast) bytes.truncate(*m_cutAfter - session.sent);
    session.sent += bytes.size();
    session.socket->write(bytes);
    session.socket->flush();
    if (isLast) session.socket->disconnectFromHost();
}

void ScriptedPeer::closeAll()
{
    for (const auto &session : m_sessions) session->socket->abort();
}

void ScriptedPeer::say(const QByteArray &bytes)
{
    for (const auto &session : m_sessions) send(*session, bytes);
}

int ScriptedPeer::count(const QByteArray &verb) const
{
    return static_cast<int>(
        std::count_if(m_commands.begin(), m_commands.end(),
                      [&](const QByteArrayList &command) { return command.value(0) == verb; }));
}

DeafPort::DeafPort()
{
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto *generic = reinterpret_cast<sockaddr *>(&address); // the sockets API's own cast
    if (::bind(m_listener, generic, size) != 0 || ::listen(m_listener, 0) != 0
        || ::getsockname(m_listener, generic, &size) != 0)
        qFatal("DeafPort: %s", std::strerror(errno));
    m_port = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) { // one or two fill the queue; the rest make sure of it
        const int filler = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        static_cast<void>(::connect(filler, generic, size)); // EINPROGRESS is what we are after
        m_fillers.push_back(filler);
    }
}

DeafPort::~DeafPort()
{
    for (const int filler : m_fillers) ::close(filler);
    ::close(m_listener);
}

} // namespace signalbox::test
