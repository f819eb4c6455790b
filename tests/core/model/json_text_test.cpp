#include "core/model/json_text.h"
#include "tests/core/model/checks.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;

/// What is JSON and what is not, by hand-picked cases; json_property_test has the generated ones.
class JsonTextTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void keepsEveryByte_data();
    void keepsEveryByte();
    void cutsTheWhitespaceAround();
    void refuses_data();
    void refuses();
    void saysLineAndColumn();
    void countsCharactersAndNotBytes();
    void refusesTooManyBytes();
    void refusesTooDeep_data();
    void refusesTooDeep();
    void deepNestingCostsNoStack();
    void wantsTheRightRoot();
    void findsDuplicatesAmongManyKeys();
    void readsMembersInOrderWithTheirLines();
    void membersNeedAnObject();
    void readsElements();
    void writesStrings_data();
    void writesStrings();
    void loneSurrogateIsWrittenAsReplacement();
    void putsDocumentOnOneLine();
};

void JsonTextTest::keepsEveryByte_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto row = [](const char *name, const char *text) { QTest::newRow(name) << QByteArray(text); };
    row("integer beyond 2^53", "9007199254740993");
    row("integer of 40 digits", "1234567890123456789012345678901234567890");
    row("1.0", "1.0");
    row("1", "1");
    row("negative zero", "-0");
    row("trailing zeros", "0.10000");
    row("exponent spelt out", "1E+002");
    row("beyond a double", "1e999");
    row("empty array", "[]");
    row("empty object", "{}");
    row("empty ones within", R"([[],{},[[]],{"a":{}}])");
    row("spaces within", "[ 1 ,\t2 ,\n{ \"a\" : null } ]");
    row("key order", R"({"b":1,"a":2})");
    row("escapes as spelt", R"("\u0041\/\b\f\n\r\t\"\\")");
    row("surrogate pair escaped", R"("\ud83d\ude00")");
    row("surrogate pair raw", "\"\xF0\x9F\x98\x80\"");
    row("last code point", "\"\xF4\x8F\xBF\xBF\"");
    row("first of three bytes", "\"\xE0\xA0\x80\"");
    row("before the surrogates", "\"\xED\x9F\xBF\"");
    row("escaped zero", R"("\u0000")");
    row("delete", "\"\x7F\"");
    row("empty key", R"({"":1})");
    row("same key in two objects", R"({"a":{"a":1},"b":{"a":1}})");
    row("true", "true");
    row("false", "false");
    row("null", "null");
}

void JsonTextTest::keepsEveryByte()
{
    QFETCH(QByteArray, text);
    const Result<JsonText> json = JsonText::parse(text);
    VERIFY_OK(json);
    QCOMPARE(json->bytes(), text);
}

void JsonTextTest::cutsTheWhitespaceAround()
{
    const Result<JsonText> json = JsonText::parse(" \t\r\n [ 1 ] \n");
    VERIFY_OK(json);
    QCOMPARE(json->bytes(), "[ 1 ]"_ba);
}

void JsonTextTest::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("why");
    const auto row = [](const char *name, QByteArray text, const char *why) {
        QTest::newRow(name) << std::move(text) << QString::fromUtf8(why);
    };
    row("nothing", "", "Line 1, column 1: the text ends where a value should stand.");
    row("only spaces", "  ", "Line 1, column 3: the text ends where a value should stand.");
    row("byte order mark", "\xEF\xBB\xBF{}", "Line 1, column 1: it starts with a byte order mark.");
    row("NaN", "[NaN]", "Line 1, column 2: NaN and Infinity are not JSON.");
    row("Infinity", "[Infinity]", "Line 1, column 2: NaN and Infinity are not JSON.");
    row("-Infinity", "[1,-Infinity]", "Line 1, column 4: NaN and Infinity are not JSON.");
    row("nan", "nan", "Line 1, column 1: a value is missing.");
    row("text after", "{} {}", "Line 1, column 4: more text follows where the document should end.");
    row("zero byte after", QByteArray("[]\0", 3),
        "Line 1, column 3: more text follows where the document should end.");
    row("zero byte inside", QByteArray("[\0]", 3), "Line 1, column 2: a value is missing.");
    row("open array", "[1", "Line 1, column 3: a comma or ] is missing.");
    row("open object", "{\"a\":1", "Line 1, column 7: a comma or } is missing.");
    row("wrong end", "[1}", "Line 1, column 3: a comma or ] is missing.");
    row("comma before end", "[1,]", "Line 1, column 4: a value is missing.");
    row("comma before }", "{\"a\":1,}", "Line 1, column 8: a key in double quotes is missing.");
    row("leading comma", "[,1]", "Line 1, column 2: a value is missing.");
    row("bare key", "{a:1}", "Line 1, column 2: a key in double quotes is missing.");
    row("single quotes", "{'a':1}", "Line 1, column 2: a key in double quotes is missing.");
    row("no colon", "{\"a\" 1}", "Line 1, column 6: a colon is missing after the key.");
    row("no value", "{\"a\":}", "Line 1, column 6: a value is missing.");
    row("comment", "[/* */1]", "Line 1, column 2: a value is missing.");
    row("leading zero", "[01]", "Line 1, column 2: a number must not begin with 0.");
    row("negative leading zero", "-012", "Line 1, column 1: a number must not begin with 0.");
    row("minus alone", "[-]", "Line 1, column 3: a digit is missing after the minus sign.");
    row("plus", "[+1]", "Line 1, column 2: a value is missing.");
    row("point alone", "[1.]", "Line 1, column 4: a digit is missing after the decimal point.");
    row("leading point", "[.5]", "Line 1, column 2: a value is missing.");
    row("exponent alone", "[1e+]", "Line 1, column 5: a digit is missing in the exponent.");
    row("hexadecimal", "[0x10]", "Line 1, column 3: a comma or ] is missing.");
    row("word goes on", "[truey]", "Line 1, column 6: a comma or ] is missing.");
    row("half a word", "[tru]", "Line 1, column 2: a value is missing.");
    row("open string", "[\"a]", "Line 1, column 2: this string has no end.");
    row("line break in string", "[\"a\nb\"]",
        "Line 1, column 4: a control character stands bare in a string.");
    row("zero byte in string", QByteArray("\"a\0\"", 4),
        "Line 1, column 3: a control character stands bare in a string.");
    row("no such escape", R"(["\x41"])", "Line 1, column 3: there is no such escape.");
    row("escape at the end", R"(["\)", "Line 1, column 3: there is no such escape.");
    row("three digits", R"(["\u12"])", "Line 1, column 3: four hexadecimal digits must follow \\u.");
    row("not hexadecimal", R"(["\u12G4"])", "Line 1, column 3: four hexadecimal digits must follow \\u.");
    row("high surrogate escaped", R"(["\ud800"])",
        "Line 1, column 3: half of a surrogate pair stands alone.");
    row("low surrogate escaped", R"(["\udc00"])", "Line 1, column 3: half of a surrogate pair stands alone.");
    row("two high surrogates", R"(["\ud800\ud800"])",
        "Line 1, column 3: half of a surrogate pair stands alone.");
    row("high surrogate, letter", R"(["\ud800a"])",
        "Line 1, column 3: half of a surrogate pair stands alone.");
    row("surrogate in a key", R"({"\udfff":1})", "Line 1, column 3: half of a surrogate pair stands alone.");
    row("surrogate raw", "[\"\xED\xA0\x80\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("overlong, two bytes", "[\"\xC0\x80\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("overlong slash", "[\"\xC1\xAF\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("overlong, three bytes", "[\"\xE0\x9F\xBF\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("overlong, four bytes", "[\"\xF0\x8F\xBF\xBF\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("beyond U+10FFFF", "[\"\xF4\x90\x80\x80\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("five bytes", "[\"\xF8\x88\x80\x80\x80\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("cut short", "[\"\xE2\x82", "Line 1, column 3: these bytes are not UTF-8.");
    row("continuation alone", "[\"\x80\"]", "Line 1, column 3: these bytes are not UTF-8.");
    row("Latin-1", "[\"caf\xE9\"]", "Line 1, column 6: these bytes are not UTF-8.");
    row("no-break space between",
        "[1,\xC2\xA0"
        "2]",
        "Line 1, column 4: a value is missing.");
    row("form feed between", "[1,\f2]", "Line 1, column 4: a value is missing.");
    row("duplicate key", R"({"a":1,"b":2,"a":1})",
        "Line 1, column 14: the key \"a\" stands twice in one object.");
    row("duplicate, escaped", R"({"a":1,"\u0061":1})",
        "Line 1, column 8: the key \"a\" stands twice in one object.");
    row("duplicate, deep", R"([{"x":{"k":1,"k":2}}])",
        "Line 1, column 14: the key \"k\" stands twice in one object.");
}

void JsonTextTest::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, why);
    const Error error = errorOf(JsonText::parse(text));
    QCOMPARE(error.kind, Error::Kind::Invalid);
    QCOMPARE(error.why, why);
    QVERIFY(!error.what.isEmpty() && !error.todo.isEmpty());
}

void JsonTextTest::saysLineAndColumn()
{
    const Error error = errorOf(JsonText::parse("{\n  \"a\": 1,\n  \"b\": tru\n}"));
    QCOMPARE(error.why, u"Line 3, column 8: a value is missing."_s);
}

void JsonTextTest::countsCharactersAndNotBytes()
{
    const Error error = errorOf(JsonText::parse("[\"\xC3\xA4\xF0\x9F\x98\x80\" x"));
    QCOMPARE(error.why, u"Line 1, column 7: a comma or ] is missing."_s);
}

void JsonTextTest::refusesTooManyBytes()
{
    JsonLimits limits;
    limits.bytesMax = 10;
    VERIFY_OK(JsonText::parse("\"12345678\"", JsonText::Root::Any, limits));
    const Error error = errorOf(JsonText::parse("\"123456789\"", JsonText::Root::Any, limits));
    QCOMPARE(error.why, u"Line 1, column 1: it has 11 bytes; at most 10 are allowed."_s);
}

void JsonTextTest::refusesTooDeep_data()
{
    QTest::addColumn<QByteArray>("open");
    QTest::addColumn<QByteArray>("close");
    QTest::newRow("arrays") << "["_ba
                            << "]"_ba;
    QTest::newRow("objects") << "{\"a\":"_ba
                             << "}"_ba;
}

void JsonTextTest::refusesTooDeep()
{
    QFETCH(QByteArray, open);
    QFETCH(QByteArray, close);
    const auto nested = [&](int levels) { return open.repeated(levels) + "1" + close.repeated(levels); };
    VERIFY_OK(JsonText::parse(nested(100)));
    const Error error = errorOf(JsonText::parse(nested(101)));
    QVERIFY2(error.why.endsWith(u"it is nested deeper than 100 levels."_s), qUtf8Printable(error.why));
}

void JsonTextTest::deepNestingCostsNoStack()
{
    constexpr int levels = 1'000'000; // a recursive reader would need some 100 MB of stack
    const JsonLimits limits{levels * 2, levels};
    VERIFY_OK(
        JsonText::parse(QByteArray(levels, '[') + QByteArray(levels, ']'), JsonText::Root::Any, limits));
}

void JsonTextTest::wantsTheRightRoot()
{
    VERIFY_OK(JsonText::parse("[]", JsonText::Root::Array));
    VERIFY_OK(JsonText::parse("{}", JsonText::Root::Object));
    QCOMPARE(errorOf(JsonText::parse("{}", JsonText::Root::Array)).why,
             u"It is an object where an array is wanted."_s);
    QCOMPARE(errorOf(JsonText::parse("null", JsonText::Root::Object)).why,
             u"It is null where an object is wanted."_s);
}

void JsonTextTest::findsDuplicatesAmongManyKeys()
{
    QByteArray object = "{"; // more keys than are compared pair by pair
    for (int i = 0; i < 1000; ++i)
        object += "\"key" + QByteArray::number(i) + "\":" + QByteArray::number(i) + ",";
    VERIFY_OK(JsonText::parse(object + "\"last\":0}"));
    const Error error = errorOf(JsonText::parse(object + "\"key500\":0}"));
    QVERIFY(error.why.endsWith(u"the key \"key500\" stands twice in one object."_s));
    QVERIFY(error.why.contains(u"column %1:"_s.arg(object.size() + 1)));
}

void JsonTextTest::readsMembersInOrderWithTheirLines()
{
    const auto members = jsonMembers("{\"b\": [1, 2],\n \"\\u00e4\": { \"x\":1 },\n\n\"c\":\"t\"}");
    VERIFY_OK(members);
    QCOMPARE(members->size(), 3);
    QCOMPARE(members->at(0), (JsonMember{u"b"_s, "[1, 2]"_ba}));
    QCOMPARE(members->at(1), (JsonMember{u"ä"_s, "{ \"x\":1 }"_ba}));
    QCOMPARE(members->at(2), (JsonMember{u"c"_s, "\"t\""_ba}));
    QCOMPARE(members->at(0).line, 1);
    QCOMPARE(members->at(1).line, 2);
    QCOMPARE(members->at(2).line, 4);
}

void JsonTextTest::membersNeedAnObject()
{
    QCOMPARE(errorOf(jsonMembers("[1]")).why, u"It is an array where an object is wanted."_s);
    QCOMPARE(errorOf(jsonElements("{}")).why, u"It is an object where an array is wanted."_s);
    QCOMPARE(errorOf(jsonMembers("{\"a\"}")).kind, Error::Kind::Invalid);
}

void JsonTextTest::readsElements()
{
    const auto elements = jsonElements("[1, [2, 3], {\"a\": [ ]}, \"]\" ]");
    VERIFY_OK(elements);
    QCOMPARE(*elements, (QList<QByteArray>{"1", "[2, 3]", "{\"a\": [ ]}", "\"]\""}));
}

void JsonTextTest::writesStrings_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QByteArray>("literal");
    QTest::newRow("empty") << u""_s << R"("")"_ba;
    QTest::newRow("quote and backslash") << u"a\"b\\c"_s << R"("a\"b\\c")"_ba;
    QTest::newRow("named controls") << u"\b\f\n\r\t"_s << R"("\b\f\n\r\t")"_ba;
    QTest::newRow("other controls") << QString(QChar(0)) + QChar(0x1B) << R"("\u0000\u001b")"_ba;
    QTest::newRow("two bytes") << u"ä"_s << "\"\xC3\xA4\""_ba;
    QTest::newRow("three bytes") << u"€"_s << "\"\xE2\x82\xAC\""_ba;
    QTest::newRow("four bytes") << u"😀"_s << "\"\xF0\x9F\x98\x80\""_ba;
}

void JsonTextTest::writesStrings()
{
    QFETCH(QString, text);
    QFETCH(QByteArray, literal);
    QCOMPARE(jsonString(text), literal);
    QCOMPARE(jsonUnquoted(literal), text);
}

void JsonTextTest::loneSurrogateIsWrittenAsReplacement()
{
    const QString lone = u"a"_s + QChar(0xD800) + u"b"_s + QChar(0xDC00);
    QCOMPARE(jsonString(lone),
             "\"a\xEF\xBF\xBD"
             "b\xEF\xBF\xBD\""_ba);
    VERIFY_OK(JsonText::parse(jsonString(lone)));
}

void JsonTextTest::putsDocumentOnOneLine()
{
    QCOMPARE(jsonOnOneLine("{\"a\":\r\n [1,\n2], \"b\": \"\\n\"}"), "{\"a\":   [1, 2], \"b\": \"\\n\"}"_ba);
}

QTEST_GUILESS_MAIN(JsonTextTest)
#include "json_text_test.moc"
