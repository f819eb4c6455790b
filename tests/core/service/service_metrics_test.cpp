#include "core/queue/key_names.h"
#include "core/runtime/answer.h"
#include "tests/core/service/service_rig.h"

using namespace signalbox;
using namespace signalbox::service;
using namespace Qt::StringLiterals;
using test::get;
using test::kindOf;
using test::quickJob;
using test::ServiceRig;
using test::why;

namespace {

/// Answers what metrics are gathered from only once all of it has been asked.
class PatientQueue : public queue::MemoryJobQueue {
public:
    using MemoryJobQueue::MemoryJobQueue;
    QFuture<Result<QStringList>> queues() override { return asked(m_queues, MemoryJobQueue::queues()); }
    QFuture<Result<QList<PoolInfo>>> pools() override { return asked(m_pools, MemoryJobQueue::pools()); }
    QFuture<Result<Timestamp>> serverNow() override { return asked(m_now, MemoryJobQueue::serverNow()); }

private:
    template <typename T> QFuture<Result<T>> asked(runtime::Answer<T> &answer, const QFuture<Result<T>> &real)
    {
        const QFuture<Result<T>> future = answer.future();
        runtime::whenDone(real, this, [this, &answer](const Result<T> &result) {
            m_held.push_back([&answer, result] { answer.give(result); });
            if (m_held.size() < 3) return;
            for (const std::function<void()> &give : m_held) give();
        });
        return future;
    }
    runtime::Answer<QStringList> m_queues;
    runtime::Answer<QList<PoolInfo>> m_pools;
    runtime::Answer<Timestamp> m_now;
    std::vector<std::function<void()>> m_held;
};

/// Makes a queue's counts a text, as nobody does who means well.
void damage(const test::TestServer &server, const QString &queue)
{
    const QByteArray key = queue::KeyNames(u"signalbox"_s).key(queue, queue::Noun::Counts);
    test::RawRedis raw = server.raw();
    raw.command({"DEL", key});
    raw.command({"SET", key, "damaged"});
}

} // namespace

/// What metrics() gathers, and what it does where a part of it fails.
class ServiceMetricsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void damagedQueueTakesNoOthersAway();
    void theSameDamageIsToldOnce();
    void everythingIsAskedAtOnce();
    void whatIsNoQueuesFaultIsTheCallsError();
};

void ServiceMetricsTest::damagedQueueTakesNoOthersAway()
{
    const test::TestServer server;
    ServiceRig rig(&server);
    QVERIFY(get(rig->start()));
    JobDefinition other = quickJob(u"a"_s);
    other.queue = u"other"_s;
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
    QVERIFY(get(rig->submit(other)));
    damage(server, u"other"_s);

    const auto metrics = get(rig->metrics());
    QVERIFY2(metrics, why(metrics));
    QCOMPARE(metrics->queues.size(), 1);
    QCOMPARE(metrics->queues.first().queue, u"default"_s);
    QCOMPARE(metrics->sum().size(JobStatus::Pending), 1);
    QCOMPARE(metrics->queueErrors.keys(), QStringList{u"other"_s});
    QCOMPARE(metrics->queueErrors.first().kind, Error::Kind::Damaged);
    QVERIFY(metrics->queueErrors.first().what.contains(u"other"));
    const auto json = jsonMembers(metrics->toJson());
    QVERIFY2(json, why(json));
    const auto errors = std::find_if(json->begin(), json->end(),
                                     [](const JsonMember &member) { return member.key == u"errors"; });
    QVERIFY(errors != json->end());
    QVERIFY2(errors->value.contains(R"("queue":"other","kind":"damaged")"), errors->value.constData());
}

void ServiceMetricsTest::theSameDamageIsToldOnce()
{
    const test::TestServer server;
    ServiceRig rig(&server);
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
    damage(server, u"default"_s);
    for (int i = 0; i < 3; ++i) QVERIFY(get(rig->metrics())); // a console asks all the time
    QTRY_COMPARE(rig.problems.size(), 1);
    QCOMPARE(rig.problems.first().kind, Error::Kind::Damaged);
}

void ServiceMetricsTest::everythingIsAskedAtOnce()
{
    ServiceRig rig([] { return std::make_unique<PatientQueue>(runtime::systemSeams()); });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
    const auto metrics = get(rig->metrics()); // never, if one waited for the other
    QVERIFY2(metrics, why(metrics));
    QCOMPARE(metrics->sum().submitted, 1);
    QVERIFY(toMicros(metrics->serverNow) > 0);
}

void ServiceMetricsTest::whatIsNoQueuesFaultIsTheCallsError()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
    QVERIFY(get(rig->stop()));
    QCOMPARE(kindOf(get(rig->metrics())), Error::Kind::WrongState);
    QVERIFY(rig.problems.isEmpty()); // the caller knows; it is nobody else's news
}

QTEST_GUILESS_MAIN(ServiceMetricsTest)
#include "service_metrics_test.moc"
