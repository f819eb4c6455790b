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

/// Numbers of things, as jobsText() has them for jobs: "1 worker", "4 workers".
[[nodiscard]] QString workersText(qint64 count);
[[nodiscard]] QString queuesText(qint64 count);
[[nodiscard]] QString machinesText(qint64 count);
[[nodiscard]] QString eventsText(qint64 count);
[[nodiscard]] QString timesText(qint64 count);
[[nodiscard]] QString runsText(qint64 count);

} // namespace signalbox::ui
