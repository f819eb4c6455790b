#pragma once

#include "core/service/settings.h"

#include <span>

namespace signalbox::service {

/// One setting: everything that is known of it, in one row. docs/configuration.md lists the same rows, and a
/// test compares.
struct SettingRow {
    const char *name;        ///< dotted
    const char *environment; ///< a variable that others named before us; empty: only the systematic one
    const char *standard;    ///< the default, as written in a file; empty: none
    const char *meaning;     ///< for the docs; English
    /// Why the text is no value of this setting, or nothing.
    Result<> (*apply)(Settings &settings, const QString &text);
};
[[nodiscard]] std::span<const SettingRow> settingRows();
/// SIGNALBOX_QUEUE_MAX_SIZE for queue.max_size.
[[nodiscard]] QString environmentName(const SettingRow &row);

} // namespace signalbox::service
