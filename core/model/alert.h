#pragma once

#include "core/model/timestamp.h"

#include <QString>

namespace signalbox {

/// A state that somebody should know of, for as long as it holds. One of a kind and a queue is one alert,
/// however often it is looked at.
struct Alert {
    enum class Kind {
        NoWorkerServes,   ///< jobs wait in a queue that no healthy pool works on
        NoHealthyWorker,  ///< there are pools, and all are silent
        QueueStalled,     ///< jobs wait, a worker is free, and nothing is claimed
        QueueAge,         ///< the oldest pending job waits too long
        DeadLetterGrowth, ///< more dead letters within a while than usual
        RedisMemory,      ///< nearly all of maxmemory is used
        EvictionPolicy,   ///< the server may delete jobs when it is full
        DiskWrites,       ///< the server could not write to its disk
        DiskSpace,        ///< the private server's disk is nearly full
    };
    enum class Level { Warning, Error };
    Kind kind = Kind::QueueAge;
    Level level = Level::Warning;
    QString queue; ///< empty: about the whole server
    QString what;  ///< one line, with its number
    QString todo;
    Timestamp since{}; ///< server time at which it was first seen

    [[nodiscard]] QString key() const; ///< "queue_age:mail": the same for the same state
    [[nodiscard]] QByteArray toJson() const;
    bool operator==(const Alert &) const = default;
};

[[nodiscard]] QString toText(Alert::Kind kind); ///< "queue_age"
[[nodiscard]] QString toText(Alert::Level level);

} // namespace signalbox
