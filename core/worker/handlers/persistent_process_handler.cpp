#include "core/worker/handlers/persistent_process_handler.h"

#include "core/worker/handlers/child_dialogue.h"
#include "core/worker/handlers/process_handler.h"
#include "core/worker/words.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

namespace signalbox::worker {

namespace {

constexpr qsizetype idleBytesMax = 1024 * 1024; ///< a child that says more between jobs never stops

/// What a pipe holds now. Nothing: more than one child has to say.
std::optional<QByteArray> readAll(int fd)
{
    QByteArray all;
    std::array<char, 16 * 1024> buffer{};
    while (all.size() <= idleBytesMax) {
        const ssize_t got = read(fd, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return all;
        all.append(buffer.data(), got);
    }
    return std::nullopt;
}

bool isCancelled(const RunContext &context)
{
    // Not isCancelled() of the token: it may call what whenCancelled() was given, and that wants our lock.
    return context.cancelToken().reason() != CancelToken::Reason::None;
}

} // namespace

Result<std::shared_ptr<Handler>> PersistentProcessHandler::create(ProcessSpec spec, int childrenMax)
{
    if (childrenMax < 0 || childrenMax > 1000)
        return failField(u"children", Words::tr("It is %1.").arg(childrenMax),
                         Words::tr("Give a number from 0 to 1000; 0 means one a worker."));
    return spec.validate().map(
        [&] { return std::shared_ptr<Handler>(new PersistentProcessHandler(std::move(spec), childrenMax)); });
}

PersistentProcessHandler::PersistentProcessHandler(ProcessSpec spec, int childrenMax)
    : m_spec(std::move(spec)), m_childrenMax(childrenMax), m_state(std::make_shared<State>())
{
}

PersistentProcessHandler::~PersistentProcessHandler()
{
    end(std::exchange(m_state->idle, {}));
}

void PersistentProcessHandler::end(std::vector<Idle> children)
{
    // They have no job, so they may be ended at any time; but one that ends by itself can still tidy up.
    for (Idle &idle : children) idle.child.closeInput();
    constexpr int waitMs = 100;
    for (const Idle &idle : children) {
        pollfd exit{idle.child.exitFd(), POLLIN, 0};
        (void)poll(&exit, 1, waitMs); // whatever it says, ~ChildProcess does the rest
    }
}

QString PersistentProcessHandler::description() const
{
    return QStringLiteral("persistent ") + m_spec.description();
}

std::optional<PersistentProcessHandler::Idle> PersistentProcessHandler::takeIdle(int worker)
{
    auto &idle = m_state->idle;
    if (idle.empty()) return std::nullopt;
    // One worker keeps its child, so that renewing the worker renews what it used.
    const auto own
        = std::find_if(idle.begin(), idle.end(), [worker](const Idle &i) { return i.lastWorker == worker; });
    const auto chosen = own == idle.end() ? std::prev(idle.end()) : own;
    std::optional<Idle> taken = std::move(*chosen);
    idle.erase(chosen);
    return taken;
}

/// What a child said after its answer belongs to no job and must not appear in another's log; but an answer
/// among it, or half a line, or a job that it has not read to its end would mix up two jobs.
bool PersistentProcessHandler::isInStep(Idle &idle)
{
    const std::optional<QByteArray> said = readAll(idle.child.output());
    if (!said || !readAll(idle.child.errors()) || idle.child.hasUnreadInput()) return false;
    const QList<QByteArray> lines = (std::exchange(idle.said, {}) + *said).split('\n');
    return lines.last().isEmpty() && std::none_of(lines.begin(), lines.end(), [](const QByteArray &line) {
               return HandlerOutput::isAnswer(line);
           });
}

std::optional<Result<ChildProcess>> PersistentProcessHandler::takeChild(RunContext &context)
{
    // Under the lock, as the wait below could miss a wake between its check and its sleep otherwise.
    context.cancelToken().whenCancelled([state = m_state] {
        const std::lock_guard lock(state->mutex);
        state->wasFreed.notify_all();
    });
    std::unique_lock lock(m_state->mutex);
    m_state->wasFreed.wait(lock, [&] {
        return !m_state->idle.empty() || m_childrenMax == 0 || m_state->count < m_childrenMax
            || isCancelled(context);
    });
    if (isCancelled(context)) return std::nullopt;
    while (std::optional<Idle> idle = takeIdle(context.workerNumber())) {
        const bool hasEnded = idle->child.hasEnded(); // while it had nothing to do: no job's fault
        if (!hasEnded && isInStep(*idle)) return std::move(idle->child);
        if (!hasEnded)
            context.log(Words::tr("A child that had answered more than its job, or not read all of it, was "
                                  "ended; this job gets another."));
        --m_state->count;
    }
    ++m_state->count;
    lock.unlock();
    // Not tied to this thread's life, as the next job may come in another. It notices our end by its input's.
    Result<ChildProcess> child = ChildProcess::start(m_spec, false);
    if (!child) giveBack(std::nullopt);
    return child;
}

void PersistentProcessHandler::giveBack(std::optional<Idle> idle)
{
    const std::lock_guard lock(m_state->mutex);
    if (idle)
        m_state->idle.push_back(std::move(*idle));
    else
        --m_state->count;
    m_state->wasFreed.notify_one();
}

RunResult PersistentProcessHandler::run(const JobDefinition &job, RunContext &context)
{
    std::optional<Result<ChildProcess>> child = takeChild(context);
    if (!child) return RunResult::failed(Words::tr("It was cancelled before a child was free for it."));
    if (!*child) return RunResult::failed(child->error().text());
    HandlerOutput output(context);
    output.expectOneAnswer(job.id);
    ChildDialogue dialogue(**child, output, context.cancelToken(), m_spec.killGrace);
    dialogue.run(jobLine(job, context.attempt()), ChildDialogue::Until::Answer);
    if (!dialogue.hasChildEnded() && !dialogue.wasToldToStop()) {
        if (dialogue.hasTakenInput() && !output.isOutOfStep()) {
            giveBack(Idle{std::move(**child), context.workerNumber(), output.takeUnfinishedLine()});
        } else {
            (*child)->signalGroup(SIGKILL);
            (*child)->reap();
            giveBack(std::nullopt);
        }
        return output.result();
    }
    const ExitStatus status = (*child)->reap();
    giveBack(std::nullopt);
    if (output.hasAnswer()) return output.result(); // it ended right after its answer: its own affair
    return output.failure(Words::tr("its process ended in the middle of the job: %1").arg(status.text()),
                          status.signal == 0 && status.code == ProcessHandler::permanentExitCode);
}

void PersistentProcessHandler::renewWorker(int workerNumber)
{
    std::vector<Idle> ended; // outside the lock, as ending a child takes a moment
    {
        const std::lock_guard lock(m_state->mutex);
        auto &idle = m_state->idle;
        const auto old = std::stable_partition(
            idle.begin(), idle.end(), [workerNumber](const Idle &i) { return i.lastWorker != workerNumber; });
        std::move(old, idle.end(), std::back_inserter(ended));
        idle.erase(old, idle.end());
        m_state->count -= static_cast<int>(ended.size());
    }
    end(std::move(ended));
}

} // namespace signalbox::worker
