#pragma once

#include "core/queue/queue_state.h"

namespace signalbox::test {

/// One random operation, as plain data, so that a failing sequence can be printed and shortened. Each field
/// is used by some operations only.
struct Step {
    enum class Op {
        Submit,
        Turn, ///< settle and claim
        Renew,
        RenewUnheard, ///< a heartbeat of a worker whose last claim's answer was lost
        Reap,
        Promote,
        Trim,
        Advance,
        Cancel,
        Requeue,
        RequeueAll,
        RunNow,
        Remove,
        Purge,
        Pause,
        Resume,
        Limits,
        Report,
    };
    Op op = Op::Reap;
    QList<JobDefinition> jobs = {};
    QByteArray worker = {};
    queue::SettleAndClaim turn = {};
    QList<queue::HeldLease> held = {};
    QMap<int, quint64> lanesSeen = {};
    QList<JobId> ids = {};
    std::optional<JobStatus> status = {};
    queue::QueueLimits limits = {};
    QList<queue::ProgressReport> reports = {};
    std::chrono::microseconds by{0};
};
[[nodiscard]] QString toText(const Step &step);

/// The reference machine with what a random caller needs to know to be a nuisance.
struct World {
    queue::QueueState state;
    qint64 nowUs = 0;
    quint64 jobsMade = 0;
    QMap<QByteArray, quint64> sequences; ///< "<worker>/<lane>" → last one sent
    QList<queue::HeldLease> tokens;      ///< of the last claims, most of them stale by now

    /// Carries the step out; a line for each thing that it answers.
    QStringList apply(const Step &step);

private:
    QStringList carryOut(const Step &step);
};
/// The step that the seed makes of a world: often sensible, sometimes stale, repeated or absurd.
[[nodiscard]] Step randomStep(const World &world, quint64 seed);

// How answers are told: the same words for both sides
[[nodiscard]] QString toText(const Error &error);
[[nodiscard]] QString toText(const Result<queue::Submitted> &answer);
[[nodiscard]] QString toText(const queue::Verdict &answer);
[[nodiscard]] QString toText(const Result<queue::CancelOutcome> &answer);
[[nodiscard]] QString toText(const Result<JobId> &answer);
[[nodiscard]] QString toText(const Result<> &answer);
[[nodiscard]] QStringList toLines(const Result<queue::SettledAndClaimed> &answer);
[[nodiscard]] QStringList toLines(const queue::Renewed &answer);
template <typename T> [[nodiscard]] QStringList toLines(const QList<T> &answers)
{
    QStringList lines;
    for (const T &answer : answers) lines.append(toText(answer));
    return lines;
}
[[nodiscard]] QString toText(std::optional<std::chrono::milliseconds> time);

} // namespace signalbox::test
