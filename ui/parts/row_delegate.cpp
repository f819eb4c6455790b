#include "ui/parts/row_delegate.h"

#include "ui/parts/data_table.h"
#include "ui/parts/paint_text.h"

#include <QHeaderView>
#include <QPainter>
#include <QTableView>
#include <QTreeView>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int padding = 8;
constexpr int edgePadding = 12;
constexpr int selectionEdge = 3;

const QHeaderView *headOf(const QWidget *view)
{
    if (const auto *table = qobject_cast<const QTableView *>(view)) return table->horizontalHeader();
    if (const auto *tree = qobject_cast<const QTreeView *>(view)) return tree->header();
    return nullptr;
}

bool isZero(const QString &text)
{
    return text == "0"_L1 || text == u"–";
}

struct Place {
    bool isFirst = true;
    bool isLast = true;
};

Place placeOf(const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const QHeaderView *head = headOf(option.widget);
    if (head == nullptr) return {};
    const int at = head->visualIndex(index.column());
    Place place;
    for (int i = 0; i < at; ++i)
        place.isFirst = place.isFirst && head->isSectionHidden(head->logicalIndex(i));
    for (int i = at + 1; i < head->count(); ++i)
        place.isLast = place.isLast && head->isSectionHidden(head->logicalIndex(i));
    return place;
}

} // namespace

void RowDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Look &look = lookOf(option.widget);
    const auto *view = qobject_cast<const QAbstractItemView *>(option.widget);
    const auto *table = qobject_cast<const DataTable *>(option.widget);
    const bool isSelected = option.state.testFlag(QStyle::State_Selected);
    // Not State_Active, which Qt takes away as soon as the view has no focus: the selection stays what the
    // buttons beside it act on.
    const bool isActive = option.widget != nullptr && option.widget->isActiveWindow();
    const bool isHovered = table != nullptr ? table->hoveredRow() == index.row()
                                            : option.state.testFlag(QStyle::State_MouseOver);
    const bool isCurrent = view != nullptr && view->hasFocus() && view->currentIndex().row() == index.row()
        && view->currentIndex().parent() == index.parent();
    const QColor ground = isSelected ? look(isActive ? Token::Select : Token::SelectInactive)
                                     : look(isHovered ? Token::Hover : Token::Base);
    const QRect rect = option.rect;
    painter->save();
    painter->setClipRect(rect);
    painter->fillRect(rect, ground);
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look(Token::Line));
    if (isCurrent) {
        painter->fillRect(QRect(rect.left(), rect.top(), rect.width(), 1), look(Token::Accent));
        painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), look(Token::Accent));
    }
    const Place place = placeOf(option, index);
    if (isSelected && place.isFirst)
        painter->fillRect(QRect(rect.left(), rect.top(), selectionEdge, rect.height()), look(Token::Accent));
    const QRectF inner
        = rect.adjusted(place.isFirst ? edgePadding : padding, 0, place.isLast ? -edgePadding : -padding, -1);
    paintCell(*painter, Cell{inner, look, isSelected, ground}, index);
    painter->restore();
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Look &look = lookOf(option.widget);
    const double text = tabularWidth(look.base, index.data().toString());
    return {static_cast<int>(text) + 2 * edgePadding, look.rowHeight};
}

void RowDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    drawText(painter, cell, index, cell.look.base, Token::Text2);
}

void RowDelegate::drawText(QPainter &painter, const Cell &cell, const QModelIndex &index, const QFont &font,
                           Token token, Qt::TextElideMode elide) const
{
    const QString text = index.data(Qt::DisplayRole).toString();
    if (text.isEmpty()) return;
    const auto alignment = index.data(Qt::TextAlignmentRole).value<Qt::Alignment>();
    painter.setFont(font);
    painter.setPen(cell.look(isZero(text) ? Token::Muted : token));
    if (alignment.testFlag(Qt::AlignRight)) { // a number: never elided
        drawTabular(painter, cell.rect, Qt::AlignRight | Qt::AlignVCenter, text);
        return;
    }
    painter.drawText(cell.rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                     QFontMetrics(font).elidedText(text, elide, static_cast<int>(cell.rect.width())));
}

} // namespace signalbox::ui
