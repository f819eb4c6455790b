#include "tests/core/queue/conformance/redis_backend.h"

#include "tests/support/invariants.h"

namespace signalbox::test {

RedisBackend::RedisBackend(TestServer &server) : m_server(server), m_raw(server.raw())
{
    m_raw.command({"FLUSHALL"});
    prepareQueue(QStringLiteral("default"));
    m_queue = std::make_unique<queue::RedisJobQueue>(
        queue::RedisJobQueueOptions{.client = {.url = server.url()}}, runtime::systemSeams());
    if (const Result<> ready = waitFor(m_queue->initialize()); !ready)
        qFatal("RedisJobQueue does not initialise: %s", qPrintable(ready.error().text()));
}

void RedisBackend::prepareQueue(const QString &name)
{
    m_prepared.append(name);
    m_raw.command(
        {"HSET", m_names.key(name, queue::Noun::Meta), "test_now_us", QByteArray::number(toMicros(m_now))});
}

void RedisBackend::advance(std::chrono::microseconds by)
{
    m_now += by;
    for (const QString &name : m_prepared)
        m_raw.command({"HSET", m_names.key(name, queue::Noun::Meta), "test_now_us",
                       QByteArray::number(toMicros(m_now))});
}

void RedisBackend::verifyInvariants()
{
    m_queue.reset();
    VERIFY_INVARIANTS(m_server);
}

} // namespace signalbox::test
