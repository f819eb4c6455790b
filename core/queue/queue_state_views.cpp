// What a QueueState shows. Nothing here changes it.
#include "core/queue/job_errors.h"
#include "core/queue/job_record.h"
#include "core/queue/queue_state.h"

#include <algorithm>

namespace signalbox::queue {

using std::chrono::milliseconds;

namespace {

constexpr qsizetype errorHeadBytes = 400; // of an error that is kept apart, in the run record

/// Of the last claim, also when its lease was lost.
QString workerOf(const QByteArray &token)
{
    const QByteArray last = token.startsWith('!') ? token.sliced(1) : token;
    return QString::fromUtf8(last.left(std::max<qsizetype>(last.lastIndexOf('/'), 0)));
}

std::optional<Timestamp> timeOf(qint64 micros)
{
    if (micros == 0) return {};
    return fromMicros(micros);
}

/// The claim's time is when the job was taken; how long the handler ran is known better where it ran.
std::optional<Timestamp> startOf(const JobRecord &record)
{
    if (record.ranUs && record.endedUs != 0) return fromMicros(record.endedUs - *record.ranUs);
    return timeOf(record.startedUs);
}

bool isByTime(JobStatus status)
{
    return status == JobStatus::Scheduled || status == JobStatus::Retrying;
}

} // namespace

const JobRecord *QueueState::find(const JobId &id) const
{
    const auto found = m_jobs.constFind(id);
    return found == m_jobs.cend() ? nullptr : &*found;
}

Result<Job> QueueState::job(const JobId &id) const
{
    const JobRecord *record = find(id);
    if (!record) return tl::unexpected(jobNotFound(id, m_name));
    Job job;
    job.definition = *record->definition;
    job.status = record->status;
    job.attempts = record->attempts;
    job.failures = record->failures;
    job.workersLost = record->workersLost;
    job.requeues = record->requeues;
    job.cancelRequested = record->cancelAsked;
    if (isByTime(record->status)) job.dueAt = fromMicros(record->score * 1000);
    if (record->status == JobStatus::Running) job.leaseEndsAt = fromMicros(record->score * 1000);
    job.startedAt = startOf(*record);
    job.endedAt = timeOf(record->endedUs);
    job.workerId = workerOf(record->token);
    if (record->status == JobStatus::Completed)
        job.result = record->text.isEmpty() ? JsonText() : JsonText::trusted(record->text);
    else
        job.error = QString::fromUtf8(record->text);
    job.progress = record->progress;
    return job;
}

Result<QByteArray> QueueState::logTail(const JobId &id) const
{
    const JobRecord *record = find(id);
    if (!record) return tl::unexpected(jobNotFound(id, m_name));
    return record->log;
}

JobSummary QueueState::summary(const JobRecord &record) const
{
    const JobDefinition &definition = *record.definition;
    JobSummary row;
    row.id = definition.id;
    row.name = definition.name;
    row.handler = definition.handler;
    row.queue = m_name;
    row.priority = definition.priority;
    row.status = record.status;
    row.attempts = record.attempts;
    row.maxRetries = definition.retry.maxRetries;
    row.workersLost = record.workersLost;
    row.cancelRequested = record.cancelAsked;
    row.createdAt = definition.createdAt;
    if (isByTime(record.status)) row.dueAt = fromMicros(record.score * 1000);
    row.startedAt = startOf(record);
    row.endedAt = timeOf(record.endedUs);
    row.timeout = definition.timeout;
    row.workerId = workerOf(record.token);
    if (record.status != JobStatus::Completed) {
        const QString error = QString::fromUtf8(record.text);
        row.errorHead = error.left(error.indexOf(u'\n')).left(JobSummary::errorHeadCharsMax);
    }
    row.tags = definition.tags;
    row.progress = record.progress;
    row.payloadBytes = definition.args.bytes().size() + definition.kwargs.bytes().size();
    return row;
}

Result<ListPage> QueueState::page(const ListQuery &query, qint64 nowUs) const
{
    const Places &list = places(query.status);
    const bool ascending = isTerminal(query.status) == query.reversed; // what ended shows the newest first
    auto at = ascending ? list.begin() : list.end();
    if (query.after) { // goes on behind that place, whether or not somebody stands there still
        const qsizetype colon = query.after->text.indexOf(':');
        bool isNumber = false;
        const qint64 score = query.after->text.left(std::max<qsizetype>(colon, 0)).toLongLong(&isNumber);
        if (!isNumber) return tl::unexpected(notACursor());
        const Place place{score, JobId::trusted(query.after->text.sliced(colon + 1))};
        at = ascending ? list.upper_bound(place) : list.lower_bound(place);
    }
    const qsizetype limit = std::clamp(query.limit, 1, 1000);
    ListPage page;
    const auto atEnd = [&] { return at == (ascending ? list.end() : list.begin()); };
    Place last;
    while (!atEnd() && page.rows.size() < limit && page.scanned < query.scanMax) {
        last = ascending ? *at++ : *--at;
        ++page.scanned;
        const JobRecord &record = *find(last.second);
        if (matches(record, query.filter, nowUs)) page.rows.append(summary(record));
    }
    if (!atEnd()) page.next = Cursor{QByteArray::number(last.first) + ':' + last.second.bytes()};
    return page;
}

bool QueueState::matches(const JobRecord &record, const JobFilter &filter, qint64 nowUs) const
{
    const JobDefinition &definition = *record.definition;
    return filter.isEmpty()
        || (filter.matches(summary(record), fromMicros(nowUs))
            && (!filter.asksForArguments() || filter.argumentsMatch(definition.args, definition.kwargs)));
}

bool QueueState::matches(const JobId &id, const JobFilter &filter, qint64 nowUs) const
{
    const JobRecord *record = find(id);
    return record && matches(*record, filter, nowUs);
}

QList<JobId> QueueState::ids(JobStatus status) const
{
    QList<JobId> list;
    list.reserve(static_cast<qsizetype>(places(status).size()));
    for (const auto &[score, id] : places(status)) list.append(id);
    return list;
}

/// What a finished job takes up, as the scripts count it: definition, run record, and what is kept apart.
/// The record's text is not made for this, only measured: it stands in docs/protocol.md, "Records".
qint64 QueueState::bytesOf(const JobRecord &record)
{
    const auto digits = [](qint64 number) { return QByteArray::number(number).size(); };
    const auto digitsOrDash = [&](qint64 number) { return number == 0 ? 1 : digits(number); };
    const qsizetype textBytes = record.text.size();
    const bool isApart = textBytes > EncodedJob::payloadBytesInline;
    const bool isResult = record.status == JobStatus::Completed;
    const qsizetype inlineBytes = !isApart ? textBytes
        : isResult                         ? 0
                                           : std::min<qsizetype>(textBytes, errorHeadBytes);
    constexpr qsizetype spaces = 11, letter = 1;
    return record.definitionBytes + spaces + letter + std::max<qsizetype>(record.token.size(), 1)
        + (isApart ? 1 + digits(textBytes) : 1) + digits(record.attempts) + digitsOrDash(record.startedUs)
        + digitsOrDash(record.endedUs) + (record.ranUs ? digits(*record.ranUs) : 1)
        + digits(record.definitionBytes) + digits(record.failures) + digits(record.workersLost)
        + digits(record.requeues) + digits(record.rank) + (inlineBytes > 0 ? 1 + inlineBytes : 0)
        + (isApart ? textBytes : 0);
}

/// Runs that ended well within the last minutes, a second. The minute that is not over counts as far as it
/// has gone, and the one that the window leaves for the rest.
double QueueState::perSecond(int minutes, qint64 nowUs) const
{
    constexpr qint64 minuteUs = 60'000'000;
    const qint64 minute = nowUs / minuteUs;
    const double gone = static_cast<double>(nowUs % minuteUs) / minuteUs;
    double runs = 0;
    for (qint64 back = 0; back <= minutes; ++back)
        runs += static_cast<double>(m_minutes.value(minute - back).first) * (back == minutes ? 1 - gone : 1);
    return runs / (60.0 * minutes);
}

QueueStats QueueState::stats(qint64 nowUs) const
{
    const auto entered = [this](JobStatus status) { return m_entered[static_cast<size_t>(status)]; };
    QueueStats stats;
    stats.queue = m_name;
    for (const JobStatus status : allJobStatuses) stats.sizes[static_cast<size_t>(status)] = size(status);
    stats.submitted = m_lifetime.submitted;
    stats.processed = m_lifetime.runs;
    stats.completed = entered(JobStatus::Completed);
    stats.failed = entered(JobStatus::Failed);
    stats.retried = entered(JobStatus::Retrying);
    stats.deadLettered = entered(JobStatus::DeadLetter);
    stats.cancelled = entered(JobStatus::Cancelled);
    stats.requeued = m_lifetime.requeued;
    stats.purged = m_lifetime.purged;
    stats.expired = m_lifetime.expired;
    stats.trimmed = m_lifetime.trimmed;
    stats.deleted = m_lifetime.deleted;
    stats.leasesLost = m_lifetime.leasesLost;
    stats.completedPerSecond1m = perSecond(1, nowUs);
    stats.completedPerSecond5m = perSecond(5, nowUs);
    stats.completedPerSecond15m = perSecond(15, nowUs);
    using std::chrono::microseconds;
    if (m_lifetime.waits > 0) stats.averageWait = microseconds{m_lifetime.waitUs / m_lifetime.waits};
    if (m_lifetime.runs > 0) stats.averageRun = microseconds{m_lifetime.runUs / m_lifetime.runs};
    for (qint64 levels = 0; levels < 4; ++levels) { // the oldest of each priority is its first
        const auto first = places(JobStatus::Pending).lower_bound({levels * Rank::levelSpan, JobId()});
        if (first == places(JobStatus::Pending).end()) break;
        const microseconds wait{std::max<qint64>(nowUs - Rank::epochUs - first->first % Rank::levelSpan, 0)};
        stats.oldestWait = std::max(stats.oldestWait.value_or(wait), wait);
    }
    for (const auto &[rank, id] : places(JobStatus::Pending)) // the rank's highest part is 0 for CRITICAL
        ++stats.pendingByPriority[allJobPriorities.size() - 1 - static_cast<size_t>(rank / Rank::levelSpan)];
    stats.finishedBytes = m_lifetime.bytes;
    stats.paused = m_paused;
    stats.pauseReason = m_pauseReason;
    if (m_paused) stats.pausedAt = fromMicros(m_pausedUs);
    if (m_limits.sizeMax > 0) stats.sizeMax = m_limits.sizeMax;
    return stats;
}

std::optional<milliseconds> QueueState::untilNextLeaseEnd(qint64 nowUs) const
{
    const Places &running = places(JobStatus::Running);
    if (running.empty()) return {};
    return milliseconds{std::max<qint64>(running.begin()->first - nowUs / 1000, 0)};
}

std::optional<milliseconds> QueueState::untilNextDue(qint64 nowUs) const
{
    std::optional<milliseconds> next = untilNextLeaseEnd(nowUs);
    for (const JobStatus status : {JobStatus::Scheduled, JobStatus::Retrying}) {
        if (places(status).empty()) continue;
        const milliseconds due{std::max<qint64>(places(status).begin()->first - nowUs / 1000, 0)};
        next = std::min(next.value_or(due), due);
    }
    return next;
}

} // namespace signalbox::queue
