#include "core/model/retry_policy.h"

#include "core/model/words.h"

#include <algorithm>
#include <cmath>

namespace signalbox {

Result<> RetryPolicy::validate() const
{
    if (maxRetries < 0)
        return failField(u"max_retries", Words::tr("It is %L1.").arg(maxRetries),
                         Words::tr("Give 0 or more; 0 means one run."));
    if (base.count() < 0 || base > baseMax)
        return failField(u"retry_delay",
                         Words::tr("It is %L1 s.").arg(std::chrono::duration<double>(base).count()),
                         Words::tr("Give seconds from 0 to %L1.").arg(baseMax.count()));
    if (!(factor > 0) || !std::isfinite(factor))
        return failField(u"retry_backoff", Words::tr("It is %L1.").arg(factor),
                         Words::tr("Give a number above 0; 1 means equal waits."));
    return {};
}

std::chrono::milliseconds RetryPolicy::delayAfter(int failures, double jitter) const
{
    using Milliseconds = std::chrono::duration<double, std::milli>;
    if (base.count() <= 0) return std::chrono::milliseconds{0}; // also keeps 0 × infinity out
    const double part = std::isnan(jitter) ? 0.0 : std::clamp(jitter, 0.0, jitterMax);
    // In double there is no overflow: what is too large becomes infinity, which the cap cuts.
    const double wanted
        = Milliseconds(base).count() * std::pow(factor, std::max(failures, 1) - 1) * (1 + part);
    const double capped = std::min(wanted, Milliseconds(cap).count());
    return std::chrono::milliseconds{std::llround(std::max(capped, 0.0))};
}

} // namespace signalbox
