#pragma once

#include "core/redis/socket_transport.h"

#include <QSslSocket>

namespace signalbox::redis {

/// TLS 1.2 or later; the chain and the host's name are always verified, and nothing turns that off.
class TlsTransport : public SocketTransport {
    Q_OBJECT
public:
    explicit TlsTransport(const RedisUrl &url);
    void open() override;
    void write(const QByteArray &bytes) override;
    void abort() override;
    [[nodiscard]] bool waitForBytes(std::chrono::milliseconds atMost) override;

private:
    [[nodiscard]] Result<> configure();
    void explain(QAbstractSocket::SocketError error);
    QSslSocket m_socket;
};

} // namespace signalbox::redis
