#include "app/ctl/table.h"

#include "core/model/display_text.h"

#include <algorithm>
#include <cwchar>

namespace signalbox::ctl {

namespace {

constexpr int gap = 2;

/// As much of the text as fits, with an ellipsis where it was cut.
QString cutTo(const QString &text, int width)
{
    if (displayWidth(text) <= width) return text;
    QString cut = text;
    while (!cut.isEmpty() && displayWidth(cut) > width - 1) cut.chop(cut.back().isLowSurrogate() ? 2 : 1);
    return cut + QChar(0x2026);
}

} // namespace

int displayWidth(QStringView text)
{
    int width = 0;
    for (const uint codePoint : text.toUcs4())
        width += std::max(0, ::wcwidth(static_cast<wchar_t>(codePoint))); // −1: unknown to the locale
    return width;
}

Table::Table(QList<Column> columns) : m_columns(std::move(columns)) { }

void Table::add(const QStringList &cells)
{
    Q_ASSERT(cells.size() == m_columns.size());
    QStringList harmless;
    for (const QString &cell : cells) harmless.append(displayLine(cell));
    m_rows.append(harmless);
}

QStringList Table::lines(int widthMax) const
{
    QStringList titles;
    QList<int> widths;
    for (const Column &column : m_columns) {
        titles.append(column.title);
        widths.append(displayWidth(column.title));
    }
    for (const QStringList &row : m_rows)
        for (qsizetype i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], displayWidth(row[i]));
    QStringList lines{line(titles, widths, widthMax)};
    for (const QStringList &row : m_rows) lines.append(line(row, widths, widthMax));
    return lines;
}

QString Table::line(const QStringList &cells, const QList<int> &widths, int widthMax) const
{
    QString line;
    int used = 0;
    for (qsizetype i = 0; i < cells.size(); ++i) {
        const bool isLast = i + 1 == cells.size();
        QString cell = cells[i];
        if (isLast && widthMax > 0 && m_columns[i].align == Align::Left)
            cell = cutTo(cell, std::max(1, widthMax - used));
        const QString padding(std::max(0, widths[i] - displayWidth(cell)), u' ');
        if (m_columns[i].align == Align::Right) line += padding;
        line += cell;
        if (m_columns[i].align == Align::Left && !isLast) line += padding;
        if (!isLast) line += QString(gap, u' ');
        used += widths[i] + gap;
    }
    return line;
}

} // namespace signalbox::ctl
