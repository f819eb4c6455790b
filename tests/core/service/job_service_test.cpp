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
using test::ServiceRig;

namespace {

JobDefinition job(const QString &handler)
{
    JobDefinition job;
    job.handler = handler;
    job.retry.base = 1ms;
    return job;
}

/// For QVERIFY2, which evaluates its text also where all is well.
template <typename T> const char *why(const Result<T> &result)
{
    static QByteArray text;
    text = result ? QByteArray() : result.error().text().toUtf8();
    return text.constData();
}

template <typename T> Error::Kind kindOf(const Result<T> &result)
{
    if (result) qFatal("A call succeeded that should have been refused.");
    return result.error().kind;
}

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
class JobServiceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void seed_serviceEndToEndWithArgsAndKwargs_data() { backends(); }
    void seed_serviceEndToEndWithArgsAndKwargs();
    void seed_failingJobEndToEndToDeadLetter_data() { backends(); }
    void seed_failingJobEndToEndToDeadLetter();
    void seed_serviceMetrics_data() { backends(); }
    void seed_serviceMetrics();
    void defect16_anotherServiceSeesWorkersEventsAndProgress();
    void defect30_eventsTellTheTruth_data() { backends(); }
    void defect30_eventsTellTheTruth();
    void defect31_errorsOfRegistrationAreReturned();
    void defect31_throwingHandlerIsAFailedJob();
    void everyEventHasItsSignal_data() { backends(); }
    void everyEventHasItsSignal();
    void cancelledJobNeverRuns_data() { backends(); }
    void cancelledJobNeverRuns();
    void waitEndsWithTheJob_data() { backends(); }
    void waitEndsWithTheJob();
    void waitGivesUpInTime();
    void waitForAnUnknownJobIsNotFound();
    void waitForADeletedJobEnds();
    void retryRequeuesOrRunsNow_data() { backends(); }
    void retryRequeuesOrRunsNow();
    void serverNowIsTheServersClock();
    void badJobKeepsNoOtherOut();
    void resultBeforeTheEndIsRefused();
    void newJobIsAsTheSettingsSay();
    void limitsAreSetWhereWorkersStart();
    void switchedOffSaysSo();
    void submitBeforeStartIsAnError();
    void stopAndStartInAnyOrder();
    void workersScaleAndStop();
    void failedReloadKeepsTheOldHandlers();
    void reloadKeepsWhatWasRegisteredInCode();

private:
    static void backends()
    {
        QTest::addColumn<bool>("onServer");
        QTest::newRow("redis") << true;
        QTest::newRow("memory") << false;
    }
    /// The server of this case, or nothing.
    const test::TestServer *server()
    {
        QFETCH(bool, onServer);
        if (!onServer) return nullptr;
        m_server = std::make_unique<test::TestServer>();
        return m_server.get();
    }
    std::unique_ptr<test::TestServer> m_server;
};

void JobServiceTest::seed_serviceEndToEndWithArgsAndKwargs()
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
    JobDefinition sum = job(u"math.add"_s);
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

void JobServiceTest::seed_failingJobEndToEndToDeadLetter()
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
    JobDefinition failing = job(u"always.fails"_s);
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

void JobServiceTest::seed_serviceMetrics()
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
    for (int i = 0; i < 5; ++i) ids.append(get(rig->submit(job(u"ok"_s)))->id);
    ids.append(get(rig->submit(job(u"bad"_s)))->id);
    JobDefinition later = job(u"ok"_s);
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
    const JobId id = get(console->submit(job(u"slow"_s)))->id;
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
    JobDefinition flaky = job(u"flaky"_s);
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
        JobDefinition one = job(handler);
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
    JobDefinition later = job(u"ok"_s);
    later.scheduledAt = runtime::systemSeams().clock->wallNow() + 1h;
    const JobId cancelled = get(rig->submit(later))->id;
    QVERIFY(get(rig->cancel(u"default"_s, {cancelled}))->first());
    QVERIFY(get(rig->startWorkers(1)));
    const JobId ok = get(rig->submit(job(u"ok"_s)))->id;
    const JobId bad = get(rig->submit(job(u"bad"_s)))->id;
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

void JobServiceTest::cancelledJobNeverRuns()
{
    ServiceRig rig(server());
    std::atomic<int> runs{0};
    rig.handle(u"count"_s, [&](const JobDefinition &, worker::RunContext &) {
        ++runs;
        return worker::RunResult::completed();
    });
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(job(u"count"_s)))->id;
    const JobId next = get(rig->submit(job(u"count"_s)))->id;
    QCOMPARE(get(rig->cancel(u"default"_s, {id}))->first().value(), queue::CancelOutcome::Cancelled);
    QVERIFY(get(rig->startWorkers(1)));
    QCOMPARE(get(rig->wait(next))->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(id))->status, JobStatus::Cancelled);
    QCOMPARE(runs.load(), 1);
    QCOMPARE(kindOf(get(rig->cancel(u"default"_s, {id}))->first()), Error::Kind::WrongState);
}

void JobServiceTest::waitEndsWithTheJob()
{
    ServiceRig rig(server());
    rig.handle(u"ok"_s,
               [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    QVERIFY(get(rig->start(false))); // without events: wait() listens by itself
    const JobId id = get(rig->submit(job(u"ok"_s)))->id;
    const auto first = rig->wait(id);
    const auto second = rig->wait(id, 20s, u"default"_s);
    QVERIFY(!first.isFinished());
    QVERIFY(get(rig->startWorkers(1)));
    QCOMPARE(get(first)->status, JobStatus::Completed);
    QCOMPARE(get(second)->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(id))->status, JobStatus::Completed); // after the end: at once
}

void JobServiceTest::waitGivesUpInTime()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(job(u"nobody"_s)))->id;
    const auto waited = get(rig->wait(id, 10ms));
    QCOMPARE(kindOf(waited), Error::Kind::WrongState);
    QVERIFY(waited.error().what.contains(id.text()));
    QCOMPARE(get(rig->job(id))->status, JobStatus::Pending); // only the waiting ended
}

void JobServiceTest::waitForAnUnknownJobIsNotFound()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId unknown = *JobId::fromText(u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");
    QCOMPARE(kindOf(get(rig->wait(unknown))), Error::Kind::NotFound);
    QCOMPARE(kindOf(get(rig->wait(unknown, {}, u"default"_s))), Error::Kind::NotFound);
    QCOMPARE(kindOf(get(rig->result(unknown))), Error::Kind::NotFound);
}

void JobServiceTest::waitForADeletedJobEnds()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(job(u"nobody"_s)))->id;
    const auto waiting = rig->wait(id);
    QVERIFY(get(rig->remove(u"default"_s, {id}))->first());
    QCOMPARE(kindOf(get(waiting)), Error::Kind::NotFound);
}

void JobServiceTest::retryRequeuesOrRunsNow()
{
    ServiceRig rig(server());
    std::atomic<bool> isMended{false};
    rig.handle(u"flaky"_s, [&](const JobDefinition &, worker::RunContext &) {
        return isMended ? worker::RunResult::completed() : worker::RunResult::failedPermanently(u"no"_s);
    });
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    const JobId dead = get(rig->submit(job(u"flaky"_s)))->id;
    QCOMPARE(get(rig->wait(dead))->status, JobStatus::DeadLetter);
    isMended = true;
    JobDefinition later = job(u"flaky"_s);
    later.scheduledAt = runtime::systemSeams().clock->wallNow() + 1h;
    const JobId scheduled = get(rig->submit(later))->id;
    const JobId done = get(rig->submit(job(u"flaky"_s)))->id;
    QCOMPARE(get(rig->wait(done))->status, JobStatus::Completed);
    const JobId unknown = *JobId::fromText(u"5f2c41d0-aaaa-4bbb-8ccc-0123456789ab");

    const auto verdicts = get(rig->retry(u"default"_s, {done, scheduled, unknown, dead}));
    QVERIFY2(verdicts, why(verdicts));
    QCOMPARE(kindOf(verdicts->at(0)), Error::Kind::WrongState);
    QVERIFY2(verdicts->at(1), why(verdicts->at(1)));
    QCOMPARE(kindOf(verdicts->at(2)), Error::Kind::NotFound);
    QVERIFY2(verdicts->at(3), why(verdicts->at(3)));
    QCOMPARE(get(rig->wait(dead))->status, JobStatus::Completed);
    QCOMPARE(get(rig->wait(scheduled))->status, JobStatus::Completed);
}

void JobServiceTest::serverNowIsTheServersClock()
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

void JobServiceTest::badJobKeepsNoOtherOut()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const auto verdicts = get(rig->submitMany({job(u"a"_s), job(QString()), job(u"b"_s)}));
    QVERIFY2(verdicts, why(verdicts));
    QCOMPARE(verdicts->size(), 3);
    QVERIFY(verdicts->at(0));
    QCOMPARE(kindOf(verdicts->at(1)), Error::Kind::Invalid);
    QVERIFY(verdicts->at(2));
    QCOMPARE(get(rig->job(verdicts->at(2)->id))->definition.handler, u"b"_s); // each verdict at its own place
    QCOMPARE(kindOf(get(rig->submitMany({job(QString())}))->first()), Error::Kind::Invalid);
    QCOMPARE(kindOf(get(rig->submit(job(QString())))), Error::Kind::Invalid);
}

void JobServiceTest::resultBeforeTheEndIsRefused()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    const JobId id = get(rig->submit(job(u"nobody"_s)))->id;
    const auto result = get(rig->result(id));
    QCOMPARE(kindOf(result), Error::Kind::WrongState);
    QVERIFY(result.error().why.contains(u"pending"));
}

void JobServiceTest::newJobIsAsTheSettingsSay()
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

void JobServiceTest::limitsAreSetWhereWorkersStart()
{
    Settings settings;
    settings.limits.sizeMax = 2;
    const test::TestServer server;
    ServiceRig rig(&server, settings);
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    QVERIFY(get(rig->stopWorkers(worker::WorkerPool::StopMode::Graceful)));
    const auto verdicts = get(rig->submitMany({job(u"a"_s), job(u"a"_s), job(u"a"_s)}));
    QVERIFY(verdicts->at(0));
    QVERIFY(verdicts->at(1));
    QCOMPARE(kindOf(verdicts->at(2)), Error::Kind::QueueFull);
}

void JobServiceTest::switchedOffSaysSo()
{
    Settings settings;
    settings.enabled = false;
    ServiceRig rig(nullptr, settings);
    const auto started = get(rig->start());
    QCOMPARE(kindOf(started), Error::Kind::WrongState);
    QVERIFY(started.error().why.contains(u"JOB_QUEUE_ENABLED"));
}

void JobServiceTest::submitBeforeStartIsAnError()
{
    ServiceRig rig(nullptr);
    QCOMPARE(kindOf(get(rig->submit(job(u"a"_s)))), Error::Kind::WrongState);
}

void JobServiceTest::stopAndStartInAnyOrder()
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
    QVERIFY(get(rig->submit(job(u"a"_s))));
}

void JobServiceTest::workersScaleAndStop()
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

void JobServiceTest::failedReloadKeepsTheOldHandlers()
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

void JobServiceTest::reloadKeepsWhatWasRegisteredInCode()
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

QTEST_GUILESS_MAIN(JobServiceTest)
#include "job_service_test.moc"
