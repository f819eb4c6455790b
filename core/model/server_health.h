#pragma once

#include <QString>

#include <optional>

namespace signalbox {

/// How the server of the queues is doing, as far as it may be asked: what is not told is nothing, not zero.
struct ServerHealth {
    std::optional<qint64> usedMemory = {};  ///< bytes
    std::optional<qint64> maxMemory = {};   ///< bytes; nothing: unlimited, or not told
    QString evictionPolicy = {};            ///< "noeviction" is the only safe one; empty: not told
    std::optional<qint64> evictedKeys = {}; ///< since the server's start
    std::optional<bool> couldWriteToDisk
        = {}; ///< the last time that it tried; nothing: it keeps nothing on disk
    bool isReplica = false;
    bool operator==(const ServerHealth &) const = default;
};

} // namespace signalbox
