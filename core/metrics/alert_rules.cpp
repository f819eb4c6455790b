#include "core/metrics/alert_rules.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"

#include <QCoreApplication>
#include <QSet>

#include <algorithm>

namespace signalbox::metrics {

using namespace Qt::StringLiterals;
using Kind = Alert::Kind;
using Level = Alert::Level;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::Alert)
};

constexpr std::chrono::hours forgottenAfter{1}; // a pool of yesterday is nobody's hope
constexpr double better = 0.8;                  // than its threshold, for an alert to end

bool isHealthy(const PoolInfo &pool, Timestamp now)
{
    return !pool.workers.isEmpty() && now - pool.lastHeartbeat < WorkerInfo::healthyFor;
}

bool serves(const PoolInfo &pool, const QString &queue)
{
    return pool.queues.contains(queue);
}

bool hasIdleWorker(const PoolInfo &pool)
{
    return std::any_of(pool.workers.begin(), pool.workers.end(),
                       [](const WorkerInfo &worker) { return worker.status == WorkerStatus::Idle; });
}

qint64 waiting(const QueueStats &stats)
{
    return stats.size(JobStatus::Pending);
}

} // namespace

AlertRules::Change AlertRules::look(const AlertSight &sight)
{
    m_now = sight.now;
    m_next.clear();
    QSet<QString> seen;
    for (const QueueStats &stats : sight.queues) {
        seen.insert(stats.queue);
        lookAtQueue(stats, sight);
    }
    for (const Alert &alert : std::as_const(m_alerts))
        if (!alert.queue.isEmpty() && !seen.contains(alert.queue)) m_next.insert(alert.key(), alert);
    lookForWorkers(sight);
    lookAtServer(sight);

    Change change;
    for (const Alert &alert : std::as_const(m_next))
        if (!m_alerts.contains(alert.key())) change.raised.append(alert);
    for (const Alert &alert : std::as_const(m_alerts))
        if (!m_next.contains(alert.key())) change.cleared.append(alert);
    m_alerts = std::move(m_next);
    m_next.clear();
    return change;
}

QList<Alert> AlertRules::alerts() const
{
    QList<Alert> list = m_alerts.values();
    std::stable_sort(list.begin(), list.end(), [](const Alert &a, const Alert &b) {
        return a.level != b.level ? a.level == Level::Error : a.since < b.since;
    });
    return list;
}

void AlertRules::hold(Kind kind, Level level, const QString &queue, const QString &what, const QString &todo)
{
    Alert alert{kind, level, queue, what, todo, m_now};
    const QString key = alert.key();
    if (const auto before = m_alerts.constFind(key); before != m_alerts.cend()) alert.since = before->since;
    m_next.insert(key, alert);
}

void AlertRules::keep(Kind kind, const QString &queue)
{
    const QString key = Alert{kind, {}, queue, {}, {}, {}}.key();
    if (const auto before = m_alerts.constFind(key); before != m_alerts.cend()) m_next.insert(key, *before);
}

bool AlertRules::holds(Kind kind, const QString &queue) const
{
    return m_alerts.contains(Alert{kind, {}, queue, {}, {}, {}}.key());
}

qint64 AlertRules::newDead(QueueWatch &watch, const QueueStats &stats, Timestamp now) const
{
    constexpr int parts = 12;
    const std::chrono::microseconds window = m_thresholds.deadLetterWindow;
    // A lifetime count that fell is another server's, or an older copy of it: nothing before counts.
    if (!watch.dead.empty() && watch.dead.back().count > stats.deadLettered) watch.dead.clear();
    if (watch.dead.empty() || now - watch.dead.back().at >= window / parts)
        watch.dead.push_back({now, stats.deadLettered});
    while (watch.dead.size() > 1 && watch.dead[1].at <= now - window) watch.dead.pop_front();
    return stats.deadLettered - watch.dead.front().count;
}

void AlertRules::lookAtQueue(const QueueStats &stats, const AlertSight &sight)
{
    const bool isNew = !m_queues.contains(stats.queue);
    QueueWatch &watch = m_queues[stats.queue];
    const qint64 running = stats.size(JobStatus::Running);
    if (isNew || watch.processed != stats.processed || watch.running != running || waiting(stats) == 0
        || stats.paused)
        watch.movedAt = m_now;
    watch.processed = stats.processed;
    watch.running = running;
    lookAtService(stats, watch, sight);
    lookAtDelay(stats, watch);
}

void AlertRules::lookAtService(const QueueStats &stats, QueueWatch &watch, const AlertSight &sight)
{
    const QString name = displayLine(stats.queue);
    const bool isServed = std::any_of(sight.pools.begin(), sight.pools.end(), [&](const PoolInfo &pool) {
        return isHealthy(pool, m_now) && serves(pool, stats.queue);
    });
    const bool isUnserved = waiting(stats) > 0 && !stats.paused && !isServed;
    if (!isUnserved)
        watch.unservedSince.reset();
    else if (!watch.unservedSince)
        watch.unservedSince = m_now;
    if (isUnserved && m_now - *watch.unservedSince >= m_thresholds.unservedAfter)
        hold(Kind::NoWorkerServes, Level::Error, stats.queue,
             Words::tr("No worker serves queue %1: %2 waiting.").arg(name, jobsText(waiting(stats))),
             Words::tr("Start workers for it: signalboxctl work --queue %1.").arg(name));

    const bool isIdle = std::any_of(sight.pools.begin(), sight.pools.end(), [&](const PoolInfo &pool) {
        return isHealthy(pool, m_now) && serves(pool, stats.queue) && hasIdleWorker(pool);
    });
    const std::chrono::microseconds still = m_now - watch.movedAt;
    if (isIdle && m_thresholds.stalledAfter.count() > 0 && still >= m_thresholds.stalledAfter)
        hold(Kind::QueueStalled, Level::Error, stats.queue,
             Words::tr("Queue %1 has stood still for %2: %3 waiting, and a worker is free.")
                 .arg(name, ageText(still), jobsText(waiting(stats))),
             Words::tr(
                 "Do its workers know the handlers of these jobs? See the workers' logs, then signalboxctl "
                 "doctor."));
}

void AlertRules::lookAtDelay(const QueueStats &stats, QueueWatch &watch)
{
    const QString name = displayLine(stats.queue);
    const auto late = m_thresholds.queueAge * (holds(Kind::QueueAge, stats.queue) ? better : 1.0);
    if (stats.oldestWait && !stats.paused && late.count() > 0 && *stats.oldestWait >= late)
        hold(Kind::QueueAge, Level::Warning, stats.queue,
             Words::tr("Queue %1 is late: its oldest job has waited %2.")
                 .arg(name, durationText(*stats.oldestWait)),
             Words::tr("More workers shorten it; a burst passes by itself."));

    const qint64 died = newDead(watch, stats, m_now);
    const double many = static_cast<double>(m_thresholds.deadLetters)
        * (holds(Kind::DeadLetterGrowth, stats.queue) ? better : 1.0);
    if (many > 0 && static_cast<double>(died) >= many)
        hold(Kind::DeadLetterGrowth, Level::Warning, stats.queue,
             Words::tr("Queue %1: %2 died within %3.")
                 .arg(name, jobsText(died), ageText(m_thresholds.deadLetterWindow)),
             Words::tr("Look at what their errors have in common before they are requeued."));
}

void AlertRules::lookForWorkers(const AlertSight &sight)
{
    const auto last = std::ranges::max_element(sight.pools, {}, &PoolInfo::lastHeartbeat);
    if (last == sight.pools.end() || m_now - last->lastHeartbeat > forgottenAfter) return;
    if (std::ranges::any_of(sight.pools, [this](const PoolInfo &pool) { return isHealthy(pool, m_now); }))
        return;
    hold(Kind::NoHealthyWorker, Level::Error, {},
         Words::tr("No worker is healthy: the last heartbeat, of %1, came %2 ago.")
             .arg(displayLine(last->hostname), ageText(m_now - last->lastHeartbeat)),
         Words::tr(
             "Look whether that machine is up and reaches the server; what it held runs again elsewhere."));
}

void AlertRules::lookAtServer(const AlertSight &sight)
{
    if (!sight.diskFree)
        keep(Kind::DiskSpace, {});
    else if (static_cast<double>(*sight.diskFree)
             < static_cast<double>(m_thresholds.diskFree) / (holds(Kind::DiskSpace, {}) ? better : 1.0))
        hold(Kind::DiskSpace, Level::Error, {},
             Words::tr("The server's disk has %1 left.").arg(bytesText(*sight.diskFree)),
             Words::tr("Make room: when it is full, no job is taken."));
    if (!sight.server) {
        for (const Kind kind : {Kind::RedisMemory, Kind::EvictionPolicy, Kind::DiskWrites}) keep(kind, {});
        return;
    }
    const ServerHealth &server = *sight.server;
    if (server.usedMemory && server.maxMemory && *server.maxMemory > 0 && m_thresholds.redisMemory < 1) {
        const double share = static_cast<double>(*server.usedMemory) / static_cast<double>(*server.maxMemory);
        if (share >= m_thresholds.redisMemory * (holds(Kind::RedisMemory, {}) ? better : 1.0))
            hold(Kind::RedisMemory, Level::Error, {},
                 Words::tr("Redis has used %1 of its memory, %2.")
                     .arg(percentText(share * 100), bytesText(*server.maxMemory)),
                 Words::tr("Raise maxmemory, or keep finished jobs for a shorter time (results.ttl)."));
    }
    if (!server.evictionPolicy.isEmpty() && server.evictionPolicy != u"noeviction")
        hold(Kind::EvictionPolicy, Level::Warning, {},
             Words::tr("When Redis is full it deletes keys (%1): jobs would vanish.")
                 .arg(displayLine(server.evictionPolicy)),
             Words::tr("Set maxmemory-policy to noeviction, also in redis.conf."));
    if (server.couldWriteToDisk == false)
        hold(Kind::DiskWrites, Level::Error, {}, Words::tr("Redis could not write to its disk."),
             Words::tr("Look at its disk and its log: what is acknowledged now may be lost."));
}

} // namespace signalbox::metrics
