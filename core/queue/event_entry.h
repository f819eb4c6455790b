#pragma once

#include "core/model/event.h"
#include "core/redis/reply.h"

#include <QList>

namespace signalbox::queue {

/// One entry of a queue's event stream, taken apart. docs/protocol.md, "Events".
struct EventEntry {
    qint64 last = 0;      ///< number of its last event
    qint64 count = 0;     ///< how many it has
    bool isFirst = false; ///< the queue's first: what was before it is another life of the store
    QList<Event> events;
    QByteArray id;
    [[nodiscard]] qint64 before() const
    {
        return last - count;
    } ///< the number that its predecessor ends with

    /// Nothing when it is no entry of ours.
    [[nodiscard]] static std::optional<EventEntry> parse(const QString &queue, const redis::Reply &entry);
    /// A cursor's number of the last event.
    [[nodiscard]] static qint64 lastOf(const QByteArray &id);
};

} // namespace signalbox::queue
