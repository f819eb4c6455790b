#pragma once

#include "ui/theme/look.h"

#include <QTableView>

namespace signalbox::ui {

class RowDelegate;

/// A table as every page has it: rows of one height, whole rows selected, j/k to move, Enter to look in,
/// column widths from the widest expected text, one elastic column.
class DataTable : public QTableView {
    Q_OBJECT
public:
    explicit DataTable(QWidget *parent = nullptr);
    void setUp(QAbstractItemModel *model, RowDelegate *delegate);
    /// Wide enough for this text in the base font, plus padding.
    void setColumnFor(int column, const QString &widest);
    void setColumnPixels(int column, int width);
    void setElasticColumn(int column); ///< takes the room that is left
    /// Where the elastic column could not show this text, columns are hidden: the first of these first.
    /// REQUIRES all widths set, and none of these hidden by the caller.
    void setGivenUp(const QList<int> &columns, const QString &elasticAtLeast);
    void setTwoLines(bool hasTwoLines);
    [[nodiscard]] int hoveredRow() const { return m_hovered; }
    [[nodiscard]] QList<int> selectedRows() const; ///< top to bottom

Q_SIGNALS:
    void rowActivated(int row); ///< Enter, or a double click
    void selectionMoved();

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void changeEvent(QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;
    void currentChanged(const QModelIndex &current, const QModelIndex &previous) override;

private:
    void setHovered(int row);
    void updateRowHeight();
    void giveUpColumns();
    [[nodiscard]] int widthFor(const QString &text) const;
    void updateRow(int row);

    int m_hovered = -1;
    int m_elastic = -1;
    int m_elasticMin = 0;
    QList<int> m_givenUp;
    QHash<int, int> m_widths; ///< of columns; a hidden one has none of its own
    bool m_hasTwoLines = false;
};

} // namespace signalbox::ui
