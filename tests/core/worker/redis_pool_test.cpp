#include "core/queue/redis_job_queue.h"
#include "core/runtime/engine_thread.h"
#include "core/worker/worker_pool.h"
#include "tests/support/test_server.h"
#include "tests/support/wait_for.h"

#include <QTest>

#include <atomic>
#include <mutex>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using worker::RunResult;
using worker::WorkerPool;

/// The pool against a real server: what only two real clocks, sockets and scripts can show.
class RedisPoolTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tenThousandMixedJobsComeInOrder();
    void twoPoolsShareWithoutDoubling();
    void idlePoolSendsAtMostTwoCommandsASecond();
    void cancelReachesAPoolThatIsBusy();
    void restartedServerIsWorkedOnAgain();
    void destroyedPoolGivesItsJobsBackBeforeItsConnectionGoes();

private:
    /// A process' worth: an engine with a queue and a pool in it.
    struct Client {
        explicit Client(const TestServer &server)
        {
            engine.run([&] {
                queue = std::make_unique<queue::RedisJobQueue>(
                    queue::RedisJobQueueOptions{.client = {.url = server.url()}}, runtime::systemSeams());
                pool = std::make_unique<WorkerPool>(*queue, handlers, worker::PoolOptions{},
                                                    runtime::systemSeams());
            });
            if (!waitFor(queue->initialize())) qFatal("The queue did not start.");
        }
        ~Client()
        {
            if (pool) (void)waitFor(pool->stop(WorkerPool::StopMode::Now));
            if (queue) (void)waitFor(queue->shutdown(true));
            engine.run([this] {
                pool.reset();
                queue.reset();
            });
        }
        Q_DISABLE_COPY_MOVE(Client)
        qint64 size(JobStatus status)
        {
            const Result<QueueStats> stats = waitFor(queue->stats(u"default"_s));
            if (!stats) qFatal("%s", qPrintable(stats.error().text()));
            return stats->size(status);
        }
        void submit(const QList<JobDefinition> &some)
        {
            const auto submitted = waitFor(queue->submit(some));
            if (!submitted) qFatal("%s", qPrintable(submitted.error().text()));
        }
        void add(const QString &name, worker::FunctionHandler::Function function)
        {
            if (!handlers->add(name, std::make_shared<worker::FunctionHandler>(std::move(function))))
                qFatal("The handler could not be added.");
        }
        runtime::EngineThread engine;
        std::unique_ptr<queue::RedisJobQueue> queue;
        std::shared_ptr<worker::HandlerRegistry> handlers = std::make_shared<worker::HandlerRegistry>();
        std::unique_ptr<WorkerPool> pool;
    };
    static QList<JobDefinition> jobs(int count, const QString &handler)
    {
        QList<JobDefinition> made;
        static quint64 next = 0;
        for (int i = 0; i < count; ++i) {
            std::array<quint8, 16> bytes{};
            ++next;
            // The last seven bytes: a UUID's version and variant would overwrite bits of the others.
            for (size_t b = 9; b < 16; ++b) bytes[b] = static_cast<quint8>(next >> (8 * (15 - b)));
            JobDefinition job;
            job.handler = handler;
            job.complete(JobId::fromRandom(bytes), runtime::systemSeams().clock->wallNow());
            made.append(std::move(job));
        }
        return made;
    }
    /// Keeps the ids of runs, in order; outlives the pool that writes to it.
    struct Ledger {
        std::mutex mutex;
        QList<JobId> runs;
        worker::FunctionHandler::Function handler()
        {
            return [this](const JobDefinition &job, worker::RunContext &) {
                const std::lock_guard lock(mutex);
                runs.append(job.id);
                return RunResult::completed();
            };
        }
        QList<JobId> read()
        {
            const std::lock_guard lock(mutex);
            return runs;
        }
    };
};

void RedisPoolTest::tenThousandMixedJobsComeInOrder()
{
    const TestServer server;
    Ledger ledger;
    Client client(server);
    client.add(u"note"_s, ledger.handler());
    QList<JobDefinition> all = jobs(10'000, u"note"_s);
    runtime::Random &random = *runtime::systemSeams().random;
    QList<JobId> expected[4];
    for (JobDefinition &job : all) {
        const size_t level = random.bits() % 4;
        job.priority = allJobPriorities[level];
        expected[level].append(job.id);
    }
    for (qsizetype at = 0; at < all.size(); at += 500) client.submit(all.mid(at, 500));
    QVERIFY(waitFor(client.pool->start(1)));
    QTRY_COMPARE_WITH_TIMEOUT(client.size(JobStatus::Completed), 10'000, 30'000);
    QCOMPARE(ledger.read(), expected[3] + expected[2] + expected[1] + expected[0]);
}

void RedisPoolTest::twoPoolsShareWithoutDoubling()
{
    const TestServer server;
    Ledger ledger;
    Client one(server);
    Client two(server);
    for (Client *client : {&one, &two}) {
        client->add(u"note"_s, ledger.handler());
        QVERIFY(waitFor(client->pool->start(2)));
    }
    for (int i = 0; i < 10; ++i) one.submit(jobs(300, u"note"_s));
    QTRY_COMPARE_WITH_TIMEOUT(one.size(JobStatus::Completed), 3000, 30'000);
    const QList<JobId> runs = ledger.read();
    QCOMPARE(runs.size(), 3000);
    QCOMPARE(QSet<JobId>(runs.begin(), runs.end()).size(), 3000);
    QCOMPARE(waitFor(one.queue->pools()).value().size(), 2);
    const qint64 done
        = waitFor(one.pool->metrics())->jobsCompleted + waitFor(two.pool->metrics())->jobsCompleted;
    QCOMPARE(done, 3000);
}

void RedisPoolTest::idlePoolSendsAtMostTwoCommandsASecond()
{
    const TestServer server;
    Ledger ledger;
    Client client(server);
    client.add(u"note"_s, ledger.handler());
    QVERIFY(waitFor(client.pool->start(4)));
    client.submit(jobs(10, u"note"_s));
    QTRY_COMPARE(client.size(JobStatus::Completed), 10);
    RawRedis raw = server.raw();
    // What the server itself counts; commands within scripts are the scripts' own affair.
    const auto commands = [&raw] {
        qint64 calls = 0;
        for (const QByteArray &line : raw.command({"INFO", "commandstats"}).text.split('\n')) {
            const QByteArray name = line.left(line.indexOf(':')).mid(8);
            const bool isSent = name == "evalsha" || name == "blpop" || name == "ping" || name == "xread";
            if (isSent) calls += line.mid(line.indexOf("calls=") + 6).split(',').first().toLongLong();
        }
        return calls;
    };
    const runtime::Clock &clock = *runtime::systemSeams().clock;
    const qint64 before = commands();
    QVERIFY(before > 0);
    const std::chrono::nanoseconds from = clock.monotonicNow();
    QTRY_VERIFY_WITH_TIMEOUT(clock.monotonicNow() - from >= std::chrono::seconds(12), 20'000);
    const qint64 sent = commands() - before;
    QVERIFY2(sent <= 24, qPrintable(QString::number(sent)));
}

void RedisPoolTest::cancelReachesAPoolThatIsBusy()
{
    const TestServer server;
    std::atomic<int> started = 0;
    Client client(server);
    client.add(u"wait"_s, [&started](const JobDefinition &, worker::RunContext &context) {
        ++started;
        (void)context.cancelToken().waitFor(std::chrono::hours(1));
        return RunResult::failed(u"stopped"_s);
    });
    QVERIFY(waitFor(client.pool->start(1)));
    const QList<JobDefinition> two = jobs(2, u"wait"_s);
    client.submit(two);
    QTRY_COMPARE(started, 1);
    QVERIFY(waitFor(client.queue->cancel(u"default"_s, {two.first().id})));
    QTRY_COMPARE(client.size(JobStatus::Cancelled), 1); // long before a heartbeat
    QTRY_COMPARE(started, 2);
}

void RedisPoolTest::restartedServerIsWorkedOnAgain()
{
    TestServer server({.appendOnly = true});
    Ledger ledger;
    Client client(server);
    client.add(u"note"_s, ledger.handler());
    QVERIFY(waitFor(client.pool->start(2)));
    for (int i = 1; i <= 3; ++i) {
        server.kill9();
        server.start();
        QTRY_VERIFY(waitFor(client.queue->submit(jobs(20, u"note"_s))).has_value());
        QTRY_VERIFY(client.size(JobStatus::Pending) == 0 && client.size(JobStatus::Running) == 0);
        QVERIFY(client.size(JobStatus::Completed) >= 20 * i);
    }
}

void RedisPoolTest::destroyedPoolGivesItsJobsBackBeforeItsConnectionGoes()
{
    const TestServer server;
    Client witness(server);
    std::atomic<int> started = 0;
    Client client(server);
    client.add(u"wait"_s, [&started](const JobDefinition &, worker::RunContext &context) {
        ++started;
        (void)context.cancelToken().waitFor(std::chrono::hours(1));
        return RunResult::failed(u"stopped"_s);
    });
    constexpr int workers = 600; // more than one call of the script settles
    QVERIFY(waitFor(client.pool->start(workers)));
    for (int i = 0; i < 3; ++i) client.submit(jobs(workers / 3, u"wait"_s));
    QTRY_COMPARE_WITH_TIMEOUT(started, workers, 20'000);
    client.engine.run([&client] { // both at once, and nobody turns the loop in between
        client.pool.reset();
        client.queue.reset();
    });
    QCOMPARE(witness.size(JobStatus::Running), 0);
    QCOMPARE(witness.size(JobStatus::Pending), workers);
    QCOMPARE(waitFor(witness.queue->stats(u"default"_s))->failed, 0);
    QVERIFY(waitFor(witness.queue->pools())->isEmpty());
}

QTEST_GUILESS_MAIN(RedisPoolTest)
#include "redis_pool_test.moc"
