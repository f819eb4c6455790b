// The server itself is killed under load: row 13 of the fault list, as the private server is set up.
#include "core/queue/redis_job_queue.h"
#include "tests/support/test_server.h"
#include "tests/support/wait_for.h"

#include <QRandomGenerator>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

class ServerKillsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void row13_whatWasAcknowledgedOutlivesTheServer();
};

void ServerKillsTest::row13_whatWasAcknowledgedOutlivesTheServer()
{
    const quint32 given = static_cast<quint32>(qEnvironmentVariableIntValue("SIGNALBOX_SEED"));
    const quint32 seed = given != 0 ? given : QRandomGenerator::system()->generate() % 1'000'000 + 1;
    QRandomGenerator random(seed);
    TestServer server({.appendOnly = true});
    QSet<QByteArray> acknowledged;
    constexpr int kills = 12;
    int unanswered = 0;
    for (int kill = 0; kill < kills; ++kill) {
        queue::RedisJobQueue queue({.client = {.url = server.url()}}, runtime::systemSeams());
        const Result<> ready = waitFor(queue.initialize());
        QVERIFY2(ready.has_value(), ready ? "" : qPrintable(ready.error().text()));
        const int killAfter = 1 + static_cast<int>(random.bounded(60)); // answered batches
        int answered = 0, inFlight = 0;
        bool isDead = false;
        QObject receiver;
        std::function<void()> submitMore = [&] {
            while (inFlight < 8 && !isDead) {
                QList<JobDefinition> jobs(10);
                for (JobDefinition &job : jobs) {
                    std::array<quint8, 16> bytes{};
                    for (quint8 &byte : bytes) byte = static_cast<quint8>(random.bounded(256));
                    job.handler = u"noop"_s;
                    job.complete(JobId::fromRandom(bytes), runtime::systemSeams().clock->wallNow());
                }
                ++inFlight;
                runtime::whenDone(queue.submit(jobs), &receiver,
                                  [&](const Result<QList<Result<queue::Submitted>>> &reply) {
                                      --inFlight;
                                      if (!reply) {
                                          ++unanswered;
                                          return;
                                      }
                                      for (const Result<queue::Submitted> &one : *reply)
                                          if (one) acknowledged.insert(one->id.bytes());
                                      if (++answered == killAfter) {
                                          isDead = true;
                                          server.kill9();
                                      }
                                      submitMore();
                                  });
            }
        };
        submitMore();
        QTRY_VERIFY_WITH_TIMEOUT(isDead, 60'000);
        server.start(); // what was not sent yet goes to the new one
        QTRY_COMPARE_WITH_TIMEOUT(inFlight, 0, 60'000);
    }
    RawRedis raw = server.raw();
    int missing = 0;
    for (const QByteArray &id : std::as_const(acknowledged))
        if (raw.command({"ZSCORE", "{signalbox:default}:pending", id}).isNil()) ++missing;
    QCOMPARE(missing, 0);
    qInfo("seed %u: %d kills, %lld jobs acknowledged, %d calls unanswered, none lost", seed, kills,
          static_cast<long long>(acknowledged.size()), unanswered);
}

QTEST_GUILESS_MAIN(ServerKillsTest)
#include "server_kills_test.moc"
