#pragma once

#include "core/worker/handlers/cancel_wake.h"
#include "core/worker/handlers/child_process.h"
#include "core/worker/handlers/handler_output.h"

#include <chrono>
#include <optional>

struct pollfd;

namespace signalbox::worker {

/// One job's talk with a child: writes the job to its input, reads what it says, ends its group when the run
/// is cancelled (SIGTERM, then SIGKILL after the grace). Ends when the child has, and never waits for its
/// pipes to be closed: a grandchild may hold them for ever.   Threads  the handler's; blocks it.
class ChildDialogue {
public:
    enum class Until { Exit, Answer }; ///< Answer: also when it has said its result (persistent children)
    ChildDialogue(ChildProcess &child, HandlerOutput &output, const CancelToken &token,
                  std::chrono::milliseconds killGrace);
    /// `text` goes to the child's input, which is closed then unless it waits for an answer.
    void run(const QByteArray &text, Until until);
    [[nodiscard]] bool hasChildEnded() const { return m_hasEnded; }
    [[nodiscard]] bool wasToldToStop() const { return m_isTerminated; } ///< it is no good for another job
    /// All of the job was written, and the child had not closed its input before.
    [[nodiscard]] bool hasTakenInput() const { return !m_isInputLost && m_written == m_input.size(); }

private:
    void wait();
    [[nodiscard]] int pollTimeoutMs() const;
    void writeInput();
    void readFrom(int fd, bool isErrors, qsizetype bytesMax);
    void followCancel();
    [[nodiscard]] std::chrono::nanoseconds killGrace() const;
    void drain();

    ChildProcess &m_child;
    HandlerOutput &m_output;
    const CancelToken &m_token;
    const std::chrono::milliseconds m_killGrace;
    const CancelWake m_wake;
    Until m_until = Until::Exit;
    QByteArray m_input;
    qsizetype m_written = 0;
    bool m_isInputLost = false;
    bool m_isOutputOpen = true;
    bool m_isErrorsOpen = true;
    bool m_hasEnded = false;
    bool m_isTerminated = false;
    std::optional<std::chrono::nanoseconds> m_killAt; // monotonic; nothing: not asked, or killed
};

} // namespace signalbox::worker
