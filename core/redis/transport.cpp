#include "core/redis/transport.h"

#include "core/redis/socket_transport.h"
#include "core/redis/tls_transport.h"

namespace signalbox::redis {

std::unique_ptr<Transport> makeSocketTransport(const RedisUrl &url)
{
    switch (url.scheme) {
    case RedisUrl::Scheme::Tcp:
        return std::make_unique<TcpTransport>(url);
    case RedisUrl::Scheme::Tls:
        return std::make_unique<TlsTransport>(url);
    case RedisUrl::Scheme::Unix:
        return std::make_unique<LocalTransport>(url);
    }
    Q_UNREACHABLE();
}

} // namespace signalbox::redis
