#include "ui/parts/paint_text.h"

#include <QFontMetricsF>
#include <QHash>

#include <algorithm>
#include <array>
#include <cmath>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

struct Digits {
    double cell = 0;
    std::array<double, 10> advance{};
    bool areEqual = true;
};

const Digits &digitsOf(const QFont &font)
{
    static QHash<QString, Digits> known; // GUI thread only; a handful of fonts a theme
    const QString key = font.key();
    const auto found = known.constFind(key);
    if (found != known.cend()) return *found;
    const QFontMetricsF metrics(font);
    Digits digits;
    for (size_t i = 0; i < digits.advance.size(); ++i)
        digits.advance[i] = metrics.horizontalAdvance(QChar(u'0' + static_cast<char16_t>(i)));
    const auto [least, most] = std::minmax_element(digits.advance.begin(), digits.advance.end());
    digits.cell = *most;
    digits.areEqual = *most - *least < 0.01;
    constexpr qsizetype fontsMax = 64; // a person dragging a font size would fill it without end
    if (known.size() >= fontsMax) known.clear();
    return *known.insert(key, digits);
}

bool isAsciiDigit(QChar c)
{
    return c >= u'0' && c <= u'9';
}

} // namespace

double tabularWidth(const QFont &font, const QString &text)
{
    const Digits &digits = digitsOf(font);
    const QFontMetricsF metrics(font);
    if (digits.areEqual) return metrics.horizontalAdvance(text);
    double width = 0;
    QString letters;
    for (const QChar c : text) {
        if (isAsciiDigit(c))
            width += digits.cell;
        else
            letters.append(c);
    }
    return width + metrics.horizontalAdvance(letters);
}

void drawTabular(QPainter &painter, const QRectF &where, Qt::Alignment alignment, const QString &text)
{
    const QFont font = painter.font();
    const Digits &digits = digitsOf(font);
    if (digits.areEqual) {
        painter.drawText(where, static_cast<int>(alignment | Qt::TextSingleLine), text);
        return;
    }
    const QFontMetricsF metrics(font);
    const double width = tabularWidth(font, text);
    double x = where.left();
    if (alignment.testFlag(Qt::AlignRight)) x = where.right() - width;
    if (alignment.testFlag(Qt::AlignHCenter)) x = where.left() + (where.width() - width) / 2;
    double y = where.top() + (where.height() - metrics.height()) / 2 + metrics.ascent();
    if (alignment.testFlag(Qt::AlignTop)) y = where.top() + metrics.ascent();
    if (alignment.testFlag(Qt::AlignBottom)) y = where.bottom() - metrics.descent();
    y = std::round(y); // text on a half pixel is blurred, and cells of one row must share a baseline
    qsizetype at = 0;
    while (at < text.size()) {
        const bool isDigit = isAsciiDigit(text[at]);
        qsizetype end = at + 1;
        while (!isDigit && end < text.size() && !isAsciiDigit(text[end])) ++end;
        const QString part = text.mid(at, end - at);
        if (isDigit) {
            const double own = digits.advance[static_cast<size_t>(text[at].unicode() - u'0')];
            painter.drawText(QPointF(x + (digits.cell - own) / 2, y), part);
            x += digits.cell;
        } else {
            painter.drawText(QPointF(x, y), part);
            x += metrics.horizontalAdvance(part);
        }
        at = end;
    }
}

double drawRuns(QPainter &painter, const QRectF &where, const QList<TextRun> &runs)
{
    if (runs.isEmpty()) return where.left();
    double ascent = 0;
    double height = 0;
    for (const TextRun &run : runs) {
        const QFontMetricsF metrics(run.font);
        ascent = std::max(ascent, metrics.ascent());
        height = std::max(height, metrics.height());
    }
    const double y = std::round(where.top() + (where.height() - height) / 2 + ascent);
    double x = where.left();
    for (const TextRun &run : runs) {
        const QFontMetricsF metrics(run.font);
        const double room = where.right() - x;
        if (room <= 1) break;
        const QString shown = metrics.elidedText(run.text, Qt::ElideRight, room);
        painter.setFont(run.font);
        painter.setPen(run.color);
        painter.drawText(QPointF(x, y), shown);
        x += metrics.horizontalAdvance(shown);
    }
    return x;
}

QString plainToolTip(const QString &text)
{
    if (text.isEmpty()) return {};
    QString escaped = text.toHtmlEscaped();
    escaped.replace(u'\n', u"<br/>"_s);
    return u"<qt>%1</qt>"_s.arg(escaped);
}

} // namespace signalbox::ui
