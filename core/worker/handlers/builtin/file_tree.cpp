#include "core/worker/handlers/builtin/file_tree.h"

#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/words.h"

#include <QCryptographicHash>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace signalbox::worker {

namespace fs = std::filesystem;

namespace {

QString shown(const std::string &path)
{
    return QString::fromUtf8(path.c_str());
}

std::optional<TreeEntry::Type> typeOf(const fs::file_status &status)
{
    switch (status.type()) {
    case fs::file_type::regular:
        return TreeEntry::Type::File;
    case fs::file_type::directory:
        return TreeEntry::Type::Folder;
    case fs::file_type::symlink:
        return TreeEntry::Type::Link;
    default:
        return std::nullopt; // sockets, pipes, devices: nothing to keep
    }
}

} // namespace

Result<std::vector<TreeEntry>> readTree(const QString &folder, const CancelToken &token)
{
    const std::string root = QFile::encodeName(folder).toStdString();
    std::error_code error;
    if (fs::symlink_status(root, error).type() != fs::file_type::directory)
        return failField(u"folder", Words::tr("%1 is no folder (links are not followed).").arg(folder),
                         Words::tr("Give the path of a folder."));
    std::vector<TreeEntry> entries;
    fs::recursive_directory_iterator at(root, error);
    for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
        if (token.isCancelled()) return stoppedEarly();
        const fs::file_status status = at->symlink_status(error);
        if (error) break;
        const std::optional<TreeEntry::Type> type = typeOf(status);
        if (!type) continue;
        const auto bytes = *type == TreeEntry::Type::File ? static_cast<qint64>(at->file_size(error)) : 0;
        if (error) break;
        entries.push_back({at->path().native(), *type, bytes});
    }
    if (error) return fileError(Words::tr("The folder %1 could not be read."), folder, error.value());
    std::sort(entries.begin(), entries.end(),
              [](const TreeEntry &a, const TreeEntry &b) { return a.path < b.path; });
    return entries;
}

Result<QByteArray> sha256OfFile(const std::string &path, const CancelToken &token,
                                const std::function<void(qint64)> &bytesRead)
{
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!fd.isOpen()) return fileError(Words::tr("%1 could not be read."), shown(path), errno);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    std::vector<char> buffer(256 * 1024);
    while (true) {
        if (token.isCancelled()) return stoppedEarly();
        const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fileError(Words::tr("%1 could not be read."), shown(path), errno);
        if (got == 0) return hash.result().toHex();
        hash.addData(QByteArrayView(buffer.data(), got));
        bytesRead(got);
    }
}

} // namespace signalbox::worker
