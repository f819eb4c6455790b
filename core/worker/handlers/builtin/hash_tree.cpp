#include "core/model/json_writer.h"
#include "core/worker/handlers/builtin/builtin_jobs.h"
#include "core/worker/handlers/builtin/file_scope.h"
#include "core/worker/handlers/builtin/file_tree.h"
#include "core/worker/words.h"

#include <QCryptographicHash>

#include <optional>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype listingBytesMax
    = 64 * 1024; ///< a result is read by people; a longer list is in nobody's interest

/// As sha256sum prints it: a name with a backslash or a line break is escaped, and the line then begins with
/// one.
QByteArray listingLine(const QByteArray &digest, const std::string &path)
{
    QByteArray name = QByteArray::fromStdString(path);
    const bool isEscaped = name.contains('\\') || name.contains('\n') || name.contains('\r');
    if (isEscaped) name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    return (isEscaped ? "\\" : "") + digest + "  " + name + '\n';
}

struct TreeDigest {
    QCryptographicHash hash{QCryptographicHash::Sha256};
    std::optional<QByteArray> listing{QByteArray()}; // nothing: it grew too long
    void add(const QByteArray &line)
    {
        hash.addData(line);
        if (listing) *listing += line;
        if (listing && listing->size() > listingBytesMax) listing.reset();
    }
};

JsonText resultOf(const QString &folder, qint64 files, qint64 bytes, TreeDigest &digest)
{
    JsonWriter json;
    json.text("folder"_L1, folder).integer("files"_L1, files).integer("bytes"_L1, bytes);
    json.text("digest"_L1, QString::fromLatin1(digest.hash.result().toHex()));
    // Names need not be UTF-8, but JSON has to be; the digest is of the bytes in any case.
    if (digest.listing && QString::fromUtf8(*digest.listing).toUtf8() == *digest.listing)
        json.text("listing"_L1, QString::fromUtf8(*digest.listing));
    return JsonText::trusted(json.take());
}

} // namespace

BuiltinResult hashTree(BuiltinCall &call)
{
    const QString wanted = call.fields.text("folder"_L1);
    if (const Result<> read = call.fields.result(); !read) return tl::unexpected(read.error());
    const Result<QString> folder = existingPath(u"folder", wanted, call.options.readFolders);
    if (!folder) return tl::unexpected(folder.error());
    Result<std::vector<TreeEntry>> entries = readTree(*folder, call.context.cancelToken());
    if (!entries) return tl::unexpected(entries.error());
    std::erase_if(*entries, [](const TreeEntry &entry) { return entry.type != TreeEntry::Type::File; });

    TreeDigest digest;
    qint64 bytes = 0;
    qint64 done = 0;
    const auto total = static_cast<double>(entries->size());
    for (const TreeEntry &entry : *entries) {
        const Result<QByteArray> sum = sha256OfFile(entry.path, call.context.cancelToken(), [&](qint64 more) {
            bytes += more;
            call.context.reportProgress(static_cast<double>(done), total,
                                        Words::tr("%L1 bytes hashed").arg(bytes));
        });
        if (!sum) return tl::unexpected(sum.error());
        digest.add(listingLine(*sum, entry.path));
        ++done;
    }
    call.context.reportProgress(total, total, Words::tr("%L1 bytes hashed").arg(bytes));
    return resultOf(*folder, done, bytes, digest);
}

} // namespace signalbox::worker
