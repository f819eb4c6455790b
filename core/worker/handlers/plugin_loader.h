#pragma once

#include "core/worker/handlers/handler_plugin.h"

namespace signalbox::worker {

/// Which plugin file, and what it is asked for.
struct PluginSpec {
    QString file;    ///< a name within one of the folders, such as "libbilling.so"; no path
    QString handler; ///< which of its handlers
    JsonText options = JsonText::emptyObject();
};

/// Loads handlers from Qt plugins, which are code that runs with all we may do; so only from the folders that
/// are configured, and only files that nobody but root and ourselves can write: the file, its folder and the
/// folders above it. A symbolic link counts as what it points to.
class PluginLoader {
public:
    explicit PluginLoader(QStringList folders) : m_folders(std::move(folders)) { }
    /// Errors   Invalid (no such file, not a handler plugin), Unauthorised (others can write it).
    [[nodiscard]] Result<std::shared_ptr<Handler>> load(const PluginSpec &spec) const;

private:
    [[nodiscard]] Result<QString> find(const QString &file) const;
    const QStringList m_folders;
};

} // namespace signalbox::worker
