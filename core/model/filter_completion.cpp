#include "core/model/filter_scanner.h"

#include <algorithm>

namespace signalbox {

namespace {

using Key = JobFilter::Key;

constexpr std::array allKeys{Key::State,   Key::Queue,   Key::Handler, Key::Priority, Key::Tag,
                             Key::Id,      Key::Name,    Key::Error,   Key::Args,     Key::Worker,
                             Key::Created, Key::Started, Key::Ended,   Key::Due};

QStringList keysBeginning(QStringView stem)
{
    QStringList keys;
    for (const Key key : allKeys) {
        const QString name = toText(key);
        if (name.startsWith(stem, Qt::CaseInsensitive)) keys.append(name + u':');
    }
    return keys;
}

template <typename Values> QStringList textsOf(const Values &values)
{
    QStringList texts;
    for (const auto &value : values) texts.append(toText(value));
    return texts;
}

QStringList valuesOf(QStringView key, const FilterNames &names)
{
    if (key == toText(Key::State)) return textsOf(allJobStatuses);
    if (key == toText(Key::Priority)) return textsOf(allJobPriorities);
    if (key == toText(Key::Queue)) return names.queues;
    if (key == toText(Key::Handler)) return names.handlers;
    if (key == toText(Key::Tag)) return names.tags;
    if (key == toText(Key::Worker)) return names.workers;
    return {};
}

/// Those that begin as the stem first, then those that hold it; what is typed whole already is no help.
QStringList fitting(const QStringList &values, const QString &stem)
{
    QStringList begin;
    QStringList within;
    for (const QString &value : values) {
        if (value == stem) continue;
        if (value.startsWith(stem, Qt::CaseInsensitive))
            begin.append(quotedForFilter(value));
        else if (value.contains(stem, Qt::CaseInsensitive))
            within.append(quotedForFilter(value));
    }
    return begin + within;
}

} // namespace

FilterCompletion completeFilter(QStringView text, qsizetype cursor, const FilterNames &names)
{
    // What stands behind the cursor stays, so only the text before it says what is being typed.
    const QStringView typed = text.first(std::clamp<qsizetype>(cursor, 0, text.size()));
    const tl::expected<QList<FilterToken>, FilterFault> tokens = scanFilter(typed, true);
    if (!tokens || tokens->isEmpty() || tokens->back().end < typed.size())
        return {typed.size(), 0, keysBeginning(u"")};
    const FilterToken &token = tokens->back();
    const FilterPiece &piece = token.values.back();
    const qsizetype length = piece.end - piece.begin;
    if (token.key) return {piece.begin, length, fitting(valuesOf(token.key->text, names), piece.text)};
    const bool isQuoted = typed.sliced(piece.begin).startsWith(u'"');
    return {piece.begin, length, isQuoted ? QStringList() : keysBeginning(piece.text)};
}

} // namespace signalbox
