#pragma once

#include "app/ctl/command.h"
#include "core/model/metrics_series.h"

namespace signalbox::ctl {

/// What was recorded of the last so long, queue by queue: for people, for spreadsheets, for programs.
void sayRecorded(Output &out, const QList<MetricsSeries> &all);
/// One line a bucket and handler, so that it can be summed: docs/protocol.md, "Metrics". Times in seconds.
[[nodiscard]] QByteArray toCsv(const QList<MetricsSeries> &all);
[[nodiscard]] QByteArray toJson(const QList<MetricsSeries> &all);

/// By which buckets so long a time is told: the finest that reach back so far. Nothing: none does.
[[nodiscard]] std::optional<MetricsResolution> resolutionFor(std::chrono::milliseconds since);

} // namespace signalbox::ctl
