#include "core/model/metrics_series.h"

#include <algorithm>

namespace signalbox {

namespace {

constexpr std::array levels{'L', 'N', 'H', 'K'};

void write(QByteArray &text, char key, qint64 number)
{
    if (number == 0) return;
    text += ' ';
    text += key;
    text += ':' + QByteArray::number(number);
}

/// key, step (nothing where the key is one letter), number
template <typename Take> void eachPair(QByteArrayView pairs, Take take)
{
    for (const QByteArray &pair : pairs.toByteArray().split(' ')) {
        const qsizetype colon = pair.indexOf(':');
        if (colon < 1) continue;
        bool isNumber = false;
        const qint64 number = pair.sliced(colon + 1).toLongLong(&isNumber);
        if (!isNumber) continue;
        if (colon == 1) {
            take(pair.front(), std::optional<int>(), number);
            continue;
        }
        const int step = pair.sliced(1, colon - 1).toInt(&isNumber);
        if (isNumber) take(pair.front(), std::optional(step), number);
    }
}

} // namespace

void HandlerFigures::add(const HandlerFigures &other)
{
    completed += other.completed;
    failed += other.failed;
    retried += other.retried;
    dead += other.dead;
    cancelled += other.cancelled;
    wait.add(other.wait);
    run.add(other.run);
    retryDelay.add(other.retryDelay);
    resultBytes.add(other.resultBytes);
}

std::optional<double> HandlerFigures::errorRate() const
{
    const qint64 runs = completed + failed;
    return runs > 0 ? std::optional(static_cast<double>(failed) / static_cast<double>(runs)) : std::nullopt;
}

void WorkerFigures::add(const WorkerFigures &other)
{
    busyUs += other.busyUs;
    availableUs += other.availableUs;
    for (size_t i = 0; i < waitByLevel.size(); ++i) waitByLevel[i].add(other.waitByLevel[i]);
}

std::optional<double> WorkerFigures::utilisation() const
{
    if (availableUs <= 0) return std::nullopt;
    return std::clamp(static_cast<double>(busyUs) / static_cast<double>(availableUs), 0.0, 1.0);
}

HandlerFigures MetricsBucket::sum() const
{
    HandlerFigures all;
    for (const HandlerFigures &one : handlers) all.add(one);
    return all;
}

Timestamp MetricsSeries::startOf(qint64 number) const
{
    return Timestamp(std::chrono::seconds(number * widthOf(resolution)));
}

std::chrono::seconds MetricsSeries::length() const
{
    const Timestamp end = std::min(startOf(last + 1), serverNow);
    return std::max(std::chrono::duration_cast<std::chrono::seconds>(end - startOf(first)),
                    std::chrono::seconds(1));
}

HandlerFigures MetricsSeries::sum() const
{
    HandlerFigures all;
    for (const MetricsBucket &bucket : buckets) all.add(bucket.sum());
    return all;
}

QMap<QString, HandlerFigures> MetricsSeries::byHandler() const
{
    QMap<QString, HandlerFigures> all;
    for (const MetricsBucket &bucket : buckets)
        for (auto one = bucket.handlers.constBegin(); one != bucket.handlers.constEnd(); ++one)
            all[one.key()].add(*one);
    return all;
}

WorkerFigures MetricsSeries::workers() const
{
    WorkerFigures all;
    for (const MetricsBucket &bucket : buckets) all.add(bucket.workers);
    return all;
}

bool MetricsSeries::isIdle(qint64 number, std::optional<Timestamp> aliveSince) const
{
    const auto next = std::lower_bound(buckets.begin(), buckets.end(), number,
                                       [](const MetricsBucket &one, qint64 n) { return one.number < n; });
    if (next != buckets.end() && next->number == number) return false;
    if (aliveSince && startOf(number) >= *aliveSince) return true;
    return std::any_of(next, buckets.end(),
                       [number](const MetricsBucket &one) { return one.since && *one.since <= number; });
}

QByteArray toPairs(const HandlerFigures &figures)
{
    QByteArray text;
    write(text, 'c', figures.completed);
    write(text, 'f', figures.failed);
    write(text, 't', figures.retried);
    write(text, 'd', figures.dead);
    write(text, 'x', figures.cancelled);
    figures.wait.write(text, 'w');
    figures.run.write(text, 'r');
    figures.retryDelay.write(text, 'y');
    figures.resultBytes.write(text, 'z');
    return text;
}

QByteArray toPairs(const WorkerFigures &figures)
{
    QByteArray text;
    write(text, 'b', figures.busyUs);
    write(text, 'a', figures.availableUs);
    for (size_t i = 0; i < levels.size(); ++i) figures.waitByLevel[i].write(text, levels[i]);
    return text;
}

void addPairs(QByteArrayView pairs, HandlerFigures &to)
{
    eachPair(pairs, [&to](char key, std::optional<int> step, qint64 number) {
        switch (key) {
        case 'c':
            to.completed += number;
            break;
        case 'f':
            to.failed += number;
            break;
        case 't':
            to.retried += number;
            break;
        case 'd':
            to.dead += number;
            break;
        case 'x':
            to.cancelled += number;
            break;
        case 'w':
            to.wait.addPair(step, number);
            break;
        case 'r':
            to.run.addPair(step, number);
            break;
        case 'y':
            to.retryDelay.addPair(step, number);
            break;
        case 'z':
            to.resultBytes.addPair(step, number);
            break;
        default:
            break;
        }
    });
}

void addPairs(QByteArrayView pairs, WorkerFigures &to)
{
    eachPair(pairs, [&to](char key, std::optional<int> step, qint64 number) {
        if (key == 'b') to.busyUs += number;
        if (key == 'a') to.availableUs += number;
        const auto level = std::find(levels.begin(), levels.end(), key);
        if (level != levels.end())
            to.waitByLevel[static_cast<size_t>(level - levels.begin())].addPair(step, number);
    });
}

} // namespace signalbox
