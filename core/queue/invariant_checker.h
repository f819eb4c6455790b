#pragma once

#include "core/queue/job_facts.h"
#include "core/redis/client.h"

#include <QObject>

namespace signalbox::queue {

/// What a look at every key of a queue found.
struct CheckReport {
    static constexpr qsizetype findingsMax = 1000; ///< kept; `found` counts all
    QList<Finding> findings;
    qint64 found = 0;
    qint64 jobs = 0; ///< definitions looked at
    /// Invariant 8 was looked at: no finished job came or went meanwhile, so that the sum could be compared.
    bool bytesAreCompared = false;
    bool operator==(const CheckReport &) const = default;
};

/// Proves from the raw keys that every job is in exactly one place and that the counts hold: invariants 1 to
/// 10 of docs/protocol.md. It goes through the keys in steps of a few hundred ids, between which everybody
/// else has a turn. What looks wrong is looked at again by one script, at one moment, so a queue that is at
/// work gives no false alarms; what goes wrong behind its back is found by the next look.
/// Threads  the client's (the engine thread).   Errors  as redis::Client has them.
class InvariantChecker {
public:
    InvariantChecker(redis::Client &client, KeyNames names);
    void check(const QString &queue, std::function<void(Result<CheckReport>)> done);
    /// Only what takes constant time: layout, types of keys, counts.
    void checkCounts(const QString &queue, std::function<void(Result<CheckReport>)> done);
    /// Looks, mends what can be mended, and looks again, until nothing more can be. The report is the last
    /// look's; `mended` says what was done, one line each. `epoch` is for a queue whose settings are gone.
    struct Repaired {
        CheckReport left;
        QStringList mended;
    };
    void repair(const QString &queue, const QByteArray &epoch, std::function<void(Result<Repaired>)> done);

private:
    redis::Client &m_client;
    KeyNames m_names;
};

} // namespace signalbox::queue
