#pragma once

#include <QCoreApplication>

namespace signalbox::queue {

/// `Words::tr("…")` for this room's free functions; the translation's context is the room.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(queue)
};

} // namespace signalbox::queue
