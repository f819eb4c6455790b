#include "core/service/settings_table.h"

#include "core/service/words.h"
#include "core/worker/pool_bounds.h"

#include <QLocale>

#include <array>
#include <cmath>
#include <limits>

namespace signalbox::service {

using namespace Qt::StringLiterals;
using std::chrono::milliseconds;
using worker::PoolBounds;

namespace {

/// The caller names the setting and its source; here only what is wrong with the text.
tl::unexpected<Error> wrong(const QString &why)
{
    return fail(Error::Kind::Invalid, {}, why, {});
}

tl::unexpected<Error> unsupported(const QString &why)
{
    return fail(Error::Kind::Unsupported, {}, why, {});
}

Result<qint64> toInteger(const QString &text, qint64 min, qint64 max = std::numeric_limits<qint64>::max())
{
    bool isNumber = false;
    const qint64 number = text.trimmed().toLongLong(&isNumber);
    if (!isNumber) return wrong(Words::tr("\"%1\" is not a whole number.").arg(text.left(100)));
    if (number < min || number > max)
        return wrong(Words::tr("%1 is not within %2 … %3.").arg(number).arg(min).arg(max));
    return number;
}

Result<double> toNumber(const QString &text, double min, double max)
{
    bool isNumber = false;
    const double number = QLocale::c().toDouble(text.trimmed(), &isNumber);
    if (!isNumber || !std::isfinite(number))
        return wrong(Words::tr("\"%1\" is not a number.").arg(text.left(100)));
    if (number < min || number > max)
        return wrong(Words::tr("%1 is not within %2 … %3.").arg(text).arg(min).arg(max));
    return number;
}

/// Seconds, as everywhere in settings and jobs; what is above 0 stays above 0.
Result<milliseconds> toSeconds(const QString &text, double min, double max = 1e9)
{
    return toNumber(text, min, max).map([](double seconds) {
        return milliseconds(static_cast<qint64>(std::ceil(seconds * 1000.0)));
    });
}

Result<milliseconds> toSeconds(const QString &text, const PoolBounds::Times &range)
{
    using Seconds = std::chrono::duration<double>;
    return toSeconds(text, Seconds(range.min).count(), Seconds(range.max).count());
}

Result<qint64> toInteger(const QString &text, const PoolBounds::Numbers &range)
{
    return toInteger(text, range.min, range.max);
}

Result<bool> toBoolean(const QString &text)
{
    const QString word = text.trimmed().toLower();
    if (word == u"true" || word == u"1" || word == u"yes" || word == u"on") return true;
    if (word == u"false" || word == u"0" || word == u"no" || word == u"off") return false;
    return wrong(Words::tr("\"%1\" is neither true nor false.").arg(text.left(100)));
}

template <typename T, typename To> Result<> set(To &to, const Result<T> &value)
{
    if (!value) return tl::unexpected(value.error());
    to = static_cast<To>(*value);
    return {};
}

template <typename T> Result<> setOptional(std::optional<T> &to, const Result<T> &value)
{
    if (!value) return tl::unexpected(value.error());
    to = *value;
    return {};
}

Result<> setQueueType(Settings &s, const QString &text)
{
    if (text == u"redis")
        s.queueType = Settings::QueueType::Redis;
    else if (text == u"memory")
        s.queueType = Settings::QueueType::Memory;
    else if (text == u"database")
        return unsupported(Words::tr("The database backend is not part of this version."));
    else
        return wrong(Words::tr("\"%1\" is neither redis nor memory.").arg(text.left(100)));
    return {};
}

Result<> setRedisUrl(Settings &s, const QString &text)
{
    const Result<redis::RedisUrl> url = redis::RedisUrl::parse(text);
    if (!url) return wrong(url.error().why + u' ' + url.error().todo); // its text never holds the password
    s.redisUrl = *url;
    return {};
}

Result<> setPrefix(Settings &s, const QString &text)
{
    static constexpr qsizetype charsMax = 64;
    const bool isPlain = std::all_of(text.begin(), text.end(), [](QChar c) {
        return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9') || c == u'.'
            || c == u'_' || c == u'-';
    });
    if (text.isEmpty() || text.size() > charsMax || !isPlain)
        return wrong(Words::tr("A prefix is 1 to %1 of the characters A–Z a–z 0–9 . _ -.").arg(charsMax));
    s.prefix = text;
    return {};
}

Result<> setQueues(Settings &s, const QString &text)
{
    QList<worker::QueueWeight> queues;
    for (const QString &part : text.split(u',', Qt::SkipEmptyParts)) {
        const qsizetype colon = part.lastIndexOf(u':');
        worker::QueueWeight queue{part.left(colon < 0 ? part.size() : colon).trimmed(), 1};
        if (colon >= 0) {
            const Result<qint64> weight = toInteger(part.mid(colon + 1), PoolBounds::weight);
            if (!weight) return tl::unexpected(weight.error());
            queue.weight = static_cast<int>(*weight);
        }
        if (queue.queue.isEmpty())
            return wrong(Words::tr("A queue without a name is in \"%1\".").arg(text.left(100)));
        for (const worker::QueueWeight &other : std::as_const(queues))
            if (other.queue == queue.queue)
                return wrong(Words::tr("The queue %1 is there twice.").arg(queue.queue));
        queues.append(queue);
    }
    if (queues.isEmpty()) return wrong(Words::tr("Not one queue is named."));
    s.pool.queues = queues;
    return {};
}

Result<> setFsync(Settings &s, const QString &text)
{
    if (text != u"always" && text != u"everysec")
        return wrong(Words::tr("\"%1\" is neither always nor everysec.").arg(text.left(100)));
    s.privateFsync = text;
    return {};
}

Result<> checkMaxDelay(Settings & /*s*/, const QString &text)
{
    const Result<double> seconds = toNumber(text, 0, 1e9);
    if (!seconds) return tl::unexpected(seconds.error());
    const auto cap = static_cast<double>(RetryPolicy::cap.count());
    if (*seconds == cap) return {};
    return unsupported(Words::tr("The longest wait between two tries is %1 seconds, always.").arg(cap));
}

Result<> checkResultsBackend(Settings & /*s*/, const QString &text)
{
    if (text == u"redis") return {};
    return unsupported(
        Words::tr("Results are kept in Redis; \"%1\" is not part of this version.").arg(text.left(100)));
}

Result<> checkLargeResults(Settings & /*s*/, const QString &text)
{
    const Result<qint64> bytes = toInteger(text, 0);
    if (!bytes) return tl::unexpected(bytes.error());
    if (*bytes == 0) return {};
    return unsupported(Words::tr("Results of every size are kept in Redis."));
}

Result<> checkBucket(Settings & /*s*/, const QString &text)
{
    if (text.isEmpty()) return {};
    return unsupported(Words::tr("Results are kept in Redis; an object store is not part of this version."));
}

constexpr std::array rows{
    SettingRow{"queue.enabled", "JOB_QUEUE_ENABLED", "true",
               "`false`: nothing starts, and every call says so.",
               [](Settings &s, const QString &t) { return set(s.enabled, toBoolean(t)); }},
    SettingRow{"queue.type", "", "redis",
               "`redis`, or `memory`: in this process only and gone with it, for trying out.", setQueueType},
    SettingRow{"queue.redis_url", "REDIS_URL", "", "The server; without one, a private server is started.",
               setRedisUrl},
    SettingRow{"queue.prefix", "", "signalbox", "What all keys in Redis begin with.", setPrefix},
    SettingRow{"queue.max_size", "", "0", "Jobs not yet ended that a queue takes; 0: unlimited.",
               [](Settings &s, const QString &t) { return setOptional(s.limits.sizeMax, toInteger(t, 0)); }},
    SettingRow{"queue.max_events", "", "100000",
               "Events of a queue that a reader can still catch up with, about.",
               [](Settings &s, const QString &t) {
                   return setOptional(s.limits.eventsMax, toInteger(t, 100, 10'000'000));
               }},
    SettingRow{"workers.count", "JOB_WORKER_COUNT", "0", "Workers of this process; 0: one for each CPU core.",
               [](Settings &s, const QString &t) {
                   return set(s.workers, toInteger(t, 0, PoolBounds::workers.max));
               }},
    SettingRow{"workers.queues", "", "default", "Queues to work on, with weights: `mail:3, default:1`.",
               setQueues},
    SettingRow{"workers.handlers", "", "",
               "The file that registers handlers; without one, `handlers.json` beside the "
               "settings file, where it exists.",
               [](Settings &s, const QString &t) {
                   s.handlersFile = t;
                   return Result<>();
               }},
    SettingRow{"workers.max_jobs_per_worker", "", "1000",
               "Then a worker is renewed, its child process too; 0: never.",
               [](Settings &s, const QString &t) {
                   return set(s.pool.jobsPerWorkerMax, toInteger(t, PoolBounds::jobsPerWorker));
               }},
    SettingRow{
        "workers.lease", "", "30", "Seconds that a job is a worker's own unless renewed.",
        [](Settings &s, const QString &t) { return set(s.pool.lease, toSeconds(t, PoolBounds::lease)); }},
    SettingRow{"workers.heartbeat_interval", "", "10",
               "Seconds between two renewals of the leases; at most half the lease.",
               [](Settings &s, const QString &t) {
                   return set(s.pool.heartbeat, toSeconds(t, PoolBounds::heartbeat(PoolBounds::lease.max)));
               }},
    SettingRow{"workers.shutdown_timeout", "", "30", "Seconds that a graceful stop waits for running jobs.",
               [](Settings &s, const QString &t) {
                   return set(s.pool.shutdownTimeout, toSeconds(t, PoolBounds::shutdownTimeout));
               }},
    SettingRow{"retry.max_attempts", "", "3",
               "Retries of a job that says nothing of its own; so one run more in all.",
               [](Settings &s, const QString &t) {
                   return set(s.retry.maxRetries, toInteger(t, 0, 2'000'000'000));
               }},
    SettingRow{"retry.base_delay", "", "1", "Seconds before the first retry.",
               [](Settings &s, const QString &t) { return set(s.retry.base, toSeconds(t, 0)); }},
    SettingRow{"retry.backoff_multiplier", "", "2", "By which the wait grows with each retry.",
               [](Settings &s, const QString &t) { return set(s.retry.factor, toNumber(t, 0.001, 1000)); }},
    SettingRow{"retry.max_delay", "", "300", "The longest wait, in seconds: fixed.", checkMaxDelay},
    SettingRow{"results.backend", "", "redis", "Where results are kept: `redis`.", checkResultsBackend},
    SettingRow{
        "results.ttl", "", "604800", "Seconds that finished jobs and their results are kept.",
        [](Settings &s, const QString &t) { return setOptional(s.limits.keepFinishedFor, toSeconds(t, 1)); }},
    SettingRow{"results.max_count", "", "1000000", "Finished jobs that a queue keeps; 0: unlimited.",
               [](Settings &s, const QString &t) {
                   return setOptional(s.limits.keepFinishedCount, toInteger(t, 0));
               }},
    SettingRow{"results.max_bytes", "", "1073741824",
               "Bytes of finished jobs that a queue keeps; 0: unlimited.",
               [](Settings &s, const QString &t) {
                   return setOptional(s.limits.keepFinishedBytes, toInteger(t, 0));
               }},
    SettingRow{"results.large_result_threshold", "", "0",
               "Bytes from which a result is kept outside Redis; 0: none is, the only choice so far.",
               checkLargeResults},
    SettingRow{"results.s3_bucket", "", "", "Where large results would be kept: not part of this version.",
               checkBucket},
    SettingRow{"dead_letter.max_size", "", "1000", "Dead letters that a queue keeps; the oldest go.",
               [](Settings &s, const QString &t) { return setOptional(s.limits.deadMax, toInteger(t, 0)); }},
    SettingRow{"dead_letter.retention_days", "", "30", "Days that a dead letter is kept.",
               [](Settings &s, const QString &t) {
                   return setOptional(s.limits.keepDeadFor, toNumber(t, 0.001, 36'500).map([](double days) {
                       return milliseconds(static_cast<qint64>(days * 86'400'000.0));
                   }));
               }},
    SettingRow{
        "monitoring.metrics_interval", "", "5",
        "Seconds between two readings of the figures while nothing happens; what happens is shown at once.",
        [](Settings &s, const QString &t) { return set(s.metricsInterval, toSeconds(t, 0.1, 86'400)); }},
    SettingRow{"monitoring.log_slow_jobs", "", "true", "Whether a slow job leaves a line in the log.",
               [](Settings &s, const QString &t) { return set(s.logSlowJobs, toBoolean(t)); }},
    SettingRow{"monitoring.slow_job_threshold", "", "60", "Seconds from which a run counts as slow.",
               [](Settings &s, const QString &t) { return set(s.slowJobThreshold, toSeconds(t, 0)); }},
    SettingRow{"alerts.queue_age", "", "300",
               "Seconds of the oldest job's wait from which a queue is told of; 0: never.",
               [](Settings &s, const QString &t) { return set(s.alerts.queueAge, toSeconds(t, 0)); }},
    SettingRow{"alerts.dead_letters", "", "20",
               "Dead letters of a queue, within the next setting's time, that are told of; 0: never.",
               [](Settings &s, const QString &t) { return set(s.alerts.deadLetters, toInteger(t, 0)); }},
    SettingRow{"alerts.dead_letter_window", "", "600", "Seconds within which they are counted.",
               [](Settings &s, const QString &t) { return set(s.alerts.deadLetterWindow, toSeconds(t, 1)); }},
    SettingRow{"alerts.stalled_after", "", "60",
               "Seconds from which a queue that does not move, with a worker free, is told of; 0: never.",
               [](Settings &s, const QString &t) { return set(s.alerts.stalledAfter, toSeconds(t, 0)); }},
    SettingRow{"alerts.unserved_after", "", "10",
               "Seconds from which jobs that no worker serves are told of; 0: at once.",
               [](Settings &s, const QString &t) { return set(s.alerts.unservedAfter, toSeconds(t, 0)); }},
    SettingRow{"alerts.redis_memory", "", "0.9",
               "Share of Redis' maxmemory in use from which it is told; 1: never.",
               [](Settings &s, const QString &t) { return set(s.alerts.redisMemory, toNumber(t, 0.1, 1)); }},
    SettingRow{"alerts.disk_free", "", "1073741824",
               "Bytes left on the private server's disk below which it is told; 0: never.",
               [](Settings &s, const QString &t) { return set(s.alerts.diskFree, toInteger(t, 0)); }},
    SettingRow{"private.folder", "", "",
               "The private server's folder; without one, `signalbox/redis` in your data folder.",
               [](Settings &s, const QString &t) {
                   s.dataFolder = t;
                   return Result<>();
               }},
    SettingRow{
        "private.appendfsync", "", "always",
        "`always`: what was acknowledged is on disk; `everysec`: faster, and up to two seconds may be lost.",
        setFsync},
};

} // namespace

std::span<const SettingRow> settingRows()
{
    return rows;
}

QString environmentName(const SettingRow &row)
{
    return u"SIGNALBOX_"_s + QString::fromLatin1(row.name).replace(u'.', u'_').toUpper();
}

} // namespace signalbox::service
