#pragma once

#include "core/redis/redis_url.h"
#include "core/redis/refusal.h"

#include <QByteArrayView>

#include <chrono>

namespace signalbox::redis {

/// The one table from a server's error to what it means here and what to do about it.
/// `what` names the command or script, "Script settle_and_claim".   Threads  any.
[[nodiscard]] Refusal refusalFromServer(QByteArrayView error, const QString &what);

/// Whether waiting for the next connect is pointless: the server answered and will answer the same until
/// somebody changes the URL, a password, a certificate. (Refused, not found, silent: it may be starting.)
[[nodiscard]] bool isLasting(const Error &error);

/// What can go wrong with the way to a server, apart from TLS (tls_errors.h). All say where it led.
namespace connection_error {
[[nodiscard]] Error refused(const RedisUrl &url);
[[nodiscard]] Error socketMissing(const RedisUrl &url);
[[nodiscard]] Error socketForbidden(const RedisUrl &url);
[[nodiscard]] Error hostNotFound(const RedisUrl &url);
[[nodiscard]] Error unreachable(const RedisUrl &url, const QString &systemText);
[[nodiscard]] Error silent(const RedisUrl &url, std::chrono::milliseconds time, const QString &phase);
[[nodiscard]] Error closed(const RedisUrl &url);
/// An error of the server that ends the connection: the same cause and advice.
[[nodiscard]] Error from(const RedisUrl &url, const Error &cause);
[[nodiscard]] Error stopped(const RedisUrl &url);
/// From the first bytes that were no RESP: a web server, an SSH server, TLS, or whatever they look like.
[[nodiscard]] Error notRedis(const RedisUrl &url, QByteArrayView firstBytes);
[[nodiscard]] Error garbage(const RedisUrl &url, const QString &detail);
} // namespace connection_error

/// For a command that was under way when `cause` ended its connection: it may or may not have been carried
/// out.
[[nodiscard]] Refusal lostInFlight(const QString &what, const Error &cause);
/// For one that waited for a connection in vain.
[[nodiscard]] Refusal notSent(const QString &what, const std::optional<Error> &cause);
/// For one too many.
[[nodiscard]] Refusal tooManyWaiting(const QString &what, qsizetype limit);

} // namespace signalbox::redis
