#pragma once

#include "tests/architecture/source_text.h"

#include <QRegularExpression>

namespace signalbox::architecture {

/// What must not stand in some files. Each rule brings a line that breaks it and one that looks alike and
/// does not, so that the test can show that the rule works.
struct Ban {
    enum class In { Code, CodeAndStrings, Lua };
    const char *name;
    QRegularExpression where;    ///< paths it holds for
    QRegularExpression exceptIn; ///< paths it does not
    In in;
    QRegularExpression pattern;
    const char *why;
    const char *bad;
    const char *good;
};
[[nodiscard]] const QList<Ban> &bans();
[[nodiscard]] bool holdsFor(const Ban &ban, const QString &path);
[[nodiscard]] QList<Finding> brokenBans(const SourceFile &file, const Ban &ban);

/// Declarations in a header that return a Result, or a future of one, without [[nodiscard]].
[[nodiscard]] QList<Finding> forgettableResults(const SourceFile &header);

/// Files with more than `linesMax` lines.
[[nodiscard]] QList<Finding> tooLong(const SourceFile &file, qsizetype linesMax);

/// The libraries that a program or library asks for, from the output of `readelf --dynamic`.
[[nodiscard]] QStringList neededFrom(const QString &readelf);

} // namespace signalbox::architecture
