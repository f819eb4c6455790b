#include "tests/architecture/include_rules.h"

#include <QRegularExpression>

namespace signalbox::architecture {

using namespace Qt::StringLiterals;

namespace {

/// Where a file stands: {"core", "queue"}, {"ui", "pages"}, {"app", "ctl"}.
struct Place {
    QString floor;
    QString room;
    explicit Place(const QString &path) : floor(path.section(u'/', 0, 0)), room(path.section(u'/', 1, 1)) { }
};

QString whyNot(const Place &from, const Place &to, const Rooms &rooms) // empty when it may
{
    if (to.floor == "tests"_L1) return u"the program must not need its tests"_s;
    if (from.floor == "app"_L1)
        return from.room == "ctl"_L1 && to.floor == "ui"_L1 ? u"the command line runs without widgets"_s
                                                            : QString();
    if (from.floor == "ui"_L1) {
        if (to.floor == "ui"_L1) return {};
        const bool isDoor
            = to.floor == "core"_L1 && QStringList{u"service"_s, u"runtime"_s, u"model"_s}.contains(to.room);
        return isDoor ? QString() : u"ui sees only core/service, core/runtime and core/model"_s;
    }
    if (to.floor != "core"_L1) return u"it points up"_s;
    if (from.room == to.room) return {};
    if (!rooms.floors.contains(to.room)) return u"there is no such room"_s;
    if (rooms.floors.value(to.room) >= rooms.floors.value(from.room)) return u"it does not point down"_s;
    return rooms.reaches(from.room, to.room) ? QString()
                                             : u"USES in the room's build file does not name it"_s;
}

} // namespace

bool Rooms::reaches(const QString &room, const QString &used) const
{
    QStringList open{room};
    QSet<QString> seen;
    while (!open.isEmpty()) {
        const QString next = open.takeLast();
        if (next == used) return true;
        if (seen.contains(next)) continue;
        seen.insert(next);
        open.append(uses.value(next).values());
    }
    return false;
}

QHash<QString, int> floorsFrom(const QString &cmake)
{
    static const QRegularExpression list(u"SIGNALBOX_ROOM_FLOORS\\s+\"([^\"]*)\""_s);
    QHash<QString, int> floors;
    for (const QString &entry : list.match(cmake).captured(1).split(u';', Qt::SkipEmptyParts))
        floors.insert(entry.section(u'=', 0, 0), entry.section(u'=', 1, 1).toInt());
    return floors;
}

void addUses(const QString &cmake, Rooms &rooms)
{
    static const QRegularExpression definition(u"signalbox_add_room\\(\\s*(\\w+)([^)]*)\\)"_s);
    static const QRegularExpression space(u"\\s+"_s);
    auto matches = definition.globalMatch(cmake);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        QSet<QString> &uses = rooms.uses[match.captured(1)];
        bool isInside = false;
        for (const QString &word : match.captured(2).split(space, Qt::SkipEmptyParts)) {
            if (word == word.toUpper())
                isInside = word == "USES"_L1; // HEADERS, SOURCES, …
            else if (isInside)
                uses.insert(word);
        }
    }
}

QList<Finding> wrongIncludes(const SourceFile &file, const Rooms &rooms)
{
    static const QRegularExpression include(
        u"^[ \\t]*#[ \\t]*include[ \\t]*\"((?:core|ui|app|tests)/[^\"]*)\""_s,
        QRegularExpression::MultilineOption);
    QList<Finding> findings;
    const QString code = codeOf(file.text, Strings::Keep);
    auto matches = include.globalMatch(code);
    while (matches.hasNext()) {
        const QRegularExpressionMatch match = matches.next();
        const Place from(file.path);
        const Place to(match.captured(1));
        const QString why = whyNot(from, to, rooms);
        if (why.isEmpty()) continue;
        findings.append({file.path, lineOf(code, match.capturedStart(1)),
                         u"%1/%2 → %3: %4"_s.arg(from.floor, from.room, match.captured(1), why)});
    }
    return findings;
}

} // namespace signalbox::architecture
