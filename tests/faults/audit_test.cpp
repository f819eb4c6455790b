// The audit that every fault test ends with can fail: each kind of breach is planted in a sound run, in the
// raw keys or in the ledger, and has to be named.
#include "tests/faults/scene.h"

#include <QJsonObject>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 30'000;

QByteArray key(const char *noun)
{
    return QByteArray("{signalbox:default}:") + noun;
}

/// What a row may spoil.
struct Evidence {
    RawRedis raw;
    QList<LedgerLine> ledger;
    AuditTerms terms;
    QByteArray good, better, failing, taken; ///< completed, NORMAL and HIGH; a dead letter; a taken over one

    QByteArray record(const QByteArray &id) { return raw.command({"HGET", key("runs"), id}).text; }
    void setRecord(const QByteArray &id, const QByteArray &record)
    {
        raw.command({"HSET", key("runs"), id, record});
    }
    void addEvent(const QByteArray &kind, const QByteArray &line)
    {
        const qint64 next = raw.command({"HINCRBY", key("counts"), "ev", "1"}).integer;
        raw.command({"XADD", key("events"), QByteArray::number(next) + "-1", "t", "1", kind, line});
    }
    /// The n-th line of a word about the job.
    LedgerLine &line(const QByteArray &word, const QByteArray &id, int n = 0)
    {
        for (LedgerLine &line : ledger)
            if (line.word == word && line.id == id && n-- == 0) return line;
        qFatal("The ledger has no such line");
    }
};
using Breach = std::function<void(Evidence &)>;

} // namespace
Q_DECLARE_METATYPE(Breach)

class AuditTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void aSoundRunHasNoBreach();
    void eachBreachIsNamed_data();
    void eachBreachIsNamed();

private:
    [[nodiscard]] Evidence evidence();
    std::unique_ptr<Scene> m_scene;
    QList<std::pair<QByteArray, QByteArray>> m_keys; ///< of the sound run, and what DUMP said of them
    QByteArray m_good, m_better, m_failing, m_taken;
};

/// Jobs that complete, in order; one that fails to the end; one whose worker is killed while it runs.
void AuditTest::initTestCase()
{
    m_scene = std::make_unique<Scene>();
    Scene &scene = *m_scene;
    const QString gate = scene.makeGate();
    m_taken = scene.submit(1, {{u"gate"_s, gate}}, {{u"priority"_s, u"critical"_s}}).first().toLatin1();
    m_failing = scene.submit(1, {{u"mode"_s, u"fail"_s}}, {{u"max_retries"_s, 1}, {u"retry_delay"_s, 0.05}})
                    .first()
                    .toLatin1();
    m_good = scene.submit(1).first().toLatin1();
    m_better = scene.submit(1, {}, {{u"priority"_s, u"high"_s}}).first().toLatin1();
    WorkerProcess victim({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin"), 1, patience);
    victim.kill9();
    scene.noteFault();
    WorkerProcess heir({.redis = scene.url()});
    QTRY_COMPARE_WITH_TIMEOUT(scene.lines("begin", QString::fromLatin1(m_taken)), 2, patience);
    scene.openGate(gate);
    QTRY_VERIFY_WITH_TIMEOUT(scene.counter("in:C") == 3 && scene.counter("in:D") == 1, patience);
    const QString wrong = scene.audit({.states = "CD", .isOrdered = true});
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
    RawRedis raw = scene.server().raw();
    for (const redis::Reply &name : raw.command({"KEYS", key("*")}).elements)
        m_keys.append({name.text, raw.command({"DUMP", name.text}).text});
}

Evidence AuditTest::evidence()
{
    RawRedis raw = m_scene->server().raw();
    raw.command({"FLUSHALL"});
    for (const auto &[name, dump] : m_keys) raw.command({"RESTORE", name, "0", dump});
    const redis::Reply time = raw.command({"TIME"});
    const AuditTerms::Liveness liveness{std::chrono::seconds{time.at(0).toInteger()}, 1s}; // all ended before
    return {std::move(raw),
            m_scene->ledger(),
            {.states = "CD", .touched = 1, .isOrdered = true, .liveness = liveness},
            m_good,
            m_better,
            m_failing,
            m_taken};
}

void AuditTest::aSoundRunHasNoBreach()
{
    Evidence sound = evidence();
    const AuditReport report = audit(sound.raw, sound.ledger, sound.terms);
    QCOMPARE(report.breaches, QStringList());
    QCOMPARE(report.jobs, 4);
    QCOMPARE(report.runs, 6); // two that went well, two that failed, one that was broken off and one more
    QCOMPARE(report.extraRuns, 1);
    QCOMPARE(report.leasesLost, 1);
}

void AuditTest::eachBreachIsNamed_data()
{
    QTest::addColumn<QString>("law");
    QTest::addColumn<Breach>("plant");
    const auto row = [](const char *law, const char *what, Breach plant) {
        QTest::addRow("%s %s", law, what) << QString::fromLatin1(law) << std::move(plant);
    };
    row("L1", "gone without a word", [](Evidence &e) {
        e.raw.command({"HDEL", key("jobs"), e.good});
        e.raw.command({"HDEL", key("runs"), e.good});
        e.raw.command({"ZREM", key("completed"), e.good});
    });
    row("L1", "in two places", [](Evidence &e) { e.raw.command({"ZADD", key("pending"), "1", e.good}); });
    row("L1", "in no place", [](Evidence &e) { e.raw.command({"ZREM", key("completed"), e.good}); });
    row("L1", "payload changed", [](Evidence &e) {
        QByteArray record = e.raw.command({"HGET", key("jobs"), e.good}).text;
        e.raw.command({"HSET", key("jobs"), e.good, record.replace("9007199254740993", "9007199254740992")});
    });
    row("L1", "in another state", [](Evidence &e) { e.terms.states = "C"; });
    row("L1", "acknowledged and never there", [](Evidence &e) {
        e.ledger.append({"submitted", "00000000-0000-4000-8000-000000000000", 1, 0, "[]"});
    });
    row("L2", "there and never acknowledged",
        [](Evidence &e) { e.line("submitted", e.good).word = "forgotten"; });
    row("L2", "submitted twice", [](Evidence &e) { e.addEvent("submitted", e.good + " 1 - fault"); });
    row("L2", "counted twice", [](Evidence &e) {
        e.raw.command({"HINCRBY", key("counts"), "submitted", "1"});
    });
    row("L3", "completed twice", [](Evidence &e) { e.addEvent("completed", e.good + " 5"); });
    row("L3", "completed and claimed again", [](Evidence &e) { e.addEvent("started", e.good + " 2 fault"); });
    row("L3", "claimed by two", [](Evidence &e) { e.addEvent("started", "nobody 1 fault\nnobody 1 fault"); });
    row("L3", "another result", [](Evidence &e) {
        e.setRecord(e.good, e.record(e.good).replace("9007199254740993", "9007199254740992"));
    });
    row("L3", "another's result", [](Evidence &e) { e.line("begin", e.taken, 1).pid = 1; });
    row("L3", "another error",
        [](Evidence &e) { e.setRecord(e.failing, e.record(e.failing).replace("attempt 2", "attempt 1")); });
    row("L3", "completed by nobody", [](Evidence &e) { e.line("end", e.good).word = "forgotten"; });
    row("L4", "run again for no reason", [](Evidence &e) { e.ledger.append(e.line("begin", e.good)); });
    row("L4", "run again without a fault", [](Evidence &e) { e.terms.touched = 0; });
    row("L5", "attempt skipped by the handler's account",
        [](Evidence &e) { e.line("begin", e.failing, 1).number = 3; });
    row("L5", "attempt skipped by a claim", [](Evidence &e) { e.addEvent("started", "nobody 2 fault"); });
    row("L5", "charged and never begun",
        [](Evidence &e) { e.line("begin", e.failing, 1).word = "forgotten"; });
    row("L5", "charged twice", [](Evidence &e) {
        QByteArrayList words = e.record(e.good).split(' ');
        words[3] = "2";
        e.setRecord(e.good, words.join(' '));
    });
    row("L5", "begun without a claim", [](Evidence &e) { e.ledger.append(e.line("begin", e.good)); });
    row("L6", "HIGH after NORMAL", [](Evidence &e) {
        LedgerLine &good = e.line("begin", e.good), &better = e.line("begin", e.better);
        std::swap(good.id, better.id);
    });
    row("L6", "last in, first out", [](Evidence &e) {
        LedgerLine &good = e.line("begin", e.good), &failing = e.line("begin", e.failing);
        std::swap(good.id, failing.id);
    });
    row("L6", "claimed before it was due", [](Evidence &e) {
        e.addEvent("submitted", "early 1 9999999999999 fault");
        e.addEvent("started", "early 1 fault");
    });
    row("L7", "ended too late", [](Evidence &e) { e.terms.liveness->since -= 3600s; });
    row("L7", "never ended", [](Evidence &e) {
        e.raw.command({"HDEL", key("runs"), e.good}); // as if it had not been claimed
    });
    row("L8", "a count that is off", [](Evidence &e) {
        e.raw.command({"HINCRBY", key("counts"), "in:C", "1"});
    });
    row("L8", "removed and not submitted", [](Evidence &e) {
        e.raw.command({"HINCRBY", key("counts"), "purged", "1"});
    });
    row("L8", "a list that is off", [](Evidence &e) { e.raw.command({"ZREM", key("dead"), e.failing}); });
    row("L8", "a record that is off",
        [](Evidence &e) { e.setRecord(e.good, e.record(e.good).replace(" C ", " D ")); });
    row("L8", "events that are missing", [](Evidence &e) {
        const redis::Reply events = e.raw.command({"XRANGE", key("events"), "-", "+"});
        e.raw.command({"XDEL", key("events"), events.at(2).at(0).text});
    });
    row("L8", "leases that were not counted", [](Evidence &e) {
        e.raw.command({"HSET", key("counts"), "leases_lost", "0"});
    });
}

void AuditTest::eachBreachIsNamed()
{
    QFETCH(const QString, law);
    QFETCH(const Breach, plant);
    Evidence spoiled = evidence();
    plant(spoiled);
    const AuditReport report = audit(spoiled.raw, spoiled.ledger, spoiled.terms);
    const bool isNamed = std::any_of(report.breaches.begin(), report.breaches.end(),
                                     [&law](const QString &breach) { return breach.startsWith(law); });
    QVERIFY2(isNamed, qPrintable(law + u" is not among: "_s + report.breaches.join(u"; "_s)));
}

QTEST_GUILESS_MAIN(AuditTest)
#include "audit_test.moc"
