#include "tests/core/queue/conformance/cases.h"

#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;
using Kind = Submitted::Kind;

void SubmitCases::defect19_theSameIdIsOneJob()
{
    const JobDefinition job = testJob();
    q().submit(job);
    const Claim claim = q().claim();
    QCOMPARE(q().trySubmit(job).value(), (Submitted{Kind::AlreadyThere, job.id, JobStatus::Running}));
    QVERIFY(!q().next());
    q().complete(claim);
    QCOMPARE(q().trySubmit(job).value(), (Submitted{Kind::AlreadyThere, job.id, JobStatus::Completed}));
    QCOMPARE(q().stats().submitted, 1);
}

void SubmitCases::theSameIdTwiceInOneBatchIsOneJob()
{
    const JobDefinition job = testJob();
    const auto answers = waitFor(q().queue().submit({job, job}));
    QVERIFY(answers.has_value());
    QCOMPARE(answers->at(0).value(), (Submitted{Kind::Accepted, job.id, JobStatus::Pending}));
    QCOMPARE(answers->at(1).value(), (Submitted{Kind::AlreadyThere, job.id, JobStatus::Pending}));
    QCOMPARE(q().stats().submitted, 1);
}

void SubmitCases::theSameIdempotencyKeyIsOneJob()
{
    JobDefinition first = testJob(), second = testJob();
    first.idempotencyKey = second.idempotencyKey = QStringLiteral("invoice 17 {é}");
    q().submit(first);
    QCOMPARE(q().trySubmit(second).value(), (Submitted{Kind::AlreadyThere, first.id, JobStatus::Pending}));
    QCOMPARE(q().tryLook(second.id).error().kind, Error::Kind::NotFound);
}

void SubmitCases::anIdempotencyKeyIsFreeOnceItsJobIsGone()
{
    JobDefinition first = testJob(), second = testJob();
    first.idempotencyKey = second.idempotencyKey = QStringLiteral("k");
    q().submit(first);
    QVERIFY(q().tryRemove(first.id).has_value());
    QCOMPARE(q().trySubmit(second).value().kind, Kind::Accepted);
}

void SubmitCases::anInvalidJobIsRefusedByItselfOnly()
{
    JobDefinition invalid = testJob(), valid = testJob();
    invalid.retry.maxRetries = -1;
    const auto answers = waitFor(q().queue().submit({invalid, valid}));
    QVERIFY(answers.has_value());
    QCOMPARE(answers->at(0).error().kind, Error::Kind::Invalid);
    QVERIFY(answers->at(0).error().what.contains(QStringLiteral("max_retries")));
    QCOMPARE(answers->at(1).value().kind, Kind::Accepted);
}

void SubmitCases::aFullQueueRefusesTheRest()
{
    q().setLimits({.sizeMax = 2});
    const auto answers = waitFor(q().queue().submit({testJob(), testJob(), testJob()}));
    QVERIFY(answers.has_value());
    QVERIFY(answers->at(1).has_value());
    QCOMPARE(answers->at(2).error().kind, Error::Kind::QueueFull);
    QCOMPARE(q().stats().submitted, 2);
    q().complete(q().claim()); // what ended does not count
    QCOMPARE(q().trySubmit(testJob()).value().kind, Kind::Accepted);
    QCOMPARE(q().trySubmit(testJob()).error().kind, Error::Kind::QueueFull);
}

void SubmitCases::payloadsComeBackByteForByte_data()
{
    QTest::addColumn<QByteArray>("args");
    QTest::addColumn<QByteArray>("kwargs");
    QTest::newRow("empty") << QByteArray("[]") << QByteArray("{}");
    QTest::newRow("beyond 2^53") << QByteArray("[9007199254740993,1.0,1,1e400]") << QByteArray("{\"a\":[]}");
    QTest::newRow("line breaks") << QByteArray("[\n1,\r\n2\n]") << QByteArray("{\n}");
    QTest::newRow("Unicode") << QByteArray("[\"\xF0\x9F\x9A\xA6\\u0000\\ud83d\\ude80\"]")
                             << QByteArray("{\"\xC3\xA9\":\"}\"}");
    const QByteArray long2k = '"' + QByteArray(2000, 'x') + '"', long4k = '"' + QByteArray(4090, 'y') + '"';
    QTest::newRow("4 KiB together") << '[' + long2k + ']' << "{\"k\":" + long2k + '}';
    QTest::newRow("just above") << '[' + long4k + ']' << QByteArray("{\"k\":1}");
    QTest::newRow("1 MiB") << "[\"" + QByteArray(1024 * 1024, 'z') + "\"]" << QByteArray("{}");
}

void SubmitCases::payloadsComeBackByteForByte()
{
    QFETCH(QByteArray, args);
    QFETCH(QByteArray, kwargs);
    JobDefinition job = testJob();
    job.args = JsonText::trusted(args);
    job.kwargs = JsonText::trusted(kwargs);
    q().submit(job);
    QCOMPARE(q().look(job.id).definition, job);
    const Claim claim = q().claim();
    QCOMPARE(claim.definition.args.bytes(), args);
    QCOMPARE(claim.definition.kwargs.bytes(), kwargs);
    q().complete(claim, args); // a result is a payload as well
    QCOMPARE(q().look(job.id).result.bytes(), args);
}

void SubmitCases::unknownKeysTagsAndNameSurvive()
{
    const Result<JobDefinition> parsed = JobDefinition::fromJson(
        "{\"id\":\"00000000-0000-4000-8000-00000000abcd\",\"handler\":\"a b.c\\u2028d\",\"name\":\"My job\","
        "\"priority\":\"high\",\"timeout\":1.5,\"retry_delay\":0.25,\"retry_backoff\":1.7,"
        "\"created_at\":\"2026-11-24T09:30:00.000001Z\",\"tags\":{\"a b\":\"{}\",\"\u00e9\":\"\"},"
        "\"idempotency_key\":\"x y\",\"trace\":{\"id\" :[1, 2]},\"flag\":1.0}");
    QVERIFY2(parsed.has_value(), parsed ? "" : qPrintable(parsed.error().text()));
    q().submit(*parsed);
    QCOMPARE(q().look(parsed->id).definition, *parsed);
    QCOMPARE(q().claim().definition, *parsed);
}

void SubmitCases::aTimeInThePastMeansAtOnce()
{
    JobDefinition job = testJob();
    job.scheduledAt = q().backend().now() - 1h;
    QCOMPARE(q().trySubmit(job).value().status, JobStatus::Pending);
}

void SubmitCases::anEarlierDueTimeIsKeptToTheMillisecond()
{
    JobDefinition job = testJob();
    job.scheduledAt = q().backend().now() + 5s;
    QCOMPARE(q().trySubmit(job).value().status, JobStatus::Scheduled);
    QCOMPARE(q().look(job.id).dueAt.value(), *job.scheduledAt);
    q().advance(4999ms);
    QVERIFY(!q().next());
    q().advance(1ms);
    QCOMPARE(q().claim().definition.id, job.id);
}

void SubmitCases::dependenciesAreRefusedInWords()
{
    JobDefinition job = testJob();
    job.dependsOn = {testId(999)};
    const Result<Submitted> answer = q().trySubmit(job);
    QCOMPARE(answer.error().kind, Error::Kind::Unsupported);
    QVERIFY(answer.error().what.contains(QStringLiteral("depends_on")));
}

void SubmitCases::jobsOfOneBatchMayBelongToSeveralQueues()
{
    q().backend().prepareQueue(QStringLiteral("mail {x}:y"));
    JobDefinition here = testJob(), there = testJob();
    there.queue = QStringLiteral("mail {x}:y");
    const auto answers = waitFor(q().queue().submit({there, here}));
    QVERIFY(answers.has_value());
    QCOMPARE(answers->at(0).value().id, there.id);
    QCOMPARE(answers->at(1).value().id, here.id);
    QCOMPARE(waitFor(q().queue().job(there.queue, there.id)).value().definition, there);
    QCOMPARE(q().tryLook(there.id).error().kind, Error::Kind::NotFound);
}

} // namespace signalbox::test
