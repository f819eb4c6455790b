#pragma once

#include "core/queue/job_queue.h"
#include "core/runtime/clock.h"

namespace signalbox::queue {

/// An id that nobody else draws.
[[nodiscard]] JobId newJobId(runtime::Random &random);

/// Whether anything is to be changed.
[[nodiscard]] bool isEdit(const RequeueEdit &edit);
/// A job never changes: an edit makes a new one, and the old one stays as the record of what happened.
[[nodiscard]] JobDefinition editedJob(const JobDefinition &old, const RequeueEdit &edit, const JobId &id,
                                      Timestamp now);

} // namespace signalbox::queue
