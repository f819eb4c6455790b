#include "app/ctl/exit_code.h"

#include <array>

namespace signalbox::ctl {

namespace {

constexpr std::array rows{
    ExitCodeRow{ExitCode::Done, "done; for a job that was waited for: completed"},
    ExitCodeRow{ExitCode::AnswerIsNo,
                "the question was answered, and the answer is no: the job did not complete, the "
                "doctor found something, nothing was confirmed"},
    ExitCodeRow{ExitCode::Usage, "the command line is wrong"},
    ExitCodeRow{ExitCode::Invalid, "the input is wrong: a job, a line of a file, a setting, a URL"},
    ExitCodeRow{ExitCode::NotFound, "no such job, queue or file"},
    ExitCodeRow{ExitCode::WrongState, "the job's state does not allow it, or it has not ended in time"},
    ExitCodeRow{ExitCode::Full, "the queue's maximum size or the server's memory is reached"},
    ExitCodeRow{ExitCode::Unauthorised, "wrong password, or a permission is missing"},
    ExitCodeRow{ExitCode::NoConnection,
                "the server cannot be reached, or answers \"not now\"; the private one "
                "included"},
    ExitCodeRow{ExitCode::Damaged, "stored data is not what it should be; see signalboxctl doctor"},
    ExitCodeRow{ExitCode::Unsupported, "this server or this version cannot do it"},
    ExitCodeRow{ExitCode::Internal, "a defect of Signalbox"},
    ExitCodeRow{ExitCode::Interrupted, "interrupted by SIGINT or SIGTERM"},
};

} // namespace

std::span<const ExitCodeRow> exitCodeRows()
{
    return rows;
}

ExitCode exitCodeOf(Error::Kind kind)
{
    switch (kind) {
    case Error::Kind::Invalid:
        return ExitCode::Invalid;
    case Error::Kind::NotFound:
        return ExitCode::NotFound;
    case Error::Kind::WrongState:
    case Error::Kind::LeaseLost:
        return ExitCode::WrongState;
    case Error::Kind::QueueFull:
    case Error::Kind::OutOfMemory:
        return ExitCode::Full;
    case Error::Kind::Unauthorised:
        return ExitCode::Unauthorised;
    case Error::Kind::ConnectionLost:
    case Error::Kind::Unavailable:
        return ExitCode::NoConnection;
    case Error::Kind::Damaged:
        return ExitCode::Damaged;
    case Error::Kind::Unsupported:
        return ExitCode::Unsupported;
    case Error::Kind::Internal:
        break;
    }
    return ExitCode::Internal;
}

} // namespace signalbox::ctl
