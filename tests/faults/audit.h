#pragma once

#include "tests/faults/ledger.h"
#include "tests/support/raw_redis.h"

#include <chrono>
#include <optional>

namespace signalbox::test {

/// What "nothing lost" means for a run that a test has made.
struct AuditTerms {
    QByteArray states = "C"; ///< letters of the states that a job may be in now
    int touched = 0;         ///< runs that the faults may have broken off, each once: L4
    bool isOrdered = false;  ///< there was one claimer with one worker: L6
    struct Liveness {
        std::chrono::microseconds since{0}; ///< the server's clock at the last fault
        std::chrono::milliseconds within{0};
    };
    std::optional<Liveness> liveness; ///< L7; nothing: jobs were not meant to end
};

struct AuditReport {
    QStringList breaches;                             ///< "L3 <id>: it ended twice …"; empty: all is well
    std::optional<std::chrono::microseconds> lastEnd; ///< from liveness.since to the end of the last job
    int jobs = 0, runs = 0, extraRuns = 0, leasesLost = 0; ///< as the ledger and the events have them
};

/// Holds the queue `default` of a server against the ledger, by raw keys and raw events alone:
///   L1  each acknowledged job is in one place, its payload byte for byte, or an event names what removed it
///   L2  the jobs are those that were acknowledged, each submitted once, however often it was sent
///   L3  a claim ends once, a job once between requeues, with the bytes that the handler gave
///   L4  each run beyond those that were charged has a lost lease or a release, and the faults account for
///   all L5  attempts charged are 1 … n, each begun; none is skipped, none charged for a claim that never
///   began L6  first runs begin by priority, then in the order of the acknowledged submits; retries,
///   takeovers and
///       jobs that were submitted after the first run began excepted
///   L7  once the faults have stopped, all jobs end within the time given
///   L8  counts, lists and events agree: in − out = size of each state, and the law of conservation
[[nodiscard]] AuditReport audit(RawRedis &raw, const QList<LedgerLine> &ledger, const AuditTerms &terms);

} // namespace signalbox::test
