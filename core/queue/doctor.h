#pragma once

#include "core/queue/invariant_checker.h"
#include "core/runtime/clock.h"

#include <QStringList>

namespace signalbox::queue {

struct DoctorOptions {
    bool isDeep = false;     ///< every key, by InvariantChecker; else what takes constant time
    bool repairs = false;    ///< mends what can be mended; looks deep for that
    QStringList queues = {}; ///< empty: all that the server knows
};

/// What the doctor says of a server and its queues.
struct DoctorReport {
    QList<Finding> findings; ///< what is wrong
    qint64 found = 0;        ///< all of them, also beyond those kept
    QStringList facts;       ///< what is as it is: version, what a crash may cost, what was looked at
    QStringList unchecked;   ///< what could not be looked at, and why
    QStringList mended;      ///< what repair did
    [[nodiscard]] bool isHealthy() const { return found == 0; }
    [[nodiscard]] QByteArray toJson() const; ///< one object on one line, findings within
    bool operator==(const DoctorReport &) const = default;
};

/// Examines a server and its queues: settings, a write, counts, and on demand every key.
/// Threads  the client's (the engine thread).   Errors  as redis::Client has them; what the server's ACL
/// forbids is no error but stands under `unchecked`.
class Doctor {
public:
    Doctor(redis::Client &client, const runtime::Seams &seams, const QString &prefix);
    void examine(DoctorOptions options, std::function<void(Result<DoctorReport>)> done);

private:
    redis::Client &m_client;
    runtime::Seams m_seams;
    QString m_prefix;
};

} // namespace signalbox::queue
