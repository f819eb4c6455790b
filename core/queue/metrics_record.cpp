#include "core/queue/metrics_record.h"

#include "core/queue/job_record.h"

#include <algorithm>
#include <cmath>

namespace signalbox::queue {

namespace {

constexpr qint64 second = 1'000'000; ///< µs

MetricsBucket &bucketIn(std::map<qint64, MetricsBucket> &ring, qint64 number)
{
    MetricsBucket &bucket = ring[number];
    bucket.number = number;
    return bucket;
}

QString lineIn(const MetricsBucket &bucket, const QString &handler)
{
    const auto named = bucket.handlers.size() - (bucket.handlers.contains(MetricsBucket::other()) ? 1 : 0);
    const bool fits = bucket.handlers.contains(handler) || named < MetricsBucket::handlersMax;
    return fits ? handler : MetricsBucket::other();
}

} // namespace

bool MetricsRings::record(const QByteArray &worker, const MetricsRecord &record, const DepthSample &depth,
                          qint64 nowUs)
{
    m_told.removeIf([nowUs](const auto &told) { return nowUs - told->atUs >= sequenceLivesUs; });
    if (m_told.value(worker).sequence >= record.sequence) return false;
    for (const MetricsResolution resolution : {MetricsResolution::Fine, MetricsResolution::Coarse}) {
        std::map<qint64, MetricsBucket> &ring = m_rings[static_cast<size_t>(resolution)];
        const int width = widthOf(resolution);
        const qint64 current = nowUs / second / width;
        ring.erase(ring.begin(), ring.upper_bound(current - slotsOf(resolution)));
        for (const MetricsRecord::Line &line : record.lines) {
            const qint64 number = std::min(line.bucket * 5 / width, current);
            if (number <= current - slotsOf(resolution)) continue;
            MetricsBucket &bucket = bucketIn(ring, number);
            if (line.handler.isEmpty())
                bucket.workers.add(line.workers);
            else
                bucket.handlers[lineIn(bucket, line.handler)].add(line.figures);
            if (!record.since || *record.since * 5 / width > number) continue;
            const qint64 since = *record.since * 5 / width;
            bucket.since = std::min(bucket.since.value_or(since), since);
        }
        bucketIn(ring, current).depth = depth;
    }
    m_told.insert(worker, {record.sequence, nowUs});
    return true;
}

BucketRange rangeOf(const MetricsQuery &query, qint64 nowUs)
{
    const int width = widthOf(query.resolution);
    const qint64 current = nowUs / second / width;
    const qint64 last = query.until ? std::min(toMicros(*query.until) / second / width, current) : current;
    const qint64 count = (std::max<qint64>(query.length.count(), 1) + width - 1) / width;
    return {std::max(last - count + 1, current - slotsOf(query.resolution) + 1), last};
}

MetricsSeries MetricsRings::read(const MetricsQuery &query, qint64 nowUs) const
{
    const BucketRange range = rangeOf(query, nowUs);
    MetricsSeries series{query.queue, query.resolution, fromMicros(nowUs), range.first, range.last, {}};
    const auto &ring = m_rings[static_cast<size_t>(query.resolution)];
    for (auto at = ring.lower_bound(range.first); at != ring.end() && at->first <= range.last; ++at) {
        series.buckets.append(at->second);
        keepOnly(series.buckets.back(), query.handler);
    }
    return series;
}

QByteArrayList toArguments(const MetricsRecord &record)
{
    QByteArrayList arguments{QByteArray::number(record.sequence),
                             record.since ? QByteArray::number(*record.since) : QByteArrayLiteral("-")};
    for (const MetricsRecord::Line &line : record.lines) {
        arguments.append(QByteArray::number(line.bucket));
        arguments.append(handlerWord(line.handler));
        arguments.append(line.handler.isEmpty() ? toPairs(line.workers) : toPairs(line.figures));
    }
    return arguments;
}

std::optional<MetricsBucket> bucketFromText(const QByteArray &text)
{
    const QByteArrayList lines = text.split('\n');
    const QByteArrayList head = lines.constFirst().split(' ');
    if (head.size() < 3) return std::nullopt;
    MetricsBucket bucket;
    bool isNumber = false;
    bucket.number = head.at(0).toLongLong(&isNumber);
    if (!isNumber) return std::nullopt;
    if (const qint64 since = head.at(1).toLongLong(&isNumber); isNumber) bucket.since = since;
    if (head.size() == 9) {
        const auto at = [&head](qsizetype i) { return head.at(i).toLongLong(); };
        bucket.depth
            = DepthSample{at(2), at(3), at(4), at(5), at(6), at(7), std::chrono::microseconds(at(8))};
    }
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const QByteArray &line = lines.at(i);
        const qsizetype space = line.indexOf(' ');
        const QByteArray word = space < 0 ? line : line.first(space);
        const QByteArray figures = space < 0 ? QByteArray() : line.sliced(space);
        if (word.isEmpty())
            addPairs(figures, bucket.workers);
        else
            addPairs(figures, bucket.handlers[handlerOfWord(word)]);
    }
    return bucket;
}

void keepOnly(MetricsBucket &bucket, const QString &handler)
{
    if (!handler.isEmpty())
        bucket.handlers.removeIf([&handler](const auto &one) { return one.key() != handler; });
}

} // namespace signalbox::queue
