#pragma once

#include "core/redis/reply.h"

#include <QByteArrayView>

#include <memory>
#include <optional>

struct redisReader;
struct redisReadTask;

namespace signalbox::redis {

/// One complete reply of the server.
struct RespFrame {
    bool isError = false; ///< then reply.text is the server's error
    Reply reply;
};

struct RespLimits {
    qsizetype frameBytesMax = 256 * 1024 * 1024; ///< one reply with all its elements
    qsizetype elementsMax = 4'000'000;           ///< of one reply, all levels together
};

/// RESP2, bytes in, replies out: hiredis' reader with what it lacks, caps on a frame's bytes and elements
/// (its own on nesting, eight arrays, stays). An error inside an array makes the whole reply that error: a
/// caller must not take a half-failed EXEC for a success. After a failure it stays failed: nothing behind a
/// broken frame means anything.   Threads  one.
class RespReader {
public:
    explicit RespReader(RespLimits limits);
    ~RespReader();
    Q_DISABLE_COPY_MOVE(RespReader)

    void feed(QByteArrayView bytes);
    /// The next complete frame; nothing when it needs more bytes or has failed.
    [[nodiscard]] std::optional<RespFrame> next();
    /// In words; empty while all is well.
    [[nodiscard]] QString failure() const { return m_failure; }

private:
    struct Building;
    struct Free {
        void operator()(redisReader *reader) const;
    };
    void checkUnfinished();
    [[nodiscard]] bool hasEndlessLine() const;

    RespLimits m_limits;
    std::unique_ptr<Building> m_building;
    std::unique_ptr<redisReader, Free> m_reader;
    qint64 m_fed = 0;        ///< bytes, all in all
    qint64 m_frameStart = 0; ///< where in them the unfinished frame began
    QString m_failure;
};

} // namespace signalbox::redis
