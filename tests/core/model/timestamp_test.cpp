#include "core/model/timestamp.h"
#include "tests/core/model/checks.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

class TimestampTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writesUtcWithSixDigits()
    {
        QCOMPARE(toText(fromMicros(0)), u"1970-01-01T00:00:00.000000Z"_s);
        QCOMPARE(toText(fromMicros(1'763'976'600'123'456)), u"2025-11-24T09:30:00.123456Z"_s);
        QCOMPARE(toText(fromMicros(1'709'164'800'000'001)), u"2024-02-29T00:00:00.000001Z"_s);
    }
    void writesTheNearerEndForTimesThatHaveNoText()
    {
        QCOMPARE(toText(fromMicros(-1)), u"1970-01-01T00:00:00.000000Z"_s);
        QCOMPARE(toText(fromMicros(std::numeric_limits<qint64>::max())), u"9999-12-31T23:59:59.999999Z"_s);
    }
    void reads_data();
    void reads();
    void defect24_badTimeIsAnError_data();
    void defect24_badTimeIsAnError();
};

void TimestampTest::reads_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("micros");
    constexpr qint64 base = 1'763'976'600'000'000;
    QTest::newRow("Z") << u"2025-11-24T09:30:00Z"_s << base;
    QTest::newRow("small letters") << u"2025-11-24t09:30:00z"_s << base;
    QTest::newRow("a space, as Python prints") << u"2025-11-24 09:30:00.000000+00:00"_s << base;
    QTest::newRow("east") << u"2025-11-24T10:30:00+01:00"_s << base;
    QTest::newRow("west over midnight") << u"2025-11-23T23:00:00-10:30"_s << base;
    QTest::newRow("unknown local offset") << u"2025-11-24T09:30:00-00:00"_s << base;
    QTest::newRow("one digit") << u"2025-11-24T09:30:00.5Z"_s << base + 500'000;
    QTest::newRow("six digits") << u"2025-11-24T09:30:00.123456Z"_s << base + 123'456;
    QTest::newRow("nine digits are cut") << u"2025-11-24T09:30:00.123456999Z"_s << base + 123'456;
    QTest::newRow("leap day") << u"2024-02-29T00:00:00Z"_s << qint64{1'709'164'800'000'000};
    QTest::newRow("leap day of 2000") << u"2000-02-29T00:00:00Z"_s << qint64{951'782'400'000'000};
    QTest::newRow("first") << u"1970-01-01T00:00:00Z"_s << qint64{0};
    QTest::newRow("last") << u"9999-12-31T23:59:59.999999Z"_s << qint64{253'402'300'799'999'999};
}

void TimestampTest::reads()
{
    QFETCH(QString, text);
    QFETCH(qint64, micros);
    const Result<Timestamp> time = timestampFromText(text);
    VERIFY_OK(time);
    QCOMPARE(toMicros(*time), micros);
}

void TimestampTest::defect24_badTimeIsAnError_data()
{
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, const QString &text) { QTest::newRow(name) << text; };
    row("empty", u""_s);
    row("a word", u"now"_s);
    row("a number", u"1763976600"_s);
    row("no zone", u"2025-11-24T09:30:00"_s);
    row("no zone, fraction", u"2025-11-24T09:30:00.5"_s);
    row("date only", u"2025-11-24"_s);
    row("no seconds", u"2025-11-24T09:30Z"_s);
    row("30 February", u"2025-02-30T00:00:00Z"_s);
    row("29 February, common year", u"2025-02-29T00:00:00Z"_s);
    row("29 February 2100", u"2100-02-29T00:00:00Z"_s);
    row("31 April", u"2025-04-31T00:00:00Z"_s);
    row("month 13", u"2025-13-01T00:00:00Z"_s);
    row("month 0", u"2025-00-01T00:00:00Z"_s);
    row("day 0", u"2025-01-00T00:00:00Z"_s);
    row("leap second", u"2016-12-31T23:59:60Z"_s);
    row("hour 24", u"2025-01-01T24:00:00Z"_s);
    row("minute 60", u"2025-01-01T00:60:00Z"_s);
    row("before 1970", u"1969-12-31T23:59:59Z"_s);
    row("before 1970 by its zone", u"1970-01-01T00:00:00+00:01"_s);
    row("after 9999 by its zone", u"9999-12-31T23:59:59-00:01"_s);
    row("five-digit year", u"12025-01-01T00:00:00Z"_s);
    row("signed year", u"+2025-01-01T00:00:00Z"_s);
    row("ten digits of fraction", u"2025-01-01T00:00:00.1234567890Z"_s);
    row("point alone", u"2025-01-01T00:00:00.Z"_s);
    row("comma", u"2025-01-01T00:00:00,5Z"_s);
    row("zone without colon", u"2025-01-01T00:00:00+0100"_s);
    row("zone of 24 hours", u"2025-01-01T00:00:00+24:00"_s);
    row("zone of 60 minutes", u"2025-01-01T00:00:00+01:60"_s);
    row("named zone", u"2025-01-01T00:00:00 UTC"_s);
    row("text after", u"2025-01-01T00:00:00Z "_s);
    row("text before", u" 2025-01-01T00:00:00Z"_s);
    row("one-digit month", u"2025-1-01T00:00:00Z"_s);
    row("other digits", u"٢٠٢٥-01-01T00:00:00Z"_s);
    row("other minus", u"2025−01−01T00:00:00Z"_s);
}

void TimestampTest::defect24_badTimeIsAnError()
{
    QFETCH(QString, text);
    const Error error = errorOf(timestampFromText(text));
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QVERIFY(error.what.contains(text));
}

QTEST_GUILESS_MAIN(TimestampTest)
#include "timestamp_test.moc"
