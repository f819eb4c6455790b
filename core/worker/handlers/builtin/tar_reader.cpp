#include "core/worker/handlers/builtin/tar_reader.h"

#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/words.h"

#include <QFile>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>

namespace signalbox::worker {

namespace {

constexpr qint64 blockBytes = 512;
constexpr qint64 nameBytesMax = 16 * 1024;

tl::unexpected<Error> damaged(const QString &why)
{
    return fail(Error::Kind::Damaged, Words::tr("The archive cannot be used."), why,
                Words::tr("Take another one; this one is damaged or was not made by backup.create."));
}

/// Octal, or GNU's base 256 for what is larger than eleven digits hold. −1: neither.
qint64 numberIn(QByteArrayView field)
{
    if ((static_cast<unsigned char>(field[0]) & 0x80U) != 0) {
        quint64 value = static_cast<unsigned char>(field[0]) & 0x7FU;
        for (qsizetype i = 1; i < field.size(); ++i) {
            if ((value >> 55U) != 0) return -1;
            value = (value << 8U) | static_cast<unsigned char>(field[i]);
        }
        return static_cast<qint64>(value);
    }
    qint64 value = 0;
    for (const char c : field) {
        if (c == ' ' || c == '\0') continue;
        if (c < '0' || c > '7') return -1;
        value = value * 8 + (c - '0');
    }
    return value;
}

QByteArray textIn(QByteArrayView field)
{
    return field.first(std::min(field.size(), static_cast<qsizetype>(qstrnlen(field.data(), field.size()))))
        .toByteArray();
}

bool isChecksumRight(const QByteArray &header)
{
    constexpr qsizetype at = 148;
    constexpr qsizetype length = 8;
    qint64 sum = 0;
    for (qsizetype i = 0; i < header.size(); ++i)
        sum += i >= at && i < at + length ? ' ' : static_cast<unsigned char>(header[i]);
    return sum == numberIn(QByteArrayView(header).sliced(at, length));
}

/// "./a//b/" is "a/b". Nothing: it leads out, or is absolute.
std::optional<QByteArray> plainName(const QByteArray &name)
{
    if (name.startsWith('/')) return std::nullopt;
    QByteArrayList parts;
    for (const QByteArray &part : name.split('/')) {
        if (part == "..") return std::nullopt;
        if (!part.isEmpty() && part != ".") parts.append(part);
    }
    return parts.join('/');
}

} // namespace

bool linkStaysInside(const QByteArray &name, const QByteArray &target)
{
    if (target.isEmpty() || target.startsWith('/')) return false;
    qsizetype depth = name.count('/');
    for (const QByteArray &part : target.split('/')) {
        if (part == "..")
            --depth;
        else if (!part.isEmpty() && part != ".")
            ++depth;
        if (depth < 0) return false;
    }
    return true;
}

struct TarReader::Inflater {
    UniqueFd fd;
    z_stream stream{};
    bool isOpen = false;
    bool isAtEnd = false;
    std::vector<unsigned char> in = std::vector<unsigned char>(256 * 1024);
    ~Inflater()
    {
        if (isOpen) inflateEnd(&stream);
    }
    /// Up to `bytes`, at least one unless at the end.
    Result<qsizetype> read(char *out, qsizetype bytes)
    {
        stream.next_out = reinterpret_cast<Bytef *>(out); // zlib's byte is unsigned
        stream.avail_out = static_cast<uInt>(bytes);
        while (!isAtEnd && stream.avail_out == static_cast<uInt>(bytes)) {
            if (stream.avail_in == 0) {
                ssize_t got = 0;
                do got = ::read(fd.get(), in.data(), in.size());
                while (got < 0 && errno == EINTR);
                if (got < 0)
                    return fileError(Words::tr("%1 could not be read."), Words::tr("The archive"), errno);
                if (got == 0) return damaged(Words::tr("It ends in the middle."));
                stream.next_in = in.data();
                stream.avail_in = static_cast<uInt>(got);
            }
            const int result = inflate(&stream, Z_NO_FLUSH);
            if (result == Z_STREAM_END)
                isAtEnd = true;
            else if (result != Z_OK)
                return damaged(Words::tr("Its compression is damaged."));
        }
        return bytes - static_cast<qsizetype>(stream.avail_out);
    }
};

TarReader::TarReader(std::unique_ptr<Inflater> inflater, qint64 bytesMax)
    : m_inflater(std::move(inflater)), m_bytesLeft(bytesMax)
{
}
TarReader::TarReader(TarReader &&) noexcept = default;
TarReader::~TarReader() = default;

Result<TarReader> TarReader::open(const QString &path, qint64 bytesMax)
{
    auto inflater = std::make_unique<Inflater>();
    inflater->fd = UniqueFd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!inflater->fd.isOpen()) return fileError(Words::tr("%1 could not be read."), path, errno);
    constexpr int gzipFrame = 16;
    inflater->isOpen = inflateInit2(&inflater->stream, MAX_WBITS + gzipFrame) == Z_OK;
    if (!inflater->isOpen) return fileError(Words::tr("%1 could not be read."), path, ENOMEM);
    return TarReader(std::move(inflater), bytesMax);
}

Result<QByteArray> TarReader::take(qint64 bytes)
{
    m_bytesLeft -= bytes;
    if (m_bytesLeft < 0) return damaged(Words::tr("It holds more than its manifest says."));
    QByteArray taken(bytes, Qt::Uninitialized);
    qsizetype have = 0;
    while (have < bytes) {
        const Result<qsizetype> got = m_inflater->read(taken.data() + have, bytes - have);
        if (!got) return tl::unexpected(got.error());
        if (*got == 0) break;
        have += *got;
    }
    taken.truncate(have);
    return taken;
}

Result<> TarReader::skip(qint64 bytes)
{
    while (bytes > 0) {
        const qint64 part = std::min<qint64>(bytes, 256 * 1024);
        const Result<QByteArray> taken = take(part);
        if (!taken) return tl::unexpected(taken.error());
        if (taken->size() < part) return damaged(Words::tr("It ends in the middle."));
        bytes -= part;
    }
    return {};
}

Result<> TarReader::read(const Chunk &chunk)
{
    while (m_content > 0) {
        const qint64 part = std::min<qint64>(m_content, 256 * 1024);
        const Result<QByteArray> taken = take(part);
        if (!taken) return tl::unexpected(taken.error());
        if (taken->size() < part) return damaged(Words::tr("It ends in the middle."));
        m_content -= part;
        if (Result<> read = chunk(*taken); !read) return read;
    }
    return {};
}

Result<QByteArray> TarReader::takeName(qint64 bytes)
{
    if (bytes > nameBytesMax) return damaged(Words::tr("A name in it is too long."));
    Result<QByteArray> name = take(bytes);
    if (!name) return name;
    const qint64 padding = (blockBytes - bytes % blockBytes) % blockBytes;
    if (const Result<> skipped = skip(padding); !skipped) return tl::unexpected(skipped.error());
    return textIn(*name);
}

Result<std::optional<TarEntry>> TarReader::next()
{
    if (const Result<> skipped = skip(m_content + m_padding); !skipped)
        return tl::unexpected(skipped.error());
    m_content = m_padding = 0;
    QByteArray longName;
    QByteArray longTarget;
    while (true) {
        const Result<QByteArray> header = take(blockBytes);
        if (!header) return tl::unexpected(header.error());
        // The end is a block of zeros. A file that just stops was cut.
        if (header->size() < blockBytes) return damaged(Words::tr("It ends in the middle."));
        if (header->count('\0') == blockBytes) return std::optional<TarEntry>();
        if (!isChecksumRight(*header)) return damaged(Words::tr("A header in it has a wrong checksum."));
        const qint64 size = numberIn(QByteArrayView(*header).sliced(124, 12));
        if (size < 0) return damaged(Words::tr("A size in it is no number."));
        const char type = header->at(156);
        if (type != 'L' && type != 'K') return toEntry(*header, size, longName, longTarget);
        Result<QByteArray> name
            = takeName(size); // GNU: the next header's name or target, too long for its field
        if (!name) return tl::unexpected(name.error());
        (type == 'L' ? longName : longTarget) = *name;
    }
}

Result<std::optional<TarEntry>> TarReader::toEntry(const QByteArray &header, qint64 size,
                                                   const QByteArray &longName, const QByteArray &longTarget)
{
    const QByteArrayView fields(header);
    QByteArray name = longName.isEmpty() ? textIn(fields.first(100)) : longName;
    const QByteArray prefix = textIn(fields.sliced(345, 155));
    const bool isPosix = fields.sliced(257, 6) == QByteArrayView("ustar\0", 6);
    if (longName.isEmpty() && isPosix && !prefix.isEmpty()) name = prefix + '/' + name;
    const std::optional<QByteArray> plain = plainName(name);
    if (!plain)
        return damaged(
            Words::tr("The name \"%1\" in it leads out of the folder.").arg(QString::fromUtf8(name)));
    TarEntry entry;
    entry.name = *plain;
    entry.mode = static_cast<unsigned>(numberIn(fields.sliced(100, 8))) & 0777U;
    entry.modifiedAt = numberIn(fields.sliced(136, 12));
    switch (header.at(156)) {
    case '0':
    case '\0':
        entry.bytes = size;
        break;
    case '5':
        entry.type = TarEntry::Type::Folder;
        break;
    case '2':
        entry.type = TarEntry::Type::Link;
        entry.target = longTarget.isEmpty() ? textIn(fields.sliced(157, 100)) : longTarget;
        if (!linkStaysInside(entry.name, entry.target))
            return damaged(
                Words::tr("The link \"%1\" in it leads out of the folder.").arg(QString::fromUtf8(name)));
        break;
    default:
        return damaged(Words::tr("\"%1\" in it is neither a file nor a folder nor a link.")
                           .arg(QString::fromUtf8(name)));
    }
    m_content = entry.bytes;
    m_padding = (blockBytes - entry.bytes % blockBytes) % blockBytes;
    return std::optional(std::move(entry));
}

} // namespace signalbox::worker
