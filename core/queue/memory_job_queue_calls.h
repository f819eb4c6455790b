#pragma once

#include "core/queue/job_errors.h"
#include "core/queue/memory_job_queue.h"
#include "core/runtime/engine_thread.h"

#include <type_traits>

/// The two ways into MemoryJobQueue's thread; included by its .cpp files only.
namespace signalbox::queue {

template <typename T, typename Act> QFuture<Result<T>> MemoryJobQueue::ask(Act act)
{
    const runtime::Answer<T> answer;
    m_calls->put([this, answer, act = std::move(act)]() mutable {
        SIGNALBOX_IN_THREAD_OF(this);
        if (!m_isReady) {
            answer.give(tl::unexpected(notInitialized()));
            return;
        }
        answer.give(act());
        afterCall();
    });
    return answer.future();
}

template <typename T, typename Act>
QFuture<Result<QList<Result<T>>>> MemoryJobQueue::askEach(QList<JobId> ids, Act act)
{
    return ask<QList<Result<T>>>([ids = std::move(ids), act = std::move(act)]() mutable {
        QList<Result<T>> answers;
        answers.reserve(ids.size());
        for (const JobId &id : std::as_const(ids)) answers.append(act(id));
        return answers;
    });
}

template <typename T>
void MemoryJobQueue::tell(std::function<void(Result<T>)> done, std::function<Result<T>()> act)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_calls->put([this, done = std::move(done), act = std::move(act)] {
        if (!m_isReady) {
            done(tl::unexpected(notInitialized()));
            return;
        }
        Result<T> result = act();
        afterCall();
        done(std::move(result));
    });
}

} // namespace signalbox::queue
