#pragma once

#include <algorithm>
#include <chrono>

namespace signalbox::runtime {

/// How long a QTimer may be set for a wait of `left`: rounded up, as firing early is wrong, and no longer
/// than an int of milliseconds holds; whoever sets it looks again when it fires.
[[nodiscard]] constexpr std::chrono::milliseconds timerSlice(std::chrono::nanoseconds left)
{
    constexpr std::chrono::milliseconds longest
        = std::chrono::hours{24 * 20}; // QTimer counts up to 24.8 days
    return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0},
                      longest);
}

} // namespace signalbox::runtime
