#include "core/model/worker_info.h"

#include "core/model/json_fields.h"
#include "core/model/json_writer.h"

namespace signalbox {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 most = std::numeric_limits<qint64>::max();

} // namespace

QByteArray WorkerInfo::toJson() const
{
    JsonWriter writer;
    writer.text("id"_L1, id)
        .text("status"_L1, toText(status))
        .jobId("current_job"_L1, currentJob)
        .textOrNull("current_handler"_L1, currentHandler)
        .textOrNull("current_queue"_L1, currentQueue)
        .timeOrNull("job_started_at"_L1, jobStartedAt)
        .secondsOrNull("job_timeout"_L1, jobTimeout)
        .time("started_at"_L1, startedAt)
        .time("last_heartbeat"_L1, lastHeartbeat)
        .integer("jobs_completed"_L1, jobsCompleted)
        .integer("jobs_failed"_L1, jobsFailed)
        .text("hostname"_L1, hostname)
        .integer("pid"_L1, pid);
    return writer.take();
}

Result<WorkerInfo> WorkerInfo::fromJson(const QByteArray &json)
{
    JsonFields fields(json);
    WorkerInfo worker;
    worker.id = fields.requiredText("id"_L1);
    worker.status = fields.named("status"_L1, worker.status, workerStatusFromText);
    worker.currentJob = fields.jobIdOrNull("current_job"_L1);
    worker.currentHandler = fields.textOrNull("current_handler"_L1);
    worker.currentQueue = fields.textOrNull("current_queue"_L1);
    worker.jobStartedAt = fields.timeOrNull("job_started_at"_L1);
    worker.jobTimeout = fields.secondsOrNull("job_timeout"_L1);
    worker.startedAt = fields.timeOrNull("started_at"_L1).value_or(Timestamp{});
    worker.lastHeartbeat = fields.timeOrNull("last_heartbeat"_L1).value_or(Timestamp{});
    worker.jobsCompleted = fields.integer("jobs_completed"_L1, 0, 0, most);
    worker.jobsFailed = fields.integer("jobs_failed"_L1, 0, 0, most);
    worker.hostname = fields.text("hostname"_L1);
    worker.pid = fields.integer("pid"_L1, 0, 0, most);
    return fields.result().map([&] { return std::move(worker); });
}

QByteArray PoolInfo::toJson() const
{
    QList<QByteArray> each;
    each.reserve(workers.size());
    for (const WorkerInfo &worker : workers) each.append(worker.toJson());
    JsonWriter writer;
    writer.text("id"_L1, id)
        .text("hostname"_L1, hostname)
        .integer("pid"_L1, pid)
        .text("version"_L1, version)
        .textList("queues"_L1, queues)
        .textList("handlers"_L1, handlers)
        .time("started_at"_L1, startedAt)
        .time("last_heartbeat"_L1, lastHeartbeat)
        .integer("stuck_threads"_L1, stuckThreads)
        .json("workers"_L1, jsonArray(each));
    return writer.take();
}

Result<PoolInfo> PoolInfo::fromJson(const QByteArray &json)
{
    JsonFields fields(json);
    PoolInfo pool;
    pool.id = fields.requiredText("id"_L1);
    pool.hostname = fields.text("hostname"_L1);
    pool.pid = fields.integer("pid"_L1, 0, 0, most);
    pool.version = fields.text("version"_L1);
    pool.queues = fields.textList("queues"_L1);
    pool.handlers = fields.textList("handlers"_L1);
    pool.startedAt = fields.timeOrNull("started_at"_L1).value_or(Timestamp{});
    pool.lastHeartbeat = fields.timeOrNull("last_heartbeat"_L1).value_or(Timestamp{});
    pool.stuckThreads
        = static_cast<int>(fields.integer("stuck_threads"_L1, 0, 0, std::numeric_limits<int>::max()));
    for (const QByteArray &element : fields.elements("workers"_L1)) {
        const Result<WorkerInfo> worker = WorkerInfo::fromJson(element);
        if (worker)
            pool.workers.append(*worker);
        else
            fields.refuse("workers"_L1, worker.error().what + u' ' + worker.error().why, worker.error().todo);
    }
    return fields.result().map([&] { return std::move(pool); });
}

} // namespace signalbox
