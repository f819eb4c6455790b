#pragma once

#include "ui/theme/look.h"

#include <QStyledItemDelegate>

namespace signalbox::ui {

/// The ground of every table: no grid, no zebra; a hairline under each row, the selection's ground and edge,
/// the current row's lines. What stands in a cell is the derived class's, painted from values, so that no
/// text of a job is ever taken for markup.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    struct Cell {
        QRectF rect; ///< inside the padding
        const Look &look;
        bool isSelected = false;
        QColor ground;
    };

protected:
    /// Default: the display text, in text2, by the model's alignment; numbers in one width, zeros muted.
    virtual void paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const;
    void drawText(QPainter &painter, const Cell &cell, const QModelIndex &index, const QFont &font,
                  Token token, Qt::TextElideMode elide = Qt::ElideRight) const;
};

} // namespace signalbox::ui
