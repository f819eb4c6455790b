#pragma once

#include "core/model/job_filter.h"

namespace signalbox {

/// A value or key with its place in the filter's text.
struct FilterPiece {
    QString text;
    qsizetype begin = 0;
    qsizetype end = 0;
};

struct FilterToken {
    bool isExcluded = false;
    std::optional<FilterPiece> key;
    QList<FilterPiece> values; ///< one without a key; those between commas with one. Empty ones too
    qsizetype begin = 0;
    qsizetype end = 0;
};

/// The terms of a filter as they are written, before anything is known of keys.
/// `isOpenEndFine`: an unclosed quote ends with the text, as it is while somebody types.
[[nodiscard]] tl::expected<QList<FilterToken>, FilterFault> scanFilter(QStringView text,
                                                                       bool isOpenEndFine = false);

} // namespace signalbox
