#pragma once

#include "core/worker/handler.h"
#include "core/worker/handlers/unique_fd.h"

#include <QByteArray>

#include <functional>
#include <memory>
#include <optional>
#include <vector>

struct z_stream_s;

namespace signalbox::worker {

/// One thing in an archive.
struct TarEntry {
    enum class Type { File, Folder, Link };
    QByteArray name; ///< relative, without "." and "..", "/" between its parts
    Type type = Type::File;
    qint64 bytes = 0;
    unsigned mode = 0;     ///< permissions only: no set-user-id
    qint64 modifiedAt = 0; ///< seconds since 1970
    QByteArray target;     ///< of a Link: relative, and within the archive's folder
};

/// Does a link at `name` (relative, plain) with this target stay within the folder that the name is relative
/// to?
[[nodiscard]] bool linkStaysInside(const QByteArray &name, const QByteArray &target);

/// Reads a .tar.gz as GNU tar writes it, in one pass, and believes nothing in it: names that lead out of the
/// folder, devices, hard links and unknown types are errors, and so is more content than `bytesMax`, however
/// small the file. Our own and not tar's, since a check by one program and an unpacking by another may read
/// one archive differently.
class TarReader {
public:
    /// Errors   Unavailable: it cannot be read.
    [[nodiscard]] static Result<TarReader> open(const QString &path, qint64 bytesMax);
    TarReader(TarReader &&) noexcept;
    TarReader &operator=(TarReader &&) = delete;
    ~TarReader();
    /// The next entry, nothing at the end.   Errors   Damaged: what is wrong, and with which entry.
    [[nodiscard]] Result<std::optional<TarEntry>> next();
    using Chunk = std::function<Result<>(QByteArrayView)>;
    /// The entry's content, piece by piece; without this call it is passed over.
    [[nodiscard]] Result<> read(const Chunk &chunk);

private:
    struct Inflater;
    explicit TarReader(std::unique_ptr<Inflater> inflater, qint64 bytesMax);
    [[nodiscard]] Result<QByteArray> take(qint64 bytes); ///< all of them; fewer only at the end
    [[nodiscard]] Result<QByteArray> takeName(qint64 bytes);
    [[nodiscard]] Result<> skip(qint64 bytes);
    [[nodiscard]] Result<std::optional<TarEntry>>
    toEntry(const QByteArray &header, qint64 size, const QByteArray &longName, const QByteArray &longTarget);

    std::unique_ptr<Inflater> m_inflater;
    qint64 m_bytesLeft = 0; // that may still come out of it
    qint64 m_content = 0;   // of the current entry, not read yet
    qint64 m_padding = 0;
};

} // namespace signalbox::worker
