#include "core/model/json_writer.h"
#include "core/runtime/clock.h"
#include "core/worker/handlers/builtin/backup_archive.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/words.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

/// Unpacks into a folder of its own that nobody else can write to, so that no name in it can be a link of
/// another's making; links come last, so that nothing is ever written through one; and it gets its name when
/// all is right.
class Unpacking {
public:
    explicit Unpacking(QString to)
        : m_to(std::move(to)),
          m_part(QFileInfo(m_to).absolutePath() + u"/."_s + QFileInfo(m_to).fileName().left(150) + u".part-"_s
                 + QString::number(runtime::systemSeams().random->bits(), 36))
    {
    }
    ~Unpacking()
    {
        if (m_isMade) QDir(m_part).removeRecursively();
    }
    Q_DISABLE_COPY_MOVE(Unpacking)

    [[nodiscard]] Result<> begin()
    {
        if (::mkdir(QFile::encodeName(m_part).constData(), 0700) != 0)
            return fileError(Words::tr("The folder %1 could not be made."), m_part, errno);
        m_isMade = true;
        return {};
    }

    [[nodiscard]] Result<TarReader::Chunk> take(const TarEntry &entry)
    {
        if (entry.name.isEmpty()) return TarReader::Chunk(); // the folder itself
        const QByteArray path = QFile::encodeName(m_part) + '/' + entry.name;
        const QString parent = QFileInfo(QFile::decodeName(path)).absolutePath();
        if (!QDir().mkpath(parent))
            return fileError(Words::tr("The folder %1 could not be made."), parent, errno);
        switch (entry.type) {
        case TarEntry::Type::Folder:
            if (!QDir().mkpath(QFile::decodeName(path)))
                return fileError(Words::tr("The folder %1 could not be made."), QFile::decodeName(path),
                                 errno);
            m_late.push_back({entry, path});
            return TarReader::Chunk();
        case TarEntry::Type::Link:
            m_late.push_back({entry, path});
            return TarReader::Chunk();
        case TarEntry::Type::File:
            return writer(entry, path);
        }
        Q_UNREACHABLE();
    }

    [[nodiscard]] Result<> finish()
    {
        m_file.reset();
        // The last ones first: a folder's time and permissions are set when nothing is put into it any more.
        for (auto late = m_late.rbegin(); late != m_late.rend(); ++late) {
            const bool isDone = late->entry.type == TarEntry::Type::Link
                ? ::symlink(late->entry.target.constData(), late->path.constData()) == 0
                : setAttributes(late->path, late->entry);
            if (!isDone)
                return fileError(Words::tr("%1 could not be restored."), QFile::decodeName(late->path),
                                 errno);
        }
        if (::renameat2(AT_FDCWD, QFile::encodeName(m_part).constData(), AT_FDCWD,
                        QFile::encodeName(m_to).constData(), RENAME_NOREPLACE)
            != 0)
            return fileError(Words::tr("%1 could not be given its name."), m_to, errno);
        m_isMade = false;
        return {};
    }

private:
    struct Late {
        TarEntry entry;
        QByteArray path;
    };
    static bool setAttributes(const QByteArray &path, const TarEntry &entry)
    {
        const timespec time{entry.modifiedAt, 0};
        const timespec times[2]{time, time};
        return ::chmod(path.constData(), entry.mode) == 0
            && ::utimensat(AT_FDCWD, path.constData(), times, AT_SYMLINK_NOFOLLOW) == 0;
    }
    Result<TarReader::Chunk> writer(const TarEntry &entry, const QByteArray &path)
    {
        m_file = UniqueFd(::open(path.constData(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                                 entry.mode | S_IWUSR));
        const QString shown = QFile::decodeName(path);
        if (!m_file.isOpen()) return fileError(Words::tr("%1 could not be made."), shown, errno);
        m_late.push_back({entry, path});
        return TarReader::Chunk([this, shown](QByteArrayView bytes) -> Result<> {
            while (!bytes.isEmpty()) {
                const ssize_t written
                    = ::write(m_file.get(), bytes.data(), static_cast<size_t>(bytes.size()));
                if (written < 0 && errno == EINTR) continue;
                if (written < 0) return fileError(Words::tr("%1 could not be written."), shown, errno);
                bytes = bytes.sliced(written);
            }
            return {};
        });
    }

    const QString m_to, m_part;
    bool m_isMade = false;
    UniqueFd m_file;
    std::vector<Late> m_late;
};

} // namespace

BuiltinResult backupRestore(BuiltinCall &call)
{
    const QString wanted = call.fields.requiredText("archive"_L1);
    const QString wantedTo = call.fields.requiredText("to"_L1);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> archive = existingPath(u"archive", wanted, call.options.readFolders);
    if (!archive) return tl::unexpected(archive.error());
    const Result<QString> to = newPath(u"to", wantedTo, call.options.writeFolders);
    if (!to) return tl::unexpected(to.error());
    if (QFileInfo(*to).isSymLink() || QFileInfo::exists(*to))
        return fail(Error::Kind::WrongState, Words::tr("Nothing was restored to %1.").arg(*to),
                    Words::tr("It is there already."), Words::tr("Name a folder that is yet to be made."));
    const Result<BackupManifest> manifest = BackupManifest::load(*archive);
    if (!manifest) return tl::unexpected(manifest.error());
    Unpacking unpacking(*to);
    const Result<> done
        = checkArchiveFile(call, *archive, *manifest)
              .and_then([&] { return unpacking.begin(); })
              .and_then([&] {
                  return readArchive(call, *archive, *manifest,
                                     [&unpacking](const TarEntry &entry) { return unpacking.take(entry); });
              })
              .and_then([&] { return unpacking.finish(); });
    if (!done) return tl::unexpected(done.error());
    JsonWriter json;
    json.text("to"_L1, *to)
        .integer("files"_L1, manifest->files.size())
        .integer("bytes"_L1, manifest->bytes());
    return JsonText::trusted(json.take());
}

BuiltinResult backupPrune(BuiltinCall &call)
{
    const QString wanted = call.fields.requiredText("folder"_L1);
    const QString name = call.fields.requiredText("name"_L1);
    const qint64 keep = call.fields.integer("keep"_L1, 0, 1);
    if (!call.fields.has("keep"_L1))
        call.fields.refuse("keep"_L1, Words::tr("It is missing."),
                           Words::tr("Say how many to keep, 1 or more."));
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> folder = existingPath(u"folder", wanted, call.options.writeFolders);
    if (!folder) return tl::unexpected(folder.error());
    // Exactly the names that backup.create gives; whatever else lies there is not ours to delete.
    const QRegularExpression made(
        u"\\A%1-\\d{8}T\\d{6}Z\\.tar\\.gz\\z"_s.arg(QRegularExpression::escape(name)));
    QStringList archives;
    for (const QString &file : QDir(*folder).entryList(QDir::Files | QDir::NoSymLinks, QDir::Name))
        if (made.match(file).hasMatch()) archives.append(file);
    QStringList deleted;
    while (archives.size() > keep) {
        const QString oldest = *folder + u'/' + archives.takeFirst();
        QFile archive(oldest);
        if (!archive.remove())
            return fail(Error::Kind::Unavailable, Words::tr("%1 could not be deleted.").arg(oldest),
                        archive.errorString() + u'.', Words::tr("Look after its permissions."));
        QFile::remove(BackupManifest::pathFor(oldest)); // one that is missing is as good as deleted
        deleted.append(oldest);
    }
    JsonWriter json;
    json.textList("deleted"_L1, deleted).textList("kept"_L1, archives);
    return JsonText::trusted(json.take());
}

} // namespace signalbox::worker
