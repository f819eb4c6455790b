#include "core/worker/handlers/persistent_process_handler.h"

#include "core/worker/handlers/child_dialogue.h"
#include "core/worker/handlers/process_handler.h"
#include "core/worker/words.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace signalbox::worker {

namespace {

/// What a child said after its last answer belongs to no job, and must not appear in another's log.
void discard(int fd)
{
    std::array<char, 16 * 1024> buffer{};
    for (int i = 0; i < 64; ++i)
        if (read(fd, buffer.data(), buffer.size()) <= 0) return;
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
        if (!idle->child.hasEnded()) {
            discard(idle->child.output());
            discard(idle->child.errors());
            return std::move(idle->child);
        }
        --m_state->count; // ended while it had nothing to do: no job's fault
    }
    ++m_state->count;
    lock.unlock();
    // Not tied to this thread's life, as the next job may come in another. It notices our end by its input's.
    Result<ChildProcess> child = ChildProcess::start(m_spec, false);
    if (!child) giveBack(std::nullopt, 0);
    return child;
}

void PersistentProcessHandler::giveBack(std::optional<ChildProcess> child, int worker)
{
    const std::lock_guard lock(m_state->mutex);
    if (child)
        m_state->idle.push_back({std::move(*child), worker});
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
    ChildDialogue dialogue(**child, output, context.cancelToken(), m_spec.killGrace);
    dialogue.run(jobLine(job, context.attempt()), ChildDialogue::Until::Answer);
    if (!dialogue.hasChildEnded() && !dialogue.wasToldToStop()) {
        giveBack(std::move(**child), context.workerNumber());
        return output.result();
    }
    const ExitStatus status = (*child)->reap();
    giveBack(std::nullopt, 0);
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
