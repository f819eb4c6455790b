#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/queue_stats.h"
#include "core/model/worker_info.h"
#include "tests/core/model/checks.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QTest>

#include <limits>

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const JobId anId = JobId::trusted("0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6");
constexpr Timestamp start = fromMicros(1'763'976'600'000'000);

JobProgress aProgress()
{
    return {anId, 3, 8, u"file 3"_s, JsonText::trusted("{\"n\":9007199254740993}"), start};
}

Job aJob()
{
    Job job;
    job.definition.id = anId;
    job.definition.handler = u"backup.create"_s;
    job.definition.name = u"create"_s;
    job.status = JobStatus::DeadLetter;
    job.attempts = 4;
    job.failures = 4;
    job.startedAt = start;
    job.endedAt = start + 250ms;
    job.workerId = u"host:1:a/0"_s;
    job.error = u"Traceback:\n  no space"_s;
    job.progress = aProgress();
    return job;
}

/// What a JSON reader of another make sees; also proves that the text is JSON and has no key twice.
QJsonObject object(const QByteArray &json)
{
    const Result<QList<JsonMember>> members = jsonMembers(json);
    return members ? QJsonDocument::fromJson(json).object()
                   : QJsonObject{{u"not JSON"_s, members.error().why}};
}

} // namespace

class ValuesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyStatusHasTextAndLetter();
    void priorityIsANameOrItsNumber();
    void everyEventHasItsName();
    void unknownWordsAreErrorsThatListTheRightOnes();
    void onlyTheDiagramsStatesEnd();
    void idsAreCanonicalAndOrderAsBytes();
    void idsFromRandomAreVersion4();
    void errorReadsAsOneLine();
    void everyErrorKindHasItsWord();
    void progressRoundTrip();
    void defect30_progressHasAPercentage();
    void progressWithoutNumbersIsStillJson();
    void progressMessageIsCut();
    void resultRoundTrip();
    void resultRefusesWrongTypes();
    void deadLetterHasAResult();
    void jobShowsDefinitionAndState();
    void unknownKeyNeverDoublesOneOfOurs();
    void summaryHasNoPayload();
    void eventCarriesItsData();
    void eventsDataCannotFakeItsHead();
    void eventWithDamagedDataIsStillJson();
    void workerRoundTrip();
    void workerIsHealthyForThirtySeconds();
    void poolRoundTrip();
    void poolNamesItsBrokenWorker();
    void statsAddUp();
    void statsAreJson();
};

void ValuesTest::everyStatusHasTextAndLetter()
{
    QSet<QString> texts;
    QSet<char> letters;
    for (const JobStatus status : allJobStatuses) {
        QCOMPARE(jobStatusFromText(toText(status)).value(), status);
        QCOMPARE(jobStatusFromLetter(toLetter(status)).value(), status);
        texts.insert(toText(status));
        letters.insert(toLetter(status));
    }
    QCOMPARE(texts,
             (QSet<QString>{u"pending"_s, u"running"_s, u"completed"_s, u"failed"_s, u"cancelled"_s,
                            u"retrying"_s, u"dead_letter"_s, u"scheduled"_s, u"blocked"_s}));
    QCOMPARE(letters, (QSet<char>{'B', 'P', 'S', 'T', 'R', 'C', 'F', 'X', 'D'}));
    for (const auto *text : {u"idle", u"busy", u"paused", u"stopping", u"stopped", u"error"})
        QCOMPARE(toText(workerStatusFromText(text).value()), QString::fromUtf16(text));
}

void ValuesTest::priorityIsANameOrItsNumber()
{
    for (const JobPriority priority : allJobPriorities) {
        QCOMPARE(jobPriorityFromText(toText(priority)).value(), priority);
        QCOMPARE(jobPriorityFromText(QString::number(static_cast<int>(priority))).value(), priority);
        QCOMPARE(jobPriorityFromNumber(static_cast<int>(priority)).value(), priority);
    }
    QCOMPARE(errorOf(jobPriorityFromNumber(15)).kind, Error::Kind::Invalid);
    for (const auto *text : {u"", u"High", u"010", u"+10", u" 10", u"10.0"})
        QCOMPARE(errorOf(jobPriorityFromText(text)).kind, Error::Kind::Invalid);
}

void ValuesTest::everyEventHasItsName()
{
    QSet<QString> names;
    for (int i = 0; i < eventTypeCount; ++i) {
        const auto type = static_cast<Event::Type>(i);
        QCOMPARE(eventTypeFromText(toText(type)).value(), type);
        names.insert(toText(type));
    }
    QCOMPARE(names.size(), eventTypeCount);
    for (const auto *promised :
         {u"job.submitted", u"job.started", u"job.progress", u"job.completed", u"job.failed",
          u"job.dead_letter", u"job.cancelled", u"job.requeued", u"jobs.purged", u"job_service.started",
          u"job_service.stopped", u"job_service.workers_started", u"job_service.workers_stopped",
          u"job_service.workers_scaled"})
        QVERIFY(names.contains(QString::fromUtf16(promised)));
    QCOMPARE(errorOf(eventTypeFromText(u"job.")).kind, Error::Kind::Invalid);
}

void ValuesTest::unknownWordsAreErrorsThatListTheRightOnes()
{
    const Error error = errorOf(jobStatusFromText(u"done"));
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QVERIFY(error.what.contains(u"done"));
    for (const JobStatus status : allJobStatuses) QVERIFY(error.todo.contains(toText(status)));
    QCOMPARE(errorOf(jobStatusFromLetter('Z')).kind, Error::Kind::Invalid);
    QCOMPARE(errorOf(workerStatusFromText(u"Idle")).kind, Error::Kind::Invalid);
}

void ValuesTest::onlyTheDiagramsStatesEnd()
{
    for (const JobStatus status : allJobStatuses) {
        const QString text = toText(status);
        QCOMPARE(isTerminal(status),
                 QStringList({u"completed"_s, u"failed"_s, u"cancelled"_s, u"dead_letter"_s}).contains(text));
        QCOMPARE(canRequeue(status),
                 QStringList({u"failed"_s, u"cancelled"_s, u"dead_letter"_s}).contains(text));
        QCOMPARE(canRunNow(status), QStringList({u"scheduled"_s, u"retrying"_s}).contains(text));
        QCOMPARE(canCancel(status), !isTerminal(status));
    }
}

void ValuesTest::idsAreCanonicalAndOrderAsBytes()
{
    const JobId id = JobId::fromText(u"{0190B6A2-7C1E-4F0A-9D3B-5F2C41A8E7D6}").value();
    QCOMPARE(id, anId);
    QCOMPARE(qHash(id), qHash(anId));
    QCOMPARE(id.text(), u"0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6"_s);
    QCOMPARE(id.shortText(), u"0190b6a2"_s);
    QVERIFY(JobId().isNull() && !id.isNull());
    QVERIFY(JobId::trusted("a") < JobId::trusted("b") && JobId() < id);
    for (const auto *text : {u"", u"{}", u"{0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6",
                             u"0190b6a27c1e4f0a9d3b5f2c41a8e7d6", u"0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7dé"})
        QCOMPARE(errorOf(JobId::fromText(text)).kind, Error::Kind::Invalid);
}

void ValuesTest::idsFromRandomAreVersion4()
{
    std::array<quint8, 16> bytes{};
    QCOMPARE(JobId::fromRandom(bytes).text(), u"00000000-0000-4000-8000-000000000000"_s);
    bytes.fill(0xFF);
    QCOMPARE(JobId::fromRandom(bytes).text(), u"ffffffff-ffff-4fff-bfff-ffffffffffff"_s);
    for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<quint8>(i * 17);
    QCOMPARE(JobId::fromRandom(bytes).text(), u"00112233-4455-4677-8899-aabbccddeeff"_s);
    VERIFY_OK(JobId::fromText(JobId::fromRandom(bytes).text()));
}

void ValuesTest::errorReadsAsOneLine()
{
    const Error error{Error::Kind::WrongState, u"Could not requeue."_s, u"It is running."_s, u"Cancel it."_s};
    QCOMPARE(error.text(), u"Could not requeue. It is running. Cancel it."_s);
    QCOMPARE((Error{Error::Kind::Internal, u"Only this."_s, {}, {}}.text()), u"Only this."_s);
}

void ValuesTest::everyErrorKindHasItsWord()
{
    QSet<QString> words;
    for (int i = 0; i <= static_cast<int>(Error::Kind::Internal); ++i)
        words.insert(toText(static_cast<Error::Kind>(i)));
    QCOMPARE(words.size(), static_cast<int>(Error::Kind::Internal) + 1);
    QVERIFY(words.contains(u"lease_lost"_s));
}

void ValuesTest::progressRoundTrip()
{
    const Result<JobProgress> again = JobProgress::fromJson(aProgress().toJson());
    VERIFY_OK(again);
    QCOMPARE(*again, aProgress());
}

void ValuesTest::defect30_progressHasAPercentage()
{
    JobProgress progress = aProgress();
    QCOMPARE(progress.percentage(), 37.5);
    QCOMPARE(object(progress.toJson())[u"percentage"].toDouble(), 37.5);
    progress.total = 0;
    QCOMPARE(progress.percentage(), std::nullopt);
    progress.total = std::nullopt;
    QCOMPARE(progress.percentage(), std::nullopt);
    QVERIFY(object(progress.toJson())[u"percentage"].isNull());
    progress.total = 2;
    QCOMPARE(progress.percentage(), 100.0); // a handler that counts too far
    progress.current = -1;
    QCOMPARE(progress.percentage(), 0.0);
}

void ValuesTest::progressWithoutNumbersIsStillJson()
{
    JobProgress progress = aProgress();
    progress.current = std::numeric_limits<double>::quiet_NaN();
    progress.total = std::numeric_limits<double>::infinity();
    const QJsonObject json = object(progress.toJson());
    QVERIFY(json[u"current"].isNull() && json[u"total"].isNull() && json[u"percentage"].isNull());
}

void ValuesTest::progressMessageIsCut()
{
    JobProgress progress = aProgress();
    progress.message = QString(5000, u'm');
    QCOMPARE(JobProgress::fromJson(progress.toJson()).value().message.size(), JobProgress::messageCharsMax);
}

void ValuesTest::resultRoundTrip()
{
    const JobResult completed{
        anId, JobStatus::Completed, JsonText::trusted("{\"n\": 1.0}"), {}, start, start + 1500ms, 2, u"w"_s};
    const Result<JobResult> again = JobResult::fromJson(completed.toJson());
    VERIFY_OK(again);
    QCOMPARE(*again, completed);
    QVERIFY(completed.toJson().contains("\"result\":{\"n\": 1.0}"));
    QCOMPARE(object(completed.toJson())[u"duration"].toDouble(), 1.5);

    const JobResult failed{anId, JobStatus::DeadLetter, {}, u"why\n\"here\""_s, {}, start, 4, {}};
    QCOMPARE(JobResult::fromJson(failed.toJson()).value(), failed);
    QVERIFY(object(failed.toJson())[u"duration"].isNull());
}

void ValuesTest::resultRefusesWrongTypes()
{
    QVERIFY(errorOf(JobResult::fromJson(R"({"status":"done"})")).what.contains(u"status"));
    QVERIFY(errorOf(JobResult::fromJson(R"({"attempts":-1})")).what.contains(u"attempts"));
    QVERIFY(errorOf(JobResult::fromJson(R"({"error":7})")).what.contains(u"error"));
    QVERIFY(errorOf(JobResult::fromJson(R"({"started_at":"yesterday"})")).what.contains(u"started_at"));
    QVERIFY(errorOf(JobProgress::fromJson(R"({"metadata":[]})")).what.contains(u"metadata"));
    QVERIFY(errorOf(JobProgress::fromJson(R"({"current":"3"})")).what.contains(u"current"));
}

void ValuesTest::deadLetterHasAResult()
{
    const std::optional<JobResult> result = aJob().toResult();
    QVERIFY(result);
    QCOMPARE(result->status, JobStatus::DeadLetter);
    QCOMPARE(result->error, aJob().error);
    QCOMPARE(result->duration(), 250ms);
    Job running = aJob();
    running.status = JobStatus::Running;
    QVERIFY(!running.toResult());
}

void ValuesTest::jobShowsDefinitionAndState()
{
    const QJsonObject json = object(aJob().toJson());
    QCOMPARE(json[u"handler"].toString(), u"backup.create"_s);
    QCOMPARE(json[u"status"].toString(), u"dead_letter"_s);
    QCOMPARE(json[u"attempts"].toInt(), 4);
    QCOMPARE(json[u"error"].toString(), aJob().error);
    QCOMPARE(json[u"progress"][u"percentage"].toDouble(), 37.5);
    QVERIFY(json[u"lease_ends_at"].isNull() && json[u"result"].isNull());
}

void ValuesTest::unknownKeyNeverDoublesOneOfOurs()
{
    Job job = aJob();
    job.definition.unknown = {{u"status"_s, "\"faked\""}, {u"x"_s, "1"}};
    const QJsonObject json = object(job.toJson());
    QCOMPARE(json[u"status"].toString(), u"dead_letter"_s);
    QCOMPARE(json[u"x"].toInt(), 1);
    QVERIFY(job.definition.toJson().contains("faked")); // the definition keeps it
}

void ValuesTest::summaryHasNoPayload()
{
    JobSummary summary;
    summary.id = anId;
    summary.errorHead = u"no space"_s;
    summary.payloadBytes = 4096;
    summary.timeout = 90s;
    const QJsonObject json = object(summary.toJson());
    QCOMPARE(json[u"payload_bytes"].toInt(), 4096);
    QCOMPARE(json[u"error_head"].toString(), u"no space"_s);
    QCOMPARE(json[u"timeout"].toInt(), 90);
    QVERIFY(!json.contains(u"args") && !json.contains(u"kwargs") && !json.contains(u"result"));
}

void ValuesTest::eventCarriesItsData()
{
    const Event event{Event::Type::JobStarted,
                      u"queue/default"_s,
                      start,
                      u"default"_s,
                      anId,
                      R"({"attempt":2,"big":9007199254740993})",
                      u"1-0"_s};
    QCOMPARE(
        event.toJson(),
        R"({"event":"job.started","source":"queue/default","timestamp":"2025-11-24T09:30:00.000000Z",)"
        R"("queue":"default","job_id":"0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6","attempt":2,"big":9007199254740993})"_ba);
    const Event ofService{Event::Type::ServiceStarted, u"service/1"_s, start, {}, {}, "{}", {}};
    QCOMPARE(
        ofService.toJson(),
        R"({"event":"job_service.started","source":"service/1","timestamp":"2025-11-24T09:30:00.000000Z"})"_ba);
}

void ValuesTest::eventsDataCannotFakeItsHead()
{
    Event event{Event::Type::JobFailed,
                u"queue/q"_s,
                start,
                u"q"_s,
                anId,
                R"({"event":"job.completed","error":"e"})",
                {}};
    const QJsonObject json = object(event.toJson());
    QCOMPARE(json[u"event"].toString(), u"job.failed"_s);
    QCOMPARE(json[u"error"].toString(), u"e"_s);
}

void ValuesTest::eventWithDamagedDataIsStillJson()
{
    const Event event{Event::Type::JobFailed, u"queue/q"_s, start, u"q"_s, anId, "{\"error\":", {}};
    QCOMPARE(object(event.toJson())[u"damaged_data"].toString(), u"{\"error\":"_s);
}

namespace {

WorkerInfo aWorker()
{
    WorkerInfo worker;
    worker.id = u"host:7:ab/1"_s;
    worker.status = WorkerStatus::Busy;
    worker.currentJob = anId;
    worker.currentHandler = u"h"_s;
    worker.currentQueue = u"q"_s;
    worker.jobStartedAt = start;
    worker.jobTimeout = 1500ms;
    worker.startedAt = start - 1h;
    worker.lastHeartbeat = start;
    worker.jobsCompleted = 10;
    worker.jobsFailed = 2;
    worker.hostname = u"host"_s;
    worker.pid = 7;
    return worker;
}

} // namespace

void ValuesTest::workerRoundTrip()
{
    const Result<WorkerInfo> again = WorkerInfo::fromJson(aWorker().toJson());
    VERIFY_OK(again);
    QCOMPARE(*again, aWorker());
    WorkerInfo idle;
    idle.id = u"x"_s;
    QCOMPARE(WorkerInfo::fromJson(idle.toJson()).value(), idle);
    QVERIFY(errorOf(WorkerInfo::fromJson("{}")).what.contains(u"id"));
}

void ValuesTest::workerIsHealthyForThirtySeconds()
{
    QVERIFY(aWorker().isHealthy(start + 30s - 1us));
    QVERIFY(!aWorker().isHealthy(start + 30s));
    QCOMPARE(aWorker().uptime(start), 1h);
}

void ValuesTest::poolRoundTrip()
{
    PoolInfo pool{u"host:7:ab"_s, u"host"_s, 7,          u"0.1.0"_s, {u"a"_s, u"ä\"b"_s},
                  {u"h"_s},       start,     start + 1s, 1,          {aWorker(), aWorker()}};
    const Result<PoolInfo> again = PoolInfo::fromJson(pool.toJson());
    VERIFY_OK(again);
    QCOMPARE(*again, pool);
}

void ValuesTest::poolNamesItsBrokenWorker()
{
    const Error error = errorOf(PoolInfo::fromJson(R"({"id":"p","workers":[{"id":"w","pid":"7"}]})"));
    QVERIFY2(error.what.contains(u"workers") && error.why.contains(u"pid"), qUtf8Printable(error.text()));
    QVERIFY(errorOf(PoolInfo::fromJson(R"({"id":"p","queues":["a",1]})")).what.contains(u"queues"));
    QVERIFY(errorOf(PoolInfo::fromJson(R"({"id":"p","stuck_threads":-1})")).what.contains(u"stuck_threads"));
}

void ValuesTest::statsAddUp()
{
    QueueStats stats;
    QCOMPARE(stats.errorRate(), std::nullopt);
    stats.sizes[static_cast<size_t>(JobStatus::Pending)] = 5;
    stats.sizes[static_cast<size_t>(JobStatus::DeadLetter)] = 2;
    stats.completed = 12;
    stats.retried = 2;
    stats.failed = 1;
    stats.deadLettered = 1;
    QCOMPARE(stats.total(), 7);
    QCOMPARE(stats.size(JobStatus::DeadLetter), 2);
    QCOMPARE(stats.errorRate(), 0.25);
}

void ValuesTest::statsAreJson()
{
    QueueStats stats;
    stats.queue = u"q"_s;
    stats.sizes[static_cast<size_t>(JobStatus::Running)] = 3;
    stats.averageWait = 1500us;
    const QJsonObject json = object(stats.toJson());
    for (const JobStatus status : allJobStatuses)
        QCOMPARE(json[toText(status)].toInt(-1), status == JobStatus::Running ? 3 : 0);
    QCOMPARE(json[u"size"].toInt(), 3);
    QCOMPARE(json[u"average_wait"].toDouble(), 0.0015);
    QVERIFY(json[u"throughput"].isObject() && json[u"max_size"].isNull());
    stats.sizeMax = 10'000;
    QCOMPARE(object(stats.toJson())[u"max_size"].toInt(), 10'000);
}

QTEST_GUILESS_MAIN(ValuesTest)
#include "values_test.moc"
