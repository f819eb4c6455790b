#pragma once

#include "core/redis/reply.h"

#include <QByteArrayList>

#include <chrono>
#include <memory>

struct redisContext;

namespace signalbox::test {

/// A second, plain pair of eyes on a test's server: blocking, one command at a time, on hiredis alone, so
/// that what it says does not depend on the client under test.   Threads  one at a time.
class RawRedis {
public:
    /// Ends the test program in words when it cannot connect: no test means anything without its server.
    explicit RawRedis(const QString &socketPath);
    ~RawRedis();
    RawRedis(RawRedis &&) noexcept;
    RawRedis &operator=(RawRedis &&) noexcept;

    /// Ends the test program in words when the server refuses: for commands that a test takes for granted.
    redis::Reply command(const QByteArrayList &arguments);
    /// For commands that may be refused: Error::why is the server's error as it came ("WRONGTYPE Operation
    /// …").
    [[nodiscard]] Result<redis::Reply> tryCommand(const QByteArrayList &arguments);

    /// One attempt to connect and PING within the deadline; for waiting until a server answers.
    [[nodiscard]] static bool answers(const QString &socketPath, std::chrono::milliseconds deadline);

private:
    struct Close {
        void operator()(redisContext *context) const;
    };
    std::unique_ptr<redisContext, Close> m_context;
};

} // namespace signalbox::test
