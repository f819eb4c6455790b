#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QString>

namespace signalbox::local {

/// The private server's folder: nobody but its owner can list it, so what lies in it needs no further care.
/// Threads  any; a value.
class PrivateFolder {
public:
    /// Makes the folder with mode 0700 where it is missing, its parents as usual. Refuses a link, a folder
    /// of another user, and one that others may enter: whoever gave it those rights had a reason, so it is
    /// not changed behind their back.   Errors  Unavailable.
    [[nodiscard]] static Result<PrivateFolder> open(const QString &path);

    [[nodiscard]] const QString &path() const { return m_path; }
    [[nodiscard]] QString filePath(const QString &name) const { return m_path + QLatin1Char('/') + name; }
    [[nodiscard]] bool has(const QString &name) const;
    /// The whole file, or empty when it is not there.   Errors  Unavailable.
    [[nodiscard]] Result<QByteArray> read(const QString &name) const;
    /// All of it or nothing, with mode 0600.   Errors  Unavailable.
    [[nodiscard]] Result<> write(const QString &name, const QByteArray &text) const;

private:
    explicit PrivateFolder(QString path) : m_path(std::move(path)) { }
    QString m_path;
};

/// Where the server's socket goes: into the folder, or, where that path is longer than a socket's may be
/// (107 bytes), into a private folder with a short name below XDG_RUNTIME_DIR or /tmp.   Errors  Unavailable.
[[nodiscard]] Result<QString> chooseSocketPath(const PrivateFolder &folder);

} // namespace signalbox::local
