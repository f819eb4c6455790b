#pragma once

#include "app/ctl/exit_code.h"
#include "core/service/job_service.h"

namespace signalbox::ctl {

/// How a command ends that has shown these. The errors themselves the service told as problems already, and
/// the program has printed them.
[[nodiscard]] inline ExitCode endOf(const service::ServiceMetrics &metrics)
{
    return metrics.queueErrors.isEmpty() ? ExitCode::Done : exitCodeOf(metrics.queueErrors.first().kind);
}

} // namespace signalbox::ctl
