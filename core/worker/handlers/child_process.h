#pragma once

#include "core/worker/handlers/process_spec.h"
#include "core/worker/handlers/unique_fd.h"

#include <sys/types.h>

#include <optional>

namespace signalbox::worker {

/// How a child ended, or that it could not be asked.
struct ExitStatus {
    int code = 0;   ///< when signal is 0
    int signal = 0; ///< that ended it; 0: it exited
    [[nodiscard]] bool isSuccess() const { return code == 0 && signal == 0; }
    [[nodiscard]] QString text() const; ///< "exit code 3", "signal SIGSEGV"
};

/// A child of this process in a session and process group of its own, with pipes on its three descriptors and
/// no other descriptor, under its limits. Not QProcess, which needs an event loop to be quick, knows no
/// groups and passes on every descriptor that somebody opened without close-on-exec. Threads  one at a time.
class ChildProcess {
public:
    /// `diesWithThread`: killed when the thread that starts it ends, which it does when this process is
    /// killed: the job is run elsewhere then, and must not run on here. For children whose thread outlives
    /// them. Errors   Unavailable: what could not be done, and why.
    [[nodiscard]] static Result<ChildProcess> start(const ProcessSpec &spec, bool diesWithThread);
    ChildProcess(ChildProcess &&) noexcept;
    ChildProcess &operator=(ChildProcess &&) noexcept;
    ~ChildProcess(); ///< kills the group and waits for the child, unless reap() did

    /// Non-blocking, close-on-exec.
    [[nodiscard]] int input() const { return m_input.get(); }
    [[nodiscard]] int output() const { return m_output.get(); }
    [[nodiscard]] int errors() const { return m_errors.get(); }
    /// Readable once the child has ended, whoever still holds its pipes. −1: this kernel has none
    /// (before 5.3).
    [[nodiscard]] int exitFd() const { return m_exit.get(); }
    [[nodiscard]] pid_t pid() const { return m_pid; }
    void closeInput() { m_input.reset(); }
    [[nodiscard]] bool hasUnreadInput() const; ///< what was written to it and it has not read yet

    [[nodiscard]] bool hasEnded() const;
    void signalGroup(int signal) const; ///< nothing after reap()
    /// Ends what is left of its group, and takes its status. REQUIRES hasEnded(), else it waits.
    ExitStatus reap();

private:
    ChildProcess() = default;
    pid_t m_pid = -1; // −1: reaped
    UniqueFd m_input, m_output, m_errors, m_exit;
};

} // namespace signalbox::worker
