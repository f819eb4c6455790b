// No name of a queue reaches another's keys or moves the slot; records say what was put into them.
#include "core/queue/job_record.h"
#include "core/queue/key_names.h"
#include "core/queue/run_record.h"
#include "core/runtime/manual_clock.h"

#include <QSet>
#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

/// The text that decides a key's slot in a Cluster: between the first { and the first } behind it, if that is
/// not empty.
QByteArray hashTag(const QByteArray &key)
{
    const qsizetype open = key.indexOf('{'), close = key.indexOf('}', open + 1);
    return open >= 0 && close > open + 1 ? key.sliced(open + 1, close - open - 1) : key;
}

/// Names as an adversary would choose them: braces, colons, nouns, escapes, control characters, other
/// scripts.
QString hostileName(runtime::SeededRandom &random)
{
    static const QStringList parts{u"{"_s,         u"}"_s,      u":"_s,       u"%"_s,    u"%7B"_s, u"jobs"_s,
                                   u":jobs"_s,     u"}:runs"_s, u"default"_s, u"\n"_s,   u" "_s,   u"\\"_s,
                                   u"*"_s,         u"?"_s,      u"ü"_s,       u"日本"_s, u"\0"_s,  u"a"_s,
                                   u"signalbox"_s, u"/"_s,      u"."_s};
    QString name;
    for (quint64 n = 1 + random.bits() % 6; n > 0; --n)
        name += parts.at(static_cast<qsizetype>(random.bits() % 21));
    return name;
}

} // namespace

class KeyNamesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aThousandHostileNamesKeepToThemselves();
    void keysAreWhatTheProtocolSays();
    void prefixesKeepToThemselves();
    void handlersAreOneWord_data();
    void handlersAreOneWord();
    void damagedDefinitionsAreRefusedInWords_data();
    void damagedDefinitionsAreRefusedInWords();
    void runRecordsAreReadOrNothing_data();
    void runRecordsAreReadOrNothing();
};

void KeyNamesTest::aThousandHostileNamesKeepToThemselves()
{
    constexpr quint64 seed = 17;
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    runtime::SeededRandom random(seed);
    const KeyNames names(u"signalbox"_s);
    QSet<QString> queues;
    while (queues.size() < 1000) queues.insert(hostileName(random));
    QSet<QByteArray> allKeys{names.queues(), names.news(), names.pools(), names.beats(),
                             names.control("w:1:a")};
    const qsizetype globals = allKeys.size();
    QSet<QByteArray> tags{hashTag(names.queues())};
    for (const QString &queue : std::as_const(queues)) {
        const QByteArrayList keys = names.of(queue);
        QCOMPARE(keys.size(), nounCount);
        for (const QByteArray &key : keys) {
            QCOMPARE(hashTag(key), hashTag(keys.first())); // one slot
            allKeys.insert(key);
        }
        tags.insert(hashTag(keys.first()));
    }
    QCOMPARE(allKeys.size(), globals + 1000 * nounCount); // all different
    QCOMPARE(tags.size(), 1001);
}

void KeyNamesTest::keysAreWhatTheProtocolSays()
{
    const KeyNames names(u"signalbox"_s);
    QCOMPARE(names.key(u"default"_s, Noun::Pending), "{signalbox:default}:pending");
    QCOMPARE(names.key(u"mail {eu}:1"_s, Noun::Jobs), "{signalbox:mail%20%7Beu%7D%3A1}:jobs");
    QCOMPARE(names.of(u"default"_s).first(), "{signalbox:default}:meta");
    QCOMPARE(names.of(u"default"_s).last(), "{signalbox:default}:events");
    QCOMPARE(names.queues(), "{signalbox}:queues");
}

void KeyNamesTest::prefixesKeepToThemselves()
{
    QCOMPARE(KeyNames(u"a:b"_s).key(u"c"_s, Noun::Jobs), "{a%3Ab:c}:jobs");
    QVERIFY(KeyNames(u"a:b"_s).of(u"c"_s) != KeyNames(u"a"_s).of(u"b:c"_s));
}

void KeyNamesTest::handlersAreOneWord_data()
{
    QTest::addColumn<QString>("handler");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("plain") << u"billing.charge"_s << QByteArray("billing.charge");
    QTest::newRow("space") << u"send mail"_s << QByteArray("send%20mail");
    QTest::newRow("percent") << u"100%"_s << QByteArray("100%25");
    QTest::newRow("escape as it stands") << u"a%20b"_s << QByteArray("a%2520b");
    QTest::newRow("unicode") << u"größe"_s << u"größe"_s.toUtf8();
    QTest::newRow("line break") << u"a\nb"_s << QByteArray("a%0Ab");
}

void KeyNamesTest::handlersAreOneWord()
{
    QFETCH(const QString, handler);
    QTEST(handlerWord(handler), "word");
    QCOMPARE(handlerOfWord(handlerWord(handler)), handler);
}

void KeyNamesTest::damagedDefinitionsAreRefusedInWords_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("one line") << QByteArray("noop");
    QTest::newRow("JSON of another program") << QByteArray(R"({"handler":"noop","args":[]})");
    QTest::newRow("no handler") << QByteArray("\n1 3 1000 2 - 1 - 2 2 -\n\n\n[]{}");
    QTest::newRow("level 4") << QByteArray("noop\n4 3 1000 2 - 1 - 2 2 -\n\n\n[]{}");
    QTest::newRow("no number") << QByteArray("noop\n1 three 1000 2 - 1 - 2 2 -\n\n\n[]{}");
    QTest::newRow("too few numbers") << QByteArray("noop\n1 3 1000\n\n\n[]{}");
    QTest::newRow("cut payload") << QByteArray("noop\n1 3 1000 2 - 1 - 2 2 -\n\n\n[]{");
    QTest::newRow("long payload") << QByteArray("noop\n1 3 1000 2 - 1 - 2 2 -\n\n\n[]{}{}");
    QTest::newRow("negative length") << QByteArray("noop\n1 3 1000 2 - 1 - -2 4 -\n\n\n[]");
    QTest::newRow("extras are no JSON") << QByteArray("noop\n1 3 1000 2 - 1 - 2 2 -\n{name\n\n[]{}");
    QTest::newRow("unknown is no JSON") << QByteArray("noop\n1 3 1000 2 - 1 - 2 2 -\n\n[\n[]{}");
}

void KeyNamesTest::damagedDefinitionsAreRefusedInWords()
{
    QFETCH(const QByteArray, record);
    const Result<JobDefinition> refused = decodeJob(JobId::trusted("id-1"), u"q"_s, record);
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Damaged);
    QVERIFY(refused.error().what.contains(u"id-1"_s));
    QVERIFY(!refused.error().why.isEmpty() && !refused.error().todo.isEmpty());
    QCOMPARE(summarizeJob(JobId::trusted("id-1"), u"q"_s, record).id.bytes(),
             "id-1"); // a list shows it all the same
}

void KeyNamesTest::runRecordsAreReadOrNothing_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::addColumn<bool>("isRecord");
    QTest::newRow("running") << QByteArray("w:1:a/0.1 R - 0 1764000000000000 90 0 0 0 6755399441055745 - -")
                             << true;
    QTest::newRow("cancel asked") << QByteArray(
        "w:1:a/0.1 R c 0 1764000000000000 90 0 0 0 6755399441055745 - -")
                                  << true;
    QTest::newRow("failed, with text")
        << QByteArray("!w/0.1 D cb5000 2 1764000000000000 90 2 1 0 1 1764000000000009 9\nit\nbroke") << true;
    QTest::newRow("never claimed") << QByteArray("- X - 0 - 90 0 0 0 0 1764000000000000 -") << true;
    QTest::newRow("empty") << QByteArray() << false;
    QTest::newRow("too few") << QByteArray("w/0.1 R - 0") << false;
    QTest::newRow("too many") << QByteArray("w/0.1 R - 0 1 90 0 0 0 1 - - -") << false;
    QTest::newRow("no state") << QByteArray("w/0.1 Q - 0 1 90 0 0 0 1 - -") << false;
    QTest::newRow("no number") << QByteArray("w/0.1 R - x 1 90 0 0 0 1 - -") << false;
    QTest::newRow("JSON") << QByteArray(R"({"status": "running"})") << false;
}

void KeyNamesTest::runRecordsAreReadOrNothing()
{
    QFETCH(const QByteArray, record);
    QTEST(RunRecord::parse(record).has_value(), "isRecord");
    if (record.startsWith('!')) {
        const RunRecord run = *RunRecord::parse(record);
        QVERIFY(run.token.isEmpty()); // a lost lease's token proves nothing any more
        QCOMPARE(run.workerId, u"w"_s);
        QCOMPARE(run.resultBytes, 5000);
        QVERIFY(run.cancelAsked);
        QCOMPARE(run.text, "it\nbroke");
        QCOMPARE(run.endedAt.value() - run.startedAt.value(), std::chrono::microseconds(9));
    }
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::KeyNamesTest)
#include "key_names_test.moc"
