#include "core/worker/handlers/builtin/file_scope.h"

#include "core/runtime/clock.h"
#include "core/worker/words.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace signalbox::worker {

namespace {

bool isBelow(const QString &canonical, const QStringList &folders)
{
    return std::any_of(folders.begin(), folders.end(), [&canonical](const QString &folder) {
        QString root = QFileInfo(folder).canonicalFilePath();
        if (root.isEmpty()) return false; // it does not exist
        if (canonical == root) return true;
        if (!root.endsWith(QLatin1Char('/'))) root += QLatin1Char('/');
        return canonical.startsWith(root);
    });
}

Result<> checkForm(QStringView field, const QString &path)
{
    if (path.isEmpty())
        return failField(field, Words::tr("It is missing."), Words::tr("Give an absolute path."));
    if (path.contains(QChar::Null))
        return failField(field, Words::tr("It holds a NUL character."), Words::tr("Give a path without."));
    const QStringList parts = path.split(QLatin1Char('/'));
    const bool hasDots = parts.contains(QLatin1String("..")) || parts.contains(QLatin1String("."));
    if (!path.startsWith(QLatin1Char('/')) || hasDots)
        return failField(field, Words::tr("\"%1\" is no plain absolute path.").arg(path.left(200)),
                         Words::tr("Give one that begins with / and has no \".\" or \"..\" in it."));
    return {};
}

tl::unexpected<Error> outside(QStringView field, const QString &path, const QStringList &folders)
{
    return failField(
        field, Words::tr("%1 is outside of %2.").arg(path.left(200), folders.join(QLatin1String(", "))),
        Words::tr("Choose a path there, or let the handler's entry in handlers.json allow this one."));
}

QString withoutEndSlash(QString path)
{
    while (path.size() > 1 && path.endsWith(QLatin1Char('/'))) path.chop(1);
    return path;
}

} // namespace

Result<QString> existingPath(QStringView field, const QString &path, const QStringList &folders)
{
    if (const Result<> form = checkForm(field, path); !form) return tl::unexpected(form.error());
    const QString canonical = QFileInfo(path).canonicalFilePath();
    if (canonical.isEmpty())
        return fail(Error::Kind::NotFound, Words::tr("The field \"%1\" is wrong.").arg(field),
                    Words::tr("There is no %1.").arg(path.left(200)), Words::tr("Correct the path."));
    if (!isBelow(canonical, folders)) return outside(field, path, folders);
    return withoutEndSlash(path);
}

Result<QString> newPath(QStringView field, const QString &path, const QStringList &folders)
{
    if (const Result<> form = checkForm(field, path); !form) return tl::unexpected(form.error());
    const QFileInfo wanted(withoutEndSlash(path));
    // The folders we may write to are ours to make; those between are the job's affair.
    for (const QString &folder : folders)
        if (wanted.absolutePath() == QDir::cleanPath(folder)) QDir().mkpath(folder);
    const QString parent = QFileInfo(wanted.absolutePath()).canonicalFilePath();
    if (parent.isEmpty())
        return fail(Error::Kind::NotFound, Words::tr("The field \"%1\" is wrong.").arg(field),
                    Words::tr("There is no folder %1.").arg(wanted.absolutePath().left(200)),
                    Words::tr("Make it, or choose another."));
    if (!isBelow(parent, folders)) return outside(field, path, folders);
    return QString(parent + QLatin1Char('/') + wanted.fileName());
}

tl::unexpected<Error> fileError(const QString &what, const QString &path, int error)
{
    return fail(Error::Kind::Unavailable, what.arg(path), QString::fromLocal8Bit(std::strerror(error)) + u'.',
                Words::tr("Look after the file, its permissions and the room on its disk."));
}

Result<NewFile> NewFile::create(const QString &path)
{
    NewFile file;
    file.m_path = path;
    const QFileInfo info(path);
    file.m_temporary = info.absolutePath() + QStringLiteral("/.") + info.fileName().left(150)
        + QStringLiteral(".part-") + QString::number(runtime::systemSeams().random->bits(), 36);
    // Exclusive and no link, since others may write to the folder; private until it has its name.
    file.m_fd = UniqueFd(::open(QFile::encodeName(file.m_temporary).constData(),
                                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.m_fd.isOpen()) return fileError(Words::tr("%1 could not be made."), path, errno);
    return file;
}

NewFile::~NewFile()
{
    if (m_fd.isOpen()) QFile::remove(m_temporary);
}

Result<> NewFile::write(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t written = ::write(m_fd.get(), bytes.data(), static_cast<size_t>(bytes.size()));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return fileError(Words::tr("%1 could not be written."), m_path, errno);
        bytes = bytes.sliced(written);
    }
    return {};
}

Result<> NewFile::commit(bool mayReplace)
{
    if (::fsync(m_fd.get()) != 0) return fileError(Words::tr("%1 could not be written."), m_path, errno);
    const QByteArray from = QFile::encodeName(m_temporary);
    const QByteArray to = QFile::encodeName(m_path);
    const unsigned flags = mayReplace ? 0 : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), flags) != 0) {
        if (errno == EEXIST)
            return fail(Error::Kind::WrongState, Words::tr("%1 could not be made.").arg(m_path),
                        Words::tr("It is there already."),
                        Words::tr("Choose another name, or say \"overwrite\": true."));
        return fileError(Words::tr("%1 could not be given its name."), m_path, errno);
    }
    m_fd.reset();
    return {};
}

} // namespace signalbox::worker
