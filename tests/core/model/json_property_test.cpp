#include "core/model/job_definition.h"
#include "core/model/json_text.h"

#include <QJsonDocument>
#include <QTest>

#include <rapidcheck.h>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

/// One of the texts, or one of what a generator makes.
QByteArray pick(std::initializer_list<const char *> texts)
{
    return *rc::gen::elementOf(std::vector<const char *>(texts));
}

QByteArray space()
{
    return pick({"", "", "", " ", "\n", "\t", "\r\n", "  "});
}

QByteArray number()
{
    return pick(
        {"0", "-0", "1", "1.0", "9007199254740993", "-9223372036854775809", "0.1e-7", "1E+2", "1e999"});
}

QByteArray string(const QByteArray &unique = {})
{
    QByteArray text = "\"" + unique;
    const int length = *rc::gen::inRange(0, 6);
    for (int i = 0; i < length; ++i)
        text += pick({"a", "Z", " ", "\\n", "\\\"", "\\\\", "\\/", "\\u0000", "\\u00e4", "\\ud83d\\ude00",
                      "\xC3\xA4", "\xE2\x80\xAE", "\xF0\x9F\x98\x80", "\x7F", "{", "]", ",", ":", "'"});
    return text + "\"";
}

/// A document as another program might have written it: any spelling, any whitespace.
QByteArray document(int depth) // NOLINT(misc-no-recursion): bounded by depth
{
    const int kind = *rc::gen::inRange(0, depth > 0 ? 7 : 5);
    if (kind == 0) return number();
    if (kind == 1) return QByteArray::number(*rc::gen::arbitrary<qint64>());
    if (kind == 2) return QByteArray::number(*rc::gen::arbitrary<int>() / 7.0, 'e', 16);
    if (kind == 3) return string();
    if (kind == 4) return pick({"true", "false", "null"});
    const bool isObject = kind == 5;
    QByteArray text = isObject ? "{" : "[";
    const int length = *rc::gen::inRange(0, 5);
    for (int i = 0; i < length; ++i) {
        text += (i > 0 ? "," : "") + space();
        if (isObject) text += string(QByteArray::number(i)) + space() + ":" + space();
        text += document(depth - 1) + space();
    }
    return text + space() + (isObject ? "}" : "]");
}

rc::Gen<std::string> documents()
{
    return rc::gen::exec([] { return document(*rc::gen::inRange(1, 6)).toStdString(); });
}

} // namespace

/// Thousands of generated documents; rapidcheck prints its seed, and RC_PARAMS="seed=…" repeats a run.
class JsonPropertyTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void documentsComeBackByteForByte()
    {
        QVERIFY(rc::check("a document is kept as it came", [] {
            const QByteArray text = QByteArray::fromStdString(*documents());
            const Result<JsonText> json = JsonText::parse(space() + text + space());
            RC_ASSERT(json.has_value());
            RC_ASSERT(json->bytes() == text);
        }));
    }
    void payloadsSurviveAJobsRoundTrip()
    {
        QVERIFY(rc::check("args, kwargs and unknown values pass through JSON and back unchanged", [] {
            const QByteArray args = "[" + QByteArray::fromStdString(*documents()) + " ]";
            const QByteArray kwargs = "{ \"k\" :" + QByteArray::fromStdString(*documents()) + "}";
            const QByteArray other = QByteArray::fromStdString(*documents());
            const auto job = JobDefinition::fromJson("{\"handler\":\"h\",\"args\":" + args
                                                     + ",\"new\":" + other + ",\"kwargs\":" + kwargs + "}");
            RC_ASSERT(job.has_value());
            const auto again = JobDefinition::fromJson(job->toJson());
            RC_ASSERT(again.has_value());
            RC_ASSERT(*again == *job);
            RC_ASSERT(again->args.bytes() == args);
            RC_ASSERT(again->kwargs.bytes() == kwargs);
            RC_ASSERT(again->unknown == (QList<JsonMember>{{u"new"_s, other}}));
        }));
    }
    void whatWeAcceptQtAcceptsToo()
    {
        QVERIFY(rc::check("a document with one byte changed is refused, or is JSON to Qt as well", [] {
            QByteArray text = "[" + QByteArray::fromStdString(*documents()) + "]";
            const auto at = *rc::gen::inRange<qsizetype>(0, text.size());
            text[at] = *rc::gen::arbitrary<char>();
            QJsonParseError qtError;
            static_cast<void>(QJsonDocument::fromJson(text, &qtError));
            if (!JsonText::parse(text)) return;
            // Qt computes every number, and calls those illegal that no double holds: 1e999.
            RC_ASSERT(qtError.error == QJsonParseError::NoError
                      || qtError.error == QJsonParseError::IllegalNumber);
        }));
    }
    void stringsSurviveQuoting()
    {
        QVERIFY(rc::check("any valid text is read back from its literal", [](const std::u16string &units) {
            const QString text = QString::fromStdU16String(units);
            RC_PRE(text.isValidUtf16());
            const QByteArray literal = jsonString(text);
            RC_ASSERT(JsonText::parse(literal).has_value());
            RC_ASSERT(jsonUnquoted(literal) == text);
        }));
    }
    void timesSurviveText()
    {
        QVERIFY(rc::check("a time is read back from its text, and texts sort as times do", [] {
            const auto micros = rc::gen::inRange<qint64>(
                0, toMicros(std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}));
            const Timestamp a = fromMicros(*micros);
            const Timestamp b = fromMicros(*micros);
            const Result<Timestamp> back = timestampFromText(toText(a));
            RC_ASSERT(back.has_value());
            RC_ASSERT(*back == a);
            RC_ASSERT((a < b) == (toText(a) < toText(b)));
        }));
    }
};

int main(int argc, char **argv)
{
    const bool isSoak = qEnvironmentVariableIsSet("SIGNALBOX_SOAK");
    // Ours first: what a person sets wins.
    qputenv("RC_PARAMS", (isSoak ? "max_success=200000 " : "max_success=3000 ") + qgetenv("RC_PARAMS"));
    const QCoreApplication app(argc, argv);
    JsonPropertyTest test;
    return QTest::qExec(&test, argc, argv);
}
#include "json_property_test.moc"
