#pragma once

#include <QCoreApplication>

namespace signalbox {

/// `Words::tr("…")` for this room's free functions and plain structs; the translation's context is the room.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(model)
};

} // namespace signalbox
