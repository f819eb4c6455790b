#pragma once

#include "core/queue/invariant_checker.h"
#include "tests/core/queue/conformance/redis_backend.h"
#include "tests/core/queue/conformance/test_queue.h"

namespace signalbox::test {

/// A queue with a job in every state, and a hand that damages it.
class DamagedQueue {
public:
    explicit DamagedQueue(TestServer &server);

    /// A job by what it is: pending keyed big scheduled retrying running completed bigResult failed cancelled
    /// dead.
    [[nodiscard]] QByteArray id(const QByteArray &name) const { return m_ids.value(name).bytes(); }
    [[nodiscard]] char letter(const QByteArray &name) { return toLetter(m_queue.status(m_ids.value(name))); }
    [[nodiscard]] QByteArray key(queue::Noun noun) const
    {
        return m_names.key(QStringLiteral("default"), noun);
    }
    /// Carries out commands in which `@noun` stands for a key and `#name` for a job's id.
    void damage(const QList<QByteArrayList> &commands);

    [[nodiscard]] queue::CheckReport check();
    [[nodiscard]] queue::InvariantChecker::Repaired repair();
    /// Every field and member of every key: "<noun> <field>" → value.
    [[nodiscard]] QMap<QByteArray, QByteArray> contents();
    [[nodiscard]] QByteArrayList members(const QByteArray &list); ///< in its order
    [[nodiscard]] TestQueue &queue() { return m_queue; }
    [[nodiscard]] RedisBackend &backend() { return m_backend; }

private:
    RedisBackend m_backend;
    TestQueue m_queue;
    RawRedis m_raw;
    queue::KeyNames m_names{QStringLiteral("signalbox")};
    redis::Client m_client;
    QMap<QByteArray, JobId> m_ids;
};

} // namespace signalbox::test
