#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QMap>
#include <QString>

namespace signalbox::worker {

/// What is in an archive, and how to tell that it still is. Kept beside it as "<archive>.manifest.json".
struct BackupManifest {
    struct File {
        qint64 bytes = 0;
        QByteArray sha256;
        bool operator==(const File &) const = default;
    };
    QString folder; ///< that was backed up
    QByteArray archiveSha256;
    QMap<QByteArray, File> files; ///< by name within the archive

    [[nodiscard]] qint64 bytes() const;
    [[nodiscard]] QByteArray toJson() const;
    /// Errors   Damaged.
    [[nodiscard]] static Result<BackupManifest> fromJson(const QByteArray &json);
    [[nodiscard]] static Result<BackupManifest> load(const QString &archive); ///< also NotFound, Unavailable
    [[nodiscard]] static QString pathFor(const QString &archive);
};

} // namespace signalbox::worker
