#pragma once

#include "core/service/settings.h"

#include <QProcessEnvironment>

namespace signalbox::compose {

/// Where a program's settings come from, beside its command line.
struct SettingsSource {
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    /// Empty: what SIGNALBOX_SETTINGS names, else settings.json in the configuration folder, if it is there.
    QString file;
};
/// The settings of this process, from all sources. A handlers.json beside the settings file is taken where
/// no other is named. Reads files: not for the engine thread.
/// Errors   as Settings::resolve; NotFound for a file that was named and is not there.
[[nodiscard]] Result<service::Settings> loadSettings(const service::Settings::Values &commandLine,
                                                     const SettingsSource &source = {});
/// ~/.config/signalbox, or as XDG_CONFIG_HOME says.
[[nodiscard]] QString configurationFolder();

} // namespace signalbox::compose
