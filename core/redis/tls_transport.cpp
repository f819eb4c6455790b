#include "core/redis/tls_transport.h"

#include "core/redis/tls_errors.h"

#include <QFile>
#include <QSslConfiguration>
#include <QSslKey>

namespace signalbox::redis {

namespace {

Result<QByteArray> readPem(const RedisUrl &url, const QString &path)
{
    QFile file(path);
    if (file.open(QIODevice::ReadOnly)) return file.readAll();
    return tl::unexpected(tls_error::unreadableFile(url, path, file.errorString()));
}

/// PEM says which kind of key it is; Qt wants to be told.
QSslKey parseKey(const QByteArray &pem)
{
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Rsa, QSsl::Ec, QSsl::Dsa}) {
        const QSslKey key(pem, algorithm);
        if (!key.isNull()) return key;
    }
    return {};
}

Result<> addAuthority(const RedisUrl &url, QSslConfiguration &configuration)
{
    if (url.caFile.isEmpty()) return {}; // the system's authorities
    const Result<QByteArray> pem = readPem(url, url.caFile);
    if (!pem) return tl::unexpected(pem.error());
    const QList<QSslCertificate> authorities = QSslCertificate::fromData(*pem, QSsl::Pem);
    if (authorities.isEmpty()) return tl::unexpected(tls_error::noCertificateIn(url, url.caFile));
    configuration.setCaCertificates(authorities); // these only: who names an authority means no other
    return {};
}

Result<> addClientCertificate(const RedisUrl &url, QSslConfiguration &configuration)
{
    if (url.certificateFile.isEmpty()) return {};
    const Result<QByteArray> pem = readPem(url, url.certificateFile);
    if (!pem) return tl::unexpected(pem.error());
    const QList<QSslCertificate> chain = QSslCertificate::fromData(*pem, QSsl::Pem);
    if (chain.isEmpty()) return tl::unexpected(tls_error::noCertificateIn(url, url.certificateFile));
    const Result<QByteArray> keyPem = readPem(url, url.keyFile);
    if (!keyPem) return tl::unexpected(keyPem.error());
    const QSslKey key = parseKey(*keyPem);
    if (key.isNull()) return tl::unexpected(tls_error::noKeyIn(url, url.keyFile));
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(key);
    return {};
}

} // namespace

TlsTransport::TlsTransport(const RedisUrl &url) : SocketTransport(url)
{
    connect(&m_socket, &QSslSocket::connected, this, [this] {
        useForRedis(m_socket); // again: options set before the descriptor exists are lost
        watchForDeadPeer(m_socket);
        Q_EMIT reached();
    });
    connect(&m_socket, &QSslSocket::encrypted, this, &TlsTransport::opened);
    connect(&m_socket, &QSslSocket::readyRead, this, [this] { readAll(m_socket); });
    connect(&m_socket, &QSslSocket::errorOccurred, this, &TlsTransport::explain);
}

Result<> TlsTransport::configure()
{
    if (!QSslSocket::supportsSsl()) return tl::unexpected(tls_error::notBuiltIn(m_url));
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyPeer);
    if (const Result<> done = addAuthority(m_url, configuration); !done) return done;
    if (const Result<> done = addClientCertificate(m_url, configuration); !done) return done;
    m_socket.setSslConfiguration(configuration);
    return {};
}

void TlsTransport::open()
{
    if (const Result<> configured = configure(); !configured) return breakWith(configured.error());
    useForRedis(m_socket);
    const QString name = m_url.serverName.isEmpty() ? m_url.host : m_url.serverName;
    m_socket.connectToHostEncrypted(m_url.host, m_url.port, name);
}

void TlsTransport::explain(QAbstractSocket::SocketError error)
{
    readAll(m_socket);
    const QList<QSslError> refusals = m_socket.sslHandshakeErrors();
    if (!refusals.isEmpty())
        return breakWith(tls_error::notTrusted(m_url, refusals, m_socket.peerCertificate()));
    if (tls_error::isAboutTls(error, m_socket.errorString(), m_socket.isEncrypted()))
        return breakWith(tls_error::handshakeFailed(m_url, m_socket.errorString()));
    breakWith(explainTcp(m_url, error, m_socket.errorString()));
}

void TlsTransport::write(const QByteArray &bytes)
{
    m_socket.write(bytes);
    m_socket.flush();
}

void TlsTransport::abort()
{
    m_isBroken = true;
    m_socket.abort();
}

bool TlsTransport::waitForBytes(std::chrono::milliseconds atMost)
{
    return !m_isBroken && m_socket.waitForReadyRead(static_cast<int>(atMost.count()));
}

} // namespace signalbox::redis
