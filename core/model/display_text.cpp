#include "core/model/display_text.h"

#include <QChar>

namespace signalbox {

using namespace Qt::StringLiterals;

namespace {

bool isHarmful(char32_t c)
{
    constexpr char32_t zeroWidthNonJoiner = 0x200C;
    constexpr char32_t zeroWidthJoiner = 0x200D;
    if (c == zeroWidthNonJoiner || c == zeroWidthJoiner) return false;
    switch (QChar::category(c)) {
    case QChar::Other_Control:
    case QChar::Other_Format: // direction, byte order mark, soft hyphen, tags
    case QChar::Other_Surrogate:
    case QChar::Separator_Line:
    case QChar::Separator_Paragraph:
        return true;
    default:
        return false;
    }
}

QString escapeOf(char32_t c)
{
    switch (c) {
    case U'\n':
        return u"\\n"_s;
    case U'\r':
        return u"\\r"_s;
    case U'\t':
        return u"\\t"_s;
    default:
        break;
    }
    if (c < 0x100) return u"\\x%1"_s.arg(static_cast<uint>(c), 2, 16, QLatin1Char('0'));
    if (c < 0x10000) return u"\\u%1"_s.arg(static_cast<uint>(c), 4, 16, QLatin1Char('0'));
    return u"\\U%1"_s.arg(static_cast<uint>(c), 8, 16, QLatin1Char('0'));
}

QString display(QStringView text, bool keepsLines)
{
    QString shown;
    shown.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t c = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            c = QChar::surrogateToUcs4(text[i], text[i + 1]);
        if (c >= 0x10000) ++i; // two units
        const bool isKept = keepsLines && (c == U'\n' || c == U'\t');
        if (isKept || !isHarmful(c))
            shown.append(QChar::fromUcs4(c));
        else
            shown.append(escapeOf(c));
    }
    return shown;
}

} // namespace

QString displayLine(QStringView text)
{
    return display(text, false);
}

QString displayBlock(QStringView text)
{
    return display(text, true);
}

} // namespace signalbox
