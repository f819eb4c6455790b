#pragma once

#include "core/worker/handler.h"

#include <QByteArray>

#include <functional>
#include <string>
#include <vector>

namespace signalbox::worker {

/// Something below a folder. Names are bytes, as the file system has them.
struct TreeEntry {
    enum class Type { File, Folder, Link };
    std::string path; ///< with the folder's own path before it
    Type type = Type::File;
    qint64 bytes = 0;
};
/// Everything below `folder`, sorted by path as bytes are; links are not followed; sockets, devices and pipes
/// are left out.   Errors   Unavailable, Invalid (it is no folder); stopped when cancelled.
[[nodiscard]] Result<std::vector<TreeEntry>> readTree(const QString &folder, const CancelToken &token);

/// SHA-256 of a file, in lower-case hex; `bytesRead` hears of each chunk. A link at its end is not followed.
[[nodiscard]] Result<QByteArray> sha256OfFile(const std::string &path, const CancelToken &token,
                                              const std::function<void(qint64)> &bytesRead);

} // namespace signalbox::worker
