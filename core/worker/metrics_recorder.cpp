#include "core/worker/metrics_recorder.h"

#include <algorithm>

namespace signalbox::worker {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr qint64 bucketUs = 5'000'000;
/// The server remembers a pool's last sequence for ten minutes: what was sent so long ago is not sent again.
constexpr nanoseconds sendableFor = 9min;

bool isWorthAnother(const Error &error)
{
    return error.kind == Error::Kind::ConnectionLost || error.kind == Error::Kind::Unavailable;
}

} // namespace

MetricsRecorder::MetricsRecorder(Parts parts, std::function<void(const Error &)> failed)
    : m_parts(std::move(parts)),
      m_failed(std::move(failed)),
      m_timer(m_parts.context.seams.timers->makeTimer([this] { tick(); })),
      m_queues(static_cast<size_t>(m_parts.options.queues.size()))
{
}

void MetricsRecorder::claimed(size_t queue, const queue::Claim &claim)
{
    figures(queue, claim.definition.handler).wait.observe(claim.wait.count());
    const auto level = static_cast<size_t>(static_cast<int>(claim.definition.priority) / 10);
    Told &told = m_queues[queue];
    bucket(told, bucketNow()).workers.waitByLevel.at(level).observe(claim.wait.count());
}

void MetricsRecorder::settled(const Run &run, JobStatus to)
{
    using Kind = queue::Outcome::Kind;
    const queue::Outcome &outcome = run.outcome;
    if (outcome.kind == Kind::Released) return; // nobody ran it: it is claimed again
    HandlerFigures &one = figures(static_cast<size_t>(run.queueIndex), run.claim.definition.handler);
    if (outcome.ran) one.run.observe(outcome.ran->count());
    switch (outcome.kind) {
    case Kind::Completed:
        ++one.completed;
        one.resultBytes.observe(outcome.result.bytes().size());
        break;
    case Kind::Failed:
    case Kind::FailedPermanently:
    case Kind::FailedQuietly:
        if (to == JobStatus::Cancelled) { // its cancel was asked: that it failed then is no failure
            ++one.cancelled;
            break;
        }
        ++one.failed;
        if (to == JobStatus::Retrying) {
            ++one.retried;
            one.retryDelay.observe(std::chrono::microseconds(outcome.retryDelay).count());
        }
        if (to == JobStatus::DeadLetter) ++one.dead;
        break;
    case Kind::Cancelled:
        ++one.cancelled;
        break;
    case Kind::Released:
        break;
    }
}

HandlerFigures &MetricsRecorder::figures(size_t queue, const QString &handler)
{
    wake();
    QMap<QString, HandlerFigures> &handlers = bucket(m_queues[queue], bucketNow()).handlers;
    const bool fits = handlers.contains(handler) || handlers.size() < MetricsBucket::handlersMax;
    return handlers[fits ? handler : MetricsBucket::other()];
}

MetricsRecorder::Bucket &MetricsRecorder::bucket(Told &told, qint64 number)
{
    Bucket &found = told.buckets[number];
    // After the reference is taken: the oldest is not the newest, which is asked for.
    while (told.buckets.size() > bucketsMax && told.buckets.begin()->first != number)
        told.buckets.erase(told.buckets.begin());
    return found;
}

void MetricsRecorder::wake()
{
    if (m_hasFinished || m_timer->isActive()) return;
    m_sampledAt = now(); // while it slept nobody worked
    m_worked = std::max(m_worked, worked());
    m_timer->start(interval);
}

void MetricsRecorder::tick()
{
    shareWorkers();
    bool isMoreToCome = m_parts.held.count() > 0;
    for (size_t q = 0; q < m_queues.size(); ++q) {
        tell(q);
        isMoreToCome = isMoreToCome || m_queues[q].underWay || !m_queues[q].buckets.empty();
    }
    if (isMoreToCome && !m_hasFinished) m_timer->start(interval);
}

nanoseconds MetricsRecorder::worked() const
{
    nanoseconds sum = m_ended;
    for (const RunPtr &run : m_parts.held.all())
        if (run->stage.load(std::memory_order_acquire) == Run::Stage::Running)
            sum += now() - run->startedAt();
    return sum;
}

bool MetricsRecorder::isWorking(size_t queue) const
{
    return !m_queues[queue].buckets.empty() || !m_parts.held.ofQueue(queue).empty();
}

/// What the workers did since the last sample, spread evenly over the buckets that this time lies in.
void MetricsRecorder::shareWorkers()
{
    const nanoseconds at = now(), took = at - m_sampledAt;
    const nanoseconds all = worked();
    // A run that has ended and is not read yet is in neither sum: it comes with the next sample.
    const nanoseconds busy = std::max(all - m_worked, 0ns);
    const nanoseconds available = took * m_parts.workers();
    m_sampledAt = at;
    m_worked = std::max(m_worked, all);
    if (took <= 0ns) return;
    const qint64 end = toMicros(m_parts.serverClock.now());
    const qint64 begin
        = end - std::max<qint64>(std::chrono::duration_cast<std::chrono::microseconds>(took).count(), 1);
    for (qint64 number = std::max(begin / bucketUs, end / bucketUs - static_cast<qint64>(bucketsMax) + 1);
         number <= end / bucketUs; ++number) {
        const qint64 part = std::min(end, (number + 1) * bucketUs) - std::max(begin, number * bucketUs);
        const double share = static_cast<double>(part) / static_cast<double>(end - begin);
        const auto partOf = [share](nanoseconds time) {
            return static_cast<qint64>(static_cast<double>(time.count()) / 1000 * share);
        };
        if (part <= 0) continue;
        for (size_t q = 0; q < m_queues.size(); ++q)
            if (isWorking(q)) bucket(m_queues[q], number).workers.add({partOf(busy), partOf(available), {}});
    }
}

void MetricsRecorder::tell(size_t queue)
{
    Told &told = m_queues[queue];
    if (told.underWay) {
        if (told.isInFlight) return;
        if (now() - told.firstSentAt < sendableFor) return send(queue);
        told.underWay.reset();
        told.since.reset();
    }
    if (told.buckets.empty()) return;
    queue::MetricsRecord record;
    record.queue = m_parts.options.queues[static_cast<qsizetype>(queue)].queue;
    record.sequence = ++m_sequence;
    record.since = told.since.value_or(told.buckets.begin()->first);
    while (!told.buckets.empty()) {
        const auto first = told.buckets.begin();
        if (record.lines.size() + first->second.handlers.size() + 1 > queue::MetricsRecord::linesMax) break;
        for (auto one = first->second.handlers.cbegin(); one != first->second.handlers.cend(); ++one)
            record.lines.append({first->first, one.key(), *one, {}});
        record.lines.append({first->first, {}, {}, first->second.workers});
        told.since = first->first;
        told.buckets.erase(first);
    }
    told.underWay = std::move(record);
    told.firstSentAt = now();
    send(queue);
}

void MetricsRecorder::send(size_t queue)
{
    Told &told = m_queues[queue];
    told.isInFlight = true;
    const quint64 sequence = told.underWay->sequence;
    m_parts.context.queue.recordMetrics(
        m_parts.context.worker, *told.underWay,
        [this, queue, sequence, life = std::weak_ptr(m_life)](const Result<> &done) {
            if (!life.expired()) answered(queue, sequence, done);
        });
}

void MetricsRecorder::answered(size_t queue, quint64 sequence, const Result<> &recorded)
{
    Told &told = m_queues[queue];
    if (!told.underWay || told.underWay->sequence != sequence) return;
    told.isInFlight = false;
    if (!recorded && isWorthAnother(recorded.error())) return; // the next tick sends it as it was
    told.underWay.reset();
    if (recorded) {
        m_isFailureTold = false;
        return;
    }
    told.since.reset(); // what is missing now was not idle
    if (!std::exchange(m_isFailureTold, true)) m_failed(recorded.error());
}

void MetricsRecorder::finish()
{
    if (std::exchange(m_hasFinished, true)) return;
    if (m_timer->isActive()) shareWorkers();
    m_timer->stop();
    for (size_t q = 0; q < m_queues.size(); ++q) {
        Told &told = m_queues[q];
        if (told.since) (void)bucket(told, bucketNow()); // it was idle until now
        if (!told.isInFlight) tell(q);
    }
}

} // namespace signalbox::worker
