#include "core/worker/handler.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <vector>

namespace signalbox::worker {

struct CancelToken::State {
    std::atomic<Reason> reason{Reason::None};
    std::atomic<std::int64_t> leaseEndNs{std::numeric_limits<std::int64_t>::max()}; // by *clock, monotonic
    const runtime::Clock *clock = nullptr;   // nothing: there is no lease
    std::mutex mutex;                        // guards the step from None to a reason, and all below
    std::chrono::nanoseconds cancelledAt{0}; // by *clock
    std::optional<std::chrono::milliseconds> graceAfterCancel;
    std::chrono::milliseconds graceAfterLeaseEnd{0};
    std::condition_variable wasCancelled;
    std::vector<std::function<void()>> calls;
};

CancelToken::CancelToken() : m_state(std::make_shared<State>()) { }

CancelToken::CancelToken(const runtime::Clock &clock) : CancelToken()
{
    m_state->clock = &clock;
}

void CancelToken::setLeaseEnd(std::chrono::nanoseconds monotonic) const
{
    m_state->leaseEndNs.store(monotonic.count(), std::memory_order_relaxed);
}

std::optional<std::chrono::nanoseconds> CancelToken::untilLeaseEnd() const
{
    if (!m_state->clock) return std::nullopt;
    const std::chrono::nanoseconds end{m_state->leaseEndNs.load(std::memory_order_relaxed)};
    if (end == std::chrono::nanoseconds::max()) return std::nullopt;
    return std::max(end - m_state->clock->monotonicNow(), std::chrono::nanoseconds{0});
}

void CancelToken::setGrace(std::chrono::milliseconds afterCancel,
                           std::chrono::milliseconds afterLeaseEnd) const
{
    const std::lock_guard lock(m_state->mutex);
    m_state->graceAfterCancel = afterCancel;
    m_state->graceAfterLeaseEnd = afterLeaseEnd;
}

std::optional<std::chrono::nanoseconds> CancelToken::untilGraceEnds() const
{
    using std::chrono::nanoseconds;
    const std::lock_guard lock(m_state->mutex);
    const bool isCancelled = m_state->reason.load(std::memory_order_relaxed) != Reason::None;
    if (!m_state->clock || !m_state->graceAfterCancel || !isCancelled) return std::nullopt;
    nanoseconds end = m_state->cancelledAt + *m_state->graceAfterCancel;
    const nanoseconds leaseEnd{m_state->leaseEndNs.load(std::memory_order_relaxed)};
    if (leaseEnd != nanoseconds::max()) end = std::min(end, leaseEnd + m_state->graceAfterLeaseEnd);
    return std::max(end - m_state->clock->monotonicNow(), nanoseconds{0});
}

bool CancelToken::isCancelled() const
{
    if (m_state->reason.load(std::memory_order_acquire) != Reason::None) return true;
    const std::optional<std::chrono::nanoseconds> left = untilLeaseEnd();
    if (!left || left->count() > 0) return false;
    cancel(Reason::LeaseLost);
    return true;
}

CancelToken::Reason CancelToken::reason() const
{
    return m_state->reason.load(std::memory_order_acquire);
}

void CancelToken::cancel(Reason reason) const
{
    std::vector<std::function<void()>> calls;
    {
        const std::lock_guard lock(m_state->mutex);
        if (reason == Reason::None || m_state->reason.load(std::memory_order_relaxed) != Reason::None) return;
        if (m_state->clock) m_state->cancelledAt = m_state->clock->monotonicNow();
        m_state->reason.store(reason, std::memory_order_release);
        calls.swap(m_state->calls);
    }
    m_state->wasCancelled.notify_all();
    for (const std::function<void()> &call : calls) call(); // outside the lock: a call may look at the token
}

void CancelToken::whenCancelled(std::function<void()> call) const
{
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->reason.load(std::memory_order_relaxed) == Reason::None) {
            m_state->calls.push_back(std::move(call));
            return;
        }
    }
    call();
}

bool CancelToken::waitFor(std::chrono::milliseconds time) const
{
    const runtime::Clock &clock = *runtime::systemSeams().clock; // condition variables know real time only
    const std::chrono::nanoseconds end = clock.monotonicNow() + time;
    while (!isCancelled()) {
        const std::chrono::nanoseconds left = end - clock.monotonicNow();
        if (left.count() <= 0) return false;
        std::unique_lock lock(m_state->mutex);
        m_state->wasCancelled.wait_for(lock, std::min(left, untilLeaseEnd().value_or(left)), [this] {
            return m_state->reason.load(std::memory_order_relaxed) != Reason::None;
        });
    }
    return true;
}

RunResult RunResult::completed(JsonText result)
{
    return {queue::Outcome::Kind::Completed, std::move(result), {}};
}

RunResult RunResult::failed(QString error)
{
    return {queue::Outcome::Kind::Failed, {}, std::move(error)};
}

RunResult RunResult::failedPermanently(QString error)
{
    return {queue::Outcome::Kind::FailedPermanently, {}, std::move(error)};
}

FunctionHandler::FunctionHandler(Function function, QString description)
    : m_function(std::move(function)), m_description(std::move(description))
{
}

RunResult FunctionHandler::run(const JobDefinition &job, RunContext &context)
{
    return m_function(job, context);
}

QString FunctionHandler::description() const
{
    return m_description.isEmpty() ? QStringLiteral("in-process") : m_description;
}

} // namespace signalbox::worker
