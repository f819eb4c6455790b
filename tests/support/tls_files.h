#pragma once

#include <QString>
#include <QTemporaryDir>

namespace signalbox::test {

/// Certificates for a test, made by openssl: one authority that signs, one that nobody trusts. Ends the test
/// program in words when openssl is missing.
class TlsFiles {
public:
    struct Pair {
        QString certificate, key; ///< PEM files
    };
    struct Wish {
        QString subjectAltName = QStringLiteral("IP:127.0.0.1,DNS:localhost");
        bool isExpired = false;
        bool isSelfSigned = false;
        bool byForeignAuthority = false;
    };
    TlsFiles();
    [[nodiscard]] QString authority() const { return m_authority.certificate; }
    [[nodiscard]] QString foreignAuthority() const { return m_foreign.certificate; }
    [[nodiscard]] Pair make(const Wish &wish);
    [[nodiscard]] Pair make() { return make(Wish()); }

private:
    [[nodiscard]] Pair makeAuthority(const QString &name);
    [[nodiscard]] QString path(const QString &name) const { return m_folder.filePath(name); }
    void run(const QStringList &arguments) const;
    QTemporaryDir m_folder;
    Pair m_authority, m_foreign;
    int m_made = 0;
};

} // namespace signalbox::test
