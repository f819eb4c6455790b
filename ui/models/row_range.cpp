#include "ui/models/row_range.h"

#include <algorithm>

namespace signalbox::ui {

QList<RowRange> RowRange::fromRows(QList<int> rows)
{
    std::sort(rows.begin(), rows.end());
    QList<RowRange> ranges;
    for (const int row : rows) {
        if (!ranges.isEmpty() && row <= ranges.last().last + 1)
            ranges.last().last = row;
        else
            ranges.append({row, row});
    }
    return ranges;
}

} // namespace signalbox::ui
