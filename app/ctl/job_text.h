#pragma once

#include "app/ctl/table.h"
#include "core/model/job.h"

namespace signalbox::ctl {

/// A time as a person reads it: this machine's zone, to the second. Empty when there is none.
[[nodiscard]] QString timeText(const std::optional<Timestamp> &time);
/// "attempt 2 of 4", "45 % step 3", the error's first line: what is most worth knowing in this state.
[[nodiscard]] QString detailText(const JobSummary &row);
/// A table of jobs, and a row in it.
[[nodiscard]] Table jobTable();
void addRow(Table &table, const JobSummary &row);
/// Everything about a job, line by line.
[[nodiscard]] QString jobBlock(const Job &job, const QByteArray &logTail);
/// JSON on several lines, as it is written when it cannot be read.
[[nodiscard]] QString prettyJson(const QByteArray &document);

} // namespace signalbox::ctl
