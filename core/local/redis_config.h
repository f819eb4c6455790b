#pragma once

#include <QByteArray>
#include <QString>

namespace signalbox::local {

struct RedisConfig {
    QString folder;
    QString socketPath;
    bool fsyncAlways = true;
};
/// The server's whole configuration, as the text of its file: reached by its socket only, nobody else's,
/// without the commands that run code, and keeping everything it acknowledged.
[[nodiscard]] QByteArray toText(const RedisConfig &config);

inline constexpr const char *redisLogName = "redis.log";

} // namespace signalbox::local
