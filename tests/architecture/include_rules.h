#pragma once

#include "tests/architecture/source_text.h"

#include <QHash>
#include <QSet>

namespace signalbox::architecture {

/// Who may include whom: what the build files say, read from them, so that there is one place to change.
struct Rooms {
    QHash<QString, int> floors;         ///< of core's rooms, from SignalboxRooms.cmake
    QHash<QString, QSet<QString>> uses; ///< what a room's CMakeLists.txt names
    /// Whether `room` names `used`, or a room that does.
    [[nodiscard]] bool reaches(const QString &room, const QString &used) const;
};
[[nodiscard]] QHash<QString, int> floorsFrom(const QString &cmake);
/// Adds the rooms that one CMakeLists.txt defines.
void addUses(const QString &cmake, Rooms &rooms);

/// Every `#include "core/…"`, `"ui/…"`, `"app/…"`, `"tests/…"` that points up or aside.
/// app → ui → core: ui sees only core's service, runtime and model; app/ctl sees no ui; in core a room sees
/// rooms of lower floors that its build file names.
[[nodiscard]] QList<Finding> wrongIncludes(const SourceFile &file, const Rooms &rooms);

} // namespace signalbox::architecture
