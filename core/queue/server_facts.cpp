#include "core/queue/server_facts.h"

#include "core/queue/words.h"

#include <QLocale>
#include <QVersionNumber>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

class ServerJudge {
public:
    explicit ServerJudge(const ServerFacts &facts) : m_facts(facts) { }
    [[nodiscard]] ServerVerdict verdict()
    {
        judgeVersion();
        judgeEviction();
        judgeDurability();
        judgeWrites();
        return std::move(m_verdict);
    }

private:
    [[nodiscard]] QString info(const char *name) const { return QString::fromUtf8(m_facts.info.value(name)); }
    void add(const char *setting, const QString &what, const QString &cure)
    {
        m_verdict.findings.append({0, {}, setting, {}, what, cure, false});
    }
    void judgeVersion()
    {
        const QString version = info("redis_version");
        if (version.isEmpty())
            m_verdict.unchecked.append(Words::tr("The server's version: it may not be asked (INFO)."));
        else if (QVersionNumber::fromString(version).majorVersion() < 7)
            add("redis_version", Words::tr("The server is Redis %1.").arg(version),
                Words::tr("Use Redis 7.0 or later."));
        else
            m_verdict.facts.append(Words::tr("Redis %1.").arg(version));
    }
    /// Anything but noeviction deletes jobs, leases or indexes without a word when memory is short.
    void judgeEviction()
    {
        QByteArray policy = m_facts.config.value("maxmemory-policy");
        if (policy.isEmpty()) policy = m_facts.info.value("maxmemory_policy");
        if (policy.isEmpty()) {
            m_verdict.unchecked.append(Words::tr(
                "What the server does when its memory is full: it may not be asked (CONFIG, INFO)."));
        } else if (policy != "noeviction") {
            add("maxmemory-policy",
                Words::tr("When its memory is full, the server deletes keys (%1): jobs would vanish.")
                    .arg(QString::fromUtf8(policy)),
                Words::tr("Set maxmemory-policy to noeviction, also in redis.conf."));
        }
        if (const qint64 evicted = m_facts.info.value("evicted_keys").toLongLong(); evicted > 0)
            add("evicted_keys", Words::tr("The server has deleted %L1 keys for want of memory.").arg(evicted),
                Words::tr("Set maxmemory-policy to noeviction; then run signalboxctl doctor --deep."));
        const qint64 used = m_facts.info.value("used_memory").toLongLong(),
                     most = m_facts.info.value("maxmemory").toLongLong();
        if (most > 0)
            m_verdict.facts.append(
                Words::tr("Memory: %1 of %2 are used.")
                    .arg(QLocale().formattedDataSize(used), QLocale().formattedDataSize(most)));
    }
    void judgeDurability()
    {
        const QByteArray appends = m_facts.info.value("aof_enabled");
        const QByteArray syncs = m_facts.config.value("appendfsync");
        if (appends.isEmpty()) {
            m_verdict.unchecked.append(
                Words::tr("What a crash of the server may cost: it may not be asked (INFO)."));
        } else if (appends == "0") {
            m_verdict.facts.append(
                Words::tr("Durability: there is no append-only file; a crash of the server "
                          "loses all jobs since its last snapshot."));
        } else if (syncs == "always") {
            m_verdict.facts.append(
                Words::tr("Durability: an acknowledged job is on disk (appendfsync always)."));
        } else if (syncs == "everysec") {
            m_verdict.facts.append(
                Words::tr("Durability: a crash of the machine may lose the last 2 seconds, "
                          "acknowledged jobs among them (appendfsync everysec)."));
        } else if (syncs.isEmpty()) {
            m_verdict.unchecked.append(
                Words::tr("How soon an acknowledged job is on disk: it may not be asked (CONFIG)."));
        } else {
            m_verdict.facts.append(
                Words::tr("Durability: the system decides when jobs are on disk (appendfsync %1).")
                    .arg(QString::fromUtf8(syncs)));
        }
    }
    void judgeWrites()
    {
        if (m_facts.info.value("aof_last_write_status", "ok") != "ok")
            add("aof_last_write_status", Words::tr("The server could not write its append-only file."),
                Words::tr("Look at its disk and its log."));
        if (m_facts.info.value("role") == "slave")
            add("role", Words::tr("This server is a replica: it takes no jobs."),
                Words::tr("Connect to its master."));
    }

    const ServerFacts &m_facts;
    ServerVerdict m_verdict;
};

} // namespace

QMap<QByteArray, QByteArray> ServerFacts::infoLines(const QByteArray &text)
{
    QMap<QByteArray, QByteArray> lines;
    for (const QByteArray &line : text.split('\n')) {
        const qsizetype colon = line.indexOf(':');
        if (colon > 0) lines.insert(line.first(colon), line.sliced(colon + 1).trimmed());
    }
    return lines;
}

ServerHealth healthOf(const QMap<QByteArray, QByteArray> &info)
{
    const auto number = [&info](const char *name) -> std::optional<qint64> {
        bool isNumber = false;
        const qint64 value = info.value(name).toLongLong(&isNumber);
        return isNumber ? std::optional(value) : std::nullopt;
    };
    ServerHealth health;
    health.usedMemory = number("used_memory");
    if (const auto most = number("maxmemory"); most && *most > 0) health.maxMemory = most;
    health.evictionPolicy = QString::fromUtf8(info.value("maxmemory_policy"));
    health.evictedKeys = number("evicted_keys");
    health.isReplica = info.value("role") == "slave";
    const bool appends = info.value("aof_enabled") == "1";
    const QByteArray append = info.value("aof_last_write_status"),
                     snapshot = info.value("rdb_last_bgsave_status");
    if (appends && !append.isEmpty())
        health.couldWriteToDisk = append == "ok";
    else if (!snapshot.isEmpty())
        health.couldWriteToDisk = snapshot == "ok";
    return health;
}

ServerVerdict judge(const ServerFacts &facts)
{
    return ServerJudge(facts).verdict();
}

} // namespace signalbox::queue
