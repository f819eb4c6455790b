#include "core/redis/tls_errors.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QSslCertificate>

#include <algorithm>

namespace signalbox::redis::tls_error {

using namespace Qt::StringLiterals;

namespace {

using Kind = Error::Kind;

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

Error error(Kind kind, const RedisUrl &url, const QString &why, const QString &todo)
{
    return {kind, tr("No connection to %1.").arg(url.display()), why, todo};
}

QString expectedName(const RedisUrl &url)
{
    return url.serverName.isEmpty() ? url.host : url.serverName;
}

QString date(const QDateTime &time)
{
    return time.toUTC().toString(u"yyyy-MM-dd HH:mm 'UTC'"_s);
}

QString namesIn(const QSslCertificate &certificate)
{
    QStringList names = certificate.subjectAlternativeNames().values();
    if (names.isEmpty()) names = certificate.subjectInfo(QSslCertificate::CommonName);
    return names.join(u", ").left(200);
}

Error wrongHost(const RedisUrl &url, const QSslCertificate &shown)
{
    return error(
        Kind::Unauthorised, url,
        tr("The server's certificate is for %1, not for %2.").arg(namesIn(shown), expectedName(url)),
        tr("Use the name it is for, or add server_name=NAME to the URL if you are sure that it is the right "
           "server."));
}

Error selfSigned(const RedisUrl &url)
{
    return error(
        Kind::Unauthorised, url, tr("The server's certificate is signed by itself and by nobody known here."),
        tr("If it is yours, get the file of that certificate by a safe way and add ca=FILE to the URL."));
}

Error unknownAuthority(const RedisUrl &url, const QSslCertificate &shown)
{
    const QString issuer = shown.issuerInfo(QSslCertificate::CommonName).join(u", ").left(200);
    return error(Kind::Unauthorised, url,
                 tr("The server's certificate is signed by \"%1\", which is not trusted here.").arg(issuer),
                 url.caFile.isEmpty()
                     ? tr("Add ca=FILE with that authority's certificate to the URL.")
                     : tr("The file in ca= belongs to another authority: get the right one."));
}

/// From the gravest to the least: a foreign certificate that is expired too is foreign first.
constexpr QSslError::SslError byGravity[] = {
    QSslError::CertificateRevoked,
    QSslError::CertificateBlacklisted,
    QSslError::SelfSignedCertificate,
    QSslError::SelfSignedCertificateInChain,
    QSslError::UnableToGetLocalIssuerCertificate,
    QSslError::UnableToGetIssuerCertificate,
    QSslError::UnableToVerifyFirstCertificate,
    QSslError::CertificateUntrusted,
    QSslError::CertificateExpired,
    QSslError::CertificateNotYetValid,
    QSslError::HostNameMismatch,
};

/// The verdict of QSslError::errorString() first; what to do is the administrator's in all of these.
Error otherReason(const RedisUrl &url, const QSslError &reason)
{
    return error(Kind::Unauthorised, url,
                 tr("The server's certificate was not accepted: %1.").arg(reason.errorString()),
                 tr("Ask whoever runs the server for a valid certificate."));
}

} // namespace

Error notBuiltIn(const RedisUrl &url)
{
    return error(Kind::Unsupported, url, tr("This Qt has no TLS."),
                 tr("Install OpenSSL 3 and Qt's TLS plugin."));
}

Error unreadableFile(const RedisUrl &url, const QString &path, const QString &systemText)
{
    return error(Kind::Invalid, url, tr("The file %1 cannot be read: %2.").arg(path, systemText),
                 tr("Check its name and permissions in the URL's ca, cert and key."));
}

Error noCertificateIn(const RedisUrl &url, const QString &path)
{
    return error(Kind::Invalid, url, tr("The file %1 holds no certificate in PEM form.").arg(path),
                 tr("It should begin with -----BEGIN CERTIFICATE-----."));
}

Error noKeyIn(const RedisUrl &url, const QString &path)
{
    return error(Kind::Invalid, url, tr("The file %1 holds no usable private key in PEM form.").arg(path),
                 tr("It should hold an RSA or EC key without a passphrase."));
}

Error notTrusted(const RedisUrl &url, const QList<QSslError> &reasons, const QSslCertificate &shown)
{
    for (const QSslError::SslError grave : byGravity) {
        const auto found = std::find_if(reasons.begin(), reasons.end(),
                                        [grave](const QSslError &reason) { return reason.error() == grave; });
        if (found == reasons.end()) continue;
        switch (grave) {
        case QSslError::SelfSignedCertificate:
            return selfSigned(url);
        case QSslError::SelfSignedCertificateInChain:
        case QSslError::UnableToGetLocalIssuerCertificate:
        case QSslError::UnableToGetIssuerCertificate:
        case QSslError::UnableToVerifyFirstCertificate:
        case QSslError::CertificateUntrusted:
            return unknownAuthority(url, shown);
        case QSslError::CertificateExpired:
            return error(Kind::Unauthorised, url,
                         tr("The server's certificate expired on %1.").arg(date(shown.expiryDate())),
                         tr("Ask whoever runs the server to renew it; if it is valid, this computer's clock "
                            "is wrong."));
        case QSslError::CertificateNotYetValid:
            return error(
                Kind::Unauthorised, url,
                tr("The server's certificate is valid only from %1.").arg(date(shown.effectiveDate())),
                tr("Check this computer's clock, and the server's."));
        case QSslError::HostNameMismatch:
            return wrongHost(url, shown);
        default:
            return otherReason(url, *found); // revoked or on Qt's list of the compromised
        }
    }
    return otherReason(url, reasons.front());
}

Error handshakeFailed(const RedisUrl &url, const QString &libraryText)
{
    const auto says = [&](QLatin1StringView part) { return libraryText.contains(part, Qt::CaseInsensitive); };
    if (says("wrong version number"_L1) || says("packet length too long"_L1) || says("http request"_L1)
        || says("record layer"_L1))
        return error(Kind::Unsupported, url, tr("The server does not speak TLS on this port."),
                     tr("Check the port; write redis:// if the way there is safe without TLS."));
    if (says("protocol version"_L1) || says("unsupported protocol"_L1))
        return error(Kind::Unsupported, url, tr("The server offers only versions of TLS before 1.2."),
                     tr("Ask whoever runs it to enable TLS 1.2 or 1.3."));
    if (says("certificate required"_L1) || says("did not return a certificate"_L1)
        || (says("handshake failure"_L1) && url.certificateFile.isEmpty()))
        return error(Kind::Unauthorised, url, tr("The server wants a client certificate."),
                     tr("Add cert=FILE and key=FILE to the URL."));
    if (says("unknown ca"_L1) || says("bad certificate"_L1) || says("certificate unknown"_L1))
        return error(Kind::Unauthorised, url, tr("The server does not accept our client certificate."),
                     tr("Use one that its authority has signed."));
    return error(Kind::Unavailable, url, tr("TLS could not be agreed on: %1.").arg(libraryText),
                 tr("Ask whoever runs the server which TLS it offers."));
}

bool isAboutTls(QAbstractSocket::SocketError error, const QString &libraryText, bool wasEncrypted)
{
    if (error == QAbstractSocket::SslHandshakeFailedError || error == QAbstractSocket::SslInternalError
        || error == QAbstractSocket::SslInvalidUserDataError)
        return true;
    // TLS 1.3: the server judges our certificate after the handshake is over, for us.
    return wasEncrypted && libraryText.contains("alert"_L1, Qt::CaseInsensitive);
}

} // namespace signalbox::redis::tls_error
