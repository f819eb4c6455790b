#pragma once

#include "core/queue/redis_job_queue.h"
#include "core/runtime/manual_clock.h"
#include "tests/core/queue/property/world.h"
#include "tests/support/test_server.h"

namespace signalbox::test {

/// RedisJobQueue as the property test drives it: the same steps as the World, told in the same words.
class RedisSide {
public:
    explicit RedisSide(TestServer &server);
    Q_DISABLE_COPY_MOVE(RedisSide)
    void begin(qint64 nowUs); ///< an empty server, at that time

    /// What a step answered, and what is shown of the queue right after it.
    struct Shown {
        QStringList answers;
        Result<QueueStats> stats;
        QMap<JobId, Result<Job>> jobs;
        QMap<JobId, Result<QByteArray>> logs;
    };
    /// The looks leave together with the step itself, as one round trip costs more than all of them.
    [[nodiscard]] Shown carryOut(const Step &step, qint64 nowUs, const QSet<JobId> &lookAt);

    /// What differs from what the machine shows; empty: nothing does.
    [[nodiscard]] static QString difference(const Shown &shown, const World &world);
    [[nodiscard]] QString differenceInAll(const World &world); ///< lists, handlers' counters, every job

private:
    [[nodiscard]] QStringList act(const Step &step, qint64 nowUs);
    template <typename T> [[nodiscard]] T await(const QFuture<T> &future);
    template <typename T>
    [[nodiscard]] T awaitCallback(const std::function<void(std::function<void(T)>)> &start);
    void sendLooks();
    [[nodiscard]] QStringList eval(const redis::ScriptSource &script, const QByteArrayList &arguments,
                                   const std::function<QStringList(const redis::Reply &)> &tell);
    [[nodiscard]] QStringList turn(const Step &step);
    [[nodiscard]] QStringList renew(const Step &step);
    [[nodiscard]] QStringList renewUnheard(const Step &step);
    [[nodiscard]] QStringList report(const Step &step);
    [[nodiscard]] QString differenceInList(const World &world, JobStatus status);
    void setTime(qint64 nowUs);

    /// Stands still for the queue: what it does once a minute by itself would come between two steps.
    runtime::ManualTime m_still;
    RawRedis m_raw;
    queue::KeyNames m_names{QStringLiteral("signalbox")};
    redis::Client m_client; ///< for the scripts that JobQueue has no call for
    queue::RedisJobQueue m_queue;

    QSet<JobId> m_lookAt;
    bool m_looksAreSent = true;
    QFuture<Result<QueueStats>> m_stats;
    QMap<JobId, QFuture<Result<Job>>> m_jobs;
    QMap<JobId, QFuture<Result<QByteArray>>> m_logs;
};

} // namespace signalbox::test
