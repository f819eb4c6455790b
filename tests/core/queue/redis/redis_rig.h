#pragma once

#include "tests/core/queue/conformance/redis_backend.h"
#include "tests/core/queue/conformance/test_queue.h"
#include "tests/support/test_server.h"

#include <memory>

namespace signalbox::test {

/// A RedisJobQueue on a server, and a plain connection to look at what lies there, made anew for each case.
class RedisRig : public QObject {
    Q_OBJECT
public:
    explicit RedisRig(TestServerOptions options = {})
        : m_server(std::move(options)), m_raw(m_server.raw()) { }

protected:
    [[nodiscard]] TestQueue &q() { return *m_queue; }
    [[nodiscard]] RedisBackend &backend() { return *m_backend; }
    [[nodiscard]] RawRedis &raw() { return m_raw; }
    [[nodiscard]] TestServer &server() { return m_server; }
    [[nodiscard]] QByteArray key(queue::Noun noun, const QString &name = QStringLiteral("default")) const
    {
        return m_names.key(name, noun);
    }
    [[nodiscard]] const QByteArrayList &keys() const { return m_names.of(QStringLiteral("default")); }
    [[nodiscard]] QByteArrayList keysThere(); ///< names of all keys of the server, sorted
    /// What EVAL of a script says; the keys are those of `default`.
    [[nodiscard]] Result<redis::Reply> eval(const redis::ScriptSource &script,
                                            const QByteArrayList &arguments);
    /// A job in each state but blocked, with big payloads and results, progress, log, idempotency key: every
    /// key of the queue holds something.
    struct Everything {
        JobId pending, scheduled, retrying, completed, failed, cancelled, dead;
        queue::Claim running;
    };
    Everything submitOneOfEach();

private Q_SLOTS:
    void init();
    void cleanup();

private:
    TestServer m_server;
    RawRedis m_raw;
    queue::KeyNames m_names{QStringLiteral("signalbox")};
    std::unique_ptr<RedisBackend> m_backend;
    std::unique_ptr<TestQueue> m_queue;
};

[[nodiscard]] JobProgress progressOf(const JobId &id, double current);
[[nodiscard]] JsonText bigArray(qsizetype bytes); ///< ["xxx…"] of about so many bytes

} // namespace signalbox::test
