// What fails without anybody waiting for it is said, and so is what a script or a view cannot do.
#include "core/queue/redis_job_queue_calls.h"
#include "core/runtime/log.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QFile>
#include <QTest>

#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

/// The log's lines while it lives.
class Listener {
public:
    Listener() { runtime::addLogSink(m_sink); }
    ~Listener() { runtime::removeLogSink(m_sink); }
    Q_DISABLE_COPY_MOVE(Listener)
    [[nodiscard]] QString text() const { return QString::fromStdString(m_stream.str()); }

private:
    std::ostringstream m_stream;
    std::shared_ptr<spdlog::sinks::ostream_sink_mt> m_sink
        = std::make_shared<spdlog::sinks::ostream_sink_mt>(m_stream);
};

} // namespace

class FailuresTest : public RedisRig {
    Q_OBJECT
public:
    FailuresTest() : RedisRig({.aclFile = "user default on nopass ~* &* +@all\n"}) { }

private Q_SLOTS:
    void initTestCase() { QVERIFY(runtime::startLogging({})); }
    void aScriptSaysWhatItMayNotDo_data();
    void aScriptSaysWhatItMayNotDo();
    void aQueueThatIsInNoListIsSaidOnce();
    void aHintThatDoesNotReachItsPoolIsSaid();
    void aWaitThatIsRefusedIsSaid();
    void eventsThatCannotBeHeardAreSaid();
    void eventsThatCannotBeWrittenAreInTheServersLog();
    void whereAJobIsIsNotKnownWhenAQueueMayNotBeRead();
    void poolsAreNotShownWithoutTheirHeartbeats();

private:
    /// Our queue, as a user who may do everything but this.
    [[nodiscard]] std::unique_ptr<RedisJobQueue> queueWithout(const QByteArray &rules);
};

std::unique_ptr<RedisJobQueue> FailuresTest::queueWithout(const QByteArray &rules)
{
    QByteArrayList command{"ACL", "SETUSER", "plain", "reset", "on", ">secret", "~*", "&*", "+@all"};
    raw().command(command + rules.split(' '));
    redis::RedisUrl url = server().url();
    url.user = u"plain"_s;
    url.password = u"secret"_s;
    auto made = std::make_unique<RedisJobQueue>(RedisJobQueueOptions{.client = {.url = url}},
                                                runtime::systemSeams());
    if (const Result<> ready = waitFor(made->initialize()); !ready)
        qFatal("%s", qPrintable(ready.error().text()));
    return made;
}

void FailuresTest::aScriptSaysWhatItMayNotDo_data()
{
    QTest::addColumn<QByteArray>("rules");
    QTest::newRow("settings") << QByteArray("-hmget");
    QTest::newRow("sizes") << QByteArray("-zcard");
}

/// And does not take the refusal for a key of another type.
void FailuresTest::aScriptSaysWhatItMayNotDo()
{
    QFETCH(const QByteArray, rules);
    const auto plain = queueWithout(rules);
    const Result<QueueStats> refused = waitFor(plain->stats(u"default"_s));
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Unauthorised);
    QVERIFY2(!refused.error().text().contains(u"unknown none"_s), qPrintable(refused.error().text()));
}

void FailuresTest::aQueueThatIsInNoListIsSaidOnce()
{
    const Listener log;
    const auto plain = queueWithout("-sadd");
    QVERIFY(waitFor(plain->submit({testJob()})).value().constFirst());
    QVERIFY(waitFor(plain->submit({testJob()})).value().constFirst());
    QVERIFY2(log.text().contains(u"[queue] warning: Queue \"default\" is not in the list of queues."_s),
             qPrintable(log.text()));
    QVERIFY2(log.text().contains(u"ACL SETUSER"_s), qPrintable(log.text())); // what to do
    QCOMPARE(log.text().count(u"is not in the list"_s), 1);
    raw().command({"ACL", "SETUSER", "plain", "+sadd", "-xadd"});
    QVERIFY(waitFor(plain->submit({testJob()})).value().constFirst());
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"Consoles see the new queue \"default\""_s), 10'000);
}

void FailuresTest::aHintThatDoesNotReachItsPoolIsSaid()
{
    const Listener log;
    const JobId id = q().submit();
    (void)q().claim();
    const auto plain = queueWithout("-rpush -expire");
    QCOMPARE(waitFor(plain->cancel(u"default"_s, {id})).value().constFirst().value(), CancelOutcome::Asked);
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"only with its next heartbeat"_s), 10'000);
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"Hints to a pool"_s), 10'000);
}

void FailuresTest::aWaitThatIsRefusedIsSaid()
{
    const Listener log;
    const auto plain = queueWithout("-blpop");
    plain->waitForWork(
        "w:1:a", {u"default"_s}, [] {}, [](const QString &, const JobId &) {});
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"This pool is not woken"_s), 10'000);
}

void FailuresTest::eventsThatCannotBeHeardAreSaid()
{
    const Listener log;
    const auto plain = queueWithout("-xread");
    plain->startEvents();
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"No events are heard."_s), 10'000);
    raw().command({"SET", "{signalbox}:news", "x"});
    q().submit(); // in the list of queues
    raw().command({"DEL", key(Noun::Events)});
    raw().command({"SET", key(Noun::Events), "x"});
    q().listen();
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"The events of queue \"default\" are not heard."_s),
                             10'000);
    QTRY_VERIFY_WITH_TIMEOUT(log.text().contains(u"Queues that are made from now on"_s), 10'000);
}

/// The move itself is done and answered: it cannot be undone for the sake of its event.
void FailuresTest::eventsThatCannotBeWrittenAreInTheServersLog()
{
    const auto plain = queueWithout("-xadd");
    QVERIFY(waitFor(plain->submit({testJob()})).value().constFirst());
    QFile file(server().folder() + u"/redis.log"_s);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray log = file.readAll();
    QVERIFY2(log.contains("1 events could not be written to " + key(Noun::Events)), log);
}

void FailuresTest::whereAJobIsIsNotKnownWhenAQueueMayNotBeRead()
{
    const JobId id = q().submit();
    const auto plain = queueWithout("-hexists");
    QCOMPARE(waitFor(plain->queueOf(id)).error().kind, Error::Kind::Unauthorised);
    QCOMPARE(waitFor(q().queue().queueOf(id)).value(), u"default"_s);
    QCOMPARE(waitFor(q().queue().queueOf(testId(9))).error().kind, Error::Kind::NotFound);
}

/// Without them, a pool that is long gone would look alive by its own clock.
void FailuresTest::poolsAreNotShownWithoutTheirHeartbeats()
{
    PoolInfo pool;
    pool.id = u"p"_s;
    QVERIFY(
        waitForCallback<Result<>>([&](auto done) { q().queue().publishPool(pool, false, std::move(done)); }));
    raw().command({"DEL", "{signalbox}:beats"});
    raw().command({"SET", "{signalbox}:beats", "x"});
    QCOMPARE(waitFor(q().queue().pools()).error().kind, Error::Kind::Damaged);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::FailuresTest)
#include "failures_test.moc"
