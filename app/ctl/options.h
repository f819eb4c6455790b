#pragma once

#include "core/model/job_filter.h"
#include "core/model/job_id.h"
#include "core/model/json_text.h"
#include "core/model/timestamp.h"

#include <QString>
#include <QStringList>

#include <CLI/CLI.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace signalbox::ctl {

/// CLI11's options with our types. Names and descriptions as CLI11 takes them.
CLI::Option *addText(CLI::App &app, const std::string &name, QString &to, const std::string &description);
CLI::Option *addTexts(CLI::App &app, const std::string &name, QStringList &to,
                      const std::string &description);
/// Seconds, also with a unit: 90, 1.5, 500ms, 5m, 2h, 1d.
CLI::Option *addDuration(CLI::App &app, const std::string &name, std::optional<std::chrono::milliseconds> &to,
                         const std::string &description);
/// Job ids, one or more, as a positional argument.
CLI::Option *addIds(CLI::App &app, QList<JobId> &to, const std::string &description = "Job ids");

/// --filter, in the grammar of core/model/job_filter.h; what is wrong with one is said with its place.
CLI::Option *addFilter(CLI::App &app, JobFilter &to);

[[nodiscard]] Result<std::chrono::milliseconds> durationFromText(QStringView text);

} // namespace signalbox::ctl
