#pragma once

#include "core/model/job_id.h"
#include "core/model/job_status.h"

namespace signalbox::queue {

/// The refusals of a queue, the same words whatever the backend. `act` is what was wanted, as a verb:
/// "cancel".

[[nodiscard]] Error jobNotFound(const JobId &id, const QString &queue);
[[nodiscard]] Error wrongState(const JobId &id, const QString &act, JobStatus found);
[[nodiscard]] Error leaseLost(const JobId &id);
[[nodiscard]] Error staleClaim();
[[nodiscard]] Error queueFull(const QString &queue, qint64 sizeMax);
[[nodiscard]] Error notInitialized();
[[nodiscard]] Error shuttingDown();
[[nodiscard]] Error dependenciesUnsupported();
[[nodiscard]] Error cannotRequeueState(JobStatus from); ///< of all jobs in a state
[[nodiscard]] Error cannotPurgeRunning();
[[nodiscard]] Error notACursor();

} // namespace signalbox::queue
