#include "core/model/json_writer.h"
#include "core/runtime/clock.h"
#include "core/worker/handlers/builtin/backup_archive.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/handlers/builtin/file_tree.h"
#include "core/worker/handlers/child_dialogue.h"
#include "core/worker/words.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <filesystem>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

/// tar's messages, into the job's log.
class TarRun {
public:
    /// Writes what `names` lists (below `folder`, NUL after each) to `archive`. The names come by its input,
    /// and never by its command line, where one could pass for an option.
    [[nodiscard]] static Result<> create(BuiltinCall &call, const QString &folder, const QString &archive,
                                         const QByteArray &names)
    {
        ProcessSpec spec;
        spec.program = u"/usr/bin/tar"_s;
        if (!QFileInfo::exists(spec.program)) spec.program = u"/bin/tar"_s;
        spec.workingFolder = folder;
        spec.arguments = {u"--create"_s,       u"--gzip"_s, u"--format=gnu"_s,
                          u"--no-recursion"_s, u"--null"_s, u"--verbatim-files-from"_s,
                          u"--files-from=-"_s, u"--file"_s, archive};
        Result<ChildProcess> child = ChildProcess::start(spec, true);
        if (!child) return tl::unexpected(child.error());
        HandlerOutput output(call.context);
        ChildDialogue dialogue(*child, output, call.context.cancelToken(), spec.killGrace);
        dialogue.run(names, ChildDialogue::Until::Exit);
        const ExitStatus status = child->reap();
        if (status.isSuccess()) return {};
        if (call.isCancelled()) return stoppedEarly();
        return fail(Error::Kind::Unavailable, Words::tr("tar could not write %1.").arg(archive),
                    output.failure(status.text(), false).error,
                    Words::tr("Look after the folder and the disk."));
    }
};

QByteArray nameBelow(const TreeEntry &entry, const QString &folder)
{
    return QByteArray::fromStdString(entry.path).sliced(QFile::encodeName(folder).size() + 1);
}

/// A link that leads out of the folder would let a restore write elsewhere, so no archive holds one.
Result<> refuseLinksThatLeadOut(const QString &folder, const std::vector<TreeEntry> &entries)
{
    for (const TreeEntry &entry : entries) {
        if (entry.type != TreeEntry::Type::Link) continue;
        std::error_code error;
        const std::string target = std::filesystem::read_symlink(entry.path, error).native();
        const QString path = QString::fromUtf8(entry.path.c_str());
        if (error) return fileError(Words::tr("The link %1 could not be read."), path, error.value());
        if (linkStaysInside(nameBelow(entry, folder), QByteArray::fromStdString(target))) continue;
        return fail(Error::Kind::Invalid, Words::tr("The folder %1 cannot be backed up.").arg(folder),
                    Words::tr("The link %1 leads out of it, to %2, and a restore would write there.")
                        .arg(path, QString::fromUtf8(target.c_str())),
                    Words::tr("Remove the link, or back up a folder that holds both."));
    }
    return {};
}

/// The names of all entries, and the sums of the files.
Result<BackupManifest> makeManifest(BuiltinCall &call, const QString &folder,
                                    const std::vector<TreeEntry> &entries)
{
    BackupManifest manifest;
    manifest.folder = folder;
    qint64 done = 0;
    for (const TreeEntry &entry : entries) {
        ++done;
        if (entry.type != TreeEntry::Type::File) continue;
        qint64 bytes = 0;
        const Result<QByteArray> sum
            = sha256OfFile(entry.path, call.context.cancelToken(), [&bytes](qint64 more) { bytes += more; });
        if (!sum) return tl::unexpected(sum.error());
        manifest.files.insert(nameBelow(entry, folder), {bytes, *sum});
        call.context.reportProgress(static_cast<double>(done), static_cast<double>(entries.size()),
                                    Words::tr("reading the folder"));
    }
    return manifest;
}

Result<> writeManifest(const BackupManifest &manifest, const QString &archive)
{
    Result<NewFile> file = NewFile::create(BackupManifest::pathFor(archive));
    if (!file) return tl::unexpected(file.error());
    if (const Result<> written = file->write(manifest.toJson()); !written) return written;
    return file->commit(true);
}

QString stamp()
{
    // 2026-11-24T09:30:00.123456Z → 20261124T093000Z: sorts as time does, and is a name everywhere.
    QString text = toText(runtime::systemSeams().clock->wallNow()).first(19);
    return text.remove(u'-').remove(u':') + u'Z';
}

} // namespace

BuiltinResult backupCreate(BuiltinCall &call)
{
    const QString wanted = call.fields.requiredText("folder"_L1);
    const QString wantedTo = call.fields.requiredText("to"_L1);
    const QString name = call.fields.text("name"_L1, QFileInfo(wanted).fileName());
    static const QRegularExpression plain(u"\\A[A-Za-z0-9_][A-Za-z0-9._-]{0,99}\\z"_s);
    if (!plain.match(name).hasMatch())
        call.fields.refuse("name"_L1, Words::tr("\"%1\" is no plain name.").arg(name.left(100)),
                           Words::tr("Use letters, digits, dots, dashes and underscores."));
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> folder = existingPath(u"folder", wanted, call.options.readFolders);
    if (!folder) return tl::unexpected(folder.error());
    const QString fileName = u"%1/%2-%3.tar.gz"_s.arg(wantedTo, name, stamp());
    const Result<QString> archive = newPath(u"to", fileName, call.options.writeFolders);
    if (!archive) return tl::unexpected(archive.error());

    const Result<std::vector<TreeEntry>> entries = readTree(*folder, call.context.cancelToken());
    if (!entries) return tl::unexpected(entries.error());
    if (const Result<> inside = refuseLinksThatLeadOut(*folder, *entries); !inside)
        return tl::unexpected(inside.error());
    Result<BackupManifest> manifest = makeManifest(call, *folder, *entries);
    if (!manifest) return tl::unexpected(manifest.error());
    Result<NewFile> file = NewFile::create(*archive);
    if (!file) return tl::unexpected(file.error());
    QByteArray names;
    for (const TreeEntry &entry : *entries) names += nameBelow(entry, *folder) + '\0';
    if (const Result<> made = TarRun::create(call, *folder, file->temporaryPath(), names); !made)
        return tl::unexpected(made.error());
    // A file that changed while it was read is in the archive as no manifest says: better noticed now.
    const Result<> checked = readArchive(call, file->temporaryPath(), *manifest,
                                         [](const TarEntry &) { return TarReader::Chunk(); });
    if (!checked && checked.error().kind != Error::Kind::Damaged) return tl::unexpected(checked.error());
    if (!checked)
        return fail(Error::Kind::Unavailable,
                    Words::tr("The folder %1 changed while it was read.").arg(*folder), checked.error().why,
                    Words::tr("Back it up while nobody writes to it."));
    const Result<QByteArray> sum = sha256OfFile(QFile::encodeName(file->temporaryPath()).toStdString(),
                                                call.context.cancelToken(), [](qint64) {});
    if (!sum) return tl::unexpected(sum.error());
    manifest->archiveSha256 = *sum;
    // The manifest first: an archive is never without one.
    if (const Result<> written = writeManifest(*manifest, *archive); !written)
        return tl::unexpected(written.error());
    if (const Result<> kept = file->commit(false); !kept) return tl::unexpected(kept.error());
    JsonWriter json;
    json.text("archive"_L1, *archive).text("manifest"_L1, BackupManifest::pathFor(*archive));
    json.integer("files"_L1, manifest->files.size()).integer("bytes"_L1, manifest->bytes());
    json.integer("archive_bytes"_L1, QFileInfo(*archive).size()).text("sha256"_L1, QString::fromLatin1(*sum));
    return JsonText::trusted(json.take());
}

BuiltinResult backupValidate(BuiltinCall &call)
{
    const QString wanted = call.fields.requiredText("archive"_L1);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> archive = existingPath(u"archive", wanted, call.options.readFolders);
    if (!archive) return tl::unexpected(archive.error());
    const Result<BackupManifest> manifest = BackupManifest::load(*archive);
    if (!manifest) return tl::unexpected(manifest.error());
    const Result<> checked = checkArchiveFile(call, *archive, *manifest).and_then([&] {
        return readArchive(call, *archive, *manifest, [](const TarEntry &) { return TarReader::Chunk(); });
    });
    if (!checked) return tl::unexpected(checked.error());
    JsonWriter json;
    json.text("archive"_L1, *archive).boolean("valid"_L1, true).integer("files"_L1, manifest->files.size());
    json.integer("bytes"_L1, manifest->bytes());
    return JsonText::trusted(json.take());
}

} // namespace signalbox::worker
