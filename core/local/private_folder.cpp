#include "core/local/private_folder.h"

#include "core/local/words.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace signalbox::local {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype socketPathBytesMax = 107; // sockaddr_un::sun_path, less its ending NUL

tl::unexpected<Error> refuse(const QString &path, const QString &why, const QString &todo)
{
    return fail(Error::Kind::Unavailable,
                Words::tr("The private server's folder %1 cannot be used.").arg(path), why, todo);
}

QString chooseAnother()
{
    return Words::tr("Choose another with the setting private.folder, or name a server with --redis.");
}

Result<> makeFolder(const QString &path)
{
    const QString parent = QFileInfo(path).path();
    errno = 0;
    if (!QDir().mkpath(parent))
        return refuse(path, Words::tr("%1 could not be made: %2.").arg(parent, qt_error_string(errno)),
                      chooseAnother());
    if (::mkdir(QFile::encodeName(path).constData(), 0700) == 0 || errno == EEXIST) return {};
    return refuse(path, Words::tr("It could not be made: %1.").arg(qt_error_string(errno)), chooseAnother());
}

Result<> checkFolder(const QString &path)
{
    struct stat found { };
    const QByteArray name = QFile::encodeName(path);
    if (::lstat(name.constData(), &found) != 0) return refuse(path, qt_error_string(errno), chooseAnother());
    if (!S_ISDIR(found.st_mode))
        return refuse(path, Words::tr("It is a link or a file, not a folder."), chooseAnother());
    if (found.st_uid != ::geteuid())
        return refuse(path, Words::tr("It belongs to another user."), chooseAnother());
    if ((found.st_mode & 077) != 0)
        return refuse(
            path, Words::tr("Other users may enter it: its mode is 0%1.").arg(found.st_mode & 07777, 0, 8),
            Words::tr("Take their rights away with: chmod 700 %1").arg(path));
    if (::access(name.constData(), R_OK | W_OK | X_OK) != 0)
        return refuse(path, Words::tr("You may not write there: %1.").arg(qt_error_string(errno)),
                      chooseAnother());
    return {};
}

} // namespace

Result<PrivateFolder> PrivateFolder::open(const QString &path)
{
    const QString absolute = QDir::cleanPath(QFileInfo(path).absoluteFilePath());
    return makeFolder(absolute).and_then([&] { return checkFolder(absolute); }).map([&] {
        return PrivateFolder(absolute);
    });
}

bool PrivateFolder::has(const QString &name) const
{
    return QFileInfo::exists(filePath(name));
}

Result<QByteArray> PrivateFolder::read(const QString &name) const
{
    QFile file(filePath(name));
    if (!file.exists()) return QByteArray();
    if (!file.open(QIODevice::ReadOnly)) return refuse(m_path, file.errorString(), chooseAnother());
    QByteArray text = file.readAll();
    if (file.error() != QFileDevice::NoError) return refuse(m_path, file.errorString(), chooseAnother());
    return text;
}

Result<> PrivateFolder::write(const QString &name, const QByteArray &text) const
{
    // QSaveFile would follow a link. It cannot come back in between: nobody else may write into this folder.
    if (QFileInfo(filePath(name)).isSymLink()) QFile::remove(filePath(name));
    QSaveFile file(filePath(name));
    if (file.open(QIODevice::WriteOnly) && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        && file.write(text) == text.size() && file.commit())
        return {};
    return refuse(m_path, Words::tr("%1 could not be written: %2.").arg(name, file.errorString()),
                  Words::tr("Check that you may write there and that the disk is not full."));
}

Result<QString> chooseSocketPath(const PrivateFolder &folder)
{
    const QString beside = folder.filePath(u"redis.sock"_s);
    if (QFile::encodeName(beside).size() <= socketPathBytesMax) return beside;
    // The same short name whoever asks; the hash keeps two folders of one user apart.
    const QByteArray hash
        = QCryptographicHash::hash(folder.path().toUtf8(), QCryptographicHash::Sha256).toHex().left(16);
    QStringList parents;
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (!runtime.isEmpty() && QDir::isAbsolutePath(runtime)) parents.append(runtime);
    parents.append(u"/tmp"_s);
    Result<QString> chosen = fail(Error::Kind::Unavailable, {}, {}, {});
    for (const QString &parent : std::as_const(parents)) {
        const QString path
            = u"%1/signalbox-%2-%3"_s.arg(parent).arg(::geteuid()).arg(QLatin1StringView(hash));
        if (QFile::encodeName(path).size() + 11 > socketPathBytesMax) continue; // "/redis.sock"
        chosen = PrivateFolder::open(path).map(
            [](const PrivateFolder &shorter) { return shorter.filePath(u"redis.sock"_s); });
        if (chosen) return chosen;
    }
    return fail(
        Error::Kind::Unavailable, Words::tr("The private server has no place for its socket."),
        Words::tr("%1 is longer than the %2 bytes that a socket's path may have, and no shorter place could "
                  "be made. %3")
            .arg(beside)
            .arg(socketPathBytesMax)
            .arg(chosen.error().text()),
        chooseAnother());
}

} // namespace signalbox::local
