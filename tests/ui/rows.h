#pragma once

#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/json_writer.h"
#include "core/model/worker_info.h"

#include <QString>

namespace signalbox::test {

using namespace std::chrono_literals;

inline const Timestamp start = fromMicros(1'700'000'000'000'000);

/// The n-th id of a test: readable, and in the order of n.
inline JobId idOf(int n)
{
    return JobId::trusted(
        QStringLiteral("%1-0000-4000-8000-000000000000").arg(n, 8, 10, QLatin1Char('0')).toLatin1());
}

inline JobSummary rowOf(int n, JobStatus status = JobStatus::Pending)
{
    JobSummary row;
    row.id = idOf(n);
    row.name = QStringLiteral("job %1").arg(n);
    row.handler = QStringLiteral("test.handler");
    row.queue = QStringLiteral("default");
    row.status = status;
    row.createdAt = start + std::chrono::seconds(n);
    return row;
}

inline Event eventOf(int n, Event::Type type, const QByteArray &data = "{}", Timestamp at = start + 100s)
{
    Event event;
    event.type = type;
    event.at = at;
    event.queue = QStringLiteral("default");
    event.job = idOf(n);
    event.data = data;
    return event;
}

inline PoolInfo poolOf(const QString &host, int workers)
{
    PoolInfo pool;
    pool.id = host + QStringLiteral(":1:abc");
    pool.hostname = host;
    pool.pid = 1;
    pool.queues = {QStringLiteral("default")};
    pool.lastHeartbeat = start;
    for (int i = 0; i < workers; ++i) {
        WorkerInfo worker;
        worker.id = QStringLiteral("%1/%2").arg(pool.id).arg(i);
        worker.hostname = host;
        worker.lastHeartbeat = start;
        pool.workers.append(worker);
    }
    return pool;
}

} // namespace signalbox::test
