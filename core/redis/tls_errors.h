#pragma once

#include "core/redis/redis_url.h"

#include <QAbstractSocket>
#include <QSslError>

namespace signalbox::redis::tls_error {

/// TLS failures, each by its cause and with what to do. None suggests to verify less.   Threads  any.
[[nodiscard]] Error notBuiltIn(const RedisUrl &url);
[[nodiscard]] Error unreadableFile(const RedisUrl &url, const QString &path, const QString &systemText);
[[nodiscard]] Error noCertificateIn(const RedisUrl &url, const QString &path);
[[nodiscard]] Error noKeyIn(const RedisUrl &url, const QString &path);
/// The handshake worked, the certificate does not: the gravest of the reasons.
[[nodiscard]] Error notTrusted(const RedisUrl &url, const QList<QSslError> &reasons,
                               const QSslCertificate &shown);
/// The handshake did not work; `libraryText` is OpenSSL's.
[[nodiscard]] Error handshakeFailed(const RedisUrl &url, const QString &libraryText);
[[nodiscard]] bool isAboutTls(QAbstractSocket::SocketError error, const QString &libraryText,
                              bool wasEncrypted);

} // namespace signalbox::redis::tls_error
