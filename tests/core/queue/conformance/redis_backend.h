#pragma once

#include "core/queue/redis_job_queue.h"
#include "tests/core/queue/conformance/backend.h"
#include "tests/support/test_server.h"

namespace signalbox::test {

/// RedisJobQueue on a real server, emptied before each case. The scripts take their time from the queue's
/// `test_now_us`, so time moves only by advance(); the client's own timers are real.
class RedisBackend : public Backend {
public:
    explicit RedisBackend(TestServer &server);
    [[nodiscard]] queue::JobQueue &queue() override { return *m_queue; }
    [[nodiscard]] Timestamp now() const override { return m_now; }
    void advance(std::chrono::microseconds by) override;
    void prepareQueue(const QString &name) override;
    void verifyInvariants() override;

private:
    TestServer &m_server;
    RawRedis m_raw;
    queue::KeyNames m_names{QStringLiteral("signalbox")};
    QStringList m_prepared;
    Timestamp m_now = testStart;
    std::unique_ptr<queue::RedisJobQueue> m_queue;
};

} // namespace signalbox::test
