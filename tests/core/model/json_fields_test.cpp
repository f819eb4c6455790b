#include "core/model/job_status.h"
#include "core/model/json_fields.h"
#include "core/model/json_writer.h"
#include "tests/core/model/checks.h"

#include <QTest>

#include <limits>

using namespace signalbox;
using namespace signalbox::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class JsonFieldsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void missingKeysGiveTheFallback();
    void readsEachType();
    void theFirstWrongFieldIsTheError();
    void aMissingTextIsNamed();
    void linesAreSaidWhereThereAreSome();
    void rangesAreSaid();
    void whatNobodyAskedForIsUnknown();
    void brokenTextIsTheError();
    void longValuesAreCutInMessages();
    void secondsAreWrittenExactly_data();
    void secondsAreWrittenExactly();
    void writerMakesOneObject();
};

void JsonFieldsTest::missingKeysGiveTheFallback()
{
    JsonFields fields("{}");
    QCOMPARE(fields.text("a"_L1, u"x"_s), u"x"_s);
    QCOMPARE(fields.boolean("a"_L1, true), true);
    QCOMPARE(fields.integer("a"_L1, 7), 7);
    QCOMPARE(fields.number("a"_L1, 0.5), 0.5);
    QCOMPARE(fields.seconds("a"_L1, 3s), 3s);
    QCOMPARE(fields.named("a"_L1, JobStatus::Running, jobStatusFromText), JobStatus::Running);
    QCOMPARE(fields.timeOrNull("a"_L1), std::nullopt);
    QVERIFY(!fields.has("a"_L1));
    VERIFY_OK(fields.result());
}

void JsonFieldsTest::readsEachType()
{
    JsonFields fields(R"({"t":"ä","b":false,"i":-9223372036854775808,"n":0.25,"s":1.5,"z":null,)"
                      R"("e":"running","l":["a","b"],"m":{"k":"v"},"j":[ 1.0 ]})");
    QCOMPARE(fields.text("t"_L1), u"ä"_s);
    QCOMPARE(fields.boolean("b"_L1, true), false);
    QCOMPARE(fields.integer("i"_L1, 0), std::numeric_limits<qint64>::min());
    QCOMPARE(fields.number("n"_L1, 0), 0.25);
    QCOMPARE(fields.seconds("s"_L1, 0s), 1500ms);
    QCOMPARE(fields.secondsOrNull("z"_L1), std::nullopt);
    QCOMPARE(fields.named("e"_L1, JobStatus::Pending, jobStatusFromText), JobStatus::Running);
    QCOMPARE(fields.textList("l"_L1), (QStringList{u"a"_s, u"b"_s}));
    QCOMPARE(fields.textMap("m"_L1), (QMap<QString, QString>{{u"k"_s, u"v"_s}}));
    QCOMPARE(fields.json("j"_L1, {}, JsonText::Root::Array).bytes(), "[ 1.0 ]"_ba);
    VERIFY_OK(fields.result());
    QVERIFY(fields.unknown().isEmpty());
}

void JsonFieldsTest::theFirstWrongFieldIsTheError()
{
    JsonFields fields(R"({"a":1,"b":"x","c":true})");
    static_cast<void>(fields.integer("a"_L1, 0));
    static_cast<void>(fields.number("b"_L1, 0));
    static_cast<void>(fields.text("c"_L1));
    const Error error = errorOf(fields.result());
    QCOMPARE(error.what, u"The field b is not valid."_s);
    QCOMPARE(error.why, u"It is a text."_s);
    QCOMPARE(error.todo, u"Give a number."_s);
}

void JsonFieldsTest::aMissingTextIsNamed()
{
    JsonFields fields("{}");
    static_cast<void>(fields.requiredText("program"_L1));
    QCOMPARE(errorOf(fields.result()).text(),
             u"The field program is not valid. It is missing. Give a text."_s);
}

void JsonFieldsTest::linesAreSaidWhereThereAreSome()
{
    JsonFields fields("{\n \"a\": 1,\n \"b\": {\n  \"c\": 2 }\n}");
    const JsonMember *inner = fields.find("b"_L1);
    QVERIFY(inner);
    JsonFields nested(jsonMembers(inner->value).value(), inner->line);
    static_cast<void>(nested.text("c"_L1));
    QCOMPARE(errorOf(nested.result()).why, u"Line 4: It is a number."_s);
}

void JsonFieldsTest::rangesAreSaid()
{
    JsonFields fields(R"({"n":0})");
    static_cast<void>(fields.integer("n"_L1, 1, 1, 64));
    QCOMPARE(errorOf(fields.result()).todo, u"Give a whole number from 1 to 64."_s);
}

void JsonFieldsTest::whatNobodyAskedForIsUnknown()
{
    JsonFields fields(R"({"a":1,"b":[ 2 ],"c":3})");
    static_cast<void>(fields.integer("a"_L1, 0));
    static_cast<void>(fields.integer("c"_L1, 0));
    QCOMPARE(fields.unknown(), (QList<JsonMember>{{u"b"_s, "[ 2 ]"}}));
}

void JsonFieldsTest::brokenTextIsTheError()
{
    JsonFields fields("{\"a\"");
    QCOMPARE(fields.text("a"_L1, u"x"_s), u"x"_s);
    QVERIFY(errorOf(fields.result()).why.startsWith(u"Line 1, column 5"));
}

void JsonFieldsTest::longValuesAreCutInMessages()
{
    JsonFields fields("{\"n\":" + QByteArray(5000, '9') + "}");
    static_cast<void>(fields.integer("n"_L1, 0));
    QVERIFY(errorOf(fields.result()).why.size() < 100);
}

void JsonFieldsTest::secondsAreWrittenExactly_data()
{
    QTest::addColumn<qint64>("micros");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("zero") << qint64{0} << "0"_ba;
    QTest::newRow("whole") << qint64{90'000'000} << "90"_ba;
    QTest::newRow("a millisecond") << qint64{1000} << "0.001"_ba;
    QTest::newRow("a microsecond") << qint64{1} << "0.000001"_ba;
    QTest::newRow("zeros cut") << qint64{1'500'000} << "1.5"_ba;
    QTest::newRow("negative") << qint64{-250'000} << "-0.25"_ba;
    QTest::newRow("least") << std::numeric_limits<qint64>::min() << "-9223372036854.775808"_ba;
}

void JsonFieldsTest::secondsAreWrittenExactly()
{
    QFETCH(qint64, micros);
    QFETCH(QByteArray, text);
    QCOMPARE(jsonSeconds(std::chrono::microseconds{micros}), text);
}

void JsonFieldsTest::writerMakesOneObject()
{
    JsonWriter writer;
    QCOMPARE(writer.take(), "{}"_ba);
    writer.text("t"_L1, u"a\"b")
        .boolean("b"_L1, true)
        .number("n"_L1, 0.1)
        .number("x"_L1, std::numeric_limits<double>::infinity());
    writer.textList("l"_L1, {u"a"_s}).textMap("m"_L1, {}).jobId("j"_L1, {}).integer("i"_L1, -1);
    QCOMPARE(writer.take(), R"({"t":"a\"b","b":true,"n":0.1,"x":null,"l":["a"],"m":{},"j":null,"i":-1})"_ba);
    QCOMPARE(writer.take(), "{}"_ba);
}

QTEST_GUILESS_MAIN(JsonFieldsTest)
#include "json_fields_test.moc"
