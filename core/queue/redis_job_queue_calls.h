#pragma once

#include "core/queue/job_errors.h"
#include "core/queue/redis_job_queue.h"
#include "core/runtime/engine_thread.h"

/// What the .cpp files of RedisJobQueue share; included by them only.
namespace signalbox::queue {

namespace scripts {
extern const redis::ScriptSource cancel, delete_jobs, page, promote_due, publish_pool, purge, read_metrics,
    reap, record_metrics, renew_leases, report, requeue, run_now, set_meta, settle_and_claim, show, stats,
    submit, trim;
}

/// From any thread: the act runs in the engine and answers through the Answer that it gets.
template <typename T, typename Act> QFuture<Result<T>> RedisJobQueue::ask(Act act)
{
    const runtime::Answer<T> answer;
    m_calls->put([this, answer, act = std::move(act)]() mutable {
        SIGNALBOX_IN_THREAD_OF(this);
        if (m_phase != Phase::Ready)
            answer.give(tl::unexpected(whyNotReady()));
        else
            act(answer);
    });
    return answer.future();
}

/// A script answered something that it does not answer.
[[nodiscard]] Error unexpectedReply(const char *script);
/// Jobs that one call of a script takes.
inline constexpr qsizetype jobsPerCall = 200;
/// What is kept of a job's log.
inline constexpr qsizetype logTailBytesMax = 16 * 1024;

} // namespace signalbox::queue
