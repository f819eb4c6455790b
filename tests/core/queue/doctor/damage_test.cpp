// Each index damaged by hand, one entry each: the audit names it, the repair mends it, and nothing else
// moves.
#include "tests/core/queue/doctor/damaged_queue.h"
#include "tests/support/invariants.h"

namespace signalbox::test {

using namespace queue;
using namespace std::chrono_literals;
using Commands = QList<QByteArrayList>;

namespace {

const QByteArray ghost = "00000000-0000-4000-8000-00000000dead";
/// Where the times stood before the size: read as ours, it takes 1.6 PB.
const QByteArray anotherLayout = "w/0.1 D - 1 1764000000000000 1764000000000001 500 90 1 0 0 5\nit broke";

/// All that hold jobs: blocked has none yet.
constexpr std::array lists{"pending",   "scheduled", "retrying",  "running",
                           "completed", "failed",    "cancelled", "dead"};

QMap<QByteArray, QByteArray> without(const QByteArrayList &starts, QMap<QByteArray, QByteArray> contents)
{
    contents.removeIf([&](const auto &entry) {
        return std::ranges::any_of(starts,
                                   [&](const QByteArray &start) { return entry.key().startsWith(start); });
    });
    return contents;
}

QString told(const CheckReport &report)
{
    QStringList lines;
    for (const Finding &finding : report.findings) lines.append(QString::fromUtf8(finding.toJson()));
    return lines.join(u'\n');
}

} // namespace

class DamageTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aSoundQueueHasNoFindings();
    void damageIsNamedAndMended_data();
    void damageIsNamedAndMended();
    void recordsOfAnotherLayoutAreNamedAndNotSummedUp();
    void whatCannotBeMendedIsNamed_data();
    void whatCannotBeMendedIsNamed();
    void aLostKeyIsNamed_data();
    void aLostKeyIsNamed();
    void aLostListIsMadeAnew_data();
    void aLostListIsMadeAnew();
    void aLostKeyMovesNoJob_data();
    void aLostKeyMovesNoJob();
    void aKeyOfAnotherTypeIsNamed_data();
    void aKeyOfAnotherTypeIsNamed();
    void aRepairIsHeardByWhoeverListens();
    void payloadsOfAnySizeAreNotReadToBeChecked();
    void aRepairedJobRuns();
    void aQueueAtWorkGivesNoFalseAlarm();

private:
    TestServer m_server;
};

void DamageTest::aSoundQueueHasNoFindings()
{
    DamagedQueue damaged(m_server);
    const CheckReport report = damaged.check();
    QVERIFY2(report.findings.isEmpty(), qPrintable(told(report)));
    QCOMPARE(report.jobs, 11);
    QVERIFY(report.bytesAreCompared);
    const auto before = damaged.contents();
    QVERIFY(damaged.repair().mended.isEmpty());
    QCOMPARE(damaged.contents(), before);
}

void DamageTest::damageIsNamedAndMended_data()
{
    QTest::addColumn<Commands>("commands");
    QTest::addColumn<int>("invariant");
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("job"); // whose entries may differ afterwards
    const auto row
        = [](const char *name, const Commands &commands, int invariant, const QByteArray &key,
             const QByteArray &job) { QTest::newRow(name) << commands << invariant << key << job; };
    for (const char *list : lists)
        row(qPrintable(QStringLiteral("not in %1").arg(QLatin1StringView(list))),
            {{"ZREM", QByteArray("@") + list, QByteArray("#") + list}}, 1, "jobs", list);
    row("in two lists", {{"ZADD", "@completed", "5", "#pending"}}, 1, "completed", "pending");
    row("running and pending", {{"ZADD", "@pending", "5", "#running"}}, 1, "running", "running");
    row("blocked and pending", {{"ZADD", "@blocked", "5", "#pending"}}, 1, "pending", "pending");
    row("in the wrong list", {{"ZREM", "@running", "#running"}, {"ZADD", "@failed", "5", "#running"}}, 2,
        "failed", "running");
    row("a place without a job", {{"ZADD", "@pending", "5", ghost}}, 1, "pending", {});
    row("definition of a waiting job gone", {{"HDEL", "@jobs", "#pending"}}, 1, "pending", "pending");
    row("definition of a finished job gone", {{"HDEL", "@jobs", "#completed"}}, 5, "runs", "completed");
    row("run record of a running job gone", {{"HDEL", "@runs", "#running"}}, 2, "running", "running");
    row("run record of a finished job gone", {{"HDEL", "@runs", "#completed"}}, 2, "completed", "completed");
    row("run record unreadable", {{"HSET", "@runs", "#dead", "nonsense"}}, 10, "runs", "dead");
    row("run record of another layout", {{"HSET", "@runs", "#dead", anotherLayout}}, 10, "runs", "dead");
    row("run record of an unknown state", {{"HSET", "@runs", "#dead", "- Q - 0 - 90 0 0 0 5 - -"}}, 10,
        "runs", "dead");
    for (const char *record : {"- D - 99999999999 - 90 0 0 0 5 - -", "- D - 0 - 99999999999999 0 0 0 5 - -",
                               "- D - 0 - 90 0 0 0 99999999999999999 - -", "- D - 0 - 90 0 0 0 5 5-5 -",
                               "- D b99999999999999 0 - 90 0 0 0 5 - -", "- D - 0 soon 90 0 0 0 5 - -"})
        row(record, {{"HSET", "@runs", "#dead", record}}, 10, "runs", "dead");
    row("run record with unknown flags", {{"HSET", "@runs", "#dead", "- D z 0 - 90 0 0 0 5 - -"}}, 10, "runs",
        "dead");
    row("run record of a word too many", {{"HSET", "@runs", "#dead", "- D - 0 - 90 0 0 0 5 - - -"}}, 10,
        "runs", "dead");
    row("a size counted wrong in a run record", {{"HSET", "@runs", "#dead", "- D - 0 - 9 0 0 0 5 - -"}}, 10,
        "runs", "dead");
    row("running under no lease", {{"HSET", "@runs", "#running", "- R - 0 5 90 0 0 0 5 - -"}}, 3, "running",
        "running");
    row("a run without a job", {{"HSET", "@runs", ghost, "- P - 0 - 90 0 0 0 5 - -"}}, 5, "runs", {});
    row("a progress of a waiting job", {{"HSET", "@progress", "#pending", "{}"}}, 5, "progress", "pending");
    row("a progress without a job", {{"HSET", "@progress", ghost, "{}"}}, 5, "progress", {});
    row("a log without a job", {{"HSET", "@logs", ghost, "x"}}, 5, "logs", {});
    row("a payload without a job", {{"HSET", "@big", ghost + ":p", "x"}}, 5, "big", {});
    row("a payload too many", {{"HSET", "@big", "#pending:p", "x"}}, 5, "big", "pending");
    row("a result too many", {{"HSET", "@big", "#completed:r", "x"}}, 5, "big", "completed");
    row("a result gone", {{"HDEL", "@big", "#bigResult:r"}}, 5, "big", "bigResult");
    row("a key without a job", {{"HSET", "@keys", "stray", ghost}}, 5, "keys", {});
    row("a key that its job does not name", {{"HSET", "@keys", "stray", "#pending"}}, 5, "keys", "pending");
    row("a job's key gone", {{"HDEL", "@keys", "the key"}}, 5, "keyed", "keyed");
    row("a job's way to its key gone", {{"HDEL", "@keyed", "#keyed"}}, 5, "keyed", "keyed");
    row("a key's owner without a job", {{"HSET", "@keyed", ghost, "x"}}, 5, "keyed", {});
    row("a rank of another priority", {{"ZADD", "@pending", "5", "#pending"}}, 7, "pending", "pending");
    row("a rank of the future", {{"ZADD", "@pending", "4400000000000000", "#pending"}}, 7, "pending",
        "pending");
    row("a rank that is no number of ours", {{"ZADD", "@pending", "-7.5", "#pending"}}, 7, "pending",
        "pending");
    row("a due time of its own", {{"ZADD", "@scheduled", "5", "#scheduled"}}, 7, "scheduled", "scheduled");
    row("a retry at no time", {{"ZADD", "@retrying", "-inf", "#retrying"}}, 7, "retrying", "retrying");
    row("a lease without end", {{"ZADD", "@running", "+inf", "#running"}}, 7, "running", "running");
    row("an end in the future", {{"ZADD", "@completed", "4400000000000000", "#completed"}}, 7, "completed",
        "completed");
    row("a size counted wrong", {{"HINCRBY", "@counts", "in:P", "3"}}, 4, "counts", {});
    row("submits counted wrong", {{"HDEL", "@counts", "submitted"}}, 4, "counts", {});
    row("handlers counted wrong", {{"HINCRBY", "@handlers", "submitted.2:noop", "5"}}, 4, "handlers", {});
    row("no number in a counter", {{"HSET", "@counts", "in:C", "garbage"}}, 4, "counts", {});
    row("no number in a handler's counter", {{"HSET", "@handlers", "submitted.2:noop", "garbage"}}, 4,
        "handlers", {});
    row("no number in the bytes", {{"HSET", "@counts", "bytes", "garbage"}}, 8, "counts", {});
    row("absurd bytes", {{"HSET", "@counts", "bytes", "99999999999999999999"}}, 8, "counts", {});
    row("the last seq gone", {{"HDEL", "@counts", "seq"}}, 7, "pending", {});
    row("bytes counted wrong", {{"HINCRBY", "@counts", "bytes", "-11"}}, 8, "counts", {});
    row("events counted wrong", {{"HINCRBY", "@counts", "ev", "-1"}}, 6, "events", {});
    row("layout gone", {{"HDEL", "@meta", "layout"}}, 9, "meta", {});
}

void DamageTest::damageIsNamedAndMended()
{
    QFETCH(Commands, commands);
    QFETCH(int, invariant);
    QFETCH(QByteArray, key);
    QFETCH(QByteArray, job);
    DamagedQueue damaged(m_server);
    const auto before = damaged.contents();
    damaged.damage(commands);
    const CheckReport found = damaged.check();
    const bool isNamed = std::ranges::any_of(found.findings, [&](const Finding &finding) {
        return finding.invariant == invariant && finding.key == key && finding.isMendable
            && !finding.what.isEmpty();
    });
    QVERIFY2(isNamed, qPrintable(told(found)));

    const InvariantChecker::Repaired repaired = damaged.repair();
    QVERIFY(!repaired.mended.isEmpty());
    QVERIFY2(repaired.left.findings.isEmpty(), qPrintable(told(repaired.left)));
    VERIFY_INVARIANTS(m_server);

    // Nothing else has moved: only entries of that job, and the counters, may be others than before.
    const QByteArray own = job.isEmpty() ? ghost : damaged.id(job);
    auto after = damaged.contents(), expected = before;
    for (auto *contents : {&after, &expected}) {
        contents->removeIf([&](const auto &entry) {
            return entry.key().contains(own) || entry.value() == own || entry.key().startsWith("counts ")
                || entry.key().startsWith("handlers ");
        });
    }
    QCOMPARE(after, expected);
}

/// All of them, as in a database of an older release: each is a finding, and none is taken for a number of
/// bytes.
void DamageTest::recordsOfAnotherLayoutAreNamedAndNotSummedUp()
{
    DamagedQueue damaged(m_server);
    for (const char *job : {"completed", "bigResult", "failed", "cancelled", "dead"}) {
        QByteArray record = anotherLayout;
        damaged.damage({{"HSET", "@runs", QByteArray("#") + job,
                         record.replace(" D ", ' ' + QByteArray(1, damaged.letter(job)) + ' ')}});
    }
    const CheckReport found = damaged.check();
    QCOMPARE(found.findings.size(), 5);
    for (const Finding &finding : found.findings) {
        QCOMPARE(finding.invariant, 10);
        QVERIFY2(finding.what.contains(u"cannot be read"), qPrintable(finding.what));
    }
    QVERIFY(!found.bytesAreCompared);
    const InvariantChecker::Repaired repaired = damaged.repair();
    QVERIFY2(repaired.left.findings.isEmpty(), qPrintable(told(repaired.left)));
    QVERIFY(repaired.left.bytesAreCompared);
    QCOMPARE(damaged.queue().look(JobId::trusted(damaged.id("dead"))).error, QStringLiteral("it broke"));
    const Job big = damaged.queue().look(JobId::trusted(damaged.id("bigResult")));
    QCOMPARE(big.result.bytes().size(), 5002); // what was kept apart is still there
}

void DamageTest::whatCannotBeMendedIsNamed_data()
{
    QTest::addColumn<Commands>("commands");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("a payload gone") << Commands{{"HDEL", "@big", "#big:p"}} << QByteArray("big");
    QTest::newRow("a payload cut short")
        << Commands{{"HSET", "@big", "#big:p", "[\"pp"}} << QByteArray("big");
    for (const char *job : {"pending", "running", "completed"})
        QTest::addRow("definition of a %s job unreadable", job)
            << Commands{{"HSET", "@jobs", QByteArray("#") + job, "nonsense"}} << QByteArray("jobs");
    QTest::newRow("definition of a job with a key unreadable, and its place gone")
        << Commands{{"HSET", "@jobs", "#keyed", "nonsense"}, {"ZREM", "@pending", "#keyed"}}
        << QByteArray("jobs");
    QTest::newRow("a definition cut short")
        << Commands{{"HSET", "@jobs", "#pending", "noop\n2 3 1000 2 - 1 - 20 20 -\n\n\n[1"}}
        << QByteArray("jobs");
}

void DamageTest::whatCannotBeMendedIsNamed()
{
    QFETCH(Commands, commands);
    QFETCH(QByteArray, key);
    DamagedQueue damaged(m_server);
    damaged.damage(commands);
    const auto before = damaged.contents();
    const InvariantChecker::Repaired repaired = damaged.repair();
    QCOMPARE(without({"pending ", "counts "}, damaged.contents()), without({"pending ", "counts "}, before));
    QCOMPARE(repaired.left.findings.size(), 1);
    const Finding &finding = repaired.left.findings.constFirst();
    QCOMPARE(finding.key, key);
    QVERIFY(!finding.isMendable);
    QVERIFY(finding.cure.contains(QStringLiteral("submit it again")));
}

void DamageTest::aLostKeyIsNamed_data()
{
    QTest::addColumn<QByteArray>("noun");
    QTest::addColumn<bool>("isMissed");
    for (int i = 0; i < nounCount; ++i) {
        const QByteArray noun = toText(static_cast<Noun>(i));
        // What these hold is missed by nobody: the next heartbeat, submit or claim makes it anew.
        const bool isMissed
            = noun != "progress" && noun != "logs" && noun != "claims" && noun != "wake" && noun != "blocked";
        QTest::newRow(noun.constData()) << noun << isMissed;
    }
}

/// As an eviction would delete it.
void DamageTest::aLostKeyIsNamed()
{
    QFETCH(QByteArray, noun);
    QFETCH(bool, isMissed);
    DamagedQueue damaged(m_server);
    damaged.damage({{"DEL", '@' + noun}});
    const CheckReport found = damaged.check();
    QVERIFY2(isMissed != found.findings.isEmpty(), qPrintable(told(found)));
    const InvariantChecker::Repaired repaired = damaged.repair();
    for (const Finding &finding : repaired.left.findings) // what is lost for good stays named
        QVERIFY2(!finding.isMendable, finding.toJson().constData());
}

void DamageTest::aLostListIsMadeAnew_data()
{
    QTest::addColumn<QByteArray>("noun");
    for (const char *noun : lists) QTest::newRow(noun) << QByteArray(noun);
}

void DamageTest::aLostListIsMadeAnew()
{
    QFETCH(QByteArray, noun);
    DamagedQueue damaged(m_server);
    const auto before = damaged.contents();
    const QByteArrayList jobs = damaged.members(noun); // in order; of pending, by priority and time
    QVERIFY(!jobs.isEmpty());
    damaged.damage({{"DEL", '@' + noun}});
    const InvariantChecker::Repaired repaired = damaged.repair();
    QVERIFY2(repaired.left.findings.isEmpty(), qPrintable(told(repaired.left)));
    QCOMPARE(damaged.members(noun), jobs);
    QCOMPARE(without({noun + ' ', "counts ", "handlers "}, damaged.contents()),
             without({noun + ' ', "counts ", "handlers "}, before));
}

void DamageTest::aLostKeyMovesNoJob_data()
{
    QTest::addColumn<QByteArray>("noun");
    for (const char *noun :
         {"meta", "counts", "progress", "logs", "handlers", "keys", "keyed", "claims", "wake", "events"})
        QTest::newRow(noun) << QByteArray(noun);
}

/// The jobs need none of these to be found and to be in order.
void DamageTest::aLostKeyMovesNoJob()
{
    QFETCH(QByteArray, noun);
    DamagedQueue damaged(m_server);
    const auto before = damaged.contents();
    damaged.damage({{"DEL", '@' + noun}});
    const InvariantChecker::Repaired repaired = damaged.repair();
    QVERIFY2(repaired.left.findings.isEmpty(), qPrintable(told(repaired.left)));
    const bool comesBack = noun == "keys" || noun == "keyed"; // by the definitions
    const QByteArrayList others{"counts ", "handlers ", comesBack ? QByteArray("counts ") : noun + ' '};
    QCOMPARE(without(others, damaged.contents()), without(others, before));
}

void DamageTest::aKeyOfAnotherTypeIsNamed_data()
{
    QTest::addColumn<QByteArray>("noun");
    for (int i = 0; i < nounCount; ++i) {
        const QByteArray noun = toText(static_cast<Noun>(i));
        QTest::newRow(noun.constData()) << noun;
    }
}

void DamageTest::aKeyOfAnotherTypeIsNamed()
{
    QFETCH(QByteArray, noun);
    DamagedQueue damaged(m_server);
    damaged.damage({{"SET", '@' + noun, "another program's"}});
    const CheckReport found = damaged.check();
    QCOMPARE(found.findings.size(), 1);
    QCOMPARE(found.findings.constFirst().invariant, 9);
    QCOMPARE(found.findings.constFirst().key, noun);
    QVERIFY(found.findings.constFirst().what.contains(QStringLiteral("string")));
    damaged.damage({{"DEL", '@' + noun}});
}

void DamageTest::aRepairIsHeardByWhoeverListens()
{
    DamagedQueue damaged(m_server);
    damaged.queue().listen();
    damaged.damage({{"ZREM", "@pending", "#pending"}});
    (void)damaged.repair();
    const Event moved = damaged.queue().events(1).constFirst();
    QCOMPARE(moved.type, Event::Type::QueueRepaired);
    QCOMPARE(moved.job.bytes(), damaged.id("pending"));
    damaged.damage({{"HDEL", "@counts", "ev"}});
    (void)damaged.repair();
    const Event numbered = damaged.queue().events(2).at(1);
    QCOMPARE(numbered.type, Event::Type::QueueRepaired);
    QVERIFY(numbered.job.isNull()); // it is about the queue
}

/// Many times what one answer may hold: of each, the name is enough, and its length.
void DamageTest::payloadsOfAnySizeAreNotReadToBeChecked()
{
    constexpr int jobs = 30, payloadBytes = 300'000, answerBytesMax = 1'000'000;
    DamagedQueue damaged(m_server);
    for (int i = 0; i < jobs; ++i) {
        JobDefinition job = testJob();
        job.args = JsonText::trusted("[\"" + QByteArray(payloadBytes, 'p') + "\"]");
        damaged.queue().submit(job);
    }
    damaged.damage({{"HSET", "@big", ghost + ":r", QByteArray(payloadBytes, 'r')}});
    redis::Client client({.url = m_server.url(), .frameBytesMax = answerBytesMax}, runtime::systemSeams());
    client.start();
    InvariantChecker checker(client, KeyNames(QStringLiteral("signalbox")));
    const auto report = waitForCallback<Result<CheckReport>>(
        [&](auto done) { checker.check(QStringLiteral("default"), std::move(done)); });
    QVERIFY2(report, qPrintable(report ? QString() : report.error().text()));
    QCOMPARE(report->jobs, 11 + jobs);
    QCOMPARE(report->findings.size(), 1);
    QCOMPARE(report->findings.constFirst().member, ghost);
}

void DamageTest::aRepairedJobRuns()
{
    DamagedQueue damaged(m_server);
    damaged.damage({{"ZREM", "@pending", "#pending"}, {"ZREM", "@dead", "#dead"}});
    (void)damaged.repair();
    QVERIFY(damaged.queue().tryRequeue(JobId::trusted(damaged.id("dead"))).has_value());
    damaged.queue().complete(damaged.queue().claim(), "1");
    QCOMPARE(damaged.queue().status(JobId::trusted(damaged.id("pending"))), JobStatus::Completed);
    VERIFY_INVARIANTS(m_server);
}

void DamageTest::aQueueAtWorkGivesNoFalseAlarm()
{
    DamagedQueue damaged(m_server);
    TestQueue &q = damaged.queue();
    for (int batch = 0; batch < 10; ++batch) {
        QList<JobDefinition> jobs;
        for (int i = 0; i < 200; ++i) jobs.append(testJob());
        q.submitAll(jobs);
    }
    redis::Client client({.url = m_server.url()}, runtime::systemSeams());
    client.start();
    InvariantChecker checker(client, KeyNames(QStringLiteral("signalbox")));
    std::optional<Result<CheckReport>> report;
    checker.check(QStringLiteral("default"), [&](Result<CheckReport> done) { report = std::move(done); });
    SettleAndClaim call{.queue = QStringLiteral("default"), .claimMax = 20};
    int turns = 0;
    for (; !report; ++turns) { // all that can happen to a job, as fast as it goes
        ++call.sequence;
        const SettledAndClaimed got = q.turn("w", call);
        call.settlements.clear();
        for (const Claim &claim : got.claims) {
            const bool fails = turns % 3 == 0;
            call.settlements.append(
                {.id = claim.definition.id,
                 .token = claim.token,
                 .handler = claim.definition.handler,
                 .outcome = {.kind = fails ? Outcome::Kind::FailedPermanently : Outcome::Kind::Completed}});
        }
        if (turns % 5 == 0) (void)q.requeueAll(JobStatus::DeadLetter);
        if (turns % 7 == 0) q.submit();
        q.advance(1ms);
    }
    QVERIFY(turns > 5);
    QVERIFY(report->has_value());
    QVERIFY2((*report)->findings.isEmpty(), qPrintable(told(**report)));
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::DamageTest)

#include "damage_test.moc"
