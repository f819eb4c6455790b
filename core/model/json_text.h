#pragma once

#include "core/model/error.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QList>
#include <QString>

namespace signalbox {

/// Limits of one JSON document. Beyond them it is refused with the place and the number.
struct JsonLimits {
    qsizetype bytesMax = 16 * 1024 * 1024;
    int depthMax = 100;
    bool operator==(const JsonLimits &) const = default;
};

/// One JSON document kept as the text it came as: byte for byte, so that 9007199254740993, `1.0`, `[]`, key
/// order and spelling survive every hop. Parse it for display only. Checked once, when made: RFC 8259, UTF-8
/// without BOM, no lone surrogates (raw or escaped), no duplicate keys in one object, no NaN or Infinity, no
/// trailing text. Whitespace around the document is removed.   Threads  any.
class JsonText {
public:
    enum class Root { Any, Array, Object };

    JsonText() = default; ///< `null`
    /// Errors   Invalid: says line, column and cause.
    [[nodiscard]] static Result<JsonText> parse(const QByteArray &text, Root root = Root::Any,
                                                const JsonLimits &limits = {});
    /// For text that this process has checked before, or made itself. Not validated.
    [[nodiscard]] static JsonText trusted(QByteArray text);
    [[nodiscard]] static JsonText emptyArray() { return trusted(QByteArrayLiteral("[]")); }
    [[nodiscard]] static JsonText emptyObject() { return trusted(QByteArrayLiteral("{}")); }

    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }
    [[nodiscard]] bool isNull() const { return m_bytes == "null"; }
    bool operator==(const JsonText &) const = default;

private:
    QByteArray m_bytes = QByteArrayLiteral("null");
};

/// One member of an object: lets a field be taken out without changing a byte.
struct JsonMember {
    QString key;      ///< unescaped
    QByteArray value; ///< as written
    int line = 1; ///< where the key stands in the text that was read; for messages, so it is no part of ==
    friend bool operator==(const JsonMember &a, const JsonMember &b)
    {
        return a.key == b.key && a.value == b.value;
    }
};
/// The members of a document that is an object, in order.   Errors  Invalid.
[[nodiscard]] Result<QList<JsonMember>> jsonMembers(const QByteArray &object, const JsonLimits &limits = {});
/// The elements of a document that is an array, as written.   Errors  Invalid.
[[nodiscard]] Result<QList<QByteArray>> jsonElements(const QByteArray &array, const JsonLimits &limits = {});

/// `text` as a JSON string literal, with quotes; lone surrogates become U+FFFD.
[[nodiscard]] QByteArray jsonString(QStringView text);
/// The text of a string literal, quotes included, that stands in a checked document.
[[nodiscard]] QString jsonUnquoted(QByteArrayView literal);
/// A checked document with its line breaks, which can stand only between tokens, as spaces: for JSON Lines.
[[nodiscard]] QByteArray jsonOnOneLine(QByteArray document);

enum class JsonKind { Null, Boolean, Number, String, Array, Object };
/// What a checked, trimmed document is, by its first byte.
[[nodiscard]] JsonKind jsonKind(QByteArrayView document);
/// "an array", for messages.
[[nodiscard]] QString toText(JsonKind kind);

} // namespace signalbox
