#pragma once

#include <QByteArray>

#include <CLI/CLI.hpp>

#include <string>

namespace signalbox::ctl {

/// The man page ("man") or the completion of a shell ("bash", "zsh", "fish"), made from the command line as
/// it is defined. They are files of the project (docs/man, packaging/completion); a test compares.
[[nodiscard]] QByteArray reference(const CLI::App &app, const std::string &kind);

} // namespace signalbox::ctl
