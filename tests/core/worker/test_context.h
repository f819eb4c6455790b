#pragma once

#include "core/worker/handler.h"

#include <QStringList>

#include <condition_variable>
#include <mutex>

namespace signalbox::test {

/// What a handler gets, without a pool: keeps what it says.
class TestContext : public worker::RunContext {
public:
    [[nodiscard]] const worker::CancelToken &cancelToken() const override { return token; }
    [[nodiscard]] int attempt() const override { return attemptNumber; }
    [[nodiscard]] int workerNumber() const override { return worker; }
    void reportProgress(double current, std::optional<double> total, const QString &message,
                        const JsonText &metadata) override
    {
        const std::lock_guard lock(m_mutex);
        m_progress.append({{}, current, total, message, metadata, {}});
    }
    void log(const QString &line) override
    {
        const std::lock_guard lock(m_mutex);
        m_log.append(line);
        m_said.notify_all();
    }
    [[nodiscard]] QStringList lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_log;
    }
    [[nodiscard]] QList<JobProgress> progress() const
    {
        const std::lock_guard lock(m_mutex);
        return m_progress;
    }
    /// Waits for a line that begins so, and returns it.
    [[nodiscard]] QString waitForLine(const QString &beginning) const
    {
        std::unique_lock lock(m_mutex);
        QString found;
        const bool isThere = m_said.wait_for(lock, std::chrono::seconds(20), [&] {
            for (const QString &line : m_log)
                if (line.startsWith(beginning)) found = line;
            return !found.isEmpty();
        });
        if (!isThere) qFatal("The handler did not say it.");
        return found;
    }

    worker::CancelToken token;
    int attemptNumber = 1;
    int worker = 0;

private:
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_said;
    QStringList m_log;
    QList<JobProgress> m_progress;
};

/// A job for a handler that is called without a queue.
[[nodiscard]] inline JobDefinition jobFor(const QString &handler, const QByteArray &kwargs = "{}")
{
    JobDefinition job;
    job.handler = handler;
    job.kwargs = JsonText::trusted(kwargs);
    job.complete(JobId::fromRandom({1, 2, 3}), fromMicros(1'700'000'000'000'000));
    return job;
}

} // namespace signalbox::test
