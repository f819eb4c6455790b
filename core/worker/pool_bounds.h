#pragma once

#include <chrono>

namespace signalbox::worker {

/// What a pool's options may be: the one source for PoolOptions::validate(), for the settings and the command
/// line, so that none takes what another refuses.
struct PoolBounds {
    template <typename T> struct Range { ///< both ends included
        T min, max;
        [[nodiscard]] constexpr bool contains(T value) const { return value >= min && value <= max; }
    };
    using Times = Range<std::chrono::milliseconds>;
    using Numbers = Range<int>;

    static constexpr Numbers workers{1, 1'000};
    static constexpr Numbers weight{1, 1'000};
    static constexpr Numbers jobsPerWorker{0, 1'000'000'000};
    static constexpr Times lease{std::chrono::milliseconds{200}, std::chrono::hours{24}};
    static constexpr Times shutdownTimeout{std::chrono::milliseconds{0}, std::chrono::hours{24}};
    /// Half the lease at most: one heartbeat may be lost, and the next still comes before the lease ends.
    [[nodiscard]] static constexpr Times heartbeat(std::chrono::milliseconds lease)
    {
        return {std::chrono::milliseconds{50}, lease / 2};
    }
};

} // namespace signalbox::worker
