#include "core/worker/handlers/builtin/backup_archive.h"

#include "core/worker/handlers/builtin/file_tree.h"
#include "core/worker/words.h"

#include <QCryptographicHash>
#include <QFile>
#include <QSet>

namespace signalbox::worker {

namespace {

tl::unexpected<Error> differs(const QString &archive, const QString &why)
{
    return fail(Error::Kind::Damaged, Words::tr("The archive %1 is not what its manifest says.").arg(archive),
                why, Words::tr("Take another backup; keep this one only to look into it."));
}

/// Room for headers, folders and links, which the manifest does not count.
qint64 bytesAllowed(const BackupManifest &manifest)
{
    constexpr qint64 slack = 32LL * 1024 * 1024;
    constexpr qint64 perFile = 4 * 1024;
    return manifest.bytes() + manifest.files.size() * perFile + slack;
}

} // namespace

Result<> readArchive(BuiltinCall &call, const QString &archive, const BackupManifest &manifest,
                     const ArchiveVisitor &visit)
{
    Result<TarReader> reader = TarReader::open(archive, bytesAllowed(manifest));
    if (!reader) return tl::unexpected(reader.error());
    QSet<QByteArray> seen;
    while (true) {
        const Result<std::optional<TarEntry>> entry = reader->next();
        if (!entry) return tl::unexpected(entry.error());
        if (!*entry) break;
        if (call.isCancelled()) return stoppedEarly();
        const TarEntry &found = **entry;
        const QString name = QString::fromUtf8(found.name);
        const Result<TarReader::Chunk> sink = visit(found);
        if (!sink) return tl::unexpected(sink.error());
        if (found.type != TarEntry::Type::File) continue;
        const auto expected = manifest.files.constFind(found.name);
        if (expected == manifest.files.cend())
            return differs(archive, Words::tr("It holds %1 as well.").arg(name));
        if (seen.contains(found.name)) return differs(archive, Words::tr("It holds %1 twice.").arg(name));
        QCryptographicHash hash(QCryptographicHash::Sha256);
        const Result<> read = reader->read([&](QByteArrayView bytes) -> Result<> {
            if (call.isCancelled()) return stoppedEarly();
            hash.addData(bytes);
            return *sink ? (*sink)(bytes) : Result<>();
        });
        if (!read) return read;
        if (found.bytes != expected->bytes || hash.result().toHex() != expected->sha256)
            return differs(archive, Words::tr("The content of %1 differs.").arg(name));
        seen.insert(found.name);
        call.context.reportProgress(static_cast<double>(seen.size()),
                                    static_cast<double>(manifest.files.size()), name);
    }
    for (auto it = manifest.files.begin(); it != manifest.files.end(); ++it)
        if (!seen.contains(it.key()))
            return differs(archive, Words::tr("%1 is missing.").arg(QString::fromUtf8(it.key())));
    return {};
}

Result<> checkArchiveFile(BuiltinCall &call, const QString &archive, const BackupManifest &manifest)
{
    const Result<QByteArray> sum
        = sha256OfFile(QFile::encodeName(archive).toStdString(), call.context.cancelToken(), [](qint64) {});
    if (!sum) return tl::unexpected(sum.error());
    if (*sum != manifest.archiveSha256) return differs(archive, Words::tr("Its SHA-256 is another one."));
    return {};
}

} // namespace signalbox::worker
