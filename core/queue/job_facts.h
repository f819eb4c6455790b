#pragma once

#include "core/queue/finding.h"
#include "core/queue/run_record.h"
#include "core/redis/reply.h"

namespace signalbox::queue {

/// All that is kept about one id at one moment, as inspect.lua answers it; the id may be no job's.
struct JobFacts {
    static constexpr size_t fieldCount = 14;
    QByteArray id;
    QByteArray letters;    ///< of the lists that it is in
    QByteArrayList scores; ///< there
    bool hasDefinition = false;
    QByteArray definition; ///< its first three lines
    bool hasRun = false;
    QByteArray run;                             ///< its first line
    qint64 payloadApart = -1, resultApart = -1; ///< bytes in `big`; -1: not there
    bool hasProgress = false, hasLog = false;
    QByteArray key;             ///< in `keyed`
    QByteArray keyOwner;        ///< where that key leads to
    qint64 definitionBytes = 0; ///< with the payload, wherever that lies
    qint64 payloadInside = 0;   ///< bytes of the definition behind its fourth line

    [[nodiscard]] static JobFacts read(const QByteArray &id, const redis::Reply *fields);
};

/// Invariants 1, 2, 3, 5, 7 and 10 for one id. `seq` is the last one given when the facts were read.
[[nodiscard]] QList<Finding> judge(const QString &queue, const JobFacts &facts, qint64 seq);

/// What must add up, as totals.lua answers it.
struct QueueTotals {
    QByteArray layout;
    qint64 jobs = 0;
    QMap<char, qint64> sizes; ///< by state letter
    qint64 submittedByHandlers = 0;
    QByteArray newestEvent; ///< its id, or empty
    QMap<QByteArray, qint64> counts;
    QByteArray bytes; ///< its counter as it lies there, whatever it is
    [[nodiscard]] static std::optional<QueueTotals> read(const redis::Reply &reply);
    /// Whether no finished job came or went between the two.
    [[nodiscard]] bool hasSameFinished(const QueueTotals &other) const;
};
/// Invariants 4 and 6, in constant time.
[[nodiscard]] QList<Finding> judge(const QString &queue, const QueueTotals &totals);

} // namespace signalbox::queue
