#pragma once

#include "core/worker/handler.h"

namespace signalbox::worker {

/// Limits on what a run may leave behind; what is longer is refused or cut, in words.
inline constexpr qsizetype resultBytesMax = 16 * 1024 * 1024;
inline constexpr qsizetype errorCharsMax = 64 * 1024;

/// How a run ended, from what its handler answered and why it was cancelled, if it was:
///   not cancelled   as the handler says
///   timed out       failed, even if the handler says completed: the time was over, and a timeout that
///   sometimes
///                   counts cannot be relied on
///   cancelled       cancelled; completed if it had completed before it noticed
///   lease lost      as the handler says if it completed (the server decides, by the token); else given back
///   pool stops      likewise
/// `jitter` is U of RetryPolicy::delayAfter().
[[nodiscard]] queue::Outcome outcomeOf(const RunResult &result, CancelToken::Reason reason,
                                       const queue::Claim &claim, double jitter);

/// For a job whose handler nobody registered here. Failed, with the job's normal retries: another pool may
/// know the handler, so the job is not buried at the first pool that does not.
[[nodiscard]] QString unknownHandlerText(const QString &handler, const QStringList &registered);
[[nodiscard]] queue::Outcome unknownHandler(const queue::Claim &claim, const QStringList &registered,
                                            double jitter);

/// For a run whose handler ignored its cancellation until the grace was over: timed out or cancelled, as
/// asked.
[[nodiscard]] queue::Outcome ignoredCancel(CancelToken::Reason reason, const queue::Claim &claim,
                                           std::chrono::milliseconds grace, double jitter);

[[nodiscard]] queue::Outcome released();
[[nodiscard]] queue::Outcome cancelled();

} // namespace signalbox::worker
