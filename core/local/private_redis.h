#pragma once

#include "core/redis/redis_url.h"
#include "core/runtime/clock.h"

#include <QFuture>
#include <QObject>

#include <memory>

namespace signalbox::local {

struct PrivateRedisOptions {
    QString folder;          ///< empty: <XDG data>/signalbox/redis. Made with mode 0700
    QString program;         ///< empty: redis-server from PATH
    bool fsyncAlways = true; ///< an acknowledged job is on disk
};

/// The `redis-server` that the app starts for itself when no URL is given.
/// One owner at a time (a lock file held by the kernel); others attach to its socket. The server is a process
/// of its own session, so it survives the owner's `kill -9`; the next to come takes over without loss. The
/// last to leave stops it, with its data on disk. Errors   missing redis-server (says the command that
/// installs it), folder not writable or of another user, socket
///          path over 107 bytes, damaged data (copied aside, mended, what was dropped is said), a start that
///          fails (the server's own last words).   Threads  the engine.
class PrivateRedis : public QObject {
    Q_OBJECT
public:
    struct Started {
        redis::RedisUrl url;
        bool attached = false; ///< it ran already
        QString notice;        ///< what was mended, if anything; empty else
    };
    PrivateRedis(PrivateRedisOptions options, const runtime::Seams &seams, QObject *parent = nullptr);
    ~PrivateRedis() override; ///< leaves: the last one stops the server
    [[nodiscard]] QFuture<Result<Started>> start();
    [[nodiscard]] QFuture<Result<>> leave();
    [[nodiscard]] std::optional<qint64>
    diskFree() const; ///< bytes left where its data is; nothing: not started

Q_SIGNALS:
    void lost(const signalbox::Error &error); ///< the server died; start() again takes over

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace signalbox::local
