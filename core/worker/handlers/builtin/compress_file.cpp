#include "core/model/json_writer.h"
#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/words.h"

#include <QCryptographicHash>
#include <QFile>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cerrno>
#include <vector>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

/// gzip, as `gunzip` reads it.
class GzipStream {
public:
    explicit GzipStream(int level)
    {
        constexpr int gzipFrame = 16;
        constexpr int memoryLevel = 8;
        m_isOpen = deflateInit2(&m_stream, level, Z_DEFLATED, MAX_WBITS + gzipFrame, memoryLevel,
                                Z_DEFAULT_STRATEGY)
            == Z_OK;
    }
    ~GzipStream()
    {
        if (m_isOpen) deflateEnd(&m_stream);
    }
    Q_DISABLE_COPY_MOVE(GzipStream)
    [[nodiscard]] bool isOpen() const { return m_isOpen; }

    [[nodiscard]] Result<> add(std::vector<char> &bytes, qint64 count, bool isLast, NewFile &out)
    {
        m_stream.next_in = reinterpret_cast<Bytef *>(bytes.data()); // zlib's byte is unsigned
        m_stream.avail_in = static_cast<uInt>(count);
        do {
            m_stream.next_out = reinterpret_cast<Bytef *>(m_out.data());
            m_stream.avail_out = static_cast<uInt>(m_out.size());
            deflate(&m_stream,
                    isLast ? Z_FINISH : Z_NO_FLUSH); // Z_BUF_ERROR only means: nothing more for now
            const auto made = static_cast<qsizetype>(m_out.size() - m_stream.avail_out);
            if (Result<> written = out.write({m_out.data(), made}); !written) return written;
        } while (m_stream.avail_out == 0);
        return {};
    }
    [[nodiscard]] qint64 bytesOut() const { return static_cast<qint64>(m_stream.total_out); }

private:
    z_stream m_stream{};
    bool m_isOpen = false;
    std::vector<char> m_out = std::vector<char>(256 * 1024);
};

struct Compressed {
    qint64 bytesIn = 0;
    qint64 bytesOut = 0;
    QByteArray sha256; // of the input
};

Result<Compressed> compress(BuiltinCall &call, const QString &path, int level, NewFile &out)
{
    const UniqueFd in(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status { };
    if (!in.isOpen() || ::fstat(in.get(), &status) != 0)
        return fileError(Words::tr("%1 could not be read."), path, errno);
    if (!S_ISREG(status.st_mode))
        return failField(u"path", Words::tr("%1 is no file.").arg(path),
                         Words::tr("Give the path of a file."));
    GzipStream gzip(level);
    if (!gzip.isOpen()) return fileError(Words::tr("%1 could not be compressed."), path, ENOMEM);
    Compressed done;
    QCryptographicHash hash(QCryptographicHash::Sha256);
    std::vector<char> buffer(256 * 1024);
    while (true) {
        if (call.isCancelled()) return stoppedEarly();
        const ssize_t got = ::read(in.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fileError(Words::tr("%1 could not be read."), path, errno);
        hash.addData(QByteArrayView(buffer.data(), got));
        if (const Result<> added = gzip.add(buffer, got, got == 0, out); !added)
            return tl::unexpected(added.error());
        if (got == 0) break;
        done.bytesIn += got;
        call.context.reportProgress(static_cast<double>(done.bytesIn), static_cast<double>(status.st_size));
    }
    done.bytesOut = gzip.bytesOut();
    done.sha256 = hash.result().toHex();
    return done;
}

} // namespace

BuiltinResult compressFile(BuiltinCall &call)
{
    const QString wanted = call.fields.requiredText("path"_L1);
    const QString wantedOutput = call.fields.text("output"_L1, wanted + u".gz"_s);
    const auto level = static_cast<int>(call.fields.integer("level"_L1, 6, 1, 9));
    const bool mayReplace = call.fields.boolean("overwrite"_L1, false);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> path = existingPath(u"path", wanted, call.options.readFolders);
    if (!path) return tl::unexpected(path.error());
    const Result<QString> output = newPath(u"output", wantedOutput, call.options.writeFolders);
    if (!output) return tl::unexpected(output.error());
    Result<NewFile> file = NewFile::create(*output);
    if (!file) return tl::unexpected(file.error());
    const Result<Compressed> done = compress(call, *path, level, *file);
    if (!done) return tl::unexpected(done.error());
    if (const Result<> kept = file->commit(mayReplace); !kept) return tl::unexpected(kept.error());
    JsonWriter json;
    json.text("path"_L1, *path).text("output"_L1, *output).integer("bytes_in"_L1, done->bytesIn);
    json.integer("bytes_out"_L1, done->bytesOut).text("sha256"_L1, QString::fromLatin1(done->sha256));
    return JsonText::trusted(json.take());
}

} // namespace signalbox::worker
