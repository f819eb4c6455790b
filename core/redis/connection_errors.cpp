#include "core/redis/error_table.h"

#include <QCoreApplication>

namespace signalbox::redis::connection_error {

namespace {

using Kind = Error::Kind;

QString tr(const char *text)
{
    return QCoreApplication::translate("redis", text);
}

Error error(Kind kind, const RedisUrl &url, const QString &why, const QString &todo)
{
    return {kind, tr("No connection to %1.").arg(url.display()), why, todo};
}

/// What a peer began with, safe to show: printable ASCII, everything else as a dot.
QString printable(QByteArrayView bytes)
{
    QString text;
    for (const char byte : bytes.first(std::min<qsizetype>(bytes.size(), 40)))
        text += byte >= ' ' && byte <= '~' ? QLatin1Char(byte) : QLatin1Char('.');
    return text;
}

} // namespace

Error refused(const RedisUrl &url)
{
    return error(Kind::Unavailable, url, tr("Nothing listens there."),
                 url.scheme == RedisUrl::Scheme::Unix
                     ? tr("The socket is left from a server that has ended: start it again.")
                     : tr("Start the server, or check host and port in the URL."));
}

Error socketMissing(const RedisUrl &url)
{
    return error(Kind::Unavailable, url, tr("There is no such socket."),
                 tr("Start the server, or check the path (\"unixsocket\" in its configuration)."));
}

Error socketForbidden(const RedisUrl &url)
{
    return error(Kind::Unauthorised, url, tr("Your user may not use this socket."),
                 tr("Ask for access: the server's unixsocketperm, or membership in its group."));
}

Error hostNotFound(const RedisUrl &url)
{
    return error(Kind::Unavailable, url,
                 tr("There is no host called \"%1\", or the name service does not answer.").arg(url.host),
                 tr("Check the spelling, and the network."));
}

Error unreachable(const RedisUrl &url, const QString &systemText)
{
    return error(Kind::Unavailable, url, systemText, tr("Check the network between here and the server."));
}

Error silent(const RedisUrl &url, std::chrono::milliseconds time, const QString &phase)
{
    return error(Kind::Unavailable, url,
                 tr("The server has been silent for %1 s (%2).")
                     .arg(static_cast<double>(time.count()) / 1000, 0, 'f', 1)
                     .arg(phase),
                 tr("It may hang or be cut off: look at the server and the network."));
}

Error closed(const RedisUrl &url)
{
    const bool mayWantTls = url.scheme == RedisUrl::Scheme::Tcp;
    return error(Kind::Unavailable, url, tr("The server closed the connection."),
                 mayWantTls
                     ? tr("It may have ended or restarted; if it never works, it may expect TLS: rediss://")
                     : tr("It may have ended or restarted: look at its log."));
}

Error from(const RedisUrl &url, const Error &cause)
{
    return error(cause.kind, url, cause.why, cause.todo);
}

Error stopped(const RedisUrl &url)
{
    return error(Kind::Unavailable, url, tr("It was ended here."), tr("Connect again."));
}

Error notRedis(const RedisUrl &url, QByteArrayView firstBytes)
{
    if (firstBytes.startsWith("HTTP/") || firstBytes.startsWith("<"))
        return error(Kind::Unsupported, url, tr("A web server answers there, not Redis."),
                     tr("Check host and port: Redis' own port is 6379."));
    if (firstBytes.startsWith("SSH-"))
        return error(Kind::Unsupported, url, tr("An SSH server answers there, not Redis."),
                     tr("Check host and port: Redis' own port is 6379."));
    if (firstBytes.startsWith("\x15\x03")) // a TLS alert
        return error(Kind::Unsupported, url, tr("The server expects TLS there."),
                     tr("Write rediss:// instead of redis://."));
    return error(Kind::Unsupported, url,
                 tr("What answers there is not Redis. It began with \"%1\".").arg(printable(firstBytes)),
                 tr("Check host and port: Redis' own port is 6379."));
}

Error garbage(const RedisUrl &url, const QString &detail)
{
    return error(
        Kind::Damaged, url, tr("A reply of the server cannot be understood. %1").arg(detail),
        tr("Something between here and the server changes the bytes, or a reply is over the limit."));
}

} // namespace signalbox::redis::connection_error
