#include "core/local/redis_config.h"

#include <QFile>

namespace signalbox::local {

namespace {

/// Redis reads "…" with C's escapes, so that a folder's name may hold anything.
QByteArray quoted(const QString &path)
{
    QByteArray text = "\"";
    const QByteArray name = QFile::encodeName(path);
    for (const char c : name) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            text += '\\';
            text += c;
        } else if (byte < 0x20 || byte >= 0x7f) {
            text += "\\x" + QByteArray(1, c).toHex();
        } else {
            text += c;
        }
    }
    return text + '"';
}

} // namespace

QByteArray toText(const RedisConfig &config)
{
    QByteArray text
        = "# Written at each start by Signalbox; changes here are lost.\n"
          "port 0\n"
          "unixsocketperm 600\n"
          "enable-debug-command no\n"
          "enable-module-command no\n"
          "enable-protected-configs no\n"
          "appendonly yes\n"
          // A cut tail is to be mended where we see it and can say what was dropped, not in passing.
          "aof-load-truncated no\n"
          "save \"\"\n"
          "maxmemory-policy noeviction\n"
          "loglevel notice\n"
          "always-show-logo no\n"
          "daemonize no\n";
    text += config.fsyncAlways ? "appendfsync always\n" : "appendfsync everysec\n";
    text += "dir " + quoted(config.folder) + '\n';
    text += "unixsocket " + quoted(config.socketPath) + '\n';
    text += "logfile " + quoted(config.folder + QLatin1Char('/') + QLatin1StringView(redisLogName)) + '\n';
    return text;
}

} // namespace signalbox::local
