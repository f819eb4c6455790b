#pragma once

#include "core/queue/memory_job_queue.h"
#include "core/queue/redis_job_queue.h"
#include "core/runtime/engine_thread.h"
#include "core/service/job_service.h"
#include "tests/support/test_server.h"

#include <QTest>

#include <memory>

namespace signalbox::test {

/// Waits for a future in the test's thread; ends the test program in words when nothing comes.
template <typename T> T get(const QFuture<T> &future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30'000))
        qFatal("A call was not answered within 30 s.");
    return future.result();
}

/// A definition that fails fast: it is run again after a millisecond.
inline JobDefinition quickJob(const QString &handler)
{
    JobDefinition job;
    job.handler = handler;
    job.retry.base = std::chrono::milliseconds(1);
    return job;
}

/// For QVERIFY2, which evaluates its text also where all is well.
template <typename T> const char *why(const Result<T> &result)
{
    static QByteArray text;
    text = result ? QByteArray() : result.error().text().toUtf8();
    return text.constData();
}

/// Of a refusal; ends the test program when it was none.
template <typename T> Error::Kind kindOf(const Result<T> &result)
{
    if (result) qFatal("A call succeeded that should have been refused.");
    return result.error().kind;
}

/// Rows "redis" and "memory" for a case that holds on both.
inline void addBackends()
{
    QTest::addColumn<bool>("onServer");
    QTest::newRow("redis") << true;
    QTest::newRow("memory") << false;
}

/// What a test class with such cases inherits.
class BackendOfCase {
protected:
    /// A new server for a case on "redis"; nothing for one in memory.
    const TestServer *server()
    {
        QFETCH(bool, onServer);
        m_server = onServer ? std::make_unique<TestServer>() : nullptr;
        return m_server.get();
    }

private:
    std::unique_ptr<TestServer> m_server;
};

/// A JobService in an engine thread of its own, as a program has it: on a server, or in memory.
class ServiceRig : public QObject {
public:
    using MakeQueue = std::function<std::unique_ptr<queue::JobQueue>()>; ///< called in the engine
    explicit ServiceRig(const TestServer *server, service::Settings settings = {})
        : ServiceRig(
            [server]() -> std::unique_ptr<queue::JobQueue> {
                if (!server) return std::make_unique<queue::MemoryJobQueue>(runtime::systemSeams());
                queue::RedisJobQueueOptions options;
                options.client.url = server->url();
                return std::make_unique<queue::RedisJobQueue>(options, runtime::systemSeams());
            },
            std::move(settings))
    {
    }
    explicit ServiceRig(const MakeQueue &makeQueue, service::Settings settings = {})
    {
        m_engine.run([&] {
            service::JobService::Parts parts;
            parts.queue = makeQueue();
            parts.handlers = std::make_shared<worker::HandlerRegistry>();
            parts.settings = std::move(settings);
            parts.seams = runtime::systemSeams();
            parts.loadHandlers = [this](const QString &) { return whenLoading ? whenLoading() : loaded; };
            m_service = std::make_unique<service::JobService>(std::move(parts));
        });
        connect(m_service.get(), &service::JobService::eventsArrived, this,
                [this](const QList<Event> &arrived) { events += arrived; });
        connect(m_service.get(), &service::JobService::problem, this,
                [this](const Error &error) { problems.append(error); });
    }
    ~ServiceRig() override
    {
        m_engine.run([this] { m_service.reset(); });
    }
    [[nodiscard]] service::JobService &service() const { return *m_service; }
    service::JobService *operator->() const { return m_service.get(); }

    /// Several calls in one turn of the engine's loop, so that none is answered before the last is made.
    void atOnce(const std::function<void()> &calls) { m_engine.run(calls); }
    void handle(const QString &name, worker::FunctionHandler::Function function)
    {
        const Result<> added = m_service->registerHandler(
            name, std::make_shared<worker::FunctionHandler>(std::move(function)));
        if (!added) qFatal("%s", qPrintable(added.error().text()));
    }
    [[nodiscard]] QList<Event> eventsOf(const JobId &id, Event::Type type) const
    {
        QList<Event> found;
        for (const Event &event : events)
            if (event.job == id && event.type == type) found.append(event);
        return found;
    }
    [[nodiscard]] bool saw(Event::Type type) const
    {
        return std::any_of(events.begin(), events.end(),
                           [&](const Event &event) { return event.type == type; });
    }

    QList<Event> events; ///< as they arrived, in this thread
    QList<Error> problems;
    using Loaded = Result<QMap<QString, std::shared_ptr<worker::Handler>>>;
    Loaded loaded;                       ///< what reloadHandlers() reads
    std::function<Loaded()> whenLoading; ///< instead, where it is set; in the thread that reloads

private:
    runtime::EngineThread m_engine;
    std::unique_ptr<service::JobService> m_service;
};

} // namespace signalbox::test
