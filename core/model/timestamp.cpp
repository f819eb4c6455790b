#include "core/model/timestamp.h"

#include "core/model/words.h"

#include <algorithm>
#include <optional>

namespace signalbox {

using namespace std::chrono;
using namespace std::chrono_literals;

namespace {

constexpr Timestamp earliest = sys_days{1970y / 1 / 1};
constexpr Timestamp latest = sys_days{9999y / 12 / 31} + days{1} - microseconds{1};

/// Takes a text from the left; ASCII digits only.
class Cursor {
public:
    explicit Cursor(QStringView text) : m_rest(text) { }
    [[nodiscard]] bool atEnd() const { return m_rest.isEmpty(); }
    bool take(QStringView anyOf)
    {
        if (atEnd() || !anyOf.contains(m_rest.front())) return false;
        m_rest = m_rest.sliced(1);
        return true;
    }
    [[nodiscard]] std::optional<int> digit()
    {
        if (atEnd() || m_rest.front() < u'0' || m_rest.front() > u'9') return {};
        const int value = m_rest.front().unicode() - u'0';
        m_rest = m_rest.sliced(1);
        return value;
    }
    [[nodiscard]] std::optional<int> number(int length)
    {
        int value = 0;
        for (int i = 0; i < length; ++i) {
            const std::optional<int> next = digit();
            if (!next) return {};
            value = value * 10 + *next;
        }
        return value;
    }

private:
    QStringView m_rest;
};

std::optional<microseconds> takeFraction(Cursor &cursor)
{
    if (!cursor.take(u".")) return 0us;
    int micros = 0;
    int count = 0;
    for (auto digit = cursor.digit(); digit; digit = cursor.digit(), ++count)
        if (count < 6) micros = micros * 10 + *digit;
    if (count < 1 || count > 9) return {};
    for (int missing = count; missing < 6; ++missing) micros *= 10;
    return microseconds{micros};
}

std::optional<minutes> takeOffset(Cursor &cursor)
{
    if (cursor.take(u"Zz")) return 0min;
    const bool isEast = cursor.take(u"+");
    if (!isEast && !cursor.take(u"-")) return {};
    const std::optional<int> hour = cursor.number(2);
    if (!hour || *hour > 23 || !cursor.take(u":")) return {};
    const std::optional<int> minute = cursor.number(2);
    if (!minute || *minute > 59) return {};
    const minutes offset = hours{*hour} + minutes{*minute};
    return isEast ? offset : -offset;
}

std::optional<sys_days> takeDate(Cursor &cursor)
{
    const std::optional<int> y = cursor.number(4);
    if (!y || !cursor.take(u"-")) return {};
    const std::optional<int> m = cursor.number(2);
    if (!m || !cursor.take(u"-")) return {};
    const std::optional<int> d = cursor.number(2);
    if (!d) return {};
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
    if (!date.ok()) return {}; // 30 February
    return sys_days{date};
}

std::optional<seconds> takeTimeOfDay(Cursor &cursor)
{
    const std::optional<int> hour = cursor.number(2);
    if (!hour || *hour > 23 || !cursor.take(u":")) return {};
    const std::optional<int> minute = cursor.number(2);
    if (!minute || *minute > 59 || !cursor.take(u":")) return {};
    const std::optional<int> second = cursor.number(2);
    if (!second || *second > 59) return {}; // 60, a leap second, has no place on a UNIX clock
    return hours{*hour} + minutes{*minute} + seconds{*second};
}

std::optional<Timestamp> read(QStringView text)
{
    Cursor cursor(text);
    const std::optional<sys_days> date = takeDate(cursor);
    if (!date || !cursor.take(u"Tt ")) return {};
    const std::optional<seconds> timeOfDay = takeTimeOfDay(cursor);
    if (!timeOfDay) return {};
    const std::optional<microseconds> fraction = takeFraction(cursor);
    if (!fraction) return {};
    const std::optional<minutes> offset = takeOffset(cursor);
    if (!offset || !cursor.atEnd()) return {};
    const Timestamp time = *date + *timeOfDay + *fraction - *offset;
    if (time < earliest || time > latest) return {};
    return time;
}

} // namespace

QString toText(Timestamp time)
{
    const Timestamp shown = std::clamp(time, earliest, latest);
    const auto day = floor<days>(shown);
    const year_month_day date{day};
    const hh_mm_ss clock{shown - day};
    // Digit by digit: times are written for every job and event, and arg() costs ten times as much.
    QString text = QStringLiteral("0000-00-00T00:00:00.000000Z");
    const auto write = [&text](qsizetype last, qint64 value) {
        for (qsizetype at = last; value > 0; --at, value /= 10)
            text[at] = QChar(static_cast<char16_t>(u'0' + value % 10));
    };
    write(3, static_cast<int>(date.year()));
    write(6, static_cast<unsigned>(date.month()));
    write(9, static_cast<unsigned>(date.day()));
    write(12, clock.hours().count());
    write(15, clock.minutes().count());
    write(18, clock.seconds().count());
    write(25, clock.subseconds().count());
    return text;
}

Result<Timestamp> timestampFromText(QStringView text)
{
    if (const std::optional<Timestamp> time = read(text)) return *time;
    return fail(Error::Kind::Invalid, Words::tr("\"%1\" is not a time.").arg(text.left(80)),
                Words::tr("A time is a date that exists, a time of day and a zone, from 1970 to 9999."),
                Words::tr("Write it as in 2026-11-24T09:30:00Z or 2026-11-24T10:30:00.5+01:00."));
}

} // namespace signalbox
