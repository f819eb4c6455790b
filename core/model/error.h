#pragma once

#include <QString>

#include <tl/expected.hpp>

#include <utility>

namespace signalbox {

/// What went wrong, as a person reads it: whole sentences, translated, never a stack of nested causes.
/// Source   STYLE: an Error::Kind exists only where a caller acts on it.   Threads  a plain value; any.
struct Error {
    enum class Kind {
        Invalid,        ///< the input is wrong: mend it; sending it again is useless
        NotFound,       ///< no such job, queue, worker or handler
        WrongState,     ///< the state diagram has no such edge
        LeaseLost,      ///< the caller no longer holds the job: stop working on it
        QueueFull,      ///< the queue's maximum size is reached: submit later
        OutOfMemory,    ///< the server refuses to grow: free memory there; work still settles
        Unauthorised,   ///< password or permission: retrying is useless until somebody changes it
        ConnectionLost, ///< it may or may not have been carried out: send again only what is idempotent
        Unavailable,    ///< the server said "not now" and did nothing: retrying is safe
        Damaged,        ///< stored data is not what it should be: `signalboxctl doctor`
        Unsupported,    ///< this server, backend or stored layout cannot do it
        Internal,       ///< a defect of Signalbox; the text says where
    };
    Kind kind = Kind::Internal;
    QString what; ///< what failed, with its names: "Could not requeue job 5f2c41."
    QString why;  ///< the cause, as a fact: "It is running, not dead_letter."
    QString todo; ///< the person's next step: "Cancel it first, or wait until it ends."

    /// "what why todo", for one line of a terminal or a log. Control characters are not escaped here.
    [[nodiscard]] QString text() const;
    bool operator==(const Error &) const = default;
};

/// Kind as the stable lower-case word that `--json` prints and exit codes are made of ("lease_lost").
[[nodiscard]] QString toText(Error::Kind kind);

template <typename T = void> using Result = tl::expected<T, Error>;

/// Failing in one expression: `return fail(Error::Kind::Invalid, tr(...), tr(...), tr(...));`
[[nodiscard]] inline tl::unexpected<Error> fail(Error::Kind kind, QString what, QString why, QString todo)
{
    return tl::unexpected<Error>(Error{kind, std::move(what), std::move(why), std::move(todo)});
}

/// The one form of "a field is wrong": `what` names the field, as its JSON key.
[[nodiscard]] tl::unexpected<Error> failField(QStringView field, QString why, QString todo);

} // namespace signalbox
