#include "core/worker/handlers/plugin_loader.h"

#include "core/worker/words.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonObject>
#include <QPluginLoader>

#include <sys/stat.h>
#include <unistd.h>

namespace signalbox::worker {

namespace {

/// Nobody but root and us can put something else there. A folder may be everybody's if it is sticky, like
/// /tmp: others cannot replace what is ours in it.
bool isSafe(const QString &path, bool isAncestor)
{
    struct stat status { };
    if (::stat(QFile::encodeName(path).constData(), &status) != 0) return false;
    const bool isOwn = status.st_uid == 0 || status.st_uid == ::geteuid();
    const bool isSticky = isAncestor && (status.st_mode & S_ISVTX) != 0;
    return isOwn && ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0 || isSticky);
}

Result<> checkOwners(const QString &file)
{
    for (QString path = file;; path = QFileInfo(path).absolutePath()) {
        const bool isDirect = path == file || path == QFileInfo(file).absolutePath();
        if (!isSafe(path, !isDirect))
            return fail(Error::Kind::Unauthorised, Words::tr("The plugin %1 was not loaded.").arg(file),
                        Words::tr("Others than root and you could write %1.").arg(path),
                        Words::tr("Make it yours or root's, and not writable by group or others."));
        if (path == QLatin1String("/")) return {};
    }
}

tl::unexpected<Error> refuse(const QString &file, const QString &why)
{
    return fail(Error::Kind::Invalid, Words::tr("The plugin %1 could not be loaded.").arg(file), why,
                Words::tr("Correct its entry in handlers.json, or the plugin."));
}

} // namespace

Result<QString> PluginLoader::find(const QString &file) const
{
    if (file.isEmpty() || file.contains(QLatin1Char('/')) || file.startsWith(QLatin1Char('.')))
        return refuse(file,
                      Words::tr("\"file\" is the name of a file in one of \"plugin_folders\", not a path."));
    for (const QString &folder : m_folders) {
        const QFileInfo found(QDir(folder), file);
        if (!found.exists()) continue;
        // Where a link leads counts, and it must not lead out of the folder.
        const QString real = found.canonicalFilePath();
        if (QFileInfo(real).path() != QFileInfo(folder).canonicalFilePath())
            return refuse(file, Words::tr("It is a link that leads out of %1.").arg(folder));
        return real;
    }
    return refuse(file,
                  m_folders.isEmpty() ? Words::tr("\"plugin_folders\" names no folder.")
                                      : Words::tr("It is in none of %1.").arg(m_folders.join(u", ")));
}

Result<std::shared_ptr<Handler>> PluginLoader::load(const PluginSpec &spec) const
{
    const Result<QString> file = find(spec.file);
    if (!file) return tl::unexpected(file.error());
    if (const Result<> checked = checkOwners(*file); !checked) return tl::unexpected(checked.error());
    QPluginLoader loader(*file); // does not unload when it goes: the handler's code stays
    // The metadata is read from the file without running anything in it.
    if (loader.metaData().value(QLatin1String("IID")).toString()
        != QLatin1String(SIGNALBOX_HANDLER_PLUGIN_IID))
        return refuse(spec.file, Words::tr("It is no handler plugin of this version."));
    auto *const plugin = qobject_cast<HandlerPlugin *>(loader.instance());
    if (!plugin) return refuse(spec.file, loader.errorString());
    return plugin->makeHandler(spec.handler, spec.options);
}

} // namespace signalbox::worker
