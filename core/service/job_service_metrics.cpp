#include "core/service/job_service_private.h"
#include "core/service/when_all.h"
#include "core/service/words.h"

namespace signalbox::service {

using runtime::whenDone;

namespace {

/// What is of one queue alone; the rest is of the connection, and so of all of them.
bool isOfOneQueue(Error::Kind kind)
{
    return kind != Error::Kind::ConnectionLost && kind != Error::Kind::Unavailable
        && kind != Error::Kind::WrongState;
}

Error ofQueue(const QString &queue, const Error &error)
{
    return {error.kind, Words::tr("The figures of queue %1 could not be read.").arg(queue),
            QStringList{error.what, error.why}.join(u' '), error.todo};
}

} // namespace

/// One answer that is under way: its parts are asked for side by side.
struct JobService::Private::Gathering { // owners: the lambdas that wait for its parts
    runtime::Answer<ServiceMetrics> answer;
    ServiceMetrics metrics;
    int missing = 4; ///< queues, pools, the server's time, our own pool

    template <typename T> bool take(const Result<T> &part, T &to)
    {
        if (!part) answer.give(tl::unexpected(part.error())); // the first one counts, whatever follows
        if (part) to = *part;
        return part.has_value();
    }
    void partDone()
    {
        if (--missing == 0) answer.give(metrics);
    }
};

void JobService::Private::gatherMetrics(const runtime::Answer<ServiceMetrics> &answer)
{
    const auto gathering = std::make_shared<Gathering>();
    gathering->answer = answer;
    gathering->metrics.handlers = parts.handlers->names();
    gatherQueues(gathering);
    whenDone(queue.pools(), this, [gathering](const Result<QList<PoolInfo>> &pools) {
        if (gathering->take(pools, gathering->metrics.pools)) gathering->partDone();
    });
    whenDone(queue.serverNow(), this, [gathering](const Result<Timestamp> &now) {
        if (gathering->take(now, gathering->metrics.serverNow)) gathering->partDone();
    });
    whenDone(pool.metrics(), this, [gathering](const Result<worker::PoolMetrics> &own) {
        if (gathering->take(own, gathering->metrics.pool)) gathering->partDone();
    });
}

void JobService::Private::gatherQueues(const std::shared_ptr<Gathering> &gathering)
{
    whenDone(queue.queues(), this, [this, gathering](const Result<QStringList> &names) {
        QStringList all;
        if (!gathering->take(names, all)) return;
        QList<QFuture<Result<QueueStats>>> futures;
        for (const QString &name : std::as_const(all)) futures.append(queue.stats(name));
        whenAll(futures, this, [this, all, gathering](const QList<Result<QueueStats>> &results) {
            ServiceMetrics &metrics = gathering->metrics;
            for (qsizetype i = 0; i < results.size(); ++i) {
                const Result<QueueStats> &one = results[i];
                if (one)
                    metrics.queues.append(*one);
                else if (isOfOneQueue(one.error().kind))
                    metrics.queueErrors.insert(all[i], ofQueue(all[i], one.error()));
                else
                    return gathering->answer.give(tl::unexpected(one.error()));
            }
            tellQueueErrors(metrics.queueErrors);
            gathering->partDone();
        });
    });
}

/// To the activity log, when they change: whoever shows figures asks again and again.
void JobService::Private::tellQueueErrors(const QMap<QString, Error> &now)
{
    for (auto one = now.constBegin(); one != now.constEnd(); ++one)
        if (queueErrorsTold.value(one.key()) != *one) Q_EMIT owner->problem(*one);
    queueErrorsTold = now;
}

} // namespace signalbox::service
