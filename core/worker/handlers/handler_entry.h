#pragma once

#include "core/worker/handler.h"

#include <QStringList>

#include <optional>

namespace signalbox::worker {

/// One member of an object of handlers.json, with its place in the file.
struct EntryText {
    QString name;
    QByteArray value;
    int keyLine = 1;
    int valueLine = 1;
};
/// The members of an object that begins in line `firstLine`.   Errors   Invalid, with line and column.
[[nodiscard]] Result<QList<EntryText>> entryTexts(const QByteArray &object, int firstLine,
                                                  const JsonLimits &limits);

/// What stands beside the handlers.
struct FileHead {
    QStringList pluginFolders;
    QList<EntryText> handlers;
    std::optional<Error> error;
};
[[nodiscard]] FileHead readHead(const QList<EntryText> &members);

struct EntryContext {
    QString folder; ///< of the file; what "${folder}" stands for
    QStringList pluginFolders;
};
/// Errors   Invalid and others of the handlers, with the line in `why`.
[[nodiscard]] Result<std::shared_ptr<Handler>> makeHandler(const EntryText &entry,
                                                           const EntryContext &context);

} // namespace signalbox::worker
