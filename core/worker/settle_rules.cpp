#include "core/worker/settle_rules.h"

#include "core/worker/words.h"

namespace signalbox::worker {

namespace {

using Kind = queue::Outcome::Kind;
using Reason = CancelToken::Reason;

/// The first part holds the message, the last the innermost frames: the middle goes.
QString shortened(QString error)
{
    if (error.size() <= errorCharsMax) return error;
    const qsizetype half = errorCharsMax / 2;
    return error.first(half) + Words::tr("\n[… %L1 characters left out …]\n").arg(error.size() - 2 * half)
        + error.last(half);
}

queue::Outcome failure(Kind kind, QString error, const queue::Claim &claim, double jitter)
{
    queue::Outcome outcome;
    outcome.kind = kind;
    outcome.error = shortened(std::move(error));
    if (kind == Kind::Failed)
        outcome.retryDelay = claim.definition.retry.delayAfter(claim.failures + 1, jitter);
    return outcome;
}

QString timeoutText(const queue::Claim &claim)
{
    const std::chrono::duration<double> limit
        = claim.definition.timeout.value_or(std::chrono::milliseconds{0});
    return Words::tr("TimedOut: it ran longer than its timeout of %1 s.").arg(limit.count());
}

queue::Outcome asAnswered(const RunResult &result, const queue::Claim &claim, double jitter)
{
    switch (result.kind) {
    case Kind::Completed: {
        if (result.result.bytes().size() > resultBytesMax)
            return failure(
                Kind::FailedPermanently,
                Words::tr("ResultTooLarge: the result has %L1 bytes; at most %L2 are kept.\nKeep large "
                          "results in a file or a store, and return where they are.")
                    .arg(result.result.bytes().size())
                    .arg(resultBytesMax),
                claim, jitter);
        queue::Outcome outcome;
        outcome.result = result.result;
        return outcome;
    }
    case Kind::Failed:
    case Kind::FailedPermanently:
    case Kind::FailedQuietly:
        return failure(result.kind, result.error, claim, jitter);
    case Kind::Cancelled:
    case Kind::Released:
        break;
    }
    // Nobody asked for either. Giving the job back would make it run again at once, for ever.
    return failure(
        Kind::Failed,
        Words::tr("The handler stopped before its end, and nobody had asked it to.\n%1").arg(result.error),
        claim, jitter);
}

} // namespace

queue::Outcome outcomeOf(const RunResult &result, Reason reason, const queue::Claim &claim, double jitter)
{
    switch (reason) {
    case Reason::None:
        break;
    case Reason::TimedOut: {
        const QString detail = result.error.isEmpty() ? QString() : QLatin1Char('\n') + result.error;
        return failure(Kind::Failed, timeoutText(claim) + detail, claim, jitter);
    }
    case Reason::Cancelled:
        if (result.kind != Kind::Completed) return cancelled();
        break;
    case Reason::LeaseLost:
    case Reason::PoolStopping:
        if (result.kind != Kind::Completed) return released();
        break;
    }
    return asAnswered(result, claim, jitter);
}

QString unknownHandlerText(const QString &handler, const QStringList &registered)
{
    constexpr int namesMax = 20;
    QString names = registered.mid(0, namesMax).join(QStringLiteral(", "));
    if (registered.size() > namesMax) names += QStringLiteral(", …");
    if (registered.isEmpty()) names = Words::tr("none");
    return Words::tr("UnknownHandler: '%1' is not registered in this pool (registered: %2).")
        .arg(handler, names);
}

queue::Outcome unknownHandler(const queue::Claim &claim, const QStringList &registered, double jitter)
{
    return failure(Kind::Failed, unknownHandlerText(claim.definition.handler, registered), claim, jitter);
}

queue::Outcome ignoredCancel(Reason reason, const queue::Claim &claim, std::chrono::milliseconds grace,
                             double jitter)
{
    if (reason != Reason::TimedOut) return reason == Reason::Cancelled ? cancelled() : released();
    return failure(
        Kind::Failed,
        timeoutText(claim)
            + Words::tr("\nIts handler did not stop within %1 s after it was told to; it may still run.")
                  .arg(std::chrono::duration<double>(grace).count()),
        claim, jitter);
}

queue::Outcome released()
{
    queue::Outcome outcome;
    outcome.kind = Kind::Released;
    return outcome;
}

queue::Outcome cancelled()
{
    queue::Outcome outcome;
    outcome.kind = Kind::Cancelled;
    return outcome;
}

} // namespace signalbox::worker
