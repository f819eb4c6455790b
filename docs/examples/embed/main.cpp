// A program with a job queue inside: registers a handler in C++, submits a job, waits for its result.
//
//   embed REDIS_URL     e.g. unix:///run/redis/redis.sock
//   embed               in memory, without a server
#include <core/queue/memory_job_queue.h>
#include <core/queue/redis_job_queue.h>
#include <core/runtime/answer.h>
#include <core/runtime/engine_thread.h>
#include <core/service/job_service.h>

#include <QCoreApplication>
#include <QTextStream>

using namespace signalbox;

/// Adds up the job's arguments. Runs in a thread of the pool.
static worker::RunResult addUp(const JobDefinition &job, worker::RunContext &context)
{
    const Result<QList<QByteArray>> numbers = jsonElements(job.args.bytes());
    if (!numbers) return worker::RunResult::failedPermanently(numbers.error().text());
    qint64 sum = 0;
    for (qsizetype i = 0; i < numbers->size(); ++i) {
        if (context.cancelToken().isCancelled()) return worker::RunResult::failed(QStringLiteral("cancelled"));
        sum += numbers->at(i).toLongLong();
        context.reportProgress(static_cast<double>(i + 1), static_cast<double>(numbers->size()));
    }
    return worker::RunResult::completed(JsonText::trusted(QByteArray::number(sum)));
}

static std::unique_ptr<queue::JobQueue> makeQueue(const QString &url)
{
    if (url.isEmpty()) return std::make_unique<queue::MemoryJobQueue>(runtime::systemSeams());
    const Result<redis::RedisUrl> parsed = redis::RedisUrl::parse(url);
    if (!parsed) qFatal("%s", qPrintable(parsed.error().text()));
    queue::RedisJobQueueOptions options;
    options.client.url = *parsed;
    return std::make_unique<queue::RedisJobQueue>(options, runtime::systemSeams());
}

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);

    // The engine: one thread for connections and leases. It never runs a handler, so it never waits for one.
    runtime::EngineThread engine;
    std::unique_ptr<service::JobService> service;
    engine.run([&] {
        service::JobService::Parts parts;
        parts.queue = makeQueue(app.arguments().value(1));
        parts.handlers = std::make_shared<worker::HandlerRegistry>();
        parts.seams = runtime::systemSeams();
        service = std::make_unique<service::JobService>(std::move(parts));
    });

    const auto fail = [&](const Error &error) {
        QTextStream(stderr) << error.text() << '\n';
        QCoreApplication::exit(1);
    };
    const Result<> registered = service->registerHandler(
        QStringLiteral("math.add_up"), std::make_shared<worker::FunctionHandler>(addUp));
    if (!registered) qFatal("%s", qPrintable(registered.error().text()));

    // Calls answer at once with a future; whenDone brings its value into this thread's event loop.
    using runtime::whenDone;
    whenDone(service->start(), &app, [&](const Result<> &started) {
        if (!started) return fail(started.error());
        whenDone(service->startWorkers(2), &app, [&](const Result<> &working) {
            if (!working) return fail(working.error());
            JobDefinition job = service->newJob(QStringLiteral("math.add_up"));
            job.args = JsonText::trusted("[1, 2, 3, 4]");
            whenDone(service->submit(job), &app, [&](const Result<queue::Submitted> &submitted) {
                if (!submitted) return fail(submitted.error());
                whenDone(service->wait(submitted->id), &app, [&](const Result<JobResult> &result) {
                    if (!result) return fail(result.error());
                    QTextStream(stdout) << toText(result->status) << ": " << result->result.bytes() << '\n';
                    whenDone(service->stop(), &app,
                             [](const Result<> &stopped) { QCoreApplication::exit(stopped ? 0 : 1); });
                });
            });
        });
    });
    const int code = QCoreApplication::exec();
    engine.run([&] { service.reset(); }); // where it lives
    return code;
}
