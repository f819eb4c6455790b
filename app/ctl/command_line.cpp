#include "app/ctl/command_line.h"

#include "app/ctl/options.h"
#include "app/ctl/reference.h"
#include "app/ctl/words.h"

#include <cstdio>

namespace signalbox::ctl {

CommandLine::CommandLine() : m_app("Submit, watch and run background jobs kept in Redis.", "signalboxctl")
{
    m_app.require_subcommand(0, 1);
    m_app.fallthrough();
    m_app.get_formatter()->column_width(34);
    addGlobalOptions();
    for (const CommandSpec &spec : commandSpecs()) addCommand(spec);
}

void CommandLine::addGlobalOptions()
{
    addText(m_app, "--redis", m_global.redis,
            "The server: redis://, rediss:// or unix:// URL, or @FILE that holds one (so that no password "
            "stands on "
            "the command line). Default: REDIS_URL, else a private server")
        ->type_name("URL");
    addText(m_app, "--queue", m_global.queue,
            "The queue. Default: \"default\"; ids are looked for in every queue")
        ->type_name("NAME");
    m_app.add_flag("--json", m_global.json, "For programs: JSON on stdout, errors as JSON on stderr");
    addTexts(m_app, "--set", m_global.set, "A setting for this call, NAME=VALUE; see docs/configuration.md")
        ->type_name("NAME=VALUE")
        ->take_all();
    addText(m_app, "--settings", m_global.settingsFile, "The settings file")->type_name("FILE");
    m_app.set_version_flag("--version", SIGNALBOX_VERSION, "Show the version and end");
    // For packaging and the test that compares; of no use to a person, so help does not list it.
    m_app.add_option("--reference", m_reference)
        ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}))
        ->group("");
}

CLI::App *CommandLine::group(const std::string &name)
{
    CLI::App *&group = m_groups[name];
    if (!group) {
        group = m_app.add_subcommand(name, groupSummary(name));
        group->require_subcommand(1);
        group->fallthrough();
    }
    return group;
}

void CommandLine::addCommand(const CommandSpec &spec)
{
    const std::string path = spec.path;
    const size_t space = path.find(' ');
    CLI::App *parent = space == std::string::npos ? &m_app : group(path.substr(0, space));
    CLI::App *app
        = parent->add_subcommand(space == std::string::npos ? path : path.substr(space + 1), spec.summary);
    app->fallthrough();
    std::unique_ptr<Command> command = spec.make();
    command->define(*app);
    app->callback([this, raw = command.get()] { m_chosen = raw; });
    m_commands.emplace(app, std::move(command));
}

std::variant<Command *, CommandLine::Ended> CommandLine::parse(int argc, char **argv)
{
    try {
        m_app.parse(argc, argv);
    } catch (const CLI::Success &answer) { // --help, --version
        m_app.exit(answer);
        return Ended{ExitCode::Done};
    } catch (const CLI::ParseError &mistake) {
        return refuse(mistake.what());
    }
    if (!m_reference.empty()) {
        const QByteArray text = reference(m_app, m_reference);
        std::fwrite(text.constData(), 1, static_cast<size_t>(text.size()), stdout);
        return Ended{ExitCode::Done};
    }
    if (m_chosen) return m_chosen;
    const std::string help = m_app.help();
    std::fwrite(help.data(), 1, help.size(), stderr);
    return Ended{ExitCode::Usage};
}

CommandLine::Ended CommandLine::refuse(const std::string &text) const
{
    Output(m_global.json)
        .error({Error::Kind::Invalid, Words::tr("The command line is wrong."), QString::fromStdString(text),
                Words::tr("signalboxctl --help lists all commands; COMMAND --help explains one.")});
    return {ExitCode::Usage};
}

} // namespace signalbox::ctl
