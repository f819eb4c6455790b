#include "core/model/json_fields.h"
#include "core/service/job_service.h"
#include "tests/core/service/service_rig.h"

#include <QRegularExpression>

#include <atomic>

using namespace signalbox;
using namespace signalbox::service;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::get;
using test::kindOf;
using test::quickJob;
using test::ServiceRig;
using test::why;

namespace {

QString textIn(const QByteArray &data, QLatin1StringView key)
{
    return JsonFields(data).text(key);
}

qint64 numberIn(const QByteArray &data, QLatin1StringView key)
{
    return JsonFields(data).integer(key, -1);
}

} // namespace

/// The service as programs use it, each case on a real server and on the queue in memory.
class JobServiceTest : public QObject, private test::BackendOfCase {
    Q_OBJECT
private Q_SLOTS:
    void seed13_serviceEndToEndWithArgsAndKwargs_data() { test::addBackends(); }
    void seed13_serviceEndToEndWithArgsAndKwargs();
    void seed14_failingJobEndToEndToDeadLetter_data() { test::addBackends(); }
    void seed14_failingJobEndToEndToDeadLetter();
    void seed15_serviceMetrics_data() { test::addBackends(); }
    void seed15_serviceMetrics();
    void defect16_anotherServiceSeesWorkersEventsAndProgress();
    void defect30_eventsTellTheTruth_data() { test::addBackends(); }
    void defect30_eventsTellTheTruth();
    void defect31_errorsOfRegistrationAreReturned();
    void defect31_throwingHandlerIsAFailedJob();
    void everyEventHasItsSignal_data() { test::addBackends(); }
    void everyEventHasItsSignal();
};

void JobServiceTest::seed13_serviceEndToEndWithArgsAndKwargs()
{
    ServiceRig rig(server());
    rig.handle(u"math.add"_s, [](const JobDefinition &job, worker::RunContext &) {
        const auto args = jsonElements(job.args.bytes());
        const qint64 sum = args->at(0).toLongLong() + args->at(1).toLongLong()
            + JsonFields(job.kwargs.bytes()).integer("plus"_L1, 0);
        return worker::RunResult::completed(JsonText::trusted(QByteArray::number(sum)));
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(2)));
    JobDefinition sum = quickJob(u"math.add"_s);
    sum.args = *JsonText::parse("[9007199254740993, 2]");
    sum.kwargs = *JsonText::parse(R"({"plus": 3})");
    const auto submitted = get(rig->submit(sum));
    QVERIFY2(submitted, why(submitted));
    const auto result = get(rig->wait(submitted->id));
    QVERIFY2(result, why(result));
    QCOMPARE(result->status, JobStatus::Completed);
    QCOMPARE(result->result.bytes(), QByteArray("9007199254740998"));
    QCOMPARE(result->attempts, 1);
    QVERIFY(!result->workerId.isEmpty());
    QVERIFY(result->duration().has_value());
    QCOMPARE(get(rig->result(submitted->id))->result, result->result);
    QCOMPARE(get(rig->job(submitted->id))->definition.args.bytes(), sum.args.bytes());
}

void JobServiceTest::seed14_failingJobEndToEndToDeadLetter()
{
    ServiceRig rig(server());
    std::atomic<int> runs{0};
    std::atomic<bool> isMended{false};
    rig.handle(u"always.fails"_s, [&](const JobDefinition &, worker::RunContext &) {
        ++runs;
        return isMended ? worker::RunResult::completed(JsonText::trusted("\"mended\""))
                        : worker::RunResult::failed(u"ValueError: no\nTraceback: line 3"_s);
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    JobDefinition failing = quickJob(u"always.fails"_s);
    failing.retry.maxRetries = 3;
    const JobId id = get(rig->submit(failing))->id;
    const auto result = get(rig->wait(id));
    QVERIFY2(result, why(result));
    QCOMPARE(result->status, JobStatus::DeadLetter);
    QCOMPARE(result->attempts, 4);
    QCOMPARE(runs.load(), 4);
    QVERIFY(result->error.contains(u"Traceback: line 3"));
    queue::ListQuery dead;
    dead.status = JobStatus::DeadLetter;
    const auto page = get(rig->list(dead));
    QCOMPARE(page->rows.size(), 1);
    QCOMPARE(page->rows.first().id, id);

    isMended = true;
    QVERIFY(get(rig->requeue(u"default"_s, {id}))->first());
    const auto mended = get(rig->wait(id));
    QCOMPARE(mended->status, JobStatus::Completed);
    QCOMPARE(mended->attempts, 1);
    QVERIFY(mended->error.isEmpty());
}

void JobServiceTest::seed15_serviceMetrics()
{
    ServiceRig rig(server());
    rig.handle(u"ok"_s,
               [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    rig.handle(u"bad"_s, [](const JobDefinition &, worker::RunContext &) {
        return worker::RunResult::failedPermanently(u"no"_s);
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(2)));
    QList<JobId> ids;
    for (int i = 0; i < 5; ++i) ids.append(get(rig->submit(quickJob(u"ok"_s)))->id);
    ids.append(get(rig->submit(quickJob(u"bad"_s)))->id);
    JobDefinition later = quickJob(u"ok"_s);
    later.scheduledAt = runtime::systemSeams().clock->wallNow() + 1h;
    later.queue = u"other"_s;
    QVERIFY(get(rig->submit(later)));
    for (const JobId &id : std::as_const(ids)) QVERIFY(get(rig->wait(id)));

    const auto metrics = get(rig->metrics());
    QVERIFY2(metrics, why(metrics));
    QCOMPARE(metrics->queues.size(), 2);
    const QueueStats sum = metrics->sum();
    QCOMPARE(sum.submitted, 7);
    QCOMPARE(sum.completed, 5);
    QCOMPARE(sum.deadLettered, 1);
    QCOMPARE(sum.size(JobStatus::Scheduled), 1);
    QCOMPARE(sum.size(JobStatus::DeadLetter), 1);
    QCOMPARE(sum.total(), 7);
    QVERIFY(sum.averageRun.has_value());
    QVERIFY(sum.averageWait.has_value());
    QCOMPARE(metrics->handlers, (QStringList{u"bad"_s, u"ok"_s}));
    QCOMPARE(metrics->pool.total, 2);
    QCOMPARE(metrics->pool.jobsCompleted, 5);
    QCOMPARE(metrics->pool.jobsFailed, 1);
    QVERIFY(JsonText::parse(metrics->toJson(), JsonText::Root::Object));
    const auto counts = get(rig->handlerCounts(u"default"_s));
    QCOMPARE(counts->value(u"completed"_s).value(u"ok"_s), 5);
    QCOMPARE(counts->value(u"dead_letter"_s).value(u"bad"_s), 1);
}

void JobServiceTest::defect16_anotherServiceSeesWorkersEventsAndProgress()
{
    const test::TestServer server;
    ServiceRig worker(&server);
    std::atomic<bool> mayEnd{false};
    worker.handle(u"slow"_s, [&](const JobDefinition &, worker::RunContext &context) {
        context.reportProgress(1, 4, u"a quarter"_s);
        while (!mayEnd && !context.cancelToken().waitFor(5ms)) { }
        return worker::RunResult::completed();
    });
    QVERIFY(get(worker->start()));
    ServiceRig console(&server);
    QVERIFY(get(console->start()));
    QVERIFY(get(worker->startWorkers(3)));
    const JobId id = get(console->submit(quickJob(u"slow"_s)))->id;
    QTRY_COMPARE(console.eventsOf(id, Event::Type::JobProgress).size(), 1);
    QCOMPARE(console.eventsOf(id, Event::Type::JobStarted).size(), 1);
    const auto pools = get(console->pools());
    QVERIFY2(pools, why(pools));
    QCOMPARE(pools->size(), 1);
    QCOMPARE(pools->first().workers.size(), 3);
    QTRY_COMPARE(get(console->job(id))->progress.value_or(JobProgress()).message, u"a quarter"_s);
    mayEnd = true;
    QCOMPARE(get(console->wait(id))->status, JobStatus::Completed);
    QTRY_COMPARE(console.eventsOf(id, Event::Type::JobCompleted).size(), 1);
}

void JobServiceTest::defect30_eventsTellTheTruth()
{
    ServiceRig rig(server());
    rig.handle(u"flaky"_s, [](const JobDefinition &, worker::RunContext &context) {
        context.reportProgress(1, 4, {});
        return worker::RunResult::failed(u"Oops"_s);
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    JobDefinition flaky = quickJob(u"flaky"_s);
    flaky.retry.maxRetries = 1;
    const JobId id = get(rig->submit(flaky))->id;
    QTRY_COMPARE(rig.eventsOf(id, Event::Type::JobDeadLetter).size(), 1);

    const QList<Event> started = rig.eventsOf(id, Event::Type::JobStarted);
    QCOMPARE(started.size(), 2);
    QCOMPARE(numberIn(started[0].data, "attempt"_L1), 1);
    QCOMPARE(numberIn(started[1].data, "attempt"_L1), 2);
    QCOMPARE(textIn(started[0].data, "handler"_L1), u"flaky"_s);
    const QList<Event> failed = rig.eventsOf(id, Event::Type::JobFailed);
    QCOMPARE(failed.size(), 2);
    QCOMPARE(JsonFields(failed[0].data).boolean("will_retry"_L1, false), true);
    QCOMPARE(JsonFields(failed[1].data).boolean("will_retry"_L1, true), false);
    QCOMPARE(numberIn(failed[1].data, "attempts"_L1), 2);
    const Event dead = rig.eventsOf(id, Event::Type::JobDeadLetter).first();
    QCOMPARE(textIn(dead.data, "handler"_L1), u"flaky"_s);
    QCOMPARE(textIn(dead.data, "final_error"_L1), u"Oops"_s);
    QCOMPARE(numberIn(dead.data, "total_attempts"_L1), 2);
    for (const Event &progress : rig.eventsOf(id, Event::Type::JobProgress))
        QCOMPARE(JsonFields(progress.data).number("percentage"_L1, -1), 25.0);
}

void JobServiceTest::defect31_errorsOfRegistrationAreReturned()
{
    ServiceRig rig(nullptr);
    const auto handler = std::make_shared<worker::FunctionHandler>(
        [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    QVERIFY(rig->registerHandler(u"a"_s, handler));
    QCOMPARE(kindOf(rig->registerHandler(u"a"_s, handler)), Error::Kind::WrongState);
    QCOMPARE(kindOf(rig->registerHandler(QString(), handler)), Error::Kind::Invalid);
    QCOMPARE(rig->handlers().keys(), QStringList{u"a"_s});
}

void JobServiceTest::defect31_throwingHandlerIsAFailedJob()
{
    ServiceRig rig(nullptr);
    rig.handle(u"throws"_s, [](const JobDefinition &, worker::RunContext &) -> worker::RunResult {
        throw std::runtime_error("out of cheese");
    });
    rig.handle(u"throws.odd"_s,
               [](const JobDefinition &, worker::RunContext &) -> worker::RunResult { throw 42; });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    for (const QString &handler : {u"throws"_s, u"throws.odd"_s}) {
        JobDefinition one = quickJob(handler);
        one.retry.maxRetries = 0;
        const auto result = get(rig->wait(get(rig->submit(one))->id));
        QCOMPARE(result->status, JobStatus::DeadLetter);
        QVERIFY(!result->error.isEmpty());
        if (handler == u"throws") QVERIFY(result->error.contains(u"out of cheese"));
    }
}

void JobServiceTest::everyEventHasItsSignal()
{
    ServiceRig rig(server());
    QStringList signalled;
    const auto note = [&](const QString &name) {
        return [&signalled, name](const Event &event) {
            QVERIFY(!event.source.isEmpty());
            QVERIFY(toMicros(event.at) > 0);
            if (!signalled.contains(name)) signalled.append(name);
        };
    };
    JobService &service = rig.service();
    QObject here;
    connect(&service, &JobService::jobSubmitted, &here, note(u"submitted"_s));
    connect(&service, &JobService::jobStarted, &here, note(u"started"_s));
    connect(&service, &JobService::jobProgress, &here, note(u"progress"_s));
    connect(&service, &JobService::jobCompleted, &here, note(u"completed"_s));
    connect(&service, &JobService::jobFailed, &here, note(u"failed"_s));
    connect(&service, &JobService::jobDeadLetter, &here, note(u"dead"_s));
    connect(&service, &JobService::jobCancelled, &here, note(u"cancelled"_s));
    connect(&service, &JobService::jobRequeued, &here, note(u"requeued"_s));
    connect(&service, &JobService::jobsPurged, &here, note(u"purged"_s));
    QMap<QString, QList<JobId>> changed;
    connect(&service, &JobService::jobsChanged, &here,
            [&](const QString &queue, const QList<JobId> &ids) { changed[queue] += ids; });
    rig.handle(u"ok"_s, [](const JobDefinition &, worker::RunContext &context) {
        context.reportProgress(1, 2, {});
        return worker::RunResult::completed();
    });
    rig.handle(u"bad"_s, [](const JobDefinition &, worker::RunContext &) {
        return worker::RunResult::failedPermanently(u"no"_s);
    });
    QVERIFY(get(rig->start()));
    JobDefinition later = quickJob(u"ok"_s);
    later.scheduledAt = runtime::systemSeams().clock->wallNow() + 1h;
    const JobId cancelled = get(rig->submit(later))->id;
    QVERIFY(get(rig->cancel(u"default"_s, {cancelled}))->first());
    QVERIFY(get(rig->startWorkers(1)));
    const JobId ok = get(rig->submit(quickJob(u"ok"_s)))->id;
    const JobId bad = get(rig->submit(quickJob(u"bad"_s)))->id;
    QVERIFY(get(rig->wait(ok)));
    QVERIFY(get(rig->wait(bad)));
    QVERIFY(get(rig->stopWorkers(worker::WorkerPool::StopMode::Graceful)));
    QVERIFY(get(rig->requeue(u"default"_s, {bad}))->first());
    QVERIFY(get(rig->purge(u"default"_s, JobStatus::Pending)));
    QTRY_VERIFY(signalled.contains(u"purged"_s));
    signalled.removeAll(u"progress"_s); // coalesced: a run this short may report none
    signalled.sort();
    QCOMPARE(signalled,
             (QStringList{u"cancelled"_s, u"completed"_s, u"dead"_s, u"failed"_s, u"purged"_s, u"requeued"_s,
                          u"started"_s, u"submitted"_s}));
    QVERIFY(changed.value(u"default"_s).contains(ok));
    QVERIFY(changed.value(u"default"_s).contains(cancelled));
    for (const Event::Type type :
         {Event::Type::ServiceStarted, Event::Type::WorkersStarted, Event::Type::WorkersStopped})
        QVERIFY(rig.saw(type));
}

QTEST_GUILESS_MAIN(JobServiceTest)
#include "job_service_test.moc"
