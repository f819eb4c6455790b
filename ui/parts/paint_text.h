#pragma once

#include <QColor>
#include <QFont>
#include <QPainter>
#include <QRectF>
#include <QString>

namespace signalbox::ui {

/// Text whose digits all have one width, so that columns line up and changing labels do not tremble. Where
/// the font's digits differ (Inter), each is centred in a cell of the widest; letters keep their own advance.
void drawTabular(QPainter &painter, const QRectF &where, Qt::Alignment alignment, const QString &text);
/// The width that drawTabular needs with this font.
[[nodiscard]] double tabularWidth(const QFont &font, const QString &text);

/// One run of text in one font and colour.
struct TextRun {
    QString text;
    QFont font;
    QColor color;
};
/// Runs beside each other on one baseline, the last one elided; returns where the text ended.
double drawRuns(QPainter &painter, const QRectF &where, const QList<TextRun> &runs);

/// For tooltips that hold text from a job: Qt would take "<b>" in it for markup, so it is escaped. Line
/// breaks stay.
[[nodiscard]] QString plainToolTip(const QString &text);

} // namespace signalbox::ui
