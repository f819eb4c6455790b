#pragma once

#include "core/worker/handler.h"

#include <QStringList>

namespace signalbox::worker {

/// What the built-in handlers may touch. Their jobs come from a queue, and who can write to the queue is not
/// who may write to our files.
struct BuiltinOptions {
    QStringList readFolders{QStringLiteral("/")};     ///< whatever is below may be read
    QStringList writeFolders = defaultWriteFolders(); ///< nothing else is written to
    bool allowPrivateAddresses = false; ///< sample.fetch_url: loopback, private and link-local addresses too
    /// The temporary folder, and "signalbox/files" in the user's data folder.
    [[nodiscard]] static QStringList defaultWriteFolders();
};

/// "sample.hash_tree", "backup.create", …; what each does is in docs/handlers.md.
[[nodiscard]] QStringList builtinNames();
/// Errors   NotFound: there is no such built-in handler.
[[nodiscard]] Result<std::shared_ptr<Handler>> makeBuiltin(const QString &name,
                                                           const BuiltinOptions &options);
/// All of them under their own names, but for those that are registered already.
[[nodiscard]] Result<> registerBuiltins(HandlerRegistry &registry, const BuiltinOptions &options);

} // namespace signalbox::worker
