#include "core/worker/handlers/builtin/backup_manifest.h"

#include "core/model/json_fields.h"
#include "core/model/json_writer.h"
#include "core/worker/words.h"

#include <QFile>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

qint64 BackupManifest::bytes() const
{
    qint64 sum = 0;
    for (const File &file : files) sum += file.bytes;
    return sum;
}

QString BackupManifest::pathFor(const QString &archive)
{
    return archive + u".manifest.json"_s;
}

QByteArray BackupManifest::toJson() const
{
    QList<QByteArray> entries;
    for (auto it = files.begin(); it != files.end(); ++it) {
        JsonWriter entry;
        // Percent-encoded, as names are bytes and need not be text.
        entry.text("name"_L1,
                   QString::fromLatin1(it.key().toPercentEncoding(" /!#$&'()*+,:;=?@[]{}|^`\"<>")));
        entry.integer("bytes"_L1, it->bytes).text("sha256"_L1, QString::fromLatin1(it->sha256));
        entries.append(entry.take());
    }
    JsonWriter json;
    json.integer("version"_L1, 1).text("folder"_L1, folder);
    json.text("archive_sha256"_L1, QString::fromLatin1(archiveSha256)).json("files"_L1, jsonArray(entries));
    return json.take() + '\n';
}

Result<BackupManifest> BackupManifest::fromJson(const QByteArray &text)
{
    JsonLimits limits;
    limits.bytesMax = 1024LL * 1024 * 1024;
    JsonFields fields(text, limits);
    BackupManifest manifest;
    const qint64 version = fields.integer("version"_L1, 0);
    manifest.folder = fields.text("folder"_L1);
    manifest.archiveSha256 = fields.requiredText("archive_sha256"_L1).toLatin1();
    for (const QByteArray &entry : fields.elements("files"_L1)) {
        JsonFields file(entry);
        const QByteArray name = QByteArray::fromPercentEncoding(file.requiredText("name"_L1).toLatin1());
        manifest.files.insert(name,
                              {file.integer("bytes"_L1, 0, 0), file.requiredText("sha256"_L1).toLatin1()});
        if (const Result<> read = file.result(); !read) return tl::unexpected(read.error());
    }
    if (const Result<> read = fields.result(); !read) return tl::unexpected(read.error());
    if (version != 1)
        return fail(Error::Kind::Unsupported, Words::tr("The manifest cannot be read."),
                    Words::tr("It is of version %1.").arg(version),
                    Words::tr("Use the version that wrote it."));
    return manifest;
}

Result<BackupManifest> BackupManifest::load(const QString &archive)
{
    QFile file(pathFor(archive));
    if (!file.open(QIODevice::ReadOnly))
        return fail(Error::Kind::NotFound, Words::tr("The archive %1 has no manifest.").arg(archive),
                    file.errorString() + u'.', Words::tr("Archives and their manifests belong together."));
    return fromJson(file.readAll());
}

} // namespace signalbox::worker
