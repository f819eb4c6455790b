#pragma once

#include "core/model/job_definition.h"

namespace signalbox::service {

/// As JobDefinition::fromJson, with what the settings say for the keys that are not there. The definition
/// itself cannot tell a retry policy that was chosen from one that was left alone.   Threads  any.
[[nodiscard]] Result<JobDefinition> jobFromJson(const QByteArray &json, const RetryPolicy &standard,
                                                const QString &queue = QStringLiteral("default"));

} // namespace signalbox::service
