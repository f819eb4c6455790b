#pragma once

#include "app/ctl/command.h"

#include <CLI/CLI.hpp>

#include <map>
#include <memory>
#include <string>
#include <variant>

namespace signalbox::ctl {

/// The whole command line: global options and every subcommand of commandSpecs(). Man page and completions
/// are made from it too (reference.h), so they cannot say anything else.
class CommandLine {
public:
    CommandLine();
    struct Ended {
        ExitCode code;
    };
    /// The command that was asked for, or how the program ends: help was shown, or a mistake.
    [[nodiscard]] std::variant<Command *, Ended> parse(int argc, char **argv);
    [[nodiscard]] const GlobalOptions &global() const { return m_global; }
    [[nodiscard]] const CLI::App &app() const { return m_app; }

private:
    void addGlobalOptions();
    void addCommand(const CommandSpec &spec);
    CLI::App *group(const std::string &name);
    [[nodiscard]] Ended refuse(const std::string &text) const;

    CLI::App m_app;
    GlobalOptions m_global;
    std::map<const CLI::App *, std::unique_ptr<Command>> m_commands;
    std::map<std::string, CLI::App *> m_groups;
    Command *m_chosen = nullptr;
    std::string m_reference;
};

} // namespace signalbox::ctl
