#include "core/model/job_definition.h"
#include "tests/core/model/checks.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const JobId anId = JobId::trusted("0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6");
const JobId anotherId = JobId::trusted("11111111-2222-4333-8444-555555555555");

JobDefinition fullJob()
{
    JobDefinition job;
    job.id = anId;
    job.name = u"Nächtliche Sicherung"_s;
    job.handler = u"backup.create"_s;
    job.queue = u"night"_s;
    job.args = JsonText::trusted("[1.0, 9007199254740993,[ ]]");
    job.kwargs = JsonText::trusted("{\"b\":{}, \"a\":\"\\u00e4\"}");
    job.priority = JobPriority::High;
    job.retry = {7, 1500ms, 1.5};
    job.timeout = 90s;
    job.tags = {{u"team"_s, u"ops"_s}, {u"empty"_s, u""_s}};
    job.createdAt = fromMicros(1'763'976'600'123'456);
    job.dependsOn = {anotherId};
    job.scheduledAt = fromMicros(1'763'980'200'000'000);
    job.idempotencyKey = u"night-2025-11-24"_s;
    job.unknown = {{u"x-trace"_s, "{ \"span\" : 12345678901234567890 }"}};
    return job;
}

/// A job's JSON with one more member, or another value for one.
QByteArray with(const QByteArray &member)
{
    return "{\"handler\":\"h\"," + member + "}";
}

} // namespace

class JobDefinitionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void seed01_createWithDefaults();
    void completeFillsWhatWasLeftOut();
    void completeKeepsWhatIsThere();
    void nameIsTheHandlersLastPart_data();
    void nameIsTheHandlersLastPart();
    void seed03_jsonRoundTrip();
    void byteOrderMarkInsideATextIsKept();
    void writesOneLineInAFixedOrder();
    void defect25_unknownJsonKeyIsKept();
    void reads_data();
    void reads();
    void positiveTimesStayPositive();
    void nullMeansLeftOut();
    void refusesHostileJson_data();
    void refusesHostileJson();
    void defect24_badScheduledAtIsAnError();
    void pastScheduledAtIsAllowed();
    void seed02_validation_data();
    void seed02_validation();
    void limitsAreRefusedOneBeyond();
    void payloadLimitsNameTheField();
};

void JobDefinitionTest::seed01_createWithDefaults()
{
    const Result<JobDefinition> job = JobDefinition::fromJson(R"({"handler":"backup.create"})");
    VERIFY_OK(job);
    QVERIFY(job->id.isNull());
    QCOMPARE(job->name, u"create"_s);
    QCOMPARE(job->queue, u"default"_s);
    QCOMPARE(job->args.bytes(), "[]"_ba);
    QCOMPARE(job->kwargs.bytes(), "{}"_ba);
    QCOMPARE(job->priority, JobPriority::Normal);
    QCOMPARE(job->retry.maxRetries, 3);
    QCOMPARE(job->retry.base, 1000ms);
    QCOMPARE(job->retry.factor, 2.0);
    QVERIFY(!job->timeout && !job->scheduledAt);
    QVERIFY(job->tags.isEmpty() && job->dependsOn.isEmpty() && job->unknown.isEmpty());
    QCOMPARE(job->createdAt, Timestamp{});
}

void JobDefinitionTest::completeFillsWhatWasLeftOut()
{
    JobDefinition job;
    job.handler = u"backup.create"_s;
    job.complete(anId, fromMicros(42));
    QCOMPARE(job.id, anId);
    QCOMPARE(job.createdAt, fromMicros(42));
    QCOMPARE(job.name, u"create"_s);
}

void JobDefinitionTest::completeKeepsWhatIsThere()
{
    JobDefinition job = fullJob();
    job.complete(anotherId, fromMicros(42));
    QCOMPARE(job, fullJob());
}

void JobDefinitionTest::nameIsTheHandlersLastPart_data()
{
    QTest::addColumn<QString>("handler");
    QTest::addColumn<QString>("name");
    QTest::newRow("two parts") << u"backup.create"_s << u"create"_s;
    QTest::newRow("one part") << u"hash"_s << u"hash"_s;
    QTest::newRow("many parts") << u"a.b.c"_s << u"c"_s;
    QTest::newRow("ends with a point") << u"a.b."_s << u"a.b."_s;
    QTest::newRow("too long") << QString(400, u'x') << QString(255, u'x');
    QTest::newRow("cut between characters") << QString(254, u'x') + u"😀"_s << QString(254, u'x');
}

void JobDefinitionTest::nameIsTheHandlersLastPart()
{
    QFETCH(QString, handler);
    QFETCH(QString, name);
    QCOMPARE(JobDefinition::nameOf(handler), name);
    JobDefinition job;
    job.handler = handler;
    job.complete(anId, fromMicros(1));
    VERIFY_OK(job.validate());
}

void JobDefinitionTest::seed03_jsonRoundTrip()
{
    const Result<JobDefinition> again = JobDefinition::fromJson(fullJob().toJson());
    VERIFY_OK(again);
    QCOMPARE(*again, fullJob());
    QCOMPARE(again->toJson(), fullJob().toJson());
}

void JobDefinitionTest::byteOrderMarkInsideATextIsKept()
{
    // The part of a handler behind its last "." becomes the name, and a name is a text of its own in JSON.
    const auto job = JobDefinition::fromJson("{\"handler\":\"backup.\xEF\xBB\xBF"
                                             "create\"}");
    QVERIFY(job.has_value());
    QCOMPARE(job->name, QStringLiteral("\uFEFFcreate"));
    const auto again = JobDefinition::fromJson(job->toJson());
    QVERIFY(again.has_value());
    QCOMPARE(again->name, job->name);
    QCOMPARE(again->handler, job->handler);
}

void JobDefinitionTest::writesOneLineInAFixedOrder()
{
    const QByteArray expected
        = R"({"id":"0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6","name":"Nächtliche Sicherung",)"
          R"("handler":"backup.create","queue":"night","args":[1.0, 9007199254740993,[ ]],)"
          R"("kwargs":{"b":{}, "a":"\u00e4"},"priority":20,"max_retries":7,"retry_delay":1.5,)"
          R"("retry_backoff":1.5,"timeout":90,"tags":{"empty":"","team":"ops"},)"
          R"("created_at":"2025-11-24T09:30:00.123456Z",)"
          R"("depends_on":["11111111-2222-4333-8444-555555555555"],)"
          R"("scheduled_at":"2025-11-24T10:30:00.000000Z",)"
          R"("idempotency_key":"night-2025-11-24","x-trace":{ "span" : 12345678901234567890 }})";
    QCOMPARE(fullJob().toJson(), expected);
}

void JobDefinitionTest::defect25_unknownJsonKeyIsKept()
{
    const auto job = JobDefinition::fromJson(with(R"("x":[ 1.0 ],"Queue":null,"y\n":"z")"));
    VERIFY_OK(job);
    QCOMPARE(job->unknown,
             (QList<JsonMember>{{u"x"_s, "[ 1.0 ]"}, {u"Queue"_s, "null"}, {u"y\n"_s, "\"z\""}}));
    QVERIFY(job->toJson().endsWith(R"("x":[ 1.0 ],"Queue":null,"y\n":"z"})"));
}

void JobDefinitionTest::reads_data()
{
    QTest::addColumn<QByteArray>("member");
    QTest::addColumn<JobDefinition>("expected");
    const auto row = [](const char *member, const std::function<void(JobDefinition &)> &change) {
        JobDefinition job;
        job.handler = job.name = u"h"_s;
        change(job);
        QTest::newRow(member) << QByteArray(member) << job;
    };
    row(R"("priority":"critical")", [](auto &job) { job.priority = JobPriority::Critical; });
    row(R"("priority":0)", [](auto &job) { job.priority = JobPriority::Low; });
    row(R"("priority":"20")", [](auto &job) { job.priority = JobPriority::High; });
    row(R"("timeout":0.001)", [](auto &job) { job.timeout = 1ms; });
    row(R"("timeout":1.001)", [](auto &job) { job.timeout = 1001ms; });
    row(R"("timeout":6e1)", [](auto &job) { job.timeout = 60s; });
    row(R"("retry_delay":0)", [](auto &job) { job.retry.base = 0ms; });
    row(R"("max_retries":0)", [](auto &job) { job.retry.maxRetries = 0; });
    row(R"("id":"0190B6A2-7C1E-4F0A-9D3B-5F2C41A8E7D6")", [](auto &job) { job.id = anId; });
    row(R"("id":"{0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d6}")", [](auto &job) { job.id = anId; });
    row(R"("name":"\u00e4")", [](auto &job) { job.name = u"ä"_s; });
}

void JobDefinitionTest::reads()
{
    QFETCH(QByteArray, member);
    QFETCH(JobDefinition, expected);
    const Result<JobDefinition> job = JobDefinition::fromJson(with(member));
    VERIFY_OK(job);
    QCOMPARE(*job, expected);
}

void JobDefinitionTest::positiveTimesStayPositive()
{
    const auto job = JobDefinition::fromJson(with(R"("timeout":0.0000001,"retry_delay":1e-300)"));
    VERIFY_OK(job);
    QCOMPARE(*job->timeout, 1ms); // 0 would be refused by the next reader
    QCOMPARE(job->retry.base, 1ms);
}

void JobDefinitionTest::nullMeansLeftOut()
{
    const auto job = JobDefinition::fromJson(with(
        R"("id":null,"name":null,"timeout":null,"created_at":null,"scheduled_at":null,"idempotency_key":null)"));
    VERIFY_OK(job);
    const auto plain = JobDefinition::fromJson(R"({"handler":"h"})");
    QCOMPARE(*job, *plain);
}

void JobDefinitionTest::refusesHostileJson_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("named"); // what a person needs to find the place
    const auto field = [](const char *name, const char *member, const char *named) {
        QTest::newRow(name) << with(member) << QString::fromUtf8(named);
    };
    QTest::newRow("no handler") << "{}"_ba << u"handler"_s;
    QTest::newRow("not an object") << "[]"_ba << u"an array"_s;
    QTest::newRow("nothing") << ""_ba << u"Line 1, column 1"_s;
    QTest::newRow("cut short") << "{\"handler\":\"h\""_ba << u"Line 1, column 15"_s;
    QTest::newRow("binary") << "\x01\x02\xFF\xFE"_ba << u"Line 1, column 1"_s;
    field("handler twice", "\"handler\":\"g\"", "handler");
    field("priority a fraction", "\"priority\":10.0", "priority");
    field("priority between", "\"priority\":11", "priority");
    field("priority unknown word", "\"priority\":\"urgent\"", "priority");
    field("priority in capitals", "\"priority\":\"HIGH\"", "priority");
    field("priority null", "\"priority\":null", "priority");
    field("priority true", "\"priority\":true", "priority");
    field("priority huge", "\"priority\":99999999999999999999", "priority");
    field("negative retries", "\"max_retries\":-1", "max_retries");
    field("retries a fraction", "\"max_retries\":1.5", "max_retries");
    field("retries 1.0", "\"max_retries\":1.0", "max_retries");
    field("retries beyond an int", "\"max_retries\":2147483648", "max_retries");
    field("retries beyond 64 bits", "\"max_retries\":18446744073709551617", "max_retries");
    field("retries as text", "\"max_retries\":\"3\"", "max_retries");
    field("negative delay", "\"retry_delay\":-0.5", "retry_delay");
    field("delay of centuries", "\"retry_delay\":1e11", "retry_delay");
    field("delay beyond a double", "\"retry_delay\":1e999", "retry_delay");
    field("delay NaN", "\"retry_delay\":NaN", "NaN");
    field("backoff 0", "\"retry_backoff\":0", "retry_backoff");
    field("backoff negative", "\"retry_backoff\":-2", "retry_backoff");
    field("backoff infinite", "\"retry_backoff\":Infinity", "Infinity");
    field("backoff beyond a double", "\"retry_backoff\":1e309", "retry_backoff");
    field("backoff below a double", "\"retry_backoff\":1e-999", "retry_backoff");
    field("timeout 0", "\"timeout\":0", "timeout");
    field("timeout negative", "\"timeout\":-3", "timeout");
    field("timeout as text", "\"timeout\":\"60\"", "timeout");
    field("timeout true", "\"timeout\":true", "timeout");
    field("timeout beyond 64 bits", "\"timeout\":1e300", "timeout");
    field("args an object", "\"args\":{}", "args");
    field("args null", "\"args\":null", "args");
    field("args a text of JSON", "\"args\":\"[]\"", "args");
    field("kwargs an array", "\"kwargs\":[]", "kwargs");
    field("kwargs key twice", "\"kwargs\":{\"a\":1,\"a\":2}", "\"a\"");
    field("surrogate in kwargs", "\"kwargs\":{\"a\":\"\\ud800\"}", "surrogate");
    field("tags an array", "\"tags\":[]", "tags");
    field("tag a number", "\"tags\":{\"a\":1}", "tags");
    field("tag without a key", "\"tags\":{\"\":\"v\"}", "tags");
    field("depends_on a text", "\"depends_on\":\"x\"", "depends_on");
    field("depends_on no ids", "\"depends_on\":[\"x\"]", "depends_on");
    field("depends_on numbers", "\"depends_on\":[1]", "depends_on");
    field("id no UUID", "\"id\":\"1\"", "id");
    field("id a number", "\"id\":7", "id");
    field("id too long", "\"id\":\"0190b6a2-7c1e-4f0a-9d3b-5f2c41a8e7d60\"", "id");
    field("id with wrong dashes", "\"id\":\"0190b6a27-c1e-4f0a-9d3b-5f2c41a8e7d6\"", "id");
    field("id with a letter", "\"id\":\"0190b6g2-7c1e-4f0a-9d3b-5f2c41a8e7d6\"", "id");
    field("created_at without zone", "\"created_at\":\"2025-11-24T09:30:00\"", "created_at");
    field("created_at a number", "\"created_at\":1763976600", "created_at");
    field("queue null", "\"queue\":null", "queue");
    field("queue empty", "\"queue\":\"\"", "queue");
    field("queue with a line break", "\"queue\":\"a\\nb\"", "queue");
    field("queue with a zero byte", "\"queue\":\"a\\u0000b\"", "queue");
    field("name a number", "\"name\":5", "name");
    field("key a number", "\"idempotency_key\":5", "idempotency_key");
}

void JobDefinitionTest::refusesHostileJson()
{
    QFETCH(QByteArray, json);
    QFETCH(QString, named);
    const Error error = errorOf(JobDefinition::fromJson(json));
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QVERIFY2(error.text().contains(named), qUtf8Printable(error.text()));
    QVERIFY(!error.what.isEmpty() && !error.why.isEmpty() && !error.todo.isEmpty());
}

void JobDefinitionTest::defect24_badScheduledAtIsAnError()
{
    for (const char *text :
         {"\"soon\"", "\"\"", "\"2025-02-30T00:00:00Z\"", "\"2025-11-24T09:30:00\"", "5", "true"}) {
        const Error error = errorOf(JobDefinition::fromJson(with("\"scheduled_at\":" + QByteArray(text))));
        QCOMPARE(error.kind, Error::Kind::Invalid);
        QVERIFY2(error.what.contains(u"scheduled_at"), qUtf8Printable(error.text()));
    }
}

void JobDefinitionTest::pastScheduledAtIsAllowed()
{
    VERIFY_OK(JobDefinition::fromJson(with(R"("scheduled_at":"1970-01-01T00:00:00Z")")));
}

void JobDefinitionTest::seed02_validation_data()
{
    QTest::addColumn<JobDefinition>("job");
    QTest::addColumn<QString>("field");
    const auto row
        = [](const char *name, const QString &field, const std::function<void(JobDefinition &)> &spoil) {
              JobDefinition job = fullJob();
              spoil(job);
              QTest::newRow(name) << job << field;
          };
    row("empty handler", u"handler"_s, [](auto &job) { job.handler.clear(); });
    row("blank handler", u"handler"_s, [](auto &job) { job.handler = u"  "_s; });
    row("handler with escape", u"handler"_s, [](auto &job) { job.handler = u"a\x1b[2Jb"_s; });
    row("handler with C1", u"handler"_s, [](auto &job) {
        job.handler = u"a\x9b"
                      "2J"_s;
    });
    row("lone surrogate", u"handler"_s, [](auto &job) { job.handler = u"a"_s + QChar(0xD800); });
    row("negative retries", u"max_retries"_s, [](auto &job) { job.retry.maxRetries = -1; });
    row("negative delay", u"retry_delay"_s, [](auto &job) { job.retry.base = -1ms; });
    row("no backoff", u"retry_backoff"_s, [](auto &job) { job.retry.factor = 0; });
    row("no timeout", u"timeout"_s, [](auto &job) { job.timeout = 0ms; });
    row("negative timeout", u"timeout"_s, [](auto &job) { job.timeout = -1ms; });
    row("timeout of centuries", u"timeout"_s, [](auto &job) { job.timeout = JobLimits::timeoutMax + 1s; });
    row("empty queue", u"queue"_s, [](auto &job) { job.queue.clear(); });
    row("itself", u"depends_on"_s, [](auto &job) { job.dependsOn = {anId}; });
    row("a job twice", u"depends_on"_s, [](auto &job) { job.dependsOn = {anotherId, anotherId}; });
    row("no job", u"depends_on"_s, [](auto &job) { job.dependsOn = {JobId()}; });
    row("args no JSON", u"args"_s, [](auto &job) { job.args = JsonText::trusted("[NaN]"); });
    row("args no array", u"args"_s, [](auto &job) { job.args = JsonText::emptyObject(); });
    row("kwargs no object", u"kwargs"_s, [](auto &job) { job.kwargs = JsonText(); });
}

void JobDefinitionTest::seed02_validation()
{
    QFETCH(JobDefinition, job);
    QFETCH(QString, field);
    VERIFY_OK(fullJob().validate());
    const Error error = errorOf(job.validate());
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QVERIFY2(error.what.contains(field), qUtf8Printable(error.text()));
}

void JobDefinitionTest::limitsAreRefusedOneBeyond()
{
    const auto check
        = [](const QString &field, const std::function<void(JobDefinition &, int)> &fill, int most) {
              JobDefinition job = fullJob();
              fill(job, most);
              VERIFY_OK(job.validate());
              fill(job, most + 1);
              QVERIFY2(errorOf(job.validate()).what.contains(field), qUtf8Printable(field));
          };
    check(
        u"handler"_s, [](auto &job, int n) { job.handler = QString(n, u'h'); }, JobLimits::handlerCharsMax);
    check(
        u"name"_s, [](auto &job, int n) { job.name = QString(n, u'n'); }, JobLimits::nameCharsMax);
    check(
        u"queue"_s, [](auto &job, int n) { job.queue = QString(n, u'q'); }, JobLimits::queueCharsMax);
    check(
        u"idempotency_key"_s, [](auto &job, int n) { job.idempotencyKey = QString(n, u'k'); },
        JobLimits::idempotencyKeyCharsMax);
    check(
        u"tags"_s,
        [](auto &job, int n) {
            job.tags = {{u"t"_s, QString(n, u'v')}};
        },
        JobLimits::tagCharsMax);
    check(
        u"tags"_s,
        [](auto &job, int n) {
            job.tags = {{QString(n, u't'), u"v"_s}};
        },
        JobLimits::tagCharsMax);
    check(
        u"tags"_s,
        [](auto &job, int n) {
            job.tags.clear();
            for (int i = 0; i < n; ++i) job.tags.insert(QString::number(i), {});
        },
        JobLimits::tagsMax);
    check(
        u"depends_on"_s,
        [](auto &job, int n) {
            job.dependsOn.clear();
            for (int i = 0; i < n; ++i)
                job.dependsOn.append(JobId::trusted(QByteArray::number(i).rightJustified(36, '0')));
        },
        JobLimits::dependenciesMax);
}

void JobDefinitionTest::payloadLimitsNameTheField()
{
    JobLimits limits;
    limits.json = {20, 2};
    VERIFY_OK(JobDefinition::fromJson(with(R"("args":["123456789012345 "])"), limits)); // 20 bytes
    const Error large = errorOf(JobDefinition::fromJson(with(R"("args":["123456789012345  "])"), limits));
    QVERIFY2(large.what.contains(u"args") && large.why.contains(u"21 bytes"), qUtf8Printable(large.text()));
    VERIFY_OK(JobDefinition::fromJson(with(R"("kwargs":{"a":[]})"), limits));
    const Error deep = errorOf(JobDefinition::fromJson(with(R"("kwargs":{"a":[[]]})"), limits));
    QVERIFY2(deep.what.contains(u"kwargs") && deep.why.contains(u"deeper than 2"),
             qUtf8Printable(deep.text()));
}

QTEST_GUILESS_MAIN(JobDefinitionTest)
#include "job_definition_test.moc"
