#include "core/redis/socket_transport.h"

#include "core/redis/error_table.h"

#include <QNetworkProxy>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>

namespace signalbox::redis {

namespace {

/// hiredis moves the unread rest of its buffer once a reply: small pieces keep that cheap.
constexpr size_t pieceBytes = 16 * 1024;

/// A peer that is cut off is given up after 3 + 3 × 2 s, or when written bytes are not confirmed for 9 s.
constexpr int keepAliveIdleS = 3;
constexpr int keepAliveIntervalS = 2;
constexpr int keepAliveProbes = 3;
constexpr int unconfirmedMaxMs = 9000;

void setTcpOption(int descriptor, int option, int value)
{
    // Best effort: where the system refuses, pings and deadlines still notice.
    static_cast<void>(::setsockopt(descriptor, IPPROTO_TCP, option, &value, sizeof value));
}

} // namespace

void SocketTransport::readAll(QIODevice &socket)
{
    if (!socket.isOpen()) return; // it never was connected
    std::array<char, pieceBytes> piece;
    for (;;) {
        const qint64 size = socket.read(piece.data(), piece.size());
        if (size <= 0) return; // an error has its own signal
        Q_EMIT came(QByteArrayView(piece.data(), size));
        if (m_isBroken) return; // the receiver has given up on these bytes
    }
}

void SocketTransport::readEarlyWords(qintptr descriptor)
{
    if (std::exchange(m_hasWritten, true)) return;
    std::array<char, pieceBytes> piece;
    while (!m_isBroken) {
        const ssize_t size = ::recv(static_cast<int>(descriptor), piece.data(), piece.size(), MSG_DONTWAIT);
        if (size <= 0) return;
        Q_EMIT came(QByteArrayView(piece.data(), size));
    }
}

void SocketTransport::breakWith(const Error &error)
{
    if (m_isBroken) return;
    m_isBroken = true;
    Q_EMIT broken(error);
}

void useForRedis(QAbstractSocket &socket)
{
    socket.setProxy(QNetworkProxy::NoProxy); // a system-wide web proxy must not see a queue
    socket.setSocketOption(QAbstractSocket::LowDelayOption, 1);
    socket.setSocketOption(QAbstractSocket::KeepAliveOption, 1);
}

void watchForDeadPeer(const QAbstractSocket &socket)
{
    const int descriptor = static_cast<int>(socket.socketDescriptor());
    setTcpOption(descriptor, TCP_KEEPIDLE, keepAliveIdleS);
    setTcpOption(descriptor, TCP_KEEPINTVL, keepAliveIntervalS);
    setTcpOption(descriptor, TCP_KEEPCNT, keepAliveProbes);
    setTcpOption(descriptor, TCP_USER_TIMEOUT, unconfirmedMaxMs);
}

Error explainTcp(const RedisUrl &url, QAbstractSocket::SocketError error, const QString &systemText)
{
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return connection_error::refused(url);
    case QAbstractSocket::HostNotFoundError:
        return connection_error::hostNotFound(url);
    case QAbstractSocket::RemoteHostClosedError:
        return connection_error::closed(url);
    default:
        return connection_error::unreachable(url, systemText); // Qt's forty others differ in text only
    }
}

TcpTransport::TcpTransport(const RedisUrl &url) : SocketTransport(url)
{
    connect(&m_socket, &QTcpSocket::connected, this, &TcpTransport::prepare);
    connect(&m_socket, &QTcpSocket::readyRead, this, [this] { readAll(m_socket); });
    connect(&m_socket, &QTcpSocket::errorOccurred, this, &TcpTransport::explain);
}

void TcpTransport::open()
{
    useForRedis(m_socket);
    m_socket.connectToHost(m_url.host, m_url.port);
}

void TcpTransport::prepare()
{
    useForRedis(m_socket); // again: options set before the descriptor exists are lost
    watchForDeadPeer(m_socket);
    Q_EMIT opened();
}

void TcpTransport::explain(QAbstractSocket::SocketError error)
{
    readAll(m_socket); // the last words before a close often say why
    breakWith(explainTcp(m_url, error, m_socket.errorString()));
}

void TcpTransport::write(const QByteArray &bytes)
{
    readEarlyWords(m_socket.socketDescriptor());
    if (m_isBroken) return;
    m_socket.write(bytes);
    m_socket.flush(); // now, not at the next turn of the loop
}

void TcpTransport::abort()
{
    m_isBroken = true;
    m_socket.abort();
}

bool TcpTransport::waitForBytes(std::chrono::milliseconds atMost)
{
    return !m_isBroken && m_socket.waitForReadyRead(static_cast<int>(atMost.count()));
}

LocalTransport::LocalTransport(const RedisUrl &url) : SocketTransport(url)
{
    connect(&m_socket, &QLocalSocket::connected, this, &LocalTransport::opened);
    connect(&m_socket, &QLocalSocket::readyRead, this, [this] { readAll(m_socket); });
    connect(&m_socket, &QLocalSocket::errorOccurred, this, &LocalTransport::explain);
}

void LocalTransport::open()
{
    m_socket.connectToServer(m_url.socketPath);
}

void LocalTransport::explain(QLocalSocket::LocalSocketError error)
{
    readAll(m_socket); // the last words before a close often say why
    switch (error) {
    case QLocalSocket::ServerNotFoundError:
        return breakWith(connection_error::socketMissing(m_url));
    case QLocalSocket::ConnectionRefusedError:
        return breakWith(connection_error::refused(m_url));
    case QLocalSocket::SocketAccessError:
        return breakWith(connection_error::socketForbidden(m_url));
    case QLocalSocket::PeerClosedError:
        return breakWith(connection_error::closed(m_url));
    default:
        return breakWith(connection_error::unreachable(m_url, m_socket.errorString()));
    }
}

void LocalTransport::write(const QByteArray &bytes)
{
    readEarlyWords(m_socket.socketDescriptor());
    if (m_isBroken) return;
    m_socket.write(bytes);
    m_socket.flush();
}

void LocalTransport::abort()
{
    m_isBroken = true;
    m_socket.abort();
}

bool LocalTransport::waitForBytes(std::chrono::milliseconds atMost)
{
    return !m_isBroken && m_socket.waitForReadyRead(static_cast<int>(atMost.count()));
}

} // namespace signalbox::redis
