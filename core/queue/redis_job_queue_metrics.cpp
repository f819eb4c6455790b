// What pools record of their work, and what others read of it.
#include "core/queue/redis_job_queue_calls.h"

namespace signalbox::queue {

using redis::Reply;

void RedisJobQueue::recordMetrics(QByteArray worker, MetricsRecord record, std::function<void(Result<>)> done)
{
    if (refuseUnready([done](const Error &error) { done(tl::unexpected(error)); })) return;
    const auto key = [&](Noun noun) { return m_names.key(record.queue, noun); };
    m_client->eval(scripts::record_metrics,
                   {key(Noun::Meta), m_names.metrics(record.queue, true),
                    m_names.metrics(record.queue, false), m_names.recorded(record.queue, worker),
                    key(Noun::Blocked), key(Noun::Pending), key(Noun::Scheduled), key(Noun::Retrying),
                    key(Noun::Running), key(Noun::Dead)},
                   toArguments(record), [done = std::move(done)](const Result<Reply> &reply) {
                       if (reply)
                           done({});
                       else
                           done(tl::unexpected(reply.error()));
                   });
}

QFuture<Result<MetricsSeries>> RedisJobQueue::metricsSeries(MetricsQuery query)
{
    return ask<MetricsSeries>([this, query = std::move(query)](const auto &answer) {
        const bool isFine = query.resolution == MetricsResolution::Fine;
        m_client->eval(
            scripts::read_metrics,
            {m_names.key(query.queue, Noun::Meta), m_names.metrics(query.queue, isFine)},
            {QByteArray::number(widthOf(query.resolution)), QByteArray::number(slotsOf(query.resolution)),
             QByteArray::number(std::max<qint64>(query.length.count(), 1)),
             query.until ? QByteArray::number(toMicros(*query.until)) : QByteArray()},
            [query, answer](const Result<Reply> &reply) {
                if (!reply) return answer.give(tl::unexpected(reply.error()));
                if (reply->size() < 3)
                    return answer.give(tl::unexpected(unexpectedReply(scripts::read_metrics.name)));
                const auto number = [&reply](size_t i) { return reply->at(i).text.toLongLong(); };
                MetricsSeries series{query.queue, query.resolution, fromMicros(number(0)),
                                     number(1),   number(2),        {}};
                for (size_t i = 3; i < reply->size(); ++i) {
                    std::optional<MetricsBucket> bucket = bucketFromText(reply->at(i).text);
                    if (!bucket) continue; // not ours: a figure less, and nothing worse
                    keepOnly(*bucket, query.handler);
                    series.buckets.append(*std::move(bucket));
                }
                answer.give(std::move(series));
            });
    });
}

} // namespace signalbox::queue
