#include "core/worker/worker_loop.h"

#include "core/worker/settle_rules.h"
#include "core/worker/words.h"

#include <cxxabi.h>

#include <cstdlib>
#include <typeinfo>

namespace signalbox::worker {

namespace {

QString typeName(const char *mangled)
{
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> text(
        abi::__cxa_demangle(mangled, nullptr, nullptr, &status), &std::free);
    return QString::fromLatin1(status == 0 ? text.get() : mangled);
}

/// What is being caught. Handlers are the edge of foreign code: whatever they throw is a failure of theirs,
/// and never the end of the pool.
QString caughtText()
{
    try {
        throw;
    } catch (const std::exception &thrown) {
        return QStringLiteral("%1: %2").arg(typeName(typeid(thrown).name()),
                                            QString::fromUtf8(thrown.what()));
    } catch (...) {
        const std::type_info *const type = abi::__cxa_current_exception_type();
        return Words::tr("The handler threw %1, which is no std::exception.")
            .arg(type ? typeName(type->name()) : QStringLiteral("?"));
    }
}

RunResult runCatching(Handler &handler, Run &job)
{
    try {
        return handler.run(job.claim.definition, job);
    } catch (...) {
        return RunResult::failed(caughtText());
    }
}

std::optional<Error> renewCatching(const QString &name, Handler &handler, int worker)
{
    try {
        handler.renewWorker(worker);
        return std::nullopt;
    } catch (...) {
        return Error{
            Error::Kind::Internal,
            Words::tr("The handler %1 could not be renewed for worker %2.").arg(name).arg(worker),
            caughtText(),
            Words::tr("The worker goes on with it as it is. Look after the handler's renewWorker().")};
    }
}

} // namespace

void Headcount::enter()
{
    const std::lock_guard lock(m_mutex);
    ++m_count;
}

void Headcount::leave()
{
    const std::lock_guard lock(m_mutex);
    --m_count;
    m_left.notify_all(); // under the lock: who waits may destroy us next
}

int Headcount::count() const
{
    const std::lock_guard lock(m_mutex);
    return m_count;
}

bool Headcount::waitUntilAtMost(int count, std::chrono::milliseconds atMost) const
{
    std::unique_lock lock(m_mutex);
    return m_left.wait_for(lock, atMost, [&] { return m_count <= count; });
}

WorkerLoop::WorkerLoop(std::shared_ptr<WorkerShared> shared, std::shared_ptr<WorkerFlags> flags)
    : m_shared(std::move(shared)), m_flags(std::move(flags))
{
    m_isMade.store(true, std::memory_order_release);
}

void WorkerLoop::run()
{
    if (!m_isMade.load(std::memory_order_acquire)) qFatal("A worker was started before it was made.");
    RunPtr job;
    while (true) {
        const ReadyQueue::Next next = m_shared->ready.take(*m_flags, *m_shared->clock, job);
        if (next == ReadyQueue::Next::Leave) break;
        if (next == ReadyQueue::Next::Renew) {
            renew();
            continue;
        }
        runJob(job);
        job.reset();
        if (++m_jobs == m_shared->jobsPerWorkerMax) renew();
    }
    m_shared->door->put({WorkerNews::Kind::Left, m_flags->number, nullptr});
    m_shared->loops.leave();
}

void WorkerLoop::runJob(const RunPtr &job)
{
    // Found here and not at the claim, and let go of here, after the result is on its way. When its name was
    // given to another meanwhile, ours may be the last hold on it, and its destructor may have children to
    // end and wait for: the engine must not be the one to do it.
    const QString &name = job->claim.definition.handler;
    const std::shared_ptr<Handler> handler = m_shared->handlers->find(name);
    job->result = handler ? runCatching(*handler, *job)
                          : RunResult::failed(unknownHandlerText(name, m_shared->handlers->names()));
    job->endedAt = m_shared->clock->monotonicNow();
    job->stage.store(Run::Stage::Ended, std::memory_order_release);
    m_shared->door->put({WorkerNews::Kind::RunEnded, m_flags->number, job});
}

void WorkerLoop::renew()
{
    m_jobs = 0;
    const QStringList names = m_shared->handlers->names();
    for (const QString &name : names)
        if (const std::shared_ptr<Handler> handler = m_shared->handlers->find(name))
            if (std::optional<Error> problem = renewCatching(name, *handler, m_flags->number))
                m_shared->door->put(
                    {WorkerNews::Kind::Problem, m_flags->number, nullptr, std::move(problem)});
    m_shared->door->put({WorkerNews::Kind::Renewed, m_flags->number, nullptr});
}

} // namespace signalbox::worker
