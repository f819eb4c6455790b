#include "core/redis/error_table.h"

#include <QCoreApplication>

#include <algorithm>
#include <cctype>

namespace signalbox::redis {

namespace {

using Kind = Error::Kind;

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

constexpr qsizetype detailBytesMax = 4096;
constexpr qsizetype shownBytesMax = 300;

/// One error of a server. A row with a prefix is for the word ERR, which stands for everything.
struct Row {
    const char *word;
    const char *prefix;
    Kind kind;
    Remedy remedy;
    const char *why; ///< null: the server's own text says it best
    const char *todo;
};

constexpr Row rows[] = {
    // The server's state: nothing was done, and it passes.
    {"LOADING", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The server is still loading its data."),
     QT_TRANSLATE_NOOP("redis", "Wait; it is tried again.")},
    {"READONLY", nullptr, Kind::Unavailable, Remedy::Reroute,
     QT_TRANSLATE_NOOP("redis", "This server is a replica and takes no writes."),
     QT_TRANSLATE_NOOP("redis", "Connect to the primary; after a failover this passes by itself.")},
    {"MASTERDOWN", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "This replica has lost its primary and answers nothing until it is back."),
     QT_TRANSLATE_NOOP("redis", "Wait for the failover, or connect to the primary.")},
    {"NOMASTERLINK", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "This replica has no link to its primary."),
     QT_TRANSLATE_NOOP("redis", "Wait for the failover, or connect to the primary.")},
    {"BUSY", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The server is busy with somebody's script."),
     QT_TRANSLATE_NOOP("redis", "Wait; if it does not end, an operator can use SCRIPT KILL.")},
    {"UNKILLABLE", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The running script has written already and cannot be stopped."),
     QT_TRANSLATE_NOOP("redis", "Wait until it ends.")},
    {"MISCONF", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The server cannot save to its disk and therefore refuses writes."),
     QT_TRANSLATE_NOOP("redis", "Look at its log and its disk: free space or mend permissions there.")},
    {"NOREPLICAS", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "Too few replicas are connected for the server to accept writes."),
     QT_TRANSLATE_NOOP("redis", "Wait until they are back, or lower min-replicas-to-write.")},
    {"OOM", nullptr, Kind::OutOfMemory, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The server's memory limit is reached."),
     QT_TRANSLATE_NOOP("redis", "Purge finished jobs, or raise maxmemory. Running jobs still finish.")},
    {"CLUSTERDOWN", nullptr, Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The cluster does not serve all its slots now."),
     QT_TRANSLATE_NOOP("redis", "Wait until its nodes are back.")},
    // Nothing was done, and nothing stands in the way any more.
    {"UNBLOCKED", nullptr, Kind::Unavailable, Remedy::Retry,
     QT_TRANSLATE_NOOP("redis", "The server ended a blocking read because its role changed."),
     QT_TRANSLATE_NOOP("redis", "It is asked again.")},
    {"TRYAGAIN", nullptr, Kind::Unavailable, Remedy::Retry,
     QT_TRANSLATE_NOOP("redis", "The cluster is moving these keys just now."),
     QT_TRANSLATE_NOOP("redis", "It is tried again.")},
    {"NOSCRIPT", nullptr, Kind::Unavailable, Remedy::Retry,
     QT_TRANSLATE_NOOP("redis", "The server has forgotten a script again and again."),
     QT_TRANSLATE_NOOP("redis", "Find out who calls SCRIPT FLUSH on it.")},
    // Another server has it.
    {"MOVED", nullptr, Kind::Unsupported, Remedy::Reroute,
     QT_TRANSLATE_NOOP("redis", "This queue lives on another node of the cluster."),
     QT_TRANSLATE_NOOP("redis", "Connect to the node that serves the queue's slot.")},
    {"ASK", nullptr, Kind::Unsupported, Remedy::Reroute,
     QT_TRANSLATE_NOOP("redis", "This queue is moving to another node of the cluster."),
     QT_TRANSLATE_NOOP("redis", "Connect to the node that takes it over.")},
    // Somebody has to change something.
    {"NOAUTH", nullptr, Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server wants a password."),
     QT_TRANSLATE_NOOP("redis", "Give user and password in the URL: redis://user:password@host")},
    {"WRONGPASS", nullptr, Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis",
                       "The server does not accept this user and password, or the user is disabled."),
     QT_TRANSLATE_NOOP("redis",
                       "Check both; in a URL, special characters of a password are written as %40.")},
    {"NOPERM", nullptr, Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server's user may not do this."),
     QT_TRANSLATE_NOOP("redis", "Ask for the permission (ACL SETUSER), or connect as another user.")},
    // What NOPERM is within a script.
    {"ERR", "The user executing the script", Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server's user may not do this."),
     QT_TRANSLATE_NOOP("redis", "Ask for the permission (ACL SETUSER), or connect as another user.")},
    {"DENIED", nullptr, Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server is in protected mode and talks only to its own machine."),
     QT_TRANSLATE_NOOP("redis", "Set a password or a bind address on it.")},
    {"WRONGTYPE", nullptr, Kind::Damaged, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "A key holds something of another type than Signalbox puts there."),
     QT_TRANSLATE_NOOP("redis", "Another program uses the same key prefix: run signalboxctl doctor --deep.")},
    {"CROSSSLOT", nullptr, Kind::Internal, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "A call named keys of several cluster slots."),
     QT_TRANSLATE_NOOP("redis", "Report this as a defect of Signalbox.")},
    {"EXECABORT", nullptr, Kind::Internal, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "A transaction was dropped because one of its commands was refused."),
     QT_TRANSLATE_NOOP("redis", "Report this as a defect of Signalbox.")},
    {"BUSYGROUP", nullptr, Kind::WrongState, Remedy::Stop, nullptr,
     QT_TRANSLATE_NOOP("redis", "Use the group that exists.")},
    {"NOGROUP", nullptr, Kind::NotFound, Remedy::Stop, nullptr,
     QT_TRANSLATE_NOOP("redis", "Create the group first.")},
    {"ERR", "max number of clients", Kind::Unavailable, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The server has as many connections as it allows."),
     QT_TRANSLATE_NOOP("redis", "Close some, or raise maxclients.")},
    {"ERR", "unknown command", Kind::Unsupported, Remedy::Stop, nullptr,
     QT_TRANSLATE_NOOP("redis", "Signalbox needs Redis 7.0 or later, with no command renamed.")},
    {"ERR", "DB index is out of range", Kind::Invalid, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server has no database of this number."),
     QT_TRANSLATE_NOOP("redis", "Use a smaller number in the URL; most servers have 0 to 15.")},
    {"ERR", "invalid password", Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The server does not accept this password."),
     QT_TRANSLATE_NOOP("redis", "Check the password in the URL.")},
    {"ERR", "AUTH <password> called without any password", Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The URL has a password, and the server has none."),
     QT_TRANSLATE_NOOP("redis", "Leave it out, or make sure that this is the right server.")},
    {"ERR", "Client sent AUTH, but no password is set", Kind::Unauthorised, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The URL has a password, and the server has none."),
     QT_TRANSLATE_NOOP("redis", "Leave it out, or make sure that this is the right server.")},
    // The words of Signalbox' own scripts. Who knows which job it is about says it better.
    {"NOT_FOUND", nullptr, Kind::NotFound, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "It does not exist, or no longer."),
     QT_TRANSLATE_NOOP("redis", "Check the id and the queue; it may have been purged.")},
    {"WRONG_STATE", nullptr, Kind::WrongState, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "Its state does not allow that."),
     QT_TRANSLATE_NOOP("redis", "Look at it again: it has changed meanwhile.")},
    {"LEASE_LOST", nullptr, Kind::LeaseLost, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "The lease had ended, and another worker may have the job."),
     QT_TRANSLATE_NOOP("redis", "Stop working on it.")},
    {"STALE_CLAIM", nullptr, Kind::LeaseLost, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "A later claim of the same worker has been answered already."),
     QT_TRANSLATE_NOOP("redis", "Drop it; the jobs of the later claim count.")},
    {"QUEUE_FULL", nullptr, Kind::QueueFull, Remedy::Wait,
     QT_TRANSLATE_NOOP("redis", "The queue has reached its maximum size."),
     QT_TRANSLATE_NOOP("redis", "Submit later, or raise the maximum.")},
    {"LAYOUT", nullptr, Kind::Unsupported, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "Another release of Signalbox wrote this queue in another layout."),
     QT_TRANSLATE_NOOP("redis", "Use that release, or another queue.")},
    {"WRONG_KEY", nullptr, Kind::Damaged, Remedy::Stop,
     QT_TRANSLATE_NOOP("redis", "A key holds something of another type than Signalbox puts there."),
     QT_TRANSLATE_NOOP("redis", "Another program uses the same key prefix: run signalboxctl doctor --deep.")},
};

/// For what no row knows, a defect of ours or a newer server's word.
constexpr Row unknown{nullptr,        nullptr,
                      Kind::Internal, Remedy::Stop,
                      nullptr,        QT_TRANSLATE_NOOP("redis", "Report this with the server's version.")};

const Row &rowFor(QByteArrayView word, QByteArrayView detail)
{
    const auto found = std::find_if(std::begin(rows), std::end(rows), [&](const Row &row) {
        return word == QByteArrayView(row.word) && (row.prefix == nullptr || detail.startsWith(row.prefix));
    });
    return found == std::end(rows) ? unknown : *found;
}

/// "-WORD detail" as Redis writes errors: the word is in capitals. A text without one is all detail.
std::pair<QByteArrayView, QByteArrayView> split(QByteArrayView error)
{
    const qsizetype space = error.indexOf(' ');
    const QByteArrayView word = space < 0 ? error : error.first(space);
    const bool isWord = !word.isEmpty() && std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!isWord) return {QByteArrayView(), error};
    return {word, space < 0 ? QByteArrayView() : error.sliced(space + 1)};
}

QString shown(QByteArrayView text)
{
    QString out = QString::fromUtf8(text.first(std::min(text.size(), shownBytesMax)));
    if (text.size() > shownBytesMax) out += u'…';
    return out;
}

/// Whether the server's own words add something that the row's sentence does not say.
bool namesSomething(const Row &row)
{
    return row.kind == Kind::Unauthorised || row.kind == Kind::Damaged || row.remedy == Remedy::Reroute;
}

} // namespace

Refusal refusalFromServer(QByteArrayView error, const QString &what)
{
    const auto [word, detail] = split(error);
    const Row &row = rowFor(word, detail);
    QString why = row.why == nullptr ? tr("The server said: %1").arg(shown(error)) : tr(row.why);
    if (row.why != nullptr && namesSomething(row)) why += u' ' + tr("(%1)").arg(shown(error));
    return {.error = {row.kind, tr("%1 was refused.").arg(what), why, tr(row.todo)},
            .word = word.toByteArray(),
            .detail = detail.first(std::min(detail.size(), detailBytesMax)).toByteArray(),
            .remedy = row.remedy};
}

bool isLasting(const Error &error)
{
    switch (error.kind) {
    case Kind::Invalid:
    case Kind::Unauthorised:
    case Kind::Unsupported:
        return true;
    case Kind::NotFound:
    case Kind::WrongState:
    case Kind::LeaseLost:
    case Kind::QueueFull:
    case Kind::OutOfMemory:
    case Kind::ConnectionLost:
    case Kind::Unavailable:
    case Kind::Damaged:
    case Kind::Internal:
        return false;
    }
    return false;
}

Refusal lostInFlight(const QString &what, const Error &cause)
{
    return {.error = {Kind::ConnectionLost, tr("%1 has no answer: the connection was lost.").arg(what),
                      cause.why + u' ' + tr("It may or may not have been carried out."), cause.todo},
            .remedy = Remedy::Check};
}

Refusal notSent(const QString &what, const std::optional<Error> &cause)
{
    const QString failed = tr("%1 was not sent: there is no connection.").arg(what);
    Refusal refusal{.remedy = Remedy::Retry, .wasSent = false};
    if (!cause)
        refusal.error = {Kind::ConnectionLost, failed, tr("None was made in time."),
                         tr("Check that the server runs and can be reached.")};
    else if (isLasting(*cause))
        refusal = {.error = {cause->kind, failed, cause->why, cause->todo},
                   .remedy = Remedy::Stop,
                   .wasSent = false};
    else
        refusal.error = {Kind::ConnectionLost, failed, cause->why, cause->todo};
    return refusal;
}

Refusal tooManyWaiting(const QString &what, qsizetype limit)
{
    return {.error = {Kind::Unavailable, tr("%1 was not sent.").arg(what),
                      tr("%1 commands are waiting for their turn already.").arg(limit),
                      tr("Wait until some are answered.")},
            .remedy = Remedy::Wait,
            .wasSent = false};
}

} // namespace signalbox::redis
