#include "core/model/json_fields.h"

#include "core/model/words.h"

#include <algorithm>
#include <cmath>

namespace signalbox {

using namespace std::chrono;

namespace {

/// Beyond it a duration in microseconds, as the store keeps them, would come near its end: 31,000 years.
constexpr double secondsMax = 1e12;

QString shown(const QByteArray &value) // a value inside a message: its beginning is enough
{
    constexpr qsizetype bytesMax = 80;
    const QString head = QString::fromUtf8(value.left(bytesMax));
    return value.size() > bytesMax ? head + QChar(0x2026) : head;
}

} // namespace

JsonFields::JsonFields(const QByteArray &object, const JsonLimits &limits)
{
    Result<QList<JsonMember>> members = jsonMembers(object, limits);
    if (members)
        m_members = std::move(*members);
    else
        m_error = members.error();
    m_isKnown.resize(static_cast<size_t>(m_members.size()));
}

JsonFields::JsonFields(QList<JsonMember> members, int firstLine)
    : m_members(std::move(members)), m_isKnown(static_cast<size_t>(m_members.size())), m_firstLine(firstLine)
{
}

bool JsonFields::has(QLatin1StringView key) const
{
    return std::any_of(m_members.cbegin(), m_members.cend(),
                       [&](const JsonMember &m) { return m.key == key; });
}

const JsonMember *JsonFields::find(QLatin1StringView key)
{
    for (qsizetype i = 0; i < m_members.size(); ++i) {
        if (m_members.at(i).key != key) continue;
        m_isKnown[static_cast<size_t>(i)] = true;
        return &m_members.at(i);
    }
    return nullptr;
}

const JsonMember *JsonFields::findNotNull(QLatin1StringView key)
{
    const JsonMember *member = find(key);
    return member && jsonKind(member->value) != JsonKind::Null ? member : nullptr;
}

bool JsonFields::require(const JsonMember &member, JsonKind kind)
{
    const JsonKind found = jsonKind(member.value);
    if (found == kind) return true;
    refuse(member, Words::tr("It is %1.").arg(toText(found)), Words::tr("Give %1.").arg(toText(kind)));
    return false;
}

QString JsonFields::text(QLatin1StringView key, const QString &fallback)
{
    const JsonMember *member = find(key);
    return member && require(*member, JsonKind::String) ? jsonUnquoted(member->value) : fallback;
}

QString JsonFields::textOrNull(QLatin1StringView key)
{
    return findNotNull(key) ? text(key) : QString();
}

QString JsonFields::requiredText(QLatin1StringView key)
{
    if (!find(key)) refuse(key, Words::tr("It is missing."), Words::tr("Give a text."));
    return text(key);
}

bool JsonFields::boolean(QLatin1StringView key, bool fallback)
{
    const JsonMember *member = find(key);
    return member && require(*member, JsonKind::Boolean) ? member->value == "true" : fallback;
}

qint64 JsonFields::integer(QLatin1StringView key, qint64 fallback, qint64 min, qint64 max)
{
    const JsonMember *member = find(key);
    if (!member || !require(*member, JsonKind::Number)) return fallback;
    bool isInteger = false;
    const qint64 value = member->value.toLongLong(&isInteger);
    if (isInteger && value >= min && value <= max) return value;
    refuse(*member, Words::tr("It is %1.").arg(shown(member->value)),
           Words::tr("Give a whole number from %L1 to %L2.").arg(min).arg(max));
    return fallback;
}

std::optional<double> JsonFields::toNumber(const JsonMember &member)
{
    if (!require(member, JsonKind::Number)) return {};
    bool isRepresentable = false; // 1e999 and 1e-999 are JSON, but no doubles
    const double value = member.value.toDouble(&isRepresentable);
    if (isRepresentable && std::isfinite(value)) return value;
    refuse(member, Words::tr("%1 is beyond what can be computed with.").arg(shown(member.value)),
           Words::tr("Give a number from 1e-300 to 1e300, or 0."));
    return {};
}

double JsonFields::number(QLatin1StringView key, double fallback)
{
    const JsonMember *member = find(key);
    return member ? toNumber(*member).value_or(fallback) : fallback;
}

std::optional<double> JsonFields::numberOrNull(QLatin1StringView key)
{
    const JsonMember *member = findNotNull(key);
    return member ? toNumber(*member) : std::nullopt;
}

std::optional<milliseconds> JsonFields::toSeconds(const JsonMember &member)
{
    const std::optional<double> value = toNumber(member);
    if (!value) return {};
    if (std::abs(*value) > secondsMax) {
        refuse(member, Words::tr("%1 is too large.").arg(shown(member.value)),
               Words::tr("Give fewer seconds."));
        return {};
    }
    const milliseconds rounded{std::llround(*value * 1000)};
    return *value > 0 ? std::max(rounded, milliseconds{1}) : rounded;
}

milliseconds JsonFields::seconds(QLatin1StringView key, milliseconds fallback)
{
    const JsonMember *member = find(key);
    return member ? toSeconds(*member).value_or(fallback) : fallback;
}

std::optional<milliseconds> JsonFields::secondsOrNull(QLatin1StringView key)
{
    const JsonMember *member = findNotNull(key);
    return member ? toSeconds(*member) : std::nullopt;
}

std::optional<Timestamp> JsonFields::timeOrNull(QLatin1StringView key)
{
    const JsonMember *member = findNotNull(key);
    if (!member || !require(*member, JsonKind::String)) return {};
    const Result<Timestamp> time = timestampFromText(jsonUnquoted(member->value));
    if (time) return *time;
    refuse(*member, time.error().what + u' ' + time.error().why, time.error().todo);
    return {};
}

JobId JsonFields::jobIdOrNull(QLatin1StringView key)
{
    const JsonMember *member = findNotNull(key);
    if (!member || !require(*member, JsonKind::String)) return {};
    const Result<JobId> id = JobId::fromText(jsonUnquoted(member->value));
    if (!id) refuse(*member, id.error().what + u' ' + id.error().why, id.error().todo);
    return id.value_or(JobId());
}

QList<QByteArray> JsonFields::elements(QLatin1StringView key)
{
    const JsonMember *member = find(key);
    if (!member || !require(*member, JsonKind::Array)) return {};
    // The document that the member stands in was checked with its own limits; this one is a part of it.
    const JsonLimits limits{std::numeric_limits<qsizetype>::max(), std::numeric_limits<int>::max()};
    return jsonElements(member->value, limits).value_or(QList<QByteArray>());
}

QStringList JsonFields::textList(QLatin1StringView key)
{
    QStringList texts;
    for (const QByteArray &element : elements(key)) {
        if (jsonKind(element) != JsonKind::String) {
            refuse(key, Words::tr("It holds %1.").arg(shown(element)), Words::tr("Give an array of texts."));
            return {};
        }
        texts.append(jsonUnquoted(element));
    }
    return texts;
}

QList<JobId> JsonFields::jobIds(QLatin1StringView key)
{
    QList<JobId> ids;
    for (const QString &text : textList(key)) {
        const Result<JobId> id = JobId::fromText(text);
        if (!id) {
            refuse(key, id.error().what + u' ' + id.error().why, id.error().todo);
            return {};
        }
        ids.append(*id);
    }
    return ids;
}

QMap<QString, QString> JsonFields::textMap(QLatin1StringView key)
{
    const JsonMember *member = find(key);
    if (!member || !require(*member, JsonKind::Object)) return {};
    const JsonLimits limits{std::numeric_limits<qsizetype>::max(), std::numeric_limits<int>::max()};
    QMap<QString, QString> map;
    for (const JsonMember &item : jsonMembers(member->value, limits).value_or(QList<JsonMember>())) {
        if (jsonKind(item.value) != JsonKind::String) {
            refuse(*member, Words::tr("Its value %1 is not a text.").arg(shown(item.value)),
                   Words::tr("Give an object of texts."));
            return {};
        }
        map.insert(item.key, jsonUnquoted(item.value));
    }
    return map;
}

JsonText JsonFields::json(QLatin1StringView key, const JsonText &fallback, JsonText::Root root,
                          const JsonLimits &limits)
{
    const JsonMember *member = find(key);
    if (!member) return fallback;
    const Result<JsonText> text = JsonText::parse(member->value, root, limits);
    if (!text) refuse(*member, text.error().why, text.error().todo);
    return text.value_or(fallback);
}

void JsonFields::refuse(QLatin1StringView key, const QString &why, const QString &todo)
{
    const auto member = std::find_if(m_members.cbegin(), m_members.cend(),
                                     [&](const JsonMember &m) { return m.key == key; });
    refuse(member == m_members.cend() ? JsonMember{key, {}, 1} : *member, why, todo);
}

void JsonFields::refuse(const JsonMember &member, const QString &why, const QString &todo)
{
    if (m_error) return;
    const int line = member.line + m_firstLine - 1;
    const bool hasLines = line > 1 || (!m_members.isEmpty() && m_members.last().line > 1);
    m_error
        = failField(member.key, hasLines ? Words::tr("Line %1: %2").arg(line).arg(why) : why, todo).value();
}

QList<JsonMember> JsonFields::unknown() const
{
    QList<JsonMember> members;
    for (qsizetype i = 0; i < m_members.size(); ++i)
        if (!m_isKnown[static_cast<size_t>(i)]) members.append(m_members.at(i));
    return members;
}

Result<> JsonFields::result() const
{
    if (m_error) return tl::unexpected(*m_error);
    return {};
}

} // namespace signalbox
