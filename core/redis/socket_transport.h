#pragma once

#include "core/redis/transport.h"

#include <QLocalSocket>
#include <QTcpSocket>

namespace signalbox::redis {

/// Hands on what a socket has received, in pieces that suit RespReader.
class SocketTransport : public Transport {
    Q_OBJECT
protected:
    explicit SocketTransport(RedisUrl url) : m_url(std::move(url)) { }
    void readAll(QIODevice &socket);
    /// Before the first write: a server that is full says so and closes at once, and a write that fails on
    /// that would throw away what it said.
    void readEarlyWords(qintptr descriptor);
    void breakWith(const Error &error); ///< the first one counts
    RedisUrl m_url;
    bool m_isBroken = false;
    bool m_hasWritten = false;
};

class TcpTransport : public SocketTransport {
    Q_OBJECT
public:
    explicit TcpTransport(const RedisUrl &url);
    void open() override;
    void write(const QByteArray &bytes) override;
    void abort() override;
    [[nodiscard]] bool waitForBytes(std::chrono::milliseconds atMost) override;

private:
    void prepare();
    void explain(QAbstractSocket::SocketError error);
    QTcpSocket m_socket;
};

class LocalTransport : public SocketTransport {
    Q_OBJECT
public:
    explicit LocalTransport(const RedisUrl &url);
    void open() override;
    void write(const QByteArray &bytes) override;
    void abort() override;
    [[nodiscard]] bool waitForBytes(std::chrono::milliseconds atMost) override;

private:
    void explain(QLocalSocket::LocalSocketError error);
    QLocalSocket m_socket;
};

/// What every TCP connection to a server needs: no proxy, no Nagle, and a kernel that gives up on a dead
/// peer, also below a blocking read, which no ping can watch.
void useForRedis(QAbstractSocket &socket);
/// After it is connected: these need the descriptor.
void watchForDeadPeer(const QAbstractSocket &socket);
[[nodiscard]] Error explainTcp(const RedisUrl &url, QAbstractSocket::SocketError error,
                               const QString &systemText);

} // namespace signalbox::redis
