#pragma once

#include "core/model/job_status.h"

#include <QString>

namespace signalbox::ui {

/// States and priorities as a person reads them, translated. The stable texts of files and protocols are
/// toText()'s.
[[nodiscard]] QString wordOf(JobStatus status);
[[nodiscard]] QString pluralWordOf(JobStatus status); ///< heads and facets: "Dead letters"
[[nodiscard]] QString wordOf(JobPriority priority);
[[nodiscard]] QString wordOf(WorkerStatus status);

} // namespace signalbox::ui
