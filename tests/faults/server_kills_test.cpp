// The server itself is killed under load: row 13 of the fault list, as the private server is set up.
#include "core/queue/redis_job_queue.h"
#include "core/runtime/engine_thread.h"
#include "core/worker/worker_pool.h"
#include "tests/faults/scene.h"
#include "tests/support/wait_for.h"

#include <QRandomGenerator>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

using SubmitReply = Result<QList<Result<queue::Submitted>>>;

/// Workers of this process, fast enough for a load; their handler keeps the scene's ledger.
class LedgerPool {
public:
    explicit LedgerPool(Scene &scene) : m_ledger(scene.ledgerFile())
    {
        const auto run = [this](const JobDefinition &job, worker::RunContext &context) {
            const QByteArray result = "[" + QByteArray::number(context.attempt()) + "]";
            m_ledger.append({{"begin", job.id.bytes(), context.attempt(), getpid(), {}}});
            m_ledger.append({{"end", job.id.bytes(), context.attempt(), getpid(), result}});
            return worker::RunResult::completed(JsonText::trusted(result));
        };
        if (!m_handlers->add(u"note"_s, std::make_shared<worker::FunctionHandler>(run)))
            qFatal("The handler could not be added.");
        m_engine.run([&] {
            m_queue = std::make_unique<queue::RedisJobQueue>(
                queue::RedisJobQueueOptions{.client = {.url = scene.server().url()}}, runtime::systemSeams());
            m_pool = std::make_unique<worker::WorkerPool>(
                *m_queue, m_handlers, worker::PoolOptions{.lease = 3s, .heartbeat = 500ms},
                runtime::systemSeams());
        });
        if (!waitFor(m_queue->initialize()) || !waitFor(m_pool->start(workers)))
            qFatal("The pool did not start.");
    }
    ~LedgerPool()
    {
        (void)waitFor(m_pool->stop(worker::WorkerPool::StopMode::Now));
        (void)waitFor(m_queue->shutdown(true));
        m_engine.run([this] {
            m_pool.reset();
            m_queue.reset();
        });
    }
    Q_DISABLE_COPY_MOVE(LedgerPool)
    static constexpr int workers = 2;

private:
    Ledger m_ledger;
    runtime::EngineThread m_engine;
    std::shared_ptr<worker::HandlerRegistry> m_handlers = std::make_shared<worker::HandlerRegistry>();
    std::unique_ptr<queue::RedisJobQueue> m_queue;
    std::unique_ptr<worker::WorkerPool> m_pool;
};

/// Keeps calls in flight, whatever becomes of the server; what was not answered it sends again, as it was.
class Submitter {
public:
    Submitter(Scene &scene, quint32 seed)
        : m_scene(scene),
          m_random(seed),
          m_queue({.client = {.url = scene.server().url()}}, runtime::systemSeams())
    {
        const Result<> ready = waitFor(m_queue.initialize());
        if (!ready) qFatal("%s", qPrintable(ready.error().text()));
    }
    /// Until that many calls more were answered.
    void run(int answers)
    {
        m_wanted = m_answered + answers;
        while (m_inFlight < 8 && m_answered < m_wanted) send(newBatch());
    }
    [[nodiscard]] bool isDone() const { return m_answered >= m_wanted; }
    [[nodiscard]] bool isQuiet() const { return m_inFlight == 0; }
    [[nodiscard]] int unanswered() const { return m_unanswered; }

private:
    QList<JobDefinition> newBatch()
    {
        QList<JobDefinition> jobs(10);
        for (JobDefinition &job : jobs) {
            std::array<quint8, 16> bytes{};
            for (quint8 &byte : bytes) byte = static_cast<quint8>(m_random.bounded(256));
            job.handler = u"note"_s;
            job.complete(JobId::fromRandom(bytes), runtime::systemSeams().clock->wallNow());
        }
        return jobs;
    }
    void send(const QList<JobDefinition> &jobs)
    {
        ++m_inFlight;
        runtime::whenDone(m_queue.submit(jobs), &m_receiver, [this, jobs](const SubmitReply &reply) {
            --m_inFlight;
            if (!reply) {
                ++m_unanswered;
                send(jobs);
                return;
            }
            QByteArrayList ids;
            for (const Result<queue::Submitted> &one : *reply) {
                if (!one) qFatal("%s", qPrintable(one.error().text()));
                ids.append(one->id.bytes());
            }
            m_scene.acknowledge(ids, 1, "[]{}");
            ++m_answered;
            if (!isDone()) send(newBatch());
        });
    }

    Scene &m_scene;
    QRandomGenerator m_random;
    int m_wanted = 0, m_answered = 0, m_inFlight = 0, m_unanswered = 0;
    queue::RedisJobQueue m_queue;
    QObject m_receiver; ///< last: no answer comes to what is gone
};

} // namespace

class ServerKillsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void row13_whatWasAcknowledgedOutlivesTheServer();
};

void ServerKillsTest::row13_whatWasAcknowledgedOutlivesTheServer()
{
    QRandomGenerator random(testSeed());
    Scene scene({.appendOnly = true});
    LedgerPool pool(scene);
    Submitter submitter(scene, testSeed());
    const int kills = timesIn(20, 200);
    for (int kill = 0; kill < kills; ++kill) {
        submitter.run(1 + static_cast<int>(random.bounded(25)));
        QTRY_VERIFY_WITH_TIMEOUT(submitter.isDone(), 60'000);
        scene.server().kill9(); // up to seven calls are on their way, and the workers are at work
        scene.noteFault(LedgerPool::workers);
        scene.server().start();
    }
    QTRY_VERIFY_WITH_TIMEOUT(submitter.isQuiet(), 60'000);
    const QString wrong = scene.audit({.leaseSeconds = 3});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    QVERIFY2(submitter.unanswered() > 0, "No kill met a call: this showed nothing.");
    qInfo("%d server kills, %d calls unanswered and sent again", kills, submitter.unanswered());
}

QTEST_GUILESS_MAIN(ServerKillsTest)
#include "server_kills_test.moc"
