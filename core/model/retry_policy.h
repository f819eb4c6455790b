#pragma once

#include "core/model/error.h"

#include <chrono>

namespace signalbox {

/// When a failed job may run again: after min(base × factor^(n−1) × (1 + U), cap), n ≥ 1 failures so far.
/// JSON     {"max_retries": int ≥ 0, "retry_delay": seconds ≥ 0, "retry_backoff": number > 0}.
/// It lives in model, not in queue, because a JobDefinition carries one.
/// Errors   Invalid, whose `what` names the field.   Threads  any.   Source  docs/protocol.md, "Retries".
struct RetryPolicy {
    static constexpr std::chrono::seconds cap{300};
    static constexpr std::chrono::seconds baseMax{1'000'000'000}; ///< 31 years: far from any overflow
    static constexpr double jitterMax = 0.1;                      ///< U is uniform in [0, jitterMax]
    int maxRetries = 3;                                           ///< so 4 runs in all
    std::chrono::milliseconds base{1000};
    double factor = 2.0;
    [[nodiscard]] Result<> validate() const;
    /// U is handed in, for tests. Never overflows, never negative, never above cap.
    [[nodiscard]] std::chrono::milliseconds delayAfter(int failures, double jitter) const;
    bool operator==(const RetryPolicy &) const = default;
};

} // namespace signalbox
