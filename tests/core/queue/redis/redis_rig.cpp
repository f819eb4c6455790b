#include "tests/core/queue/redis/redis_rig.h"

#include <algorithm>

namespace signalbox::test {

using namespace queue;

JsonText bigArray(qsizetype bytes)
{
    return JsonText::trusted("[\"" + QByteArray(bytes, 'x') + "\"]");
}

JobProgress progressOf(const JobId &id, double current)
{
    JobProgress progress;
    progress.jobId = id;
    progress.current = current;
    return progress;
}

void RedisRig::init()
{
    m_backend = std::make_unique<RedisBackend>(m_server);
    m_queue = std::make_unique<TestQueue>(*m_backend);
}

void RedisRig::cleanup()
{
    m_queue.reset();
    m_backend.reset();
}

QByteArrayList RedisRig::keysThere()
{
    QByteArrayList names;
    for (const redis::Reply &name : m_raw.command({"KEYS", "*"}).elements) names.append(name.text);
    std::sort(names.begin(), names.end());
    return names;
}

Result<redis::Reply> RedisRig::eval(const redis::ScriptSource &script, const QByteArrayList &arguments)
{
    return m_raw.tryCommand(QByteArrayList{"EVAL", script.text, QByteArray::number(keys().size())} + keys()
                            + arguments);
}

RedisRig::Everything RedisRig::submitOneOfEach()
{
    using namespace std::chrono_literals;
    Everything all;
    all.completed = q().submit();
    q().complete(q().claim(), bigArray(5000).bytes());
    JobDefinition twice = testJob();
    twice.retry.maxRetries = 1;
    all.retrying = q().submit(twice);
    (void)q().fail(q().claim(), QStringLiteral("e").repeated(5000), 1h);
    all.dead = q().submit();
    (void)q().die(all.dead);
    all.failed = q().submit();
    (void)q().settle(q().claim(), {.kind = Outcome::Kind::FailedQuietly, .error = QStringLiteral("no")});
    all.cancelled = q().submit();
    (void)q().tryCancel(all.cancelled);
    JobDefinition keyed = testJob();
    keyed.idempotencyKey = QStringLiteral("k1");
    keyed.args = bigArray(5000);
    q().submit(keyed);
    all.running = q().claim();
    q().report(all.running, progressOf(all.running.definition.id, 1), "log");
    JobDefinition later = testJob();
    later.scheduledAt = backend().now() + 1h;
    all.scheduled = q().submit(later);
    JobDefinition waiting = testJob();
    waiting.idempotencyKey = QStringLiteral("k2");
    all.pending = q().submit(waiting);
    return all;
}

} // namespace signalbox::test
