#pragma once

#include "core/model/error.h"

#include <span>

namespace signalbox::ctl {

/// How the program ends, for scripts. The numbers are a promise: never changed, only added to.
enum class ExitCode {
    Done = 0,
    AnswerIsNo = 1,
    Usage = 2,
    Invalid = 3,
    NotFound = 4,
    WrongState = 5,
    Full = 6,
    Unauthorised = 7,
    NoConnection = 8,
    Damaged = 9,
    Unsupported = 10,
    Internal = 70,
    Interrupted = 130,
};
struct ExitCodeRow {
    ExitCode code;
    const char *meaning; ///< English; for the man page
};
[[nodiscard]] std::span<const ExitCodeRow> exitCodeRows();
[[nodiscard]] ExitCode exitCodeOf(Error::Kind kind);

} // namespace signalbox::ctl
