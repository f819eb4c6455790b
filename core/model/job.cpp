#include "core/model/job.h"

#include "core/model/json_fields.h"
#include "core/model/json_writer.h"

#include <QSet>

#include <algorithm>
#include <cmath>
#include <limits>

namespace signalbox {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 intMax = std::numeric_limits<int>::max();

/// The state's part of Job::toJson() and JobSummary::toJson(), which share its keys.
template <typename Source> void writeState(JsonWriter &writer, const Source &job)
{
    writer.text("status"_L1, toText(job.status))
        .integer("attempts"_L1, job.attempts)
        .integer("workers_lost"_L1, job.workersLost)
        .boolean("cancel_requested"_L1, job.cancelRequested)
        .timeOrNull("due_at"_L1, job.dueAt)
        .timeOrNull("started_at"_L1, job.startedAt)
        .timeOrNull("completed_at"_L1, job.endedAt)
        .textOrNull("worker_id"_L1, job.workerId)
        .json("progress"_L1, job.progress ? job.progress->toJson() : QByteArrayLiteral("null"));
}

} // namespace

std::optional<double> JobProgress::percentage() const
{
    if (!total || !(*total > 0) || !std::isfinite(current)) return {};
    return std::clamp(current / *total * 100, 0.0, 100.0);
}

QByteArray JobProgress::toJson() const
{
    JsonWriter writer;
    writer.jobId("job_id"_L1, jobId)
        .number("current"_L1, current)
        .numberOrNull("total"_L1, total)
        .text("message"_L1, message)
        .json("metadata"_L1, metadata.bytes())
        .time("updated_at"_L1, updatedAt)
        .numberOrNull("percentage"_L1, percentage());
    return writer.take();
}

Result<JobProgress> JobProgress::fromJson(const QByteArray &json)
{
    JsonFields fields(json);
    JobProgress progress;
    progress.jobId = fields.jobIdOrNull("job_id"_L1);
    progress.current = fields.number("current"_L1, 0);
    progress.total = fields.numberOrNull("total"_L1);
    progress.message = fields.textOrNull("message"_L1).left(messageCharsMax);
    progress.metadata = fields.json("metadata"_L1, progress.metadata, JsonText::Root::Object);
    progress.updatedAt = fields.timeOrNull("updated_at"_L1).value_or(Timestamp{});
    return fields.result().map([&] { return std::move(progress); });
}

std::optional<std::chrono::microseconds> JobResult::duration() const
{
    if (!startedAt || !completedAt) return {};
    return *completedAt - *startedAt;
}

QByteArray JobResult::toJson() const
{
    JsonWriter writer;
    writer.jobId("job_id"_L1, jobId)
        .text("status"_L1, toText(status))
        .json("result"_L1, result.bytes())
        .textOrNull("error"_L1, error)
        .timeOrNull("started_at"_L1, startedAt)
        .timeOrNull("completed_at"_L1, completedAt)
        .integer("attempts"_L1, attempts)
        .textOrNull("worker_id"_L1, workerId)
        .secondsOrNull("duration"_L1, duration());
    return writer.take();
}

Result<JobResult> JobResult::fromJson(const QByteArray &json)
{
    JsonFields fields(json);
    JobResult result;
    result.jobId = fields.jobIdOrNull("job_id"_L1);
    result.status = fields.named("status"_L1, result.status, jobStatusFromText);
    result.result = fields.json("result"_L1, result.result, JsonText::Root::Any);
    result.error = fields.textOrNull("error"_L1);
    result.startedAt = fields.timeOrNull("started_at"_L1);
    result.completedAt = fields.timeOrNull("completed_at"_L1);
    result.attempts = static_cast<int>(fields.integer("attempts"_L1, 0, 0, intMax));
    result.workerId = fields.textOrNull("worker_id"_L1);
    return fields.result().map([&] { return std::move(result); });
}

std::optional<JobResult> Job::toResult() const
{
    if (!isTerminal(status)) return {};
    return JobResult{definition.id, status, result, error, startedAt, endedAt, attempts, workerId};
}

JobSummary Job::summary() const
{
    JobSummary row;
    row.id = definition.id;
    row.name = definition.name;
    row.handler = definition.handler;
    row.queue = definition.queue;
    row.priority = definition.priority;
    row.status = status;
    row.attempts = attempts;
    row.maxRetries = definition.retry.maxRetries;
    row.workersLost = workersLost;
    row.cancelRequested = cancelRequested;
    row.createdAt = definition.createdAt;
    row.dueAt = dueAt;
    row.startedAt = startedAt;
    row.endedAt = endedAt;
    row.timeout = definition.timeout;
    row.workerId = workerId;
    row.errorHead = error.section(u'\n', 0, 0).left(JobSummary::errorHeadCharsMax);
    row.tags = definition.tags;
    row.progress = progress;
    row.payloadBytes = definition.args.bytes().size() + definition.kwargs.bytes().size();
    return row;
}

QByteArray Job::toJson() const
{
    JsonWriter state;
    writeState(state, *this);
    state.integer("failures"_L1, failures)
        .integer("requeues"_L1, requeues)
        .timeOrNull("lease_ends_at"_L1, leaseEndsAt)
        .textOrNull("error"_L1, error)
        .json("result"_L1, result.bytes());
    const QByteArray stateJson = state.take();

    JobDefinition shown = definition;
    if (!shown.unknown.isEmpty()) { // one of them may have the name of a key that we write
        QSet<QString> ours;
        const QList<JsonMember> written = jsonMembers(stateJson).value_or(QList<JsonMember>());
        for (const JsonMember &member : written) ours.insert(member.key);
        shown.unknown.removeIf([&](const JsonMember &member) { return ours.contains(member.key); });
    }
    QByteArray json = shown.toJson();
    json.back() = ',';
    return json + stateJson.sliced(1);
}

QByteArray JobSummary::toJson() const
{
    JsonWriter writer;
    writer.jobId("id"_L1, id)
        .text("name"_L1, name)
        .text("handler"_L1, handler)
        .text("queue"_L1, queue)
        .integer("priority"_L1, static_cast<int>(priority))
        .integer("max_retries"_L1, maxRetries)
        .secondsOrNull("timeout"_L1, timeout)
        .textMap("tags"_L1, tags)
        .time("created_at"_L1, createdAt)
        .integer("payload_bytes"_L1, payloadBytes);
    writeState(writer, *this);
    writer.textOrNull("error_head"_L1, errorHead);
    return writer.take();
}

} // namespace signalbox
