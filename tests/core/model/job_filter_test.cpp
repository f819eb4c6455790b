#include "core/model/job_filter.h"
#include "tests/core/model/checks.h"

#include <QRandomGenerator>
#include <QTest>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const Timestamp now = *timestampFromText(u"2026-11-24T12:00:00Z");

JobSummary deadMail()
{
    JobSummary row;
    row.id = *JobId::fromText(u"5f2c41aa-0000-4000-8000-000000000001");
    row.name = u"Send invoice 7"_s;
    row.handler = u"mail.send"_s;
    row.queue = u"mail"_s;
    row.priority = JobPriority::High;
    row.status = JobStatus::DeadLetter;
    row.createdAt = now - 26h;
    row.startedAt = now - 31min;
    row.endedAt = now - 30min;
    row.workerId = u"berlin-3:4"_s;
    row.errorHead = u"Timeout: smtp.example.org did not answer"_s;
    row.tags = {{u"tenant"_s, u"acme"_s}, {u"region"_s, u"eu west"_s}};
    return row;
}

JobFilter read(const QString &text)
{
    const auto filter = JobFilter::fromText(text);
    if (!filter) qFatal("\"%s\": %s", qPrintable(text), qPrintable(filter.error().error.text()));
    return *filter;
}

} // namespace

class JobFilterTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void matches_data();
    void matches();
    void agesGrowAndDueLiesAhead();
    void faultPointsAtThePlace_data();
    void faultPointsAtThePlace();
    void textAndBackIsTheSame_data();
    void textAndBackIsTheSame();
    void anyTextIsAFilterOrAFaultWithinIt();
    void saysWhatAnIndexCanAnswer();
    void looksThroughArguments();
    void completes_data();
    void completes();
};

void JobFilterTest::matches_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("expected");
    const auto row
        = [](const char *text, bool expected) { QTest::newRow(text) << QString::fromUtf8(text) << expected; };
    row("", true);
    row("invoice", true);
    row("INVOICE smtp", true);
    row("invoice absent", false);
    row("\"invoice 7\"", true);
    row("\"7 invoice\"", false);
    row("5f2c41", true);
    row("-invoice", false);
    row("-absent", true);
    row("-", true); // text: the error has none, but the id has
    row("state:dead_letter", true);
    row("state:failed,dead_letter", true);
    row("state:failed", false);
    row("-state:failed,completed", true);
    row("-state:dead_letter", false);
    row("queue:mail", true);
    row("queue:mai", false);
    row("queue:m*", true);
    row("queue:*", true);
    row("queue:Mail", false);
    row("handler:mail.*", true);
    row("handler:*.send", true);
    row("handler:*.s*d", true);
    row("handler:*.sent", false);
    row("handler:mail", false);
    row("priority:high", true);
    row("priority:20", true);
    row("priority:low,high", true);
    row("priority:critical", false);
    row("tag:tenant=acme", true);
    row("tag:tenant=ac*", true);
    row("tag:tenant=other", false);
    row("tag:tenant", true);
    row("tag:absent", false);
    row("tag:region=\"eu west\"", true);
    row("tag:\"region=eu west\"", true);
    row("id:5f2c41", true);
    row("id:5F2C41AA", true);
    row("id:f2c41", false);
    row("id:00000000,5f2c", true);
    row("name:invoice", true);
    row("name:smtp", false);
    row("error:timeout", true);
    row("error:invoice", false);
    row("worker:berlin*", true);
    row("worker:berlin", false);
    row("ended:<1h", true);
    row("ended:<10m", false);
    row("ended:>10m", true);
    row("ended:>1h", false);
    row("ended:>10m ended:<1h", true);
    row("created:>1d", true);
    row("created:2026-11-23", true);
    row("created:2026-11-24", false);
    row("-created:2026-11-24", true);
    row("ended:>2026-11-24T11:30:00Z", true);
    row("ended:<2026-11-24T11:30:00Z", false);
    row("ended:<2026-11-24T12:00:00+00:00", true);
    row("ended:>2026-11-25", false);
    row("due:<1h", false); // it has no due time
    row("-due:<1h", true);
    row("args:anything", true); // a row has no arguments: argumentsMatch()
    row("state:dead_letter queue:mail handler:mail.* tag:tenant=acme timeout", true);
}

void JobFilterTest::matches()
{
    QFETCH(QString, text);
    QFETCH(bool, expected);
    QCOMPARE(read(text).matches(deadMail(), now), expected);
}

void JobFilterTest::agesGrowAndDueLiesAhead()
{
    JobSummary row = deadMail();
    QVERIFY(!read(u"ended:<1h"_s).matches(row, now + 31min));
    QVERIFY(read(u"ended:>1h"_s).matches(row, now + 31min));
    row.dueAt = now + 4min;
    QVERIFY(read(u"due:<5m"_s).matches(row, now));
    QVERIFY(!read(u"due:<3m"_s).matches(row, now));
    QVERIFY(read(u"due:>3m"_s).matches(row, now));
    row.dueAt = now - 1h;
    QVERIFY(read(u"due:<0"_s).matches(row, now)); // overdue
}

void JobFilterTest::faultPointsAtThePlace_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("place");
    const auto row = [](const char *text, const char *place) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(place);
    };
    row("a b stat:failed c", "stat");
    row("http://example.org", "http");
    row("state:faild", "faild");
    row("state:failed,ded", "ded");
    row("state:", "state:");
    row("x state:a,,b", "state:a,,b");
    row("priority:urgent", "urgent");
    row("priority:11", "11");
    row("tag:=acme", "=acme");
    row("ended:1h", "1h");
    row("ended:<soon", "<soon");
    row("ended:>", ">");
    row("ended:<1h,<2h", "<2h");
    row("ended:2026-02-30", "2026-02-30");
    row("ended:>2026-11-24T09:00:00", ">2026-11-24T09:00:00");
    row("x \"open", "\"open");
    row("handler:\"open one", "\"open one");
}

void JobFilterTest::faultPointsAtThePlace()
{
    QFETCH(QString, text);
    QFETCH(QString, place);
    const auto filter = JobFilter::fromText(text);
    QVERIFY(!filter);
    const FilterFault &fault = filter.error();
    QCOMPARE(text.sliced(fault.begin, fault.length), place);
    QCOMPARE(fault.error.kind, Error::Kind::Invalid);
    QVERIFY(!fault.error.what.isEmpty() && !fault.error.why.isEmpty() && !fault.error.todo.isEmpty());
}

void JobFilterTest::textAndBackIsTheSame_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("canonical");
    const auto row = [](const char *text, const char *canonical) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(canonical);
    };
    row("  a   b ", "a b");
    row("\"a b\"", "\"a b\"");
    row("\"say \\\"hi\\\" \\\\ \"", "\"say \\\"hi\\\" \\\\ \"");
    row("\"-x\" -\"-y\" --z", "\"-x\" -\"-y\" -\"-z\"");
    row("\"\"", "\"\"");
    row("a,b", "\"a,b\"");
    row(":a", "\":a\"");
    row("state:FAILED", "");
    row("state:failed,failed,completed", "state:failed,completed");
    row("priority:20", "priority:high");
    row("queue:\"my, queue\",b", "queue:\"my, queue\",b");
    row("-tag:a=\"b c\"", "-tag:\"a=b c\"");
    row("ended:<1h created:>2026-11-24T09:00:00Z", "ended:<1h created:\">2026-11-24T09:00:00Z\"");
}

void JobFilterTest::textAndBackIsTheSame()
{
    QFETCH(QString, text);
    QFETCH(QString, canonical);
    const auto filter = JobFilter::fromText(text);
    if (canonical.isEmpty()) {
        QVERIFY(!filter);
        return;
    }
    QVERIFY(filter);
    QCOMPARE(filter->toText(), canonical);
    QCOMPARE(read(canonical), *filter);
}

void JobFilterTest::anyTextIsAFilterOrAFaultWithinIt()
{
    static const QStringList parts{u"state"_s,     u":"_s,     u"failed"_s,     u","_s,
                                   u"\""_s,        u"\\"_s,    u"-"_s,          u" "_s,
                                   u"tag"_s,       u"a=b"_s,   u"<"_s,          u"1h"_s,
                                   u">"_s,         u"*"_s,     u"é"_s,          u"id"_s,
                                   u"queue"_s,     u"ended"_s, u"2026-11-24"_s, QString(QChar(0)),
                                   u"\U0001F4A9"_s};
    QRandomGenerator random(20261124);
    int filters = 0;
    for (int round = 0; round < 20'000; ++round) {
        QString text;
        for (int i = random.bounded(9); i >= 0; --i) text += parts[random.bounded(parts.size())];
        const auto filter = JobFilter::fromText(text);
        if (!filter) {
            QVERIFY2(filter.error().begin >= 0 && filter.error().length > 0
                         && filter.error().begin + filter.error().length <= text.size(),
                     qPrintable(text));
            continue;
        }
        ++filters;
        const auto again = JobFilter::fromText(filter->toText());
        QVERIFY2(again && *again == *filter, qPrintable(text + " | "_L1 + filter->toText()));
        (void)filter->matches(deadMail(), now);
        (void)completeFilter(text, random.bounded(text.size() + 1), {});
    }
    QVERIFY(filters > 1000);
}

void JobFilterTest::saysWhatAnIndexCanAnswer()
{
    QCOMPARE(read(u"state:failed,completed -state:failed"_s).statuses(), QList{JobStatus::Completed});
    QCOMPARE(read(u"x"_s).statuses().size(), qsizetype(allJobStatuses.size()));
    QCOMPARE(read(u"state:failed state:completed"_s).statuses(), QList<JobStatus>());
    QVERIFY(read(u"queue:m*,other"_s).acceptsQueue(u"mail"));
    QVERIFY(!read(u"queue:m* -queue:mail"_s).acceptsQueue(u"mail"));
    QVERIFY(read(u"x"_s).acceptsQueue(u"mail"));
    QCOMPARE(read(u"id:5f2c41aa-0000-4000-8000-000000000001 x"_s).wholeIds()->size(), 1);
    QVERIFY(!read(u"id:5f2c"_s).wholeIds());
    QVERIFY(!read(u"-id:5f2c41aa-0000-4000-8000-000000000001"_s).wholeIds());
}

void JobFilterTest::looksThroughArguments()
{
    const JsonText args = *JsonText::parse("[\"a@example.org\"]");
    const JsonText kwargs = *JsonText::parse("{\"invoice\": 7}");
    QVERIFY(read(u"args:A@EXAMPLE"_s).argumentsMatch(args, kwargs));
    QVERIFY(read(u"args:nothing,invoice"_s).argumentsMatch(args, kwargs));
    QVERIFY(!read(u"args:nothing"_s).argumentsMatch(args, kwargs));
    QVERIFY(!read(u"-args:invoice"_s).argumentsMatch(args, kwargs));
    QVERIFY(!read(u"args:invoice args:nothing"_s).argumentsMatch(args, kwargs));
    QVERIFY(read(u"args:x"_s).asksForArguments() && !read(u"x"_s).asksForArguments());
}

void JobFilterTest::completes_data()
{
    QTest::addColumn<QString>("text"); // | is the cursor
    QTest::addColumn<QString>("replaced");
    QTest::addColumn<QStringList>("candidates");
    const auto row = [](const char *text, const char *replaced, const QStringList &candidates) {
        QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(replaced) << candidates;
    };
    row("sta|", "sta", {u"state:"_s, u"started:"_s});
    row("x st|ate:failed", "st", {u"state:"_s, u"started:"_s});
    row("-e|", "e", {u"error:"_s, u"ended:"_s});
    row("zz|", "zz", {});
    row("state:c|", "c", {u"completed"_s, u"cancelled"_s, u"blocked"_s, u"scheduled"_s});
    row("state:failed,dead|", "dead", {u"dead_letter"_s});
    row("priority:|", "", {u"low"_s, u"normal"_s, u"high"_s, u"critical"_s});
    row("queue:|", "", {u"mail"_s, u"\"two words\""_s});
    row("queue:\"two|", "\"two", {u"\"two words\""_s});
    row("handler:s|", "s", {u"send"_s, u"resend"_s});
    row("tag:ten|", "ten", {u"tenant=acme"_s});
    row("name:x|", "x", {});
    row("\"sta|", "\"sta", {});
}

void JobFilterTest::completes()
{
    QFETCH(QString, text);
    QFETCH(QString, replaced);
    QFETCH(QStringList, candidates);
    const qsizetype cursor = text.indexOf(u'|');
    text.remove(cursor, 1);
    const FilterCompletion completion = completeFilter(
        text, cursor, {{u"mail"_s, u"two words"_s}, {u"resend"_s, u"send"_s}, {u"tenant=acme"_s}, {}});
    QCOMPARE(text.sliced(completion.begin, completion.length), replaced);
    QCOMPARE(completion.candidates, candidates);
}

QTEST_APPLESS_MAIN(JobFilterTest)
#include "job_filter_test.moc"
