#pragma once

#include "core/redis/redis_url.h"

#include <QByteArrayView>
#include <QObject>

#include <chrono>
#include <memory>

namespace signalbox::redis {

/// The seam to the network: one way to one server, used once. A simulation has its own.
/// Threads  the client's; its signals may come from inside its own functions.
class Transport : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;
    virtual void open() = 0; ///< once
    virtual void write(const QByteArray &bytes)
        = 0;                  ///< takes all; what the system does not take at once goes later
    virtual void abort() = 0; ///< at once; no signal follows
    /// Blocks until bytes came (came() is emitted within); what is still to be written leaves meanwhile.
    /// False: the time was over first, or it is not connected.
    [[nodiscard]] virtual bool waitForBytes(std::chrono::milliseconds /*atMost*/) { return false; }

Q_SIGNALS:
    void reached();                             ///< connected; a TLS handshake begins
    void opened();                              ///< bytes can be written
    void came(QByteArrayView bytes);            ///< valid during the call
    void broken(const signalbox::Error &error); ///< once; nothing follows
};

/// QTcpSocket, QSslSocket or QLocalSocket, by the URL's scheme.
[[nodiscard]] std::unique_ptr<Transport> makeSocketTransport(const RedisUrl &url);

} // namespace signalbox::redis
