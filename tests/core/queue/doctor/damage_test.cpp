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
    void whatCannotBeMendedIsNamed_data();
    void whatCannotBeMendedIsNamed();
    void aLostKeyIsNamed_data();
    void aLostKeyIsNamed();
    void aKeyOfAnotherTypeIsNamed_data();
    void aKeyOfAnotherTypeIsNamed();
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
    for (const char *list :
         {"pending", "scheduled", "retrying", "running", "completed", "failed", "cancelled", "dead"})
        row(qPrintable(QStringLiteral("not in %1").arg(QLatin1StringView(list))),
            {{"ZREM", QByteArray("@") + list, QByteArray("#") + list}}, 1, "jobs", list);
    row("in two lists", {{"ZADD", "@completed", "5", "#pending"}}, 1, "completed", "pending");
    row("running and pending", {{"ZADD", "@pending", "5", "#running"}}, 1, "running", "running");
    row("in the wrong list", {{"ZREM", "@running", "#running"}, {"ZADD", "@failed", "5", "#running"}}, 2,
        "failed", "running");
    row("a place without a job", {{"ZADD", "@pending", "5", ghost}}, 1, "pending", {});
    row("definition of a waiting job gone", {{"HDEL", "@jobs", "#pending"}}, 1, "pending", "pending");
    row("definition of a finished job gone", {{"HDEL", "@jobs", "#completed"}}, 5, "runs", "completed");
    row("run record of a running job gone", {{"HDEL", "@runs", "#running"}}, 2, "running", "running");
    row("run record of a finished job gone", {{"HDEL", "@runs", "#completed"}}, 2, "completed", "completed");
    row("run record unreadable", {{"HSET", "@runs", "#dead", "nonsense"}}, 2, "runs", "dead");
    row("running under no lease", {{"HSET", "@runs", "#running", "- R - 0 5 - - 90 0 0 0 5"}}, 3, "running",
        "running");
    row("a run without a job", {{"HSET", "@runs", ghost, "- P - 0 - - - 90 0 0 0 5"}}, 5, "runs", {});
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
    row("a size counted wrong", {{"HINCRBY", "@counts", "in:P", "3"}}, 4, "counts", {});
    row("submits counted wrong", {{"HDEL", "@counts", "submitted"}}, 4, "counts", {});
    row("handlers counted wrong", {{"HINCRBY", "@handlers", "submitted.2:noop", "5"}}, 4, "handlers", {});
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

void DamageTest::whatCannotBeMendedIsNamed_data()
{
    QTest::addColumn<Commands>("commands");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("a payload gone") << Commands{{"HDEL", "@big", "#big:p"}} << QByteArray("big");
    QTest::newRow("a payload cut short")
        << Commands{{"HSET", "@big", "#big:p", "[\"pp"}} << QByteArray("big");
    QTest::newRow("a definition unreadable")
        << Commands{{"HSET", "@jobs", "#pending", "nonsense"}} << QByteArray("jobs");
}

void DamageTest::whatCannotBeMendedIsNamed()
{
    QFETCH(Commands, commands);
    QFETCH(QByteArray, key);
    DamagedQueue damaged(m_server);
    damaged.damage(commands);
    const InvariantChecker::Repaired repaired = damaged.repair();
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
