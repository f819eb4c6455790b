#pragma once

#include "core/model/error.h"

#include <QString>
#include <QStringView>

#include <chrono>

namespace signalbox {

/// A moment, UTC, microseconds. Never local time, never "now" when a text could not be read.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-24T09:30:00.123456Z": always UTC, always six digits, so that texts sort as times do. A time
/// outside 1970 … 9999, which only arithmetic can make, is written as the nearer end.
[[nodiscard]] QString toText(Timestamp time);

/// RFC 3339 with `Z` or an offset; a fraction of up to nine digits (cut to six). A time without a zone, a
/// leap second, a day that does not exist and years outside 1970 … 9999 are refused.   Errors  Invalid.
[[nodiscard]] Result<Timestamp> timestampFromText(QStringView text);

[[nodiscard]] constexpr qint64 toMicros(Timestamp time)
{
    return time.time_since_epoch().count();
}
[[nodiscard]] constexpr Timestamp fromMicros(qint64 micros)
{
    return Timestamp{std::chrono::microseconds{micros}};
}

} // namespace signalbox
