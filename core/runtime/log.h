#pragma once

#include "core/model/error.h"

#include <QString>

#include <spdlog/logger.h>

#include <memory>
#include <string_view>

namespace signalbox::runtime {

/// One logger a room ("redis", "queue", …), all on the same sinks. Never a payload, never a secret.  Threads
/// any.
[[nodiscard]] std::shared_ptr<spdlog::logger> logger(std::string_view room);

struct LogOptions {
    QString file; ///< empty: none. Rotated at 5 MiB, three kept, mode 0600
    bool toStderr = false;
    QString level = QStringLiteral("info"); ///< trace debug info warn err off
};
/// Once, early, by app/compose. Without it, loggers are silent. A second call changes the level and adds
/// sinks. Errors   Invalid: the level's name is unknown, or the file cannot be written; stderr and level are
/// set even then.
[[nodiscard]] Result<> startLogging(const LogOptions &options);
/// The console's log page and tests listen here; called in the logging thread.
void addLogSink(std::shared_ptr<spdlog::sinks::sink> sink);
/// Before what the sink refers to goes away. It may still be called by a thread that logs just now.
void removeLogSink(const std::shared_ptr<spdlog::sinks::sink> &sink);

} // namespace signalbox::runtime
