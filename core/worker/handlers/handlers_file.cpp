#include "core/worker/handlers/handlers_file.h"

#include "core/worker/handlers/handler_entry.h"
#include "core/worker/words.h"

#include <QFile>
#include <QFileInfo>

#include <sys/stat.h>

namespace signalbox::worker {

using namespace Qt::StringLiterals;

namespace {

tl::unexpected<Error> wrong(const QString &path, const QString &where, const Error &error)
{
    const QString what = where.isEmpty()
        ? Words::tr("%1 cannot be used.").arg(path)
        : Words::tr("%1 cannot be used: the handler \"%2\".").arg(path, where);
    return fail(error.kind, what, u"%1 %2"_s.arg(error.what, error.why), error.todo);
}

Result<> checkNames(const QList<EntryText> &entries)
{
    HandlerRegistry registry; // its rules are the rules
    for (const EntryText &entry : entries)
        if (Result<> added = registry.add(entry.name, nullptr); !added) {
            Error error = added.error();
            error.why.prepend(Words::tr("Line %1: ").arg(entry.keyLine));
            return tl::unexpected(error);
        }
    return {};
}

} // namespace

Result<HandlerMap> HandlersFile::load(const QString &path)
{
    QFile file(path);
    const QString what = Words::tr("%1 cannot be read.").arg(path);
    if (!file.exists())
        return fail(Error::Kind::NotFound, what, Words::tr("There is no such file."),
                    Words::tr("Correct the path, or write the file; docs/handlers.md says how."));
    if (!file.open(QIODevice::ReadOnly))
        return fail(Error::Kind::Unavailable, what, file.errorString() + u'.',
                    Words::tr("Look after its permissions."));
    struct stat status { };
    if (::fstat(file.handle(), &status) != 0 || (status.st_mode & S_IWOTH) != 0)
        return fail(Error::Kind::Unauthorised, what,
                    Words::tr("Everybody may write it, so anybody could choose what is run here."),
                    Words::tr("Take that away: chmod o-w %1").arg(path));
    const QByteArray json = file.read(bytesMax + 1);
    if (file.error() != QFileDevice::NoError)
        return fail(Error::Kind::Unavailable, what, file.errorString() + u'.',
                    Words::tr("Look after the file."));
    return parse(json, QFileInfo(path).absoluteFilePath());
}

Result<HandlerMap> HandlersFile::parse(const QByteArray &json, const QString &path)
{
    JsonLimits limits;
    limits.bytesMax = bytesMax;
    const Result<QList<EntryText>> members = entryTexts(json, 1, limits);
    if (!members) return wrong(path, {}, members.error());
    const FileHead head = readHead(*members);
    if (!head.error) {
        if (const Result<> named = checkNames(head.handlers); !named) return wrong(path, {}, named.error());
    } else {
        return wrong(path, {}, *head.error);
    }
    const EntryContext context{QFileInfo(path).absolutePath(), head.pluginFolders};
    HandlerMap handlers;
    for (const EntryText &entry : head.handlers) {
        const Result<std::shared_ptr<Handler>> handler = makeHandler(entry, context);
        if (!handler) return wrong(path, entry.name, handler.error());
        handlers.insert(entry.name, *handler);
    }
    return handlers;
}

} // namespace signalbox::worker
