#include "core/worker/handlers/child_dialogue.h"

#include "core/runtime/clock.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace signalbox::worker {

using std::chrono::ceil;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

namespace {

constexpr qsizetype chunkBytes = 64 * 1024;
constexpr qsizetype drainBytesMax
    = 4 * 1024 * 1024;                    ///< more than a pipe holds; a grandchild could write for ever
constexpr milliseconds blindInterval{20}; ///< between looks where the kernel has no descriptor for exits

nanoseconds now()
{
    return runtime::systemSeams().clock->monotonicNow(); // processes live in real time
}

/// While it lives, writing to a pipe without a reader gives EPIPE in this thread, and no signal that ends us.
class NoSigpipe {
public:
    NoSigpipe()
    {
        sigemptyset(&m_pipe);
        sigaddset(&m_pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~NoSigpipe()
    {
        const timespec atOnce{0, 0};
        if (!sigismember(&m_before, SIGPIPE))
            while (sigtimedwait(&m_pipe, nullptr, &atOnce) > 0) { } // ours is still pending: take it away
        pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    Q_DISABLE_COPY_MOVE(NoSigpipe)

private:
    sigset_t m_pipe{}, m_before{};
};

} // namespace

ChildDialogue::ChildDialogue(ChildProcess &child, HandlerOutput &output, const CancelToken &token,
                             milliseconds killGrace)
    : m_child(child), m_output(output), m_token(token), m_killGrace(killGrace), m_wake(token)
{
}

void ChildDialogue::run(const QByteArray &text, Until until)
{
    const NoSigpipe noSigpipe;
    m_until = until;
    m_input = text;
    while (!m_hasEnded && (until == Until::Exit || !m_output.hasAnswer())) {
        wait();
        followCancel();
        m_hasEnded = m_child.hasEnded();
    }
    if (m_hasEnded) drain();
    m_output.finishErrors();
    if (m_hasEnded || until == Until::Exit) m_output.finishOutput(); // else its last line may be yet to end
}

int ChildDialogue::pollTimeoutMs() const
{
    nanoseconds wait = std::chrono::hours{1};
    if (m_child.exitFd() < 0) wait = blindInterval;
    if (m_killAt) wait = std::min(wait, *m_killAt - now());
    if (!m_isTerminated)
        if (const std::optional<nanoseconds> left = m_token.untilLeaseEnd()) wait = std::min(wait, *left);
    return static_cast<int>(std::max(ceil<milliseconds>(wait), milliseconds{0}).count());
}

void ChildDialogue::wait()
{
    const bool hasInput = m_child.input() >= 0 && !m_isInputLost && m_written < m_input.size();
    // poll() passes over negative descriptors.
    std::array<pollfd, 5> fds{pollfd{m_isTerminated ? -1 : m_wake.fd(), POLLIN, 0},
                              pollfd{m_child.exitFd(), POLLIN, 0},
                              pollfd{m_isOutputOpen ? m_child.output() : -1, POLLIN, 0},
                              pollfd{m_isErrorsOpen ? m_child.errors() : -1, POLLIN, 0},
                              pollfd{hasInput ? m_child.input() : -1, POLLOUT, 0}};
    if (poll(fds.data(), fds.size(), pollTimeoutMs()) <= 0) return; // time over, or a signal: look again
    if (fds[2].revents != 0) readFrom(m_child.output(), false, chunkBytes);
    if (fds[3].revents != 0) readFrom(m_child.errors(), true, chunkBytes);
    if (fds[4].revents != 0) writeInput();
}

void ChildDialogue::writeInput()
{
    const qsizetype left = m_input.size() - m_written;
    const ssize_t written
        = write(m_child.input(), m_input.constData() + m_written, static_cast<size_t>(left));
    if (written >= 0) m_written += written;
    // A program may close its input, or end, without having read the job: that is no error of its own.
    else if (errno != EAGAIN && errno != EINTR)
        m_isInputLost = true;
    if ((m_isInputLost || m_written == m_input.size()) && m_until == Until::Exit) m_child.closeInput();
}

void ChildDialogue::readFrom(int fd, bool isErrors, qsizetype bytesMax)
{
    std::array<char, chunkBytes> buffer{};
    while (bytesMax > 0) {
        const ssize_t got = read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            (isErrors ? m_isErrorsOpen : m_isOutputOpen) = false;
            return;
        }
        const QByteArrayView bytes(buffer.data(), got);
        if (isErrors)
            m_output.addErrors(bytes);
        else
            m_output.addOutput(bytes);
        bytesMax -= got;
    }
}

void ChildDialogue::followCancel()
{
    if (!m_isTerminated && m_token.isCancelled()) {
        m_isTerminated = true;
        m_killAt = now() + killGrace();
        m_child.signalGroup(SIGTERM);
        m_child.signalGroup(SIGCONT); // a stopped process would take the SIGTERM only when it is woken
    } else if (m_killAt && *m_killAt <= now()) {
        m_killAt.reset();
        m_child.signalGroup(SIGKILL);
    }
}

nanoseconds ChildDialogue::killGrace() const
{
    const std::optional<nanoseconds> left = m_token.untilGraceEnds();
    if (!left) return m_killGrace;
    // Whatever was set for it, it may not outlive the lease: another may run the job by then. A part of the
    // time is kept for its end to be seen and said.
    constexpr milliseconds endTakesMax{500};
    return std::min<nanoseconds>(m_killGrace, *left - std::min<nanoseconds>(*left / 4, endTakesMax));
}

void ChildDialogue::drain()
{
    // What the child said before it ended is in the pipes now; what others say later is not waited for.
    if (m_isErrorsOpen) readFrom(m_child.errors(), true, drainBytesMax);
    if (m_isOutputOpen) readFrom(m_child.output(), false, drainBytesMax);
}

} // namespace signalbox::worker
