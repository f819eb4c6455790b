#pragma once

#include <QString>
#include <QStringView>

namespace signalbox {

/// Text from outside (payloads, errors, logs, names) as it may be shown to a person: nothing in it can drive
/// a terminal, reorder what stands beside it or hide. Such characters become visible escapes: `\x1b`,
/// `\u202e`. Escaped are the controls C0, DEL and C1, line and paragraph separators, the controls of writing
/// direction, other invisible format characters, and halves of surrogate pairs. Kept are the joiners U+200C
/// and U+200D, which real scripts need. For eyes only: a text that holds `\x1b` spelt out looks the same, so
/// nothing is read back from it.  Threads  any.

/// For a table's cell, a terminal's line: line breaks and tabs escaped too, as `\n`, `\r`, `\t`.
[[nodiscard]] QString displayLine(QStringView text);
/// For a traceback or a log: keeps line feeds and tabs. A carriage return, which overwrites its line on a
/// terminal, is escaped.
[[nodiscard]] QString displayBlock(QStringView text);

} // namespace signalbox
