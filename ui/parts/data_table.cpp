#include "ui/parts/data_table.h"

#include "ui/parts/paint_text.h"
#include "ui/parts/row_delegate.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace signalbox::ui {

namespace {
constexpr int columnPadding = 18;
}

DataTable::DataTable(QWidget *parent) : QTableView(parent)
{
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setWordWrap(false);
    setMouseTracking(true);
    setHorizontalScrollMode(ScrollPerPixel);
    setCornerButtonEnabled(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(1);
    QHeaderView *head = horizontalHeader();
    head->setHighlightSections(false);
    head->setMinimumSectionSize(28);
    head->setStretchLastSection(false);
    head->setSectionsClickable(false); // the order is the queue's own
    head->setFixedHeight(lookOf(this).headHeight);
    updateRowHeight();
    connect(this, &QTableView::activated, this,
            [this](const QModelIndex &index) { Q_EMIT rowActivated(index.row()); });
}

void DataTable::setUp(QAbstractItemModel *model, RowDelegate *delegate)
{
    setModel(model);
    setItemDelegate(delegate);
}

int DataTable::widthFor(const QString &text) const
{
    return static_cast<int>(std::ceil(tabularWidth(lookOf(this).base, text))) + columnPadding;
}

void DataTable::setColumnFor(int column, const QString &widest)
{
    const QString head = model()->headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    const int ofHead = QFontMetrics(lookOf(this).small).horizontalAdvance(head) + columnPadding;
    setColumnPixels(column, std::max(widthFor(widest), ofHead));
}

void DataTable::setColumnPixels(int column, int width)
{
    m_widths.insert(column, width);
    setColumnWidth(column, width);
}

void DataTable::setElasticColumn(int column)
{
    m_elastic = column;
    horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
}

void DataTable::setGivenUp(const QList<int> &columns, const QString &elasticAtLeast)
{
    m_givenUp = columns;
    m_elasticMin = widthFor(elasticAtLeast);
    giveUpColumns();
}

void DataTable::giveUpColumns()
{
    if (m_givenUp.isEmpty()) return;
    int room = viewport()->width() - m_elasticMin;
    for (int column = 0; column < horizontalHeader()->count(); ++column) {
        if (column != m_elastic && !m_givenUp.contains(column)) room -= columnWidth(column);
    }
    for (auto column = m_givenUp.crbegin(); column != m_givenUp.crend(); ++column) {
        room -= m_widths.value(*column);
        setColumnHidden(*column, room < 0);
    }
}

void DataTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    giveUpColumns();
}

void DataTable::setTwoLines(bool hasTwoLines)
{
    m_hasTwoLines = hasTwoLines;
    updateRowHeight();
}

QList<int> DataTable::selectedRows() const
{
    QList<int> rows;
    if (selectionModel() == nullptr) return rows;
    for (const QModelIndex &index : selectionModel()->selectedRows()) rows.append(index.row());
    std::sort(rows.begin(), rows.end());
    return rows;
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    const bool isPlain = event->modifiers() == Qt::NoModifier;
    if (isPlain && (event->key() == Qt::Key_J || event->key() == Qt::Key_K)) {
        QKeyEvent arrow(event->type(), event->key() == Qt::Key_J ? Qt::Key_Down : Qt::Key_Up, Qt::NoModifier);
        QTableView::keyPressEvent(&arrow);
        return;
    }
    if (isPlain && !event->text().isEmpty() && event->text().at(0).isLetterOrNumber()) {
        event->ignore(); // letters are actions; Qt would search the first column for them
        return;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::setHovered(int row)
{
    if (row == m_hovered) return;
    updateRow(std::exchange(m_hovered, row));
    updateRow(row);
}

void DataTable::updateRow(int row)
{
    if (row < 0) return;
    viewport()->update(0, rowViewportPosition(row), viewport()->width(), rowHeight(row));
}

void DataTable::mouseMoveEvent(QMouseEvent *event)
{
    setHovered(rowAt(static_cast<int>(event->position().y())));
    QTableView::mouseMoveEvent(event);
}

void DataTable::leaveEvent(QEvent *event)
{
    setHovered(-1);
    QTableView::leaveEvent(event);
}

void DataTable::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::FontChange) {
        updateRowHeight();
        viewport()->update();
    }
    QTableView::changeEvent(event);
}

void DataTable::updateRowHeight()
{
    const Look &look = lookOf(this);
    verticalHeader()->setDefaultSectionSize(m_hasTwoLines ? look.twoLineHeight : look.rowHeight);
}

void DataTable::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    Q_EMIT selectionMoved();
}

void DataTable::currentChanged(const QModelIndex &current, const QModelIndex &previous)
{
    QTableView::currentChanged(current, previous);
    updateRow(previous.row());
    updateRow(current.row());
}

} // namespace signalbox::ui
