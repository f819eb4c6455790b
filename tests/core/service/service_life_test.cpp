#include "tests/core/service/service_rig.h"

#include <atomic>
#include <future>

using namespace signalbox;
using namespace signalbox::service;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::get;
using test::kindOf;
using test::quickJob;
using test::ServiceRig;
using test::why;

/// The service itself: settings, handlers, starting and stopping.
class ServiceLifeTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void newJobIsAsTheSettingsSay();
    void limitsAreSetWhereWorkersStart();
    void switchedOffSaysSo();
    void submitBeforeStartIsAnError();
    void stopAndStartInAnyOrder();
    void workersScaleAndStop();
    void failedReloadKeepsTheOldHandlers();
    void reloadKeepsWhatWasRegisteredInCode();
    void registeringDuringReloadsLosesNothing();
    void reloadUnderWayIsNotOvertaken();
    void serverNowIsTheServersClock();
    void badJobKeepsNoOtherOut();
};

void ServiceLifeTest::newJobIsAsTheSettingsSay()
{
    Settings settings;
    settings.retry = {7, 250ms, 3.0};
    ServiceRig rig(nullptr, settings);
    QCOMPARE(rig->newJob(u"a"_s).retry, settings.retry);
    const auto read = rig->jobFromJson(R"({"handler": "a", "retry_backoff": 2.0})");
    QVERIFY2(read, why(read));
    QCOMPARE(read->retry.maxRetries, 7);
    QCOMPARE(read->retry.base, 250ms);
    QCOMPARE(read->retry.factor, 2.0); // what the job says stands, also when it is the usual default
}

void ServiceLifeTest::limitsAreSetWhereWorkersStart()
{
    Settings settings;
    settings.limits.sizeMax = 2;
    const test::TestServer server;
    ServiceRig rig(&server, settings);
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    QVERIFY(get(rig->stopWorkers(worker::WorkerPool::StopMode::Graceful)));
    const auto verdicts = get(rig->submitMany({quickJob(u"a"_s), quickJob(u"a"_s), quickJob(u"a"_s)}));
    QVERIFY(verdicts->at(0));
    QVERIFY(verdicts->at(1));
    QCOMPARE(kindOf(verdicts->at(2)), Error::Kind::QueueFull);
}

void ServiceLifeTest::switchedOffSaysSo()
{
    Settings settings;
    settings.enabled = false;
    ServiceRig rig(nullptr, settings);
    const auto started = get(rig->start());
    QCOMPARE(kindOf(started), Error::Kind::WrongState);
    QVERIFY(started.error().why.contains(u"JOB_QUEUE_ENABLED"));
}

void ServiceLifeTest::submitBeforeStartIsAnError()
{
    ServiceRig rig(nullptr);
    QCOMPARE(kindOf(get(rig->submit(quickJob(u"a"_s)))), Error::Kind::WrongState);
}

void ServiceLifeTest::stopAndStartInAnyOrder()
{
    const test::TestServer server;
    ServiceRig rig(&server);
    QVERIFY(get(rig->stop()));
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    QCOMPARE(kindOf(get(rig->startWorkers(1))), Error::Kind::WrongState);
    QVERIFY(get(rig->stop()));
    QVERIFY(get(rig->stop()));
    QTRY_VERIFY(rig.saw(Event::Type::ServiceStopped));
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
}

void ServiceLifeTest::workersScaleAndStop()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    QCOMPARE(kindOf(get(rig->scaleWorkers(2))), Error::Kind::WrongState);
    QVERIFY(get(rig->startWorkers(2)));
    for (const int count : {4, 1}) {
        QVERIFY(get(rig->scaleWorkers(count)));
        QTRY_COMPARE(get(rig->metrics())->pool.total, count);
    }
    QVERIFY(get(rig->stopWorkers(worker::WorkerPool::StopMode::Now)));
    QTRY_COMPARE(get(rig->metrics())->pool.total, 0);
    QTRY_VERIFY(rig.saw(Event::Type::WorkersScaled));
}

void ServiceLifeTest::failedReloadKeepsTheOldHandlers()
{
    ServiceRig rig(nullptr);
    const auto handler = std::make_shared<worker::FunctionHandler>(
        [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    rig.loaded = QMap<QString, std::shared_ptr<worker::Handler>>{{u"from.file"_s, handler}};
    QVERIFY(rig->reloadHandlers());
    QCOMPARE(rig->handlers().keys(), QStringList{u"from.file"_s});
    rig.loaded = fail(Error::Kind::Invalid, u"handlers.json, line 3"_s, {}, {});
    QCOMPARE(rig->reloadHandlers().error().what, u"handlers.json, line 3"_s);
    QCOMPARE(rig->handlers().keys(), QStringList{u"from.file"_s});
    rig.loaded = QMap<QString, std::shared_ptr<worker::Handler>>{};
    QVERIFY(rig->reloadHandlers());
    QVERIFY(rig->handlers().isEmpty());
}

void ServiceLifeTest::reloadKeepsWhatWasRegisteredInCode()
{
    ServiceRig rig(nullptr);
    const auto handler = std::make_shared<worker::FunctionHandler>(
        [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    QVERIFY(rig->registerHandler(u"in.code"_s, handler));
    rig.loaded = QMap<QString, std::shared_ptr<worker::Handler>>{{u"from.file"_s, handler}};
    QVERIFY(rig->reloadHandlers());
    QCOMPARE(rig->handlers().keys(), (QStringList{u"from.file"_s, u"in.code"_s}));
    rig.loaded = QMap<QString, std::shared_ptr<worker::Handler>>{{u"in.code"_s, handler}};
    QCOMPARE(kindOf(rig->reloadHandlers()), Error::Kind::Invalid);
    QCOMPARE(rig->handlers().keys(), (QStringList{u"from.file"_s, u"in.code"_s}));
}

void ServiceLifeTest::registeringDuringReloadsLosesNothing()
{
    ServiceRig rig(nullptr);
    const auto handler = std::make_shared<worker::FunctionHandler>(
        [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    rig.loaded = QMap<QString, std::shared_ptr<worker::Handler>>{{u"from.file"_s, handler}};
    constexpr int count = 200;
    std::atomic<bool> isDone{false};
    auto reloading = std::async(std::launch::async, [&] {
        do {
            if (!rig->reloadHandlers()) return false;
        } while (!isDone);
        return true;
    });
    QStringList lost; // looked for at once: the next reload would bring them back
    for (int i = 0; i < count; ++i) {
        const QString name = u"in.code.%1"_s.arg(i);
        if (!rig->registerHandler(name, handler) || !rig->handlers().contains(name)) lost.append(name);
    }
    isDone = true;
    QVERIFY(reloading.get());
    QCOMPARE(lost, QStringList());
    QCOMPARE(rig->handlers().size(), count + 1);
}

void ServiceLifeTest::reloadUnderWayIsNotOvertaken()
{
    ServiceRig rig(nullptr);
    const auto handler = std::make_shared<worker::FunctionHandler>(
        [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    const auto file = [&](const QString &name) {
        return QMap<QString, std::shared_ptr<worker::Handler>>{{name, handler}};
    };
    std::promise<void> hasRead, mayGoOn;
    rig.whenLoading = [&, isFirst = true]() mutable -> ServiceRig::Loaded {
        if (!std::exchange(isFirst, false)) return file(u"new"_s);
        hasRead.set_value();
        mayGoOn.get_future().wait();
        return file(u"old"_s);
    };
    auto first = std::async(std::launch::async, [&] { return rig->reloadHandlers(); });
    hasRead.get_future().wait();
    auto second = std::async(std::launch::async, [&] { return rig->reloadHandlers(); });
    // Registering does not wait for a file that is still being read.
    QVERIFY(rig->registerHandler(u"in.code"_s, handler));
    mayGoOn.set_value();
    QVERIFY(first.get());
    QVERIFY(second.get());
    QCOMPARE(rig->handlers().keys(), (QStringList{u"in.code"_s, u"new"_s}));
}

void ServiceLifeTest::serverNowIsTheServersClock()
{
    const test::TestServer server;
    test::RawRedis raw = server.raw();
    const auto serverTime = [&raw] {
        const redis::Reply time = raw.command({"TIME"});
        return fromMicros(time.at(0).toInteger() * 1'000'000 + time.at(1).toInteger());
    };
    ServiceRig rig(&server);
    QCOMPARE(kindOf(get(rig->serverNow())), Error::Kind::WrongState);
    QVERIFY(get(rig->start()));
    const Timestamp before = serverTime();
    const auto now = get(rig->serverNow());
    QVERIFY2(now, why(now));
    QVERIFY(before <= *now && *now <= serverTime());
    QVERIFY(get(rig->metrics())->serverNow >= *now);
}

void ServiceLifeTest::badJobKeepsNoOtherOut()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const auto verdicts = get(rig->submitMany({quickJob(u"a"_s), quickJob(QString()), quickJob(u"b"_s)}));
    QVERIFY2(verdicts, why(verdicts));
    QCOMPARE(verdicts->size(), 3);
    QVERIFY(verdicts->at(0));
    QCOMPARE(kindOf(verdicts->at(1)), Error::Kind::Invalid);
    QVERIFY(verdicts->at(2));
    QCOMPARE(get(rig->job(verdicts->at(2)->id))->definition.handler, u"b"_s); // each verdict at its own place
    QCOMPARE(kindOf(get(rig->submitMany({quickJob(QString())}))->first()), Error::Kind::Invalid);
    QCOMPARE(kindOf(get(rig->submit(quickJob(QString())))), Error::Kind::Invalid);
}

QTEST_GUILESS_MAIN(ServiceLifeTest)
#include "service_life_test.moc"
