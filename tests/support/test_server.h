#pragma once

#include "core/redis/redis_url.h"
#include "tests/support/raw_redis.h"

#include <QByteArrayList>
#include <QTemporaryDir>

#include <sys/types.h>

namespace signalbox::test {

struct TestServerOptions {
    QByteArrayList extraArguments = {}; ///< as on redis-server's command line: {"--maxmemory", "2mb"}
    bool appendOnly = false;            ///< with appendfsync always: what was acknowledged outlives kill9()
    QByteArray aclFile = {}; ///< the text of a users.acl; empty: the default user without a password
    bool tcp = false;        ///< listens on a free port of 127.0.0.1 as well
    QString tlsCertificate = {}, tlsKey = {},
            tlsCa = {};                 ///< PEM files; a certificate opens a TLS port of 127.0.0.1
    bool tlsClientCertificates = false; ///< clients must show one that tlsCa signed
};

/// A real redis-server for one test: a child on a unix socket in a temporary folder, gone with the object
/// and, should the test program die, with that. Whatever goes wrong with it ends the test program, in words.
/// Threads  one at a time; the thread that made it must outlive it (the child dies with that thread).
class TestServer {
public:
    explicit TestServer(TestServerOptions options = {}); ///< returns when it answers PING
    ~TestServer();
    Q_DISABLE_COPY_MOVE(TestServer)

    [[nodiscard]] redis::RedisUrl url() const; ///< by unix socket
    [[nodiscard]] QString urlText() const;     ///< the same, for command lines
    [[nodiscard]] redis::RedisUrl tcpUrl() const;
    [[nodiscard]] redis::RedisUrl tlsUrl() const; ///< caFile set; host 127.0.0.1
    [[nodiscard]] QString socketPath() const;
    [[nodiscard]] QString folder() const;             ///< data, socket, redis.log
    [[nodiscard]] pid_t pid() const { return m_pid; } ///< 0 when it does not run
    [[nodiscard]] RawRedis raw() const { return RawRedis(socketPath()); }

    void kill9();               ///< and waits until it is gone
    void stop();                ///< SIGTERM, and waits until it is gone
    void start();               ///< on the same data and ports; returns when it answers PING
    void startWithoutWaiting(); ///< the same, returns at once
    void restart();             ///< stop() and start()
    void suspend();             ///< SIGSTOP: connections stay open and silent
    void resume();              ///< SIGCONT

private:
    [[nodiscard]] QByteArrayList arguments() const;
    void waitUntilItAnswers();
    void waitUntilGone();
    [[nodiscard]] QByteArray logTail() const;

    TestServerOptions m_options;
    QTemporaryDir m_folder;
    quint16 m_tcpPort = 0;
    quint16 m_tlsPort = 0;
    pid_t m_pid = 0;
};

/// A port of 127.0.0.1 that nobody listens on now.
[[nodiscard]] quint16 freePort();

} // namespace signalbox::test
