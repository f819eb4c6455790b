#pragma once

#include "app/ctl/command.h"

namespace signalbox::ctl {

/// Says how a job ended: its result on stdout; without one, why on stderr. With --json the whole JobResult.
/// Answers the program's exit code.
[[nodiscard]] ExitCode sayResult(Output &out, const JobResult &result);

} // namespace signalbox::ctl
