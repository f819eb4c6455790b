#pragma once

#include <QByteArrayList>
#include <QHash>
#include <QString>

namespace signalbox::queue {

/// What a queue keeps under one key each. The order is the order of KEYS in every script
/// (lua/include/keys.lua).
enum class Noun {
    Meta,
    Counts,
    Jobs,
    Runs,
    Big,
    Progress,
    Logs,
    Pending,
    Blocked,
    Scheduled,
    Retrying,
    Running,
    Completed,
    Failed,
    Cancelled,
    Dead,
    Handlers,
    Keys,
    Keyed,
    Claims,
    Wake,
    Events,
};
inline constexpr int nounCount = static_cast<int>(Noun::Events) + 1;
[[nodiscard]] QByteArray toText(Noun noun); ///< "pending"
[[nodiscard]] QByteArray typeOf(Noun noun); ///< of its key, as Redis names it: "zset"

/// The one place where names of Redis keys are made: `{<prefix>:<queue>}:<noun>` for a queue, all in one
/// Cluster slot, and `{<prefix>}:<noun>` for what belongs to no queue. Prefix and queue are escaped, so that
/// no name, whatever is in it, can reach another's keys or move the slot. docs/protocol.md, "Keys".   Threads
/// one at a time.
class KeyNames {
public:
    explicit KeyNames(const QString &prefix);
    /// All keys of a queue, in the order of Noun.
    [[nodiscard]] const QByteArrayList &of(const QString &queue) const;
    [[nodiscard]] QByteArray key(const QString &queue, Noun noun) const;

    /// Rings of metrics, in the queue's slot; and the last record of a pool, for ten minutes. No script that
    /// moves jobs takes these.
    [[nodiscard]] QByteArray metrics(const QString &queue, bool isFine) const;
    [[nodiscard]] QByteArray recorded(const QString &queue, const QByteArray &worker) const;

    [[nodiscard]] QByteArray queues() const; ///< set of names, as they are
    [[nodiscard]] QByteArray news() const;   ///< stream of names of queues that were made
    [[nodiscard]] QByteArray pools() const;  ///< hash: pool id → PoolInfo
    [[nodiscard]] QByteArray beats() const;  ///< zset: pool id by its last heartbeat, ms
    [[nodiscard]] QByteArray doctor() const; ///< written by the doctor, to see whether writing works
    [[nodiscard]] QByteArray control(const QByteArray &worker) const; ///< list of hints to one pool

    /// Every byte of the UTF-8 but `A-Z a-z 0-9 . _ -` as %XX.
    [[nodiscard]] static QByteArray escaped(const QString &name);

private:
    static constexpr qsizetype cachedMax = 1000; ///< queues; beyond, all are made anew
    QByteArray m_prefix;
    mutable QHash<QString, QByteArrayList> m_cached; // a call names 22 keys, thousands of times a second
};

} // namespace signalbox::queue
