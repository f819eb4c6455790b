#pragma once

#include "core/model/job.h"

#include <QList>
#include <QStringList>

#include <chrono>
#include <optional>
#include <variant>

namespace signalbox {

/// Where in a filter's text something is wrong, in QChars, so that it can be underlined there.
struct FilterFault {
    Error error;
    qsizetype begin = 0;
    qsizetype length = 0;
};

/// What a filter box, a saved filter or `--filter` asks for, in one line; all terms must hold:
///
///   word   "two words"             text in id, name, handler or the error's first line, case-insensitive
///   state:failed,dead_letter       one of several values, for every key but the times
///   queue:mail   handler:mail.*    whole, or with `*` for anything; so is worker:
///   priority:high                  or its number
///   tag:tenant=acme   tag:tenant   a tag with that value (`*` too), or with any
///   id:5f2c41                      the beginning of an id
///   name:   error:   args:         text in that part; args: also looks through keyword arguments
///   ended:<1h   ended:>2d          less, or more, than that ago; so are created: and started:
///   due:<5m                        less than that from now, or overdue
///   ended:>2026-11-24T09:00:00Z    after, or before, a moment; a bare date is its beginning in UTC
///   ended:2026-11-24               on that day, UTC
///   -state:completed   -word       not that
///
/// Double quotes hold what has spaces, commas, colons or a leading minus; inside them `\"` and `\\`.
/// Threads  a value; any.
struct JobFilter {
    enum class Key {
        Text,
        State,
        Queue,
        Handler,
        Priority,
        Tag,
        Id,
        Name,
        Error,
        Args,
        Worker,
        Created,
        Started,
        Ended,
        Due
    };

    /// From a moment on (`notBefore`) and until another (`before`), each fixed or so long ago.
    struct TimeRange {
        using Edge = std::variant<Timestamp, std::chrono::milliseconds>;
        std::optional<Edge> notBefore;
        std::optional<Edge> before;
        QString text; ///< as it was written, for toText()
        bool operator==(const TimeRange &) const = default;
    };

    struct Term {
        Key key = Key::Text;
        bool isExcluded = false;
        std::variant<QStringList, QList<JobStatus>, QList<JobPriority>, TimeRange> values; ///< any of them
        bool operator==(const Term &) const = default;
    };

    QList<Term> terms;

    [[nodiscard]] static tl::expected<JobFilter, FilterFault> fromText(QStringView text);
    [[nodiscard]] static JobFilter ofState(JobStatus state);
    [[nodiscard]] static JobFilter ofQueue(const QString &queue);
    /// In place of what it says of states; empty: any. Likewise for queues.
    [[nodiscard]] JobFilter withStates(const QList<JobStatus> &states) const;
    [[nodiscard]] JobFilter withQueues(const QStringList &queues) const;
    [[nodiscard]] QString toText() const; ///< fromText(toText()) is equal
    [[nodiscard]] bool isEmpty() const { return terms.isEmpty(); }

    /// `now`: the server's, by which ages are counted. What asks for arguments is passed over: a row has
    /// none.
    [[nodiscard]] bool matches(const JobSummary &row, Timestamp now) const;
    [[nodiscard]] bool asksForArguments() const;
    [[nodiscard]] bool argumentsMatch(const JsonText &args, const JsonText &kwargs) const;

    // What an index can answer, so that nothing else is read:
    [[nodiscard]] QList<JobStatus>
    statuses() const; ///< in which a job can be, in the order of allJobStatuses
    [[nodiscard]] bool acceptsQueue(QStringView queue) const;
    [[nodiscard]] bool asksForQueues() const;
    [[nodiscard]] bool isNarrowed() const; ///< it asks for more than states and queues
    /// It asks for what only the jobs themselves tell, so that all in those states and queues must be read.
    [[nodiscard]] bool needsScan() const { return isNarrowed() && !wholeIds(); }
    /// The jobs asked for by whole ids; nothing: by something else.
    [[nodiscard]] std::optional<QList<JobId>> wholeIds() const;

    bool operator==(const JobFilter &) const = default;
};

/// Names that a filter may hold and only the queue knows.
struct FilterNames {
    QStringList queues;
    QStringList handlers;
    QStringList tags; ///< "tenant=acme"
    QStringList workers;
};

/// What may stand where the cursor is: each candidate replaces `length` characters from `begin` on.
struct FilterCompletion {
    qsizetype begin = 0;
    qsizetype length = 0;
    QStringList candidates; ///< as they are typed: "state:", "dead_letter", "\"a queue\""
};
[[nodiscard]] FilterCompletion completeFilter(QStringView text, qsizetype cursor, const FilterNames &names);

/// The key as it is typed, without its colon; empty for Text.
[[nodiscard]] QString toText(JobFilter::Key key);
/// A value as it may stand in a filter: in double quotes where it needs them.
[[nodiscard]] QString quotedForFilter(const QString &value);

} // namespace signalbox
