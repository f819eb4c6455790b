#pragma once

#include "core/service/settings.h"
#include "ui/theme/theme.h"

#include <variant>

namespace signalbox::console {

/// What the command line asks for.
struct ConsoleOptions {
    service::Settings::Values settings; ///< as on signalboxctl's command line
    ui::Theme::Choice theme = ui::Theme::Choice::FollowDesktop;
    QString page; ///< the page that is shown first; empty: Overview
};
/// A text for stdout (help, version) or stderr (a wrong option), and the exit code.
struct ConsoleEnd {
    QString text;
    int exitCode = 0;
};
/// Besides 0. A promise to scripts, and the same numbers as signalboxctl's.
constexpr int exitUsage = 2;
constexpr int exitNoDisplay = 8;

/// Needs no application object, and so no display; the texts are translated once there is one. Options of
/// the toolkit (-platform, -style …) are passed over.
[[nodiscard]] std::variant<ConsoleOptions, ConsoleEnd> parseOptions(const QStringList &arguments);

} // namespace signalbox::console
