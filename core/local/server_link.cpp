#include "core/local/server_link.h"

#include <sys/socket.h>

#include <utility>

namespace signalbox::local {

namespace {
constexpr qint64 lineBytesMax = 4096;
}

ServerLink::ServerLink(QObject *parent) : QObject(parent), m_socket(this)
{
    connect(&m_socket, &QLocalSocket::connected, this, [this] { m_socket.write("PING\r\n"); });
    connect(&m_socket, &QLocalSocket::readyRead, this, &ServerLink::readLine);
    connect(&m_socket, &QLocalSocket::stateChanged, this, [this](QLocalSocket::LocalSocketState state) {
        if (state == QLocalSocket::UnconnectedState) finishAtEnd(); // never was connected, or no longer is
    });
}

void ServerLink::ask(const QString &socketPath, std::function<void(Answer)> done)
{
    Q_ASSERT(!m_asked && !m_stopping);
    m_asked = std::move(done);
    if (m_socket.state() == QLocalSocket::ConnectedState) {
        m_socket.write("PING\r\n");
        return;
    }
    m_socket.abort();
    m_socket.connectToServer(socketPath);
}

void ServerLink::askToStop(std::function<void(QByteArray)> done)
{
    Q_ASSERT(isOpen() && !m_asked && !m_stopping);
    m_stopping = std::move(done);
    sendStop();
}

void ServerLink::sendStop()
{
    m_socket.write("SHUTDOWN\r\n");
    m_socket.flush();
}

void ServerLink::close()
{
    m_asked = {};
    m_stopping = {};
    const QSignalBlocker quiet(m_socket);
    m_socket.abort();
}

bool ServerLink::isOpen() const
{
    return m_socket.state() == QLocalSocket::ConnectedState;
}

pid_t ServerLink::serverPid() const
{
    ucred peer{};
    socklen_t size = sizeof peer;
    const int descriptor = static_cast<int>(m_socket.socketDescriptor());
    const bool isKnown
        = descriptor >= 0 && ::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
    return isKnown ? peer.pid : 0;
}

void ServerLink::readLine()
{
    while (m_socket.canReadLine() || m_socket.bytesAvailable() > lineBytesMax) {
        m_line = m_socket.readLine(lineBytesMax).trimmed();
        if (m_stopping) { // a server that stops says nothing
            std::exchange(m_stopping, {})(m_line);
        } else if (m_line == "+PONG") {
            finishAsking(Answer::Ready);
        } else if (m_line.startsWith("-LOADING")) {
            finishAsking(Answer::Loading);
        } else {
            finishAsking(Answer::Refused);
        }
    }
}

void ServerLink::finishAsking(Answer answer)
{
    if (m_asked) std::exchange(m_asked, {})(answer);
}

void ServerLink::finishAtEnd()
{
    if (m_stopping) {
        std::exchange(m_stopping, {})({});
    } else if (m_asked) {
        finishAsking(Answer::Nobody);
    } else {
        Q_EMIT closed();
    }
}

} // namespace signalbox::local
