#pragma once

#include <QList>

namespace signalbox::ui {

/// Neighbouring rows that changed together: few signals for many rows.
struct RowRange {
    int first = 0;
    int last = 0;                                                   ///< inclusive, as Qt's models count
    [[nodiscard]] static QList<RowRange> fromRows(QList<int> rows); ///< any order, doubles allowed
    bool operator==(const RowRange &) const = default;
};

} // namespace signalbox::ui
