#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace signalbox::architecture {

/// One file of the tree: `path` relative to its root, as messages show it.
struct SourceFile {
    QString path;
    QString text;
};

/// One broken rule, as a compiler would say it: "core/queue/x.cpp:12: …".
struct Finding {
    QString path;
    qsizetype line = 1;
    QString what;
    [[nodiscard]] QString text() const { return QStringLiteral("%1:%2: %3").arg(path).arg(line).arg(what); }
};

/// Every file below `folders` whose name ends with one of `endings`, in order of path.
[[nodiscard]] QList<SourceFile> readTree(const QString &root, const QStringList &folders,
                                         const QStringList &endings);

/// C++ with its comments as spaces, and its string literals too unless they are kept. Line breaks stay, so
/// that positions and line numbers are those of the file.
enum class Strings { Keep, Blank };
[[nodiscard]] QString codeOf(const QString &source, Strings strings);
/// Lua with its comments as spaces.
[[nodiscard]] QString luaCodeOf(const QString &source);

[[nodiscard]] qsizetype lineOf(const QString &text, qsizetype position);

} // namespace signalbox::architecture
