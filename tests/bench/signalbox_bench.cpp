// Signalbox as a contestant of tests/bench/run: the library as an embedder uses it, with everything that a
// pool does in production on: leases, tokens, events, counts, heartbeats, published workers.
#include "core/queue/redis_job_queue.h"
#include "core/runtime/engine_thread.h"
#include "core/worker/worker_pool.h"
#include "tests/bench/contestant.h"

#include <QCoreApplication>
#include <QJsonArray>

#include <atomic>
#include <deque>
#include <functional>
#include <semaphore>

namespace signalbox::bench {
namespace {

using namespace Qt::StringLiterals;

const QString queueName = u"default"_s;
const QString noopName = u"bench.noop"_s;

/// Submits in batches, several in flight, as an embedder with many jobs does.
class Submitter {
public:
    Submitter(queue::JobQueue &queue, int payloadBytes)
        : m_queue(queue), m_kwargs(JsonText::trusted(payload(payloadBytes)))
    {
    }
    [[nodiscard]] QFuture<Result<QList<Result<queue::Submitted>>>> send(int jobs)
    {
        QList<JobDefinition> batch;
        batch.reserve(jobs);
        runtime::Random &random = *runtime::systemSeams().random;
        for (int i = 0; i < jobs; ++i) {
            JobDefinition job;
            job.handler = noopName;
            job.kwargs = m_kwargs;
            const std::array<quint64, 2> bits{random.bits(), random.bits()};
            job.complete(JobId::fromRandom(std::bit_cast<std::array<quint8, 16>>(bits)),
                         runtime::systemSeams().clock->wallNow());
            batch << std::move(job);
        }
        return m_queue.submit(std::move(batch));
    }
    static void check(QFuture<Result<QList<Result<queue::Submitted>>>> future)
    {
        for (const Result<queue::Submitted> &one : answerOf(std::move(future)))
            if (!one) giveUp(one.error().text());
    }
    void sendAll(int jobs)
    {
        constexpr int batch = 200;
        constexpr size_t inFlightMax = 4;
        std::deque<QFuture<Result<QList<Result<queue::Submitted>>>>> inFlight;
        for (int left = jobs; left > 0; left -= batch) {
            inFlight.push_back(send(std::min(batch, left)));
            if (inFlight.size() < inFlightMax) continue;
            check(std::move(inFlight.front()));
            inFlight.pop_front();
        }
        for (auto &future : inFlight) check(std::move(future));
    }

private:
    queue::JobQueue &m_queue;
    JsonText m_kwargs;
};

/// Counts runs, and lets the main thread wait for the last of them.
class Tally {
public:
    explicit Tally(int wanted) : m_left(wanted) { }
    void tick()
    {
        if (--m_left == 0) m_all.release();
    }
    void waitForAll() { m_all.acquire(); }

private:
    std::atomic<int> m_left;
    std::binary_semaphore m_all{0};
};

/// Engine, queue and pool, built in the order of their needs and taken down in the other.
class Bench {
public:
    explicit Bench(const Options &options)
        : m_options(options), m_handlers(std::make_shared<worker::HandlerRegistry>())
    {
        m_engine.run([this] {
            const auto url
                = redis::RedisUrl::parse(u"redis://%1:%2"_s.arg(m_options.host).arg(m_options.port));
            if (!url) giveUp(url.error().text());
            m_queue = std::make_unique<queue::RedisJobQueue>(
                queue::RedisJobQueueOptions{.client = {.url = *url}}, runtime::systemSeams());
            m_pool = std::make_unique<worker::WorkerPool>(*m_queue, m_handlers, worker::PoolOptions{},
                                                          runtime::systemSeams());
        });
        answerOf(m_queue->initialize());
    }
    ~Bench()
    {
        answerOf(m_pool->stop(worker::WorkerPool::StopMode::Graceful));
        answerOf(m_queue->shutdown(true));
        m_engine.run([this] {
            m_pool.reset();
            m_queue.reset();
        });
    }
    Q_DISABLE_COPY_MOVE(Bench)

    void startPool(worker::FunctionHandler::Function handler)
    {
        const auto added
            = m_handlers->add(noopName, std::make_shared<worker::FunctionHandler>(std::move(handler)));
        if (!added) giveUp(added.error().text());
        answerOf(m_pool->start(m_options.concurrency > 0 ? m_options.concurrency : 2));
    }

    QJsonObject drain()
    {
        preload();
        return work([] {});
    }
    QJsonObject lifecycle()
    {
        return work([this] { preload(); });
    }
    QJsonObject pending()
    {
        preload();
        return {{u"jobs"_s, m_options.jobs}};
    }
    QJsonObject idle()
    {
        startPool([](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
        print({{u"ready"_s, true}});
        waitForEndOfInput();
        return {};
    }
    QJsonObject latency();
    QJsonObject views();

private:
    void preload() { Submitter(*m_queue, m_options.payloadBytes).sendAll(m_options.jobs); }

    /// Runs all jobs to their settled end; `meanwhile` goes on beside it.
    QJsonObject work(const std::function<void()> &meanwhile)
    {
        Tally tally(m_options.jobs);
        const JsonText result = JsonText::trusted(QByteArrayLiteral(R"({"ok":true})"));
        const Window window(m_options);
        startPool([&](const JobDefinition &, worker::RunContext &) {
            tally.tick();
            return worker::RunResult::completed(result);
        });
        meanwhile();
        tally.waitForAll();
        // The last handlers have ended; their results are on the way. Asked a few times at most.
        while (answerOf(m_queue->stats(queueName)).size(JobStatus::Completed) < m_options.jobs) { }
        return window.end(m_options.jobs);
    }

    Options m_options;
    runtime::EngineThread m_engine;
    std::shared_ptr<worker::HandlerRegistry> m_handlers; // shared with the pool
    std::unique_ptr<queue::RedisJobQueue> m_queue;
    std::unique_ptr<worker::WorkerPool> m_pool;
};

QJsonObject Bench::latency()
{
    using Clock = std::chrono::steady_clock;
    constexpr int warmUp = 50;
    Clock::time_point begunAt;
    std::binary_semaphore begun(0);
    startPool([&](const JobDefinition &, worker::RunContext &) {
        begunAt = Clock::now();
        begun.release();
        return worker::RunResult::completed();
    });
    Submitter submitter(*m_queue, m_options.payloadBytes);
    QList<double> samplesMs;
    for (int i = 0; i < m_options.samples + warmUp; ++i) {
        const Clock::time_point submittedAt = Clock::now();
        Submitter::check(submitter.send(1));
        begun.acquire();
        if (i >= warmUp)
            samplesMs << std::chrono::duration<double, std::milli>(begunAt - submittedAt).count();
        // The job ends meanwhile, and the pool is back in its blocking read: it is quiet again.
        if (begun.try_acquire_for(std::chrono::milliseconds(5))) giveUp(u"One job began twice."_s);
    }
    return samplesAnswer(samplesMs);
}

/// What a console asks for again and again: half of the jobs have ended, half wait. The pool is gone
/// meanwhile.
QJsonObject Bench::views()
{
    using Clock = std::chrono::steady_clock;
    const auto page = [this](JobStatus status, bool reversed) {
        const queue::ListPage rows = answerOf(
            m_queue->list({.queue = queueName, .status = status, .filter = {}, .reversed = reversed}));
        const queue::ListPage next = answerOf(m_queue->list(
            {.queue = queueName, .status = status, .filter = {}, .after = rows.next, .reversed = reversed}));
        if (rows.rows.size() != 100 || next.rows.size() != 100) giveUp(u"A page came back short."_s);
    };
    const std::vector<std::pair<QString, std::function<void()>>> asked{
        {u"two pages pending"_s, [&] { page(JobStatus::Pending, false); }},
        {u"two pages pending, from the end"_s, [&] { page(JobStatus::Pending, true); }},
        {u"two pages completed"_s, [&] { page(JobStatus::Completed, false); }},
        {u"two pages completed, from the end"_s, [&] { page(JobStatus::Completed, true); }},
        {u"counts"_s, [this] { (void)answerOf(m_queue->stats(queueName)); }},
        {u"metrics"_s,
         [this] {
             (void)answerOf(m_queue->stats(queueName));
             (void)answerOf(m_queue->handlerCounts(queueName));
             (void)answerOf(m_queue->pools());
         }},
    };
    m_options.jobs /= 2;
    (void)lifecycle();
    answerOf(m_pool->stop(worker::WorkerPool::StopMode::Graceful));
    preload();

    QJsonObject samplesOf;
    for (const auto &[name, ask] : asked) {
        QJsonArray samples;
        for (int i = 0; i < m_options.samples; ++i) {
            const Clock::time_point begin = Clock::now();
            ask();
            samples.append(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
        }
        samplesOf.insert(name, samples);
    }
    return {{u"jobs"_s, 2 * m_options.jobs}, {u"samples_ms"_s, samplesOf}};
}

QJsonObject measure(const Options &options)
{
    Bench bench(options);
    if (options.scenario == "drain"_L1) return bench.drain();
    if (options.scenario == "lifecycle"_L1 || options.scenario == "finished"_L1) return bench.lifecycle();
    if (options.scenario == "latency"_L1) return bench.latency();
    if (options.scenario == "pending"_L1) return bench.pending();
    if (options.scenario == "views"_L1) return bench.views();
    if (options.scenario == "idle"_L1) return bench.idle();
    giveUp(u"There is no scenario '%1'."_s.arg(options.scenario));
}

} // namespace
} // namespace signalbox::bench

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    signalbox::bench::print(
        signalbox::bench::measure(signalbox::bench::readOptions(QCoreApplication::arguments())));
    return 0;
}
