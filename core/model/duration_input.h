#pragma once

#include <QStringView>

#include <chrono>
#include <optional>

namespace signalbox {

/// A duration as a person types it: seconds ("90", "1.5"), or with a unit: "500ms", "30s", "5m", "2h", "1d".
/// Rounded up to milliseconds; nothing for anything else, for what is negative and beyond a thousand million
/// seconds, which is also the bound of a job's own durations.   Threads  any.
[[nodiscard]] std::optional<std::chrono::milliseconds> durationFromInput(QStringView text);

} // namespace signalbox
