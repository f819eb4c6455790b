#include "core/model/json_text.h"

#include "core/model/json_scanner.h"
#include "core/model/utf8_text.h"
#include "core/model/words.h"

#include <algorithm>

namespace signalbox {

namespace {

tl::unexpected<Error> unreadable(QString why)
{
    return fail(Error::Kind::Invalid, Words::tr("The JSON text could not be read."), std::move(why),
                Words::tr("Mend it there and send it again."));
}

Result<> requireRoot(QByteArrayView document, JsonText::Root root)
{
    const JsonKind kind = jsonKind(document);
    const bool isWanted = root == JsonText::Root::Any
        || (root == JsonText::Root::Array && kind == JsonKind::Array)
        || (root == JsonText::Root::Object && kind == JsonKind::Object);
    if (isWanted) return {};
    const JsonKind wanted = root == JsonText::Root::Array ? JsonKind::Array : JsonKind::Object;
    return unreadable(Words::tr("It is %1 where %2 is wanted.").arg(toText(kind), toText(wanted)));
}

void appendUtf8(QByteArray &out, char32_t c)
{
    const auto put = [&out](char32_t byte) { out.append(static_cast<char>(byte)); };
    if (c < 0x800) {
        put(0xC0 | (c >> 6));
    } else {
        if (c < 0x10000) {
            put(0xE0 | (c >> 12));
        } else {
            put(0xF0 | (c >> 18));
            put(0x80 | ((c >> 12) & 0x3F));
        }
        put(0x80 | ((c >> 6) & 0x3F));
    }
    put(0x80 | (c & 0x3F));
}

void appendAscii(QByteArray &out, char c)
{
    switch (c) {
    case '"':
        out.append("\\\"");
        return;
    case '\\':
        out.append("\\\\");
        return;
    case '\b':
        out.append("\\b");
        return;
    case '\f':
        out.append("\\f");
        return;
    case '\n':
        out.append("\\n");
        return;
    case '\r':
        out.append("\\r");
        return;
    case '\t':
        out.append("\\t");
        return;
    default:
        break;
    }
    if (c >= 0x20) {
        out.append(c);
        return;
    }
    constexpr std::string_view hex = "0123456789abcdef";
    out.append("\\u00");
    out.append(hex[static_cast<size_t>(c) >> 4U]);
    out.append(hex[static_cast<size_t>(c) & 0xFU]);
}

QChar escaped(char c)
{
    switch (c) {
    case 'b':
        return u'\b';
    case 'f':
        return u'\f';
    case 'n':
        return u'\n';
    case 'r':
        return u'\r';
    case 't':
        return u'\t';
    default:
        return QLatin1Char(c); // quote, backslash, slash
    }
}

} // namespace

Result<JsonText> JsonText::parse(const QByteArray &text, Root root, const JsonLimits &limits)
{
    JsonScanner scanner(text, limits);
    if (!scanner.scan()) return unreadable(scanner.why());
    const JsonScanner::Slice document = scanner.document();
    if (const Result<> checked = requireRoot(scanner.at(document), root); !checked)
        return tl::unexpected(checked.error());
    return trusted(
        text.mid(document.begin, document.end - document.begin)); // shares the bytes if nothing is cut
}

JsonText JsonText::trusted(QByteArray text)
{
    JsonText json;
    json.m_bytes = std::move(text);
    return json;
}

Result<QList<JsonMember>> jsonMembers(const QByteArray &object, const JsonLimits &limits)
{
    JsonScanner scanner(object, limits);
    if (!scanner.scan()) return unreadable(scanner.why());
    if (const Result<> checked = requireRoot(scanner.at(scanner.document()), JsonText::Root::Object);
        !checked)
        return tl::unexpected(checked.error());
    QList<JsonMember> members;
    members.reserve(static_cast<qsizetype>(scanner.parts().size()));
    int line = 1;
    auto counted = object.cbegin();
    for (const JsonScanner::Part &part : scanner.parts()) {
        const auto begin = object.cbegin() + part.key.begin;
        line += static_cast<int>(std::count(counted, begin, '\n'));
        counted = begin;
        members.append({jsonUnquoted(scanner.at(part.key)), scanner.at(part.value).toByteArray(), line});
    }
    return members;
}

Result<QList<QByteArray>> jsonElements(const QByteArray &array, const JsonLimits &limits)
{
    JsonScanner scanner(array, limits);
    if (!scanner.scan()) return unreadable(scanner.why());
    if (const Result<> checked = requireRoot(scanner.at(scanner.document()), JsonText::Root::Array); !checked)
        return tl::unexpected(checked.error());
    QList<QByteArray> elements;
    elements.reserve(static_cast<qsizetype>(scanner.parts().size()));
    for (const JsonScanner::Part &part : scanner.parts())
        elements.append(scanner.at(part.value).toByteArray());
    return elements;
}

QByteArray jsonString(QStringView text)
{
    QByteArray out;
    out.reserve(text.size() + 2);
    out.append('"');
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (c.unicode() < 0x80) {
            appendAscii(out, static_cast<char>(c.unicode()));
        } else if (c.isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            appendUtf8(out, QChar::surrogateToUcs4(c, text[++i]));
        } else {
            appendUtf8(out, c.isSurrogate() ? QChar(QChar::ReplacementCharacter).unicode() : c.unicode());
        }
    }
    out.append('"');
    return out;
}

QString jsonUnquoted(QByteArrayView literal)
{
    const QByteArrayView inner = literal.sliced(1, literal.size() - 2);
    if (!inner.contains('\\')) return textFromUtf8(inner);
    QString out;
    out.reserve(inner.size());
    qsizetype at = 0;
    while (at < inner.size()) {
        const qsizetype backslash = inner.indexOf('\\', at);
        const qsizetype plainEnd = backslash < 0 ? inner.size() : backslash;
        out.append(textFromUtf8(inner.sliced(at, plainEnd - at)));
        if (backslash < 0) break;
        if (inner[backslash + 1] == 'u') {
            out.append(QChar(inner.sliced(backslash + 2, 4).toByteArray().toUShort(nullptr, 16)));
            at = backslash + 6;
        } else {
            out.append(escaped(inner[backslash + 1]));
            at = backslash + 2;
        }
    }
    return out;
}

QByteArray jsonOnOneLine(QByteArray document)
{
    return document.replace('\n', ' ').replace('\r', ' ');
}

JsonKind jsonKind(QByteArrayView document)
{
    switch (document.isEmpty() ? 'n' : document.front()) {
    case '{':
        return JsonKind::Object;
    case '[':
        return JsonKind::Array;
    case '"':
        return JsonKind::String;
    case 't':
    case 'f':
        return JsonKind::Boolean;
    case 'n':
        return JsonKind::Null;
    default:
        return JsonKind::Number;
    }
}

QString toText(JsonKind kind)
{
    switch (kind) {
    case JsonKind::Null:
        return Words::tr("null");
    case JsonKind::Boolean:
        return Words::tr("true or false");
    case JsonKind::Number:
        return Words::tr("a number");
    case JsonKind::String:
        return Words::tr("a text");
    case JsonKind::Array:
        return Words::tr("an array");
    case JsonKind::Object:
        return Words::tr("an object");
    }
    Q_UNREACHABLE();
}

} // namespace signalbox
