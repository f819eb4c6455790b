#pragma once

#include "core/model/job.h"

#include <QByteArrayView>

namespace signalbox::queue {

/// What happened to a job since it was submitted, as it lies in Redis; only scripts write it.
/// docs/protocol.md, "Records".
struct RunRecord {
    static constexpr qint64 bytesMax = qint64{1} << 32; ///< more than a value of Redis can hold
    QByteArray token;                                   ///< of the last claim; empty: none, or it was lost
    QString workerId;                                   ///< the pool of the last claim
    JobStatus status = JobStatus::Pending;
    bool cancelAsked = false;
    qint64 resultBytes = 0; ///< of a result or error that lies in `big`
    int attempts = 0;
    std::optional<Timestamp> startedAt, endedAt;
    qint64 definitionBytes = 0;
    int failures = 0;
    int workersLost = 0;
    int requeues = 0;
    qint64 rank = 0;
    QByteArray text; ///< result or error, or its head when it lies in `big`

    /// Nothing when it is no run record: another program's, cut short, or of another layout, whose fields
    /// would read as numbers that cannot be.
    [[nodiscard]] static std::optional<RunRecord> parse(QByteArrayView record);
};

/// Where a rank of `pending` says that the job came in, and of which priority it is.
struct Rank {
    static constexpr qint64 epochUs = 1'704'067'200'000'000; ///< 2024-01-01, where seq begins
    static constexpr qint64 levelSpan = qint64{1} << 51U;
    [[nodiscard]] static qint64 seqOf(qint64 rank) { return rank % levelSpan; }
    [[nodiscard]] static Timestamp enteredAt(qint64 rank) { return fromMicros(epochUs + seqOf(rank)); }
};

} // namespace signalbox::queue
