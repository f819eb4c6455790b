#pragma once

#include "core/model/error.h"

#include <QString>

namespace signalbox::redis {

/// Where and how to connect.
/// URL      redis://[user[:password]@]host[:port][/db]   rediss://… the same over TLS
///          unix:///absolute/path[?db=N][&user=U&password=P]
///          TLS parameters: ?ca=FILE &cert=FILE &key=FILE &server_name=HOST. There is none that turns
///          verification off.
/// Errors   Invalid: says which part is wrong, never repeats the password. A socket path over 107 bytes is
///          refused.
struct RedisUrl {
    enum class Scheme { Tcp, Tls, Unix };
    Scheme scheme = Scheme::Tcp;
    QString host = QStringLiteral("127.0.0.1");
    quint16 port = 6379;
    QString socketPath;
    QString user;
    QString password;
    int db = 0;
    QString caFile, certificateFile, keyFile, serverName;
    [[nodiscard]] static Result<RedisUrl> parse(const QString &text);
    [[nodiscard]] QString display() const; ///< without password: for windows, logs, errors
    bool operator==(const RedisUrl &) const = default;
};

} // namespace signalbox::redis
