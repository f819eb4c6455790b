#include "core/redis/error_table.h"
#include "core/redis/tls_errors.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using Kind = Error::Kind;

namespace {

RedisUrl urlWith(const QString &ca, const QString &certificate)
{
    RedisUrl url;
    url.scheme = RedisUrl::Scheme::Tls;
    url.host = QStringLiteral("db.example");
    url.caFile = ca;
    url.certificateFile = url.keyFile = certificate;
    return url;
}

} // namespace

/// The words for each way in which TLS fails; client_access_test sees the most frequent ones happen.
class TlsErrorsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void saysWhyACertificateIsNotTrusted_data();
    void saysWhyACertificateIsNotTrusted();
    void namesTheGravestReason();
    void saysWhyAHandshakeFailed_data();
    void saysWhyAHandshakeFailed();
    void tellsTlsFromTheNetwork();
    void neverAdvisesToVerifyLess();
};

void TlsErrorsTest::saysWhyACertificateIsNotTrusted_data()
{
    QTest::addColumn<QSslError::SslError>("reason");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, QSslError::SslError reason, const char *why) {
        QTest::newRow(name) << reason << QString::fromLatin1(why);
    };
    row("self-signed", QSslError::SelfSignedCertificate, "signed by itself");
    row("self-signed root", QSslError::SelfSignedCertificateInChain, "not trusted here");
    row("no issuer", QSslError::UnableToGetLocalIssuerCertificate, "not trusted here");
    row("no chain", QSslError::UnableToVerifyFirstCertificate, "not trusted here");
    row("expired", QSslError::CertificateExpired, "expired on");
    row("not yet valid", QSslError::CertificateNotYetValid, "valid only from");
    row("host name", QSslError::HostNameMismatch, "not for db.example");
    row("revoked", QSslError::CertificateRevoked, "was not accepted");
    row("another", QSslError::InvalidPurpose, "was not accepted");
}

void TlsErrorsTest::saysWhyACertificateIsNotTrusted()
{
    QFETCH(const QSslError::SslError, reason);
    QFETCH(const QString, why);
    const Error error = tls_error::notTrusted(urlWith({}, {}), {QSslError(reason)}, QSslCertificate());
    QCOMPARE(error.kind, Kind::Unauthorised);
    QVERIFY2(error.why.contains(why), qPrintable(error.why));
    QVERIFY(error.what.contains(QStringLiteral("db.example")));
    QVERIFY(!error.todo.isEmpty());
    QVERIFY(isLasting(error));
}

void TlsErrorsTest::namesTheGravestReason()
{
    const QList<QSslError> reasons{QSslError(QSslError::HostNameMismatch),
                                   QSslError(QSslError::CertificateExpired),
                                   QSslError(QSslError::SelfSignedCertificate)};
    QVERIFY(tls_error::notTrusted(urlWith({}, {}), reasons, QSslCertificate())
                .why.contains(QStringLiteral("signed by itself")));
}

void TlsErrorsTest::saysWhyAHandshakeFailed_data()
{
    QTest::addColumn<QString>("libraryText");
    QTest::addColumn<QString>("certificate"); // whether we showed one decides what a bare failure means
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *text, const char *certificate, Kind kind, const char *why) {
        QTest::addRow("%s, %s certificate", text, *certificate == 0 ? "no" : "a")
            << QString::fromLatin1(text) << QString::fromLatin1(certificate) << kind
            << QString::fromLatin1(why);
    };
    row("error:0A00010B:SSL routines::wrong version number", "", Kind::Unsupported, "does not speak TLS");
    row("error:0A0000C6:SSL routines::packet length too long", "", Kind::Unsupported, "does not speak TLS");
    row("error:0A000126:SSL routines::http request", "", Kind::Unsupported, "does not speak TLS");
    row("error:0A00042E:SSL routines::tlsv1 alert protocol version", "", Kind::Unsupported, "before 1.2");
    row("error:0A000102:SSL routines::unsupported protocol", "", Kind::Unsupported, "before 1.2");
    row("error:0A00045C:SSL routines::tlsv13 alert certificate required", "", Kind::Unauthorised,
        "wants a client");
    row("error:0A000410:SSL routines::sslv3 alert handshake failure", "", Kind::Unauthorised,
        "wants a client");
    row("error:0A000410:SSL routines::sslv3 alert handshake failure", "c", Kind::Unavailable,
        "could not be agreed");
    row("error:0A000418:SSL routines::tlsv1 alert unknown ca", "c", Kind::Unauthorised,
        "does not accept our");
    row("error:0A000412:SSL routines::sslv3 alert bad certificate", "c", Kind::Unauthorised,
        "does not accept our");
    row("something new", "", Kind::Unavailable, "something new");
}

void TlsErrorsTest::saysWhyAHandshakeFailed()
{
    QFETCH(const QString, libraryText);
    QFETCH(const QString, certificate);
    QFETCH(const Kind, kind);
    QFETCH(const QString, why);
    const Error error = tls_error::handshakeFailed(urlWith({}, certificate), libraryText);
    QCOMPARE(error.kind, kind);
    QVERIFY2(error.why.contains(why), qPrintable(error.why));
    QVERIFY(!error.todo.isEmpty());
}

void TlsErrorsTest::tellsTlsFromTheNetwork()
{
    QVERIFY(tls_error::isAboutTls(QAbstractSocket::SslHandshakeFailedError, {}, false));
    QVERIFY(tls_error::isAboutTls(QAbstractSocket::SslInternalError, {}, false));
    QVERIFY(!tls_error::isAboutTls(QAbstractSocket::RemoteHostClosedError, {}, true));
    QVERIFY(tls_error::isAboutTls(QAbstractSocket::UnknownSocketError,
                                  QStringLiteral("tlsv13 alert certificate required"), true));
    QVERIFY(
        !tls_error::isAboutTls(QAbstractSocket::ConnectionRefusedError, QStringLiteral("refused"), false));
}

void TlsErrorsTest::neverAdvisesToVerifyLess()
{
    for (const QString &ca : {QString(), QStringLiteral("/ca.pem")}) {
        for (int reason = QSslError::UnableToGetIssuerCertificate;
             reason <= QSslError::CertificateBlacklisted; ++reason) {
            const QSslError error(static_cast<QSslError::SslError>(reason));
            const QString text = tls_error::notTrusted(urlWith(ca, {}), {error}, QSslCertificate()).text();
            for (const char *word : {"turn off", "disable", "insecure", "ignore", "redis:// "})
                QVERIFY2(!text.contains(QLatin1String(word)), qPrintable(text));
        }
    }
    QVERIFY(tls_error::notBuiltIn(urlWith({}, {})).todo.contains(QStringLiteral("Install")));
}

QTEST_GUILESS_MAIN(TlsErrorsTest)
#include "tls_errors_test.moc"
