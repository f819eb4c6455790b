#include "app/compose/composition.h"

#include "app/compose/words.h"
#include "core/local/private_redis.h"
#include "core/queue/memory_job_queue.h"
#include "core/queue/redis_job_queue.h"
#include "core/runtime/answer.h"
#include "core/runtime/engine_thread.h"
#include "core/worker/handlers/builtin/builtin_handlers.h"
#include "core/worker/handlers/handlers_file.h"

namespace signalbox::compose {

using runtime::Answer;
using runtime::whenDone;
using service::JobService;
using service::Settings;

namespace {

/// The handlers file's, where there is one, and the built-in ones under the names that it leaves free.
Result<worker::HandlerMap> loadHandlers(const QString &file)
{
    Result<worker::HandlerMap> handlers
        = file.isEmpty() ? worker::HandlerMap() : worker::HandlersFile::load(file);
    if (!handlers) return handlers;
    for (const QString &name : worker::builtinNames()) {
        if (handlers->contains(name)) continue;
        const Result<std::shared_ptr<worker::Handler>> handler
            = worker::makeBuiltin(name, worker::BuiltinOptions());
        if (!handler) return tl::unexpected(handler.error());
        handlers->insert(name, *handler);
    }
    return handlers;
}

} // namespace

/// The part that lives in the engine thread. `thread` outlives the rest.
class Composition::Engine {
public:
    explicit Engine(Composition *owner, CompositionOptions given) : q(owner), options(std::move(given)) { }

    void open(const Answer<> &answer)
    {
        receiver = std::make_unique<QObject>();
        const Settings &settings = options.settings;
        if (settings.queueType == Settings::QueueType::Memory || settings.redisUrl) {
            url = settings.redisUrl;
            return build(answer);
        }
        local::PrivateRedisOptions privateOptions;
        privateOptions.folder = settings.dataFolder;
        privateOptions.fsyncAlways = settings.privateFsync == QLatin1StringView("always");
        privateRedis = std::make_unique<local::PrivateRedis>(privateOptions, seams);
        QObject::connect(privateRedis.get(), &local::PrivateRedis::lost, receiver.get(),
                         [this](const Error &error) { restartPrivateRedis(error); });
        whenDone(privateRedis->start(), receiver.get(),
                 [this, answer](const Result<local::PrivateRedis::Started> &started) {
                     if (!started) return answer.give(tl::unexpected(started.error()));
                     url = started->url;
                     notice = started->notice;
                     build(answer);
                 });
    }

    void build(const Answer<> &answer)
    {
        JobService::Parts parts;
        parts.queue = makeQueue();
        parts.handlers = std::make_shared<worker::HandlerRegistry>();
        parts.settings = options.settings;
        parts.seams = seams;
        parts.loadHandlers = loadHandlers;
        if (privateRedis) parts.diskFree = [this] { return privateRedis->diskFree(); };
        service = std::make_unique<JobService>(std::move(parts));
        QObject::connect(service.get(), &JobService::problem, q, &Composition::problem);
        const Result<> handlers = options.withHandlers ? service->reloadHandlers() : Result<>();
        if (!handlers) return abandon(handlers.error(), answer);
        whenDone(service->start(options.withEvents), receiver.get(), [this, answer](const Result<> &started) {
            if (!started) return abandon(started.error(), answer);
            answer.give({});
        });
    }

    [[nodiscard]] std::unique_ptr<queue::JobQueue> makeQueue() const
    {
        if (options.settings.queueType == Settings::QueueType::Memory)
            return std::make_unique<queue::MemoryJobQueue>(seams);
        queue::RedisJobQueueOptions redisOptions;
        redisOptions.client.url = *url;
        redisOptions.prefix = options.settings.prefix;
        return std::make_unique<queue::RedisJobQueue>(redisOptions, seams);
    }

    /// A half-opened composition leaves the private server, or it would run on for nobody.
    void abandon(const Error &error, const Answer<> &answer)
    {
        if (!privateRedis) return answer.give(tl::unexpected(error));
        whenDone(privateRedis->leave(), receiver.get(),
                 [error, answer](const Result<> & /*left*/) { answer.give(tl::unexpected(error)); });
    }

    /// The queue's client comes back by itself once the server listens again, at the same path.
    void restartPrivateRedis(const Error &lost)
    {
        Q_EMIT q->problem(lost);
        whenDone(privateRedis->start(), receiver.get(),
                 [this](const Result<local::PrivateRedis::Started> &started) {
                     if (!started) return Q_EMIT q->problem(started.error());
                     if (!started->notice.isEmpty())
                         Q_EMIT q->problem({Error::Kind::Damaged,
                                            Words::tr("The private server was mended."),
                                            started->notice,
                                            {}});
                 });
    }

    void examine(const queue::DoctorOptions &wanted, const Answer<queue::DoctorReport> &answer)
    {
        if (!url)
            return answer.give(fail(Error::Kind::Unsupported, Words::tr("There is no server to examine."),
                                    Words::tr("The queue is in memory."),
                                    Words::tr("Name a server with --redis.")));
        if (examiner)
            return answer.give(fail(Error::Kind::WrongState, Words::tr("The doctor is busy."),
                                    Words::tr("An earlier look is still under way."),
                                    Words::tr("Wait for it to end.")));
        // One look is rare, and a stuck one must not keep the queue waiting: so not on the queue's
        // connection.
        redis::ClientOptions clientOptions;
        clientOptions.url = *url;
        examiner = std::make_unique<redis::Client>(clientOptions, seams);
        examiner->start();
        queue::Doctor(*examiner, seams, options.settings.prefix)
            .examine(wanted, [this, answer](const Result<queue::DoctorReport> &report) {
                answer.give(report);
                thread.post([this] { examiner.reset(); }); // not here: we are in its call
            });
    }

    void close(const Answer<> &answer)
    {
        if (!service) return leavePrivateRedis({}, answer);
        whenDone(service->stop(), receiver.get(),
                 [this, answer](const Result<> &stopped) { leavePrivateRedis(stopped, answer); });
    }

    void leavePrivateRedis(const Result<> &stopped, const Answer<> &answer)
    {
        if (!privateRedis) return answer.give(stopped);
        whenDone(privateRedis->leave(), receiver.get(),
                 [stopped, answer](const Result<> &left) { answer.give(stopped ? left : stopped); });
    }

    void destroy()
    {
        examiner.reset();
        service.reset();
        privateRedis.reset();
        receiver.reset();
    }

    Composition *q;
    CompositionOptions options;
    runtime::Seams seams = runtime::systemSeams();
    std::unique_ptr<QObject> receiver; // of every answer in the engine: gone with it
    std::unique_ptr<local::PrivateRedis> privateRedis;
    std::unique_ptr<JobService> service;
    std::unique_ptr<redis::Client> examiner; // while the doctor looks
    std::optional<redis::RedisUrl> url;
    QString notice;
    runtime::EngineThread thread;
};

Composition::Composition(CompositionOptions options, QObject *parent)
    : QObject(parent), d(std::make_unique<Engine>(this, std::move(options)))
{
}

Composition::~Composition()
{
    d->thread.run([this] { d->destroy(); });
}

QFuture<Result<>> Composition::open()
{
    const Answer<> answer;
    d->thread.post([this, answer] {
        if (d->receiver)
            return answer.give(
                fail(Error::Kind::WrongState, Words::tr("The queue is open already."), {}, {}));
        d->open(answer);
    });
    return answer.future();
}

QFuture<Result<>> Composition::close()
{
    const Answer<> answer;
    d->thread.post([this, answer] { d->close(answer); });
    return answer.future();
}

QFuture<Result<queue::DoctorReport>> Composition::examine(queue::DoctorOptions options)
{
    const Answer<queue::DoctorReport> answer;
    d->thread.post([this, options, answer] { d->examine(options, answer); });
    return answer.future();
}

JobService &Composition::service() const
{
    Q_ASSERT(d->service);
    return *d->service;
}

std::optional<redis::RedisUrl> Composition::url() const
{
    return d->url;
}

QString Composition::notice() const
{
    return d->notice;
}

} // namespace signalbox::compose
