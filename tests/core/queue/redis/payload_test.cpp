// Nothing on the way changes a byte of a payload.
#include "core/queue/redis_job_queue_calls.h"
#include "core/runtime/manual_clock.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QSet>
#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

/// A random JSON document, in spellings that a parser would not write back: spaces, escapes, big
/// numbers, 1.0, 1e5.
class Documents {
public:
    explicit Documents(quint64 seed) : m_random(seed) { }
    QByteArray value(int depth)
    {
        switch (below(depth > 0 ? 8 : 6)) {
        case 0:
            return pick({"null", "true", "false"});
        case 1:
            return pick({"9007199254740993", "-0", "1.0", "1e5", "1E+5", "0.1",
                         "123456789012345678901234567890", "-1.50", "1e-7"});
        case 2:
            return '"' + pick({"", "\\u00e9", "é", "\\ud83d\\ude00", "😀", "\\/", "a\\nb", "日本", "\\u0000"})
                + '"';
        case 3:
            return pick({"[]", "{}", "[ ]", "{ }"});
        case 4:
        case 5:
            return '"' + QByteArray(static_cast<qsizetype>(below(200)), static_cast<char>('a' + below(26)))
                + '"';
        case 6:
            return array(depth - 1);
        default:
            return object(depth - 1);
        }
    }
    QByteArray array(int depth)
    {
        QByteArrayList parts;
        for (quint64 n = below(5); n > 0; --n) parts.append(value(depth));
        return '[' + parts.join(pick({",", ", ", " ,\n"})) + ']';
    }
    QByteArray object(int depth)
    {
        QByteArrayList parts;
        for (quint64 n = below(5); n > 0; --n)
            parts.append("\"k" + QByteArray::number(n) + pick({"\":", "\" : "}) + value(depth));
        return '{' + parts.join(',') + '}';
    }
    quint64 below(quint64 limit) { return m_random.bits() % limit; }

private:
    QByteArray pick(std::initializer_list<const char *> choices)
    {
        return *(choices.begin() + below(choices.size()));
    }
    runtime::SeededRandom m_random;
};

} // namespace

class PayloadTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void tenThousandDocumentsComeBackByteForByte();
    void payloadsAndResultsAroundTheBoundComeBack_data();
    void payloadsAndResultsAroundTheBoundComeBack();
    void batchesOfTenThousandAreCut();
    void aClaimOfHugePayloadsIsCutToWhatFitsAReply();
    void definitionsKeepEveryField();
    void noScriptDecodesOrLooksBeyondItsKeys();
};

void PayloadTest::tenThousandDocumentsComeBackByteForByte()
{
    constexpr quint64 seed = 20261124;
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    Documents documents(seed);
    constexpr int count = 10'000;
    QList<JobDefinition> jobs;
    QHash<JobId, JobDefinition> sent;
    for (int i = 0; i < count; ++i) {
        JobDefinition job = testJob();
        job.args = JsonText::parse(documents.array(4), JsonText::Root::Array).value();
        job.kwargs = JsonText::parse(documents.object(4), JsonText::Root::Object).value();
        sent.insert(job.id, job);
        jobs.append(job);
    }
    q().submitAll(jobs);
    int seen = 0;
    QList<Settlement> done;
    for (quint64 sequence = 1; seen < count || !done.isEmpty(); ++sequence) {
        SettleAndClaim call;
        call.queue = u"default"_s;
        call.sequence = sequence;
        call.claimMax = 200;
        call.settlements = std::exchange(done, {});
        const SettledAndClaimed got = q().turn("w:1:a", call);
        for (const Verdict &verdict : got.verdicts) QCOMPARE(verdict.value(), JobStatus::Completed);
        for (const Claim &claim : got.claims) {
            QCOMPARE(claim.definition, sent.value(claim.definition.id));
            ++seen;
            done.append({claim.definition.id,
                         claim.token,
                         claim.definition.handler,
                         3,
                         {.kind = Outcome::Kind::Completed, .result = claim.definition.kwargs}});
        }
    }
    QCOMPARE(seen, count);
    for (int i = 0; i < count; i += 100) // their results as well
        QCOMPARE(q().look(jobs.at(i).id).result, jobs.at(i).kwargs);
}

void PayloadTest::payloadsAndResultsAroundTheBoundComeBack_data()
{
    QTest::addColumn<qsizetype>("bytes");
    for (const qsizetype bytes : {0, 4086, 4087, 4090, 4092, 4093, 4096, 4097, 70'000, 3'000'000})
        QTest::addRow("%lld bytes", static_cast<long long>(bytes)) << qsizetype{bytes};
}

void PayloadTest::payloadsAndResultsAroundTheBoundComeBack()
{
    QFETCH(const qsizetype, bytes);
    JobDefinition job = testJob();
    job.args = bigArray(bytes);
    q().submit(job);
    QCOMPARE(q().look(job.id).definition, job);
    const Claim claim = q().claim();
    QCOMPARE(claim.definition, job);
    q().complete(claim, bigArray(bytes).bytes());
    QCOMPARE(q().look(job.id).result, bigArray(bytes));
    QVERIFY(q().tryRemove(job.id));
    QCOMPARE(raw().command({"EXISTS", key(Noun::Big), key(Noun::Jobs), key(Noun::Runs)}).integer, 0);
}

void PayloadTest::batchesOfTenThousandAreCut()
{
    constexpr int count = 10'000;
    QList<JobDefinition> jobs;
    for (int i = 0; i < count; ++i) jobs.append(testJob());
    const QList<JobId> ids = q().submitAll(jobs);
    const auto cancelled = waitFor(q().queue().cancel(u"default"_s, ids)).value();
    QCOMPARE(cancelled.size(), count);
    for (const auto &one : cancelled) QCOMPARE(one.value(), CancelOutcome::Cancelled);
    const auto requeued = waitFor(q().queue().requeue(u"default"_s, ids)).value();
    QCOMPARE(requeued.size(), count);
    for (qsizetype i = 0; i < count; ++i) QCOMPARE(requeued.at(i).value(), ids.at(i));

    SettleAndClaim call{.queue = u"default"_s};
    for (quint64 sequence = 1; call.settlements.size() < count; ++sequence) {
        SettleAndClaim claim{
            .queue = u"default"_s, .settlements = {}, .lane = 1, .sequence = sequence, .claimMax = 400};
        for (const Claim &one : q().turn("w:1:b", claim).claims)
            call.settlements.append({one.definition.id, one.token, u"noop"_s, 3, {}});
    }
    const QList<Verdict> verdicts = q().turn("w:1:b", call).verdicts;
    QCOMPARE(verdicts.size(), count);
    for (const Verdict &verdict : verdicts) QCOMPARE(verdict.value(), JobStatus::Completed);
    const auto removed = waitFor(q().queue().remove(u"default"_s, ids)).value();
    QCOMPARE(removed.size(), count);
    QCOMPARE(q().stats().deleted, count);
}

void PayloadTest::aClaimOfHugePayloadsIsCutToWhatFitsAReply()
{
    constexpr qsizetype huge = 6'000'000;
    for (int i = 0; i < 5; ++i) {
        JobDefinition job = testJob();
        job.args = bigArray(huge);
        q().submit(job);
    }
    SettleAndClaim call{.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 100};
    QCOMPARE(q().turn("w:1:c", call).claims.size(), 2); // of 16 MiB
    call.sequence = 2;
    QCOMPARE(q().turn("w:1:c", call).claims.size(), 2);
    call.sequence = 3;
    QCOMPARE(q().turn("w:1:c", call).claims.size(), 1);
}

void PayloadTest::definitionsKeepEveryField()
{
    JobDefinition job;
    job.handler = u"über 100% \"täglich\""_s; // spaces and % are not words of a record
    job.priority = JobPriority::Critical;
    job.retry = {7, std::chrono::milliseconds{1234}, 1.75};
    job.timeout = std::chrono::milliseconds{90'500};
    job.tags = {{u"a b"_s, u"c\nd"_s}, {u"ü"_s, QString()}};
    job.idempotencyKey = u"key with spaces\nand lines"_s;
    job.name = u"another name"_s;
    job.unknown = {{u"x"_s, "[1,\n 2.0]"}, {u"y"_s, "{}"}};
    job.args = JsonText::trusted("[1.0]");
    job.complete(testId(77), fromMicros(1'700'000'000'123'456));
    q().submit(job);
    const JobDefinition got = q().claim().definition;
    JobDefinition expected = job;
    expected.unknown[0].value = "[1,  2.0]"; // on one line, as a line of a record must be
    QCOMPARE(got, expected);
    QCOMPARE(q().page({.status = JobStatus::Running}).rows.constFirst().tags, job.tags);
    QCOMPARE(waitFor(q().queue().handlerCounts(u"default"_s))
                 .value()
                 .value(u"submitted.critical"_s)
                 .value(job.handler),
             1);
}

/// What Lua's JSON does to a document was measured: 9007199254740993 becomes 9.007199254741e+15, [] becomes
/// {}.
void PayloadTest::noScriptDecodesOrLooksBeyondItsKeys()
{
    using namespace scripts;
    for (const redis::ScriptSource *script : std::initializer_list<const redis::ScriptSource *>{
             &cancel, &delete_jobs, &page, &promote_due, &publish_pool, &purge, &read_metrics, &reap,
             &record_metrics, &renew_leases, &report, &requeue, &run_now, &set_meta, &settle_and_claim, &show,
             &stats, &submit, &trim}) {
        const QByteArray text = script->text;
        QVERIFY2(text.startsWith("#!lua"), script->name);
        for (const char *banned : {"cjson", "cmsgpack", "loadstring", "'SCAN'", "'KEYS'", "{signalbox"})
            QVERIFY2(!text.contains(banned),
                     qPrintable(QString::fromLatin1("%1 has %2")
                                    .arg(QLatin1String(script->name), QLatin1String(banned))));
    }
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::PayloadTest)
#include "payload_test.moc"
