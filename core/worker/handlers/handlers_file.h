#pragma once

#include "core/worker/handler.h"

#include <QMap>
#include <QString>

namespace signalbox::worker {

using HandlerMap = QMap<QString, std::shared_ptr<Handler>>;

/// Which names this machine runs, and how: handlers.json. Everything in it is checked when it is read,
/// programs, folders and plugins included, so that a mistake is found now and not by the first job. Source
/// docs/handlers.md, resources/handlers/handlers.schema.json.
class HandlersFile {
public:
    static constexpr qsizetype bytesMax = 4 * 1024 * 1024;
    /// Errors   NotFound, Unavailable (it cannot be read), Unauthorised (everybody may write it, so anybody
    /// could choose what we run), Invalid: names the file, the handler, the field and the line.
    [[nodiscard]] static Result<HandlerMap> load(const QString &path);
    /// `path` is where `json` came from: for messages, and for "${folder}".
    [[nodiscard]] static Result<HandlerMap> parse(const QByteArray &json, const QString &path);
};

} // namespace signalbox::worker
