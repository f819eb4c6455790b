#include "tests/support/tls_files.h"

#include <QFile>
#include <QProcess>

namespace signalbox::test {

using namespace Qt::StringLiterals;

TlsFiles::TlsFiles()
{
    if (!m_folder.isValid()) qFatal("TlsFiles has no folder: %s", qPrintable(m_folder.errorString()));
    m_authority = makeAuthority(u"authority"_s);
    m_foreign = makeAuthority(u"foreign"_s);
}

TlsFiles::Pair TlsFiles::makeAuthority(const QString &name)
{
    const Pair pair{path(name + u".pem"_s), path(name + u".key"_s)};
    run({u"req"_s, u"-x509"_s, u"-newkey"_s, u"ec"_s, u"-pkeyopt"_s, u"ec_paramgen_curve:prime256v1"_s,
         u"-nodes"_s, u"-days"_s, u"2"_s, u"-subj"_s, u"/CN=Test "_s + name, u"-keyout"_s, pair.key,
         u"-out"_s, pair.certificate});
    return pair;
}

TlsFiles::Pair TlsFiles::make(const Wish &wish)
{
    const QString name = u"leaf%1"_s.arg(++m_made);
    const Pair pair{path(name + u".pem"_s), path(name + u".key"_s)};
    const QString request = path(name + u".csr"_s);
    const QString extensions = path(name + u".ext"_s);
    QFile file(extensions);
    const QByteArray text = "subjectAltName=" + wish.subjectAltName.toUtf8() + '\n';
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("TlsFiles: %s", qPrintable(file.errorString()));
    file.close();
    run({u"req"_s, u"-new"_s, u"-newkey"_s, u"rsa:2048"_s, u"-nodes"_s, u"-subj"_s, u"/CN=leaf"_s,
         u"-keyout"_s, pair.key, u"-out"_s, request});
    QStringList sign{u"x509"_s, u"-req"_s,        u"-in"_s,      request,
                     u"-out"_s, pair.certificate, u"-extfile"_s, extensions};
    // A negative number of days: it ended before it began, which every verifier calls expired.
    sign << u"-days"_s << (wish.isExpired ? u"-1"_s : u"2"_s);
    if (wish.isSelfSigned) {
        sign << u"-key"_s << pair.key;
    } else {
        const Pair &authority = wish.byForeignAuthority ? m_foreign : m_authority;
        sign << u"-CA"_s << authority.certificate << u"-CAkey"_s << authority.key << u"-CAcreateserial"_s;
    }
    run(sign);
    return pair;
}

void TlsFiles::run(const QStringList &arguments) const
{
    QProcess openssl;
    openssl.start(u"openssl"_s, arguments);
    if (openssl.waitForFinished(30000) && openssl.exitStatus() == QProcess::NormalExit
        && openssl.exitCode() == 0)
        return;
    qFatal("openssl %s failed (apt-get install openssl): %s %s", qPrintable(arguments.join(u' ')),
           qPrintable(openssl.errorString()), openssl.readAllStandardError().constData());
}

} // namespace signalbox::test
