#include "core/model/json_scanner.h"

#include "core/model/utf8_text.h"
#include "core/model/words.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace signalbox {

namespace {

constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

/// Bytes that may stand in a string as they are: ASCII but controls, quote and backslash.
constexpr std::array<bool, 256> plainBytes = [] {
    std::array<bool, 256> plain{};
    for (size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
    return plain;
}();
bool isPlain(char c)
{
    return plainBytes[static_cast<unsigned char>(c)];
}

/// The length of the UTF-8 sequence at the start of `text`, 0 when there is none: overlong forms, surrogates
/// and values beyond U+10FFFF are none (table 3-7 of the Unicode standard).
int utf8Length(QByteArrayView text)
{
    const auto byte = [&](qsizetype i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto isBetween
        = [](unsigned value, unsigned low, unsigned high) { return value >= low && value <= high; };
    const unsigned first = byte(0);
    int length = 0;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    if (isBetween(first, 0xC2, 0xDF))
        length = 2;
    else if (isBetween(first, 0xE0, 0xEF))
        length = 3;
    else if (isBetween(first, 0xF0, 0xF4))
        length = 4;
    if (first == 0xE0) low = 0xA0;  // overlong below
    if (first == 0xED) high = 0x9F; // surrogates above
    if (first == 0xF0) low = 0x90;  // overlong below
    if (first == 0xF4) high = 0x8F; // beyond U+10FFFF above
    if (length == 0 || !isBetween(byte(1), low, high)) return 0;
    for (int i = 2; i < length; ++i)
        if (!isBetween(byte(i), 0x80, 0xBF)) return 0;
    return length;
}

} // namespace

JsonScanner::JsonScanner(QByteArrayView text, const JsonLimits &limits) : m_text(text), m_limits(limits) { }

bool JsonScanner::scan()
{
    if (m_text.size() > m_limits.bytesMax)
        return refuse(
            0,
            Words::tr("it has %L1 bytes; at most %L2 are allowed").arg(m_text.size()).arg(m_limits.bytesMax));
    if (startsWith("\xEF\xBB\xBF")) return refuse(0, Words::tr("it starts with a byte order mark"));
    skipSpace();
    m_document.begin = m_at;
    if (!value()) return false;
    while (!m_levels.empty())
        if (!step()) return false;
    m_document.end = m_at;
    skipSpace();
    return atEnd() || refuse(m_at, Words::tr("more text follows where the document should end"));
}

bool JsonScanner::step()
{
    Level &level = m_levels.back();
    const char closing = level.isObject ? '}' : ']';
    skipSpace();
    if (peek() == closing) return close();
    if (!level.isEmpty) {
        if (peek() != ',')
            return refuse(m_at,
                          level.isObject ? Words::tr("a comma or } is missing")
                                         : Words::tr("a comma or ] is missing"));
        ++m_at;
        skipSpace();
    }
    level.isEmpty = false;
    const bool isPart = m_levels.size() == 1;
    if (isPart) m_parts.push_back({});
    if (level.isObject && !key()) return false;
    if (isPart) m_parts.back().value.begin = m_at;
    const size_t depth = m_levels.size();
    if (!value()) return false; // may have opened a level: `level` is not valid any more
    if (isPart && m_levels.size() == depth) m_parts.back().value.end = m_at;
    return true;
}

bool JsonScanner::key()
{
    if (peek() != '"') return refuse(m_at, Words::tr("a key in double quotes is missing"));
    Slice literal;
    bool hasEscapes = false;
    if (!string(&literal, &hasEscapes)) return false;
    if (m_levels.size() == 1) m_parts.back().key = literal;
    if (hasEscapes) { // "\u0061" and "a" are the same key
        m_unescaped.push_front(jsonUnquoted(at(literal)).toUtf8());
        const QByteArray &text = m_unescaped.front();
        m_keys.push_back({{text.constData(), static_cast<size_t>(text.size())}, literal.begin});
    } else {
        const QByteArrayView text = at({literal.begin + 1, literal.end - 1});
        m_keys.push_back({{text.data(), static_cast<size_t>(text.size())}, literal.begin});
    }
    skipSpace();
    if (peek() != ':') return refuse(m_at, Words::tr("a colon is missing after the key"));
    ++m_at;
    skipSpace();
    return true;
}

bool JsonScanner::value()
{
    switch (peek()) {
    case '{':
        return open(true);
    case '[':
        return open(false);
    case '"': {
        Slice literal;
        bool hasEscapes = false;
        return string(&literal, &hasEscapes);
    }
    case 't':
        return word("true");
    case 'f':
        return word("false");
    case 'n':
        return word("null");
    default:
        break;
    }
    if (startsWith("NaN") || startsWith("Infinity") || startsWith("-Infinity"))
        return refuse(m_at, Words::tr("NaN and Infinity are not JSON"));
    if (peek() == '-' || isDigit(peek())) return number();
    return refuse(m_at,
                  atEnd() ? Words::tr("the text ends where a value should stand")
                          : Words::tr("a value is missing"));
}

bool JsonScanner::open(bool isObject)
{
    if (m_levels.size() >= static_cast<size_t>(std::max(m_limits.depthMax, 0)))
        return refuse(m_at, Words::tr("it is nested deeper than %L1 levels").arg(m_limits.depthMax));
    m_levels.push_back({isObject, true, m_keys.size()});
    ++m_at;
    return true;
}

bool JsonScanner::close()
{
    const Level level = m_levels.back();
    if (level.isObject && !keysDiffer(level.firstKey)) return false;
    m_keys.resize(level.firstKey);
    m_levels.pop_back();
    ++m_at;
    if (m_levels.size() == 1) m_parts.back().value.end = m_at;
    return true;
}

bool JsonScanner::keysDiffer(size_t first)
{
    const auto begin = m_keys.begin() + static_cast<std::ptrdiff_t>(first);
    const auto duplicate = [this](const Key &key) {
        const auto text = textFromUtf8(key.text);
        return refuse(key.at, Words::tr("the key \"%1\" stands twice in one object").arg(text.left(80)));
    };
    constexpr std::ptrdiff_t fewKeys = 12; // up to here comparing all pairs is faster than sorting
    if (m_keys.end() - begin <= fewKeys) {
        for (auto key = begin; key != m_keys.end(); ++key)
            if (std::any_of(begin, key, [&](const Key &other) { return other.text == key->text; }))
                return duplicate(*key);
        return true;
    }
    std::sort(begin, m_keys.end(),
              [](const Key &a, const Key &b) { return std::tie(a.text, a.at) < std::tie(b.text, b.at); });
    const auto twin = std::adjacent_find(begin, m_keys.end(),
                                         [](const Key &a, const Key &b) { return a.text == b.text; });
    return twin == m_keys.end() || duplicate(*(twin + 1));
}

bool JsonScanner::string(Slice *literal, bool *hasEscapes)
{
    literal->begin = m_at++;
    while (true) {
        while (!atEnd() && isPlain(m_text[m_at])) ++m_at;
        if (atEnd()) return refuse(literal->begin, Words::tr("this string has no end"));
        const auto byte = static_cast<unsigned char>(m_text[m_at]);
        if (byte == '"') break;
        if (byte == '\\') {
            *hasEscapes = true;
            if (!escape()) return false;
        } else if (byte < 0x20) {
            return refuse(m_at, Words::tr("a control character stands bare in a string"));
        } else if (!multiByte()) {
            return false;
        }
    }
    literal->end = ++m_at;
    return true;
}

bool JsonScanner::escape()
{
    const qsizetype begin = m_at++;
    switch (peek()) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
        ++m_at;
        return true;
    case 'u':
        return unicodeEscape();
    default:
        return refuse(begin, Words::tr("there is no such escape"));
    }
}

bool JsonScanner::unicodeEscape()
{
    const qsizetype begin = m_at - 1;
    ++m_at;
    const int unit = hex4();
    if (unit < 0) return refuse(begin, Words::tr("four hexadecimal digits must follow \\u"));
    if (unit < 0xD800 || unit > 0xDFFF) return true;
    if (unit < 0xDC00 && startsWith("\\u")) {
        m_at += 2;
        const int low = hex4();
        if (low >= 0xDC00 && low <= 0xDFFF) return true;
    }
    return refuse(begin, Words::tr("half of a surrogate pair stands alone"));
}

int JsonScanner::hex4()
{
    if (m_text.size() - m_at < 4) return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = m_text[m_at + i];
        if (isDigit(c))
            value = value * 16 + (c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value * 16 + (c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            value = value * 16 + (c - 'A' + 10);
        else
            return -1;
    }
    m_at += 4;
    return value;
}

bool JsonScanner::multiByte()
{
    const int length = utf8Length(m_text.sliced(m_at));
    if (length == 0) return refuse(m_at, Words::tr("these bytes are not UTF-8"));
    m_at += length;
    return true;
}

bool JsonScanner::number()
{
    const qsizetype begin = m_at;
    if (peek() == '-') ++m_at;
    const bool hasLeadingZero = peek() == '0';
    const qsizetype firstDigit = m_at;
    if (!digits(QT_TRANSLATE_NOOP("model", "a digit is missing after the minus sign"))) return false;
    if (hasLeadingZero && m_at > firstDigit + 1)
        return refuse(begin, Words::tr("a number must not begin with 0"));
    if (peek() == '.') {
        ++m_at;
        if (!digits(QT_TRANSLATE_NOOP("model", "a digit is missing after the decimal point"))) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
        ++m_at;
        if (peek() == '+' || peek() == '-') ++m_at;
        if (!digits(QT_TRANSLATE_NOOP("model", "a digit is missing in the exponent"))) return false;
    }
    return true;
}

bool JsonScanner::digits(const char *cause)
{
    if (!isDigit(peek())) return refuse(m_at, Words::tr(cause)); // translated only now: numbers are many
    while (isDigit(peek())) ++m_at;
    return true;
}

bool JsonScanner::word(std::string_view expected)
{
    if (!startsWith(expected)) return refuse(m_at, Words::tr("a value is missing"));
    m_at += static_cast<qsizetype>(expected.size());
    return true;
}

void JsonScanner::skipSpace()
{
    while (!atEnd() && (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t')) ++m_at;
}

bool JsonScanner::startsWith(std::string_view word) const
{
    return m_text.sliced(m_at).startsWith(QByteArrayView(word.data(), static_cast<qsizetype>(word.size())));
}

bool JsonScanner::refuse(qsizetype at, QString cause)
{
    m_problemAt = at;
    m_cause = std::move(cause);
    return false;
}

QString JsonScanner::why() const
{
    const QByteArrayView before = m_text.first(m_problemAt);
    const qsizetype lineStart = before.lastIndexOf('\n') + 1;
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const auto isCharacterStart = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    const auto column = std::count_if(before.begin() + lineStart, before.end(), isCharacterStart) + 1;
    return Words::tr("Line %1, column %2: %3.").arg(line).arg(column).arg(m_cause);
}

} // namespace signalbox
