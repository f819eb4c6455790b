#pragma once

#include "core/model/job_id.h"
#include "core/queue/key_names.h"

namespace signalbox::queue {

/// One thing that is not as it must be.   Threads  a value; any.
struct Finding {
    int invariant = 0;       ///< its number in docs/protocol.md; 0: a setting of the server
    QString queue;           ///< empty: the server
    QByteArray key;          ///< a noun of the queue, or the name of a setting
    QByteArray member;       ///< id, field or idempotency key; empty: the key as a whole
    QString what;            ///< what is wrong, with its names
    QString cure;            ///< what to do
    bool isMendable = false; ///< Doctor's repair mends it
    /// {"invariant":1,"queue":…,"key":…,"member":…,"what":…,"cure":…,"mendable":true}
    [[nodiscard]] QByteArray toJson() const;
    bool operator==(const Finding &) const = default;
};

} // namespace signalbox::queue
