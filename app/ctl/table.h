#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace signalbox::ctl {

/// Columns for people. Cells are made harmless (core/model/display_text.h) as they go in.
class Table {
public:
    enum class Align { Left, Right };
    struct Column {
        QString title;
        Align align = Align::Left;
    };
    explicit Table(QList<Column> columns);
    void add(const QStringList &cells); ///< as many as there are columns
    [[nodiscard]] bool isEmpty() const { return m_rows.isEmpty(); }
    /// The lines, titles first. `widthMax` cuts the last column so that lines fit; 0: no limit.
    [[nodiscard]] QStringList lines(int widthMax) const;

private:
    [[nodiscard]] QString line(const QStringList &cells, const QList<int> &widths, int widthMax) const;
    QList<Column> m_columns;
    QList<QStringList> m_rows;
};

/// How many columns of a terminal a text takes: wide characters two, combining ones none.
[[nodiscard]] int displayWidth(QStringView text);

} // namespace signalbox::ctl
