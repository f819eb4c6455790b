#include "app/ctl/reference.h"

#include "app/ctl/exit_code.h"

#include <sstream>
#include <vector>

namespace signalbox::ctl {

namespace {

/// A command with the words that lead to it.
struct Node {
    std::string path; ///< "dead list"; empty for the program
    const CLI::App *app;
};

void collect(const CLI::App &app, const std::string &path, std::vector<Node> &nodes)
{
    for (const CLI::App *sub : app.get_subcommands([](const CLI::App *) { return true; })) {
        const std::string subPath = path.empty() ? sub->get_name() : path + ' ' + sub->get_name();
        nodes.push_back({subPath, sub});
        collect(*sub, subPath, nodes);
    }
}

std::vector<Node> nodesOf(const CLI::App &app)
{
    std::vector<Node> nodes;
    collect(app, {}, nodes);
    return nodes;
}

bool isLeaf(const CLI::App &app)
{
    return app.get_subcommands([](const CLI::App *) { return true; }).empty();
}

std::vector<const CLI::Option *> optionsOf(const CLI::App &app)
{
    return app.get_options([](const CLI::Option *option) { return !option->get_group().empty(); });
}

std::string replaceAll(std::string text, const std::string &what, const std::string &with)
{
    for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
    return text;
}

std::string roff(const std::string &text)
{
    return replaceAll(replaceAll(text, "\\", "\\e"), "-", "\\-");
}

std::string argumentOf(const CLI::Option &option)
{
    if (option.get_positional()) return option.get_name(true);
    return option.get_items_expected_max() > 0 ? option.get_type_name() : std::string();
}

void manOption(std::ostream &out, const CLI::Option &option)
{
    const std::string argument = argumentOf(option);
    out << ".TP\n";
    if (option.get_positional()) {
        out << ".I " << roff(argument) << '\n';
    } else {
        out << ".B " << roff(replaceAll(option.get_name(false, true), ",", ", "));
        if (!argument.empty()) out << " \\fI" << roff(argument) << "\\fR";
        out << '\n';
    }
    out << roff(option.get_description()) << ".\n";
}

std::string man(const CLI::App &app)
{
    std::ostringstream out;
    out << ".\\\" Made by: signalboxctl --reference man\n"
        << ".TH SIGNALBOXCTL 1 \"\" \"Signalbox " << SIGNALBOX_VERSION << "\" \"User commands\"\n"
        << ".SH NAME\nsignalboxctl \\- " << roff(app.get_description()) << '\n'
        << ".SH SYNOPSIS\n.B signalboxctl\n[\\fIOPTION\\fR]... \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n"
        << ".SH DESCRIPTION\nJobs are kept in Redis: in the server that \\fB\\-\\-redis\\fR or "
           "\\fBREDIS_URL\\fR names, "
           "or in a private one that is started for as long as somebody uses it. Its data stays.\n.PP\n"
           "stdout has the answer and nothing else; everything said beside it is on stderr. Control "
           "characters in "
           "the text of jobs are shown and never sent to the terminal.\n"
        << ".SH OPTIONS\nThese may stand before or behind the command.\n";
    for (const CLI::Option *option : optionsOf(app)) manOption(out, *option);
    out << ".SH COMMANDS\n";
    for (const Node &node : nodesOf(app)) {
        if (!isLeaf(*node.app)) continue;
        out << ".SS " << roff(node.path);
        for (const CLI::Option *option : optionsOf(*node.app))
            if (option->get_positional())
                out << ' ' << (option->get_required() ? "" : "[") << roff(option->get_name(true))
                    << (option->get_items_expected_max() > 1 ? "..." : "")
                    << (option->get_required() ? "" : "]");
        out << '\n' << roff(node.app->get_description()) << ".\n";
        for (const CLI::Option *option : optionsOf(*node.app))
            if (option->get_name() != "--help") manOption(out, *option);
    }
    out << ".SH EXIT STATUS\n";
    for (const ExitCodeRow &row : exitCodeRows())
        out << ".TP\n.B " << static_cast<int>(row.code) << '\n' << roff(row.meaning) << ".\n";
    out << ".SH ENVIRONMENT\n.TP\n.B REDIS_URL\nThe server. A password belongs here or into a file "
           "(\\-\\-redis @FILE): "
           "command lines can be read by every user of a machine.\n"
           ".TP\n.B SIGNALBOX_SETTINGS\nThe settings file.\n"
           ".TP\n.B SIGNALBOX_QUEUE_PREFIX\nand so on: every setting has such a name; see "
           "docs/configuration.md.\n"
        << ".SH FILES\n.TP\n.I ~/.config/signalbox/settings.json\nSettings.\n"
           ".TP\n.I ~/.config/signalbox/handlers.json\nThe handlers that this machine's workers run.\n"
           ".TP\n.I ~/.local/share/signalbox/redis\nThe private server's data.\n";
    return out.str();
}

std::string longNames(const CLI::App &app)
{
    std::string names;
    for (const CLI::Option *option : optionsOf(app))
        for (const std::string &name : option->get_lnames()) names += (names.empty() ? "--" : " --") + name;
    return names;
}

std::string subcommandNames(const CLI::App &app)
{
    std::string names;
    for (const CLI::App *sub : app.get_subcommands([](const CLI::App *) { return true; }))
        names += (names.empty() ? "" : " ") + sub->get_name();
    return names;
}

std::string bash(const CLI::App &app)
{
    std::ostringstream out;
    out << "# bash completion for signalboxctl. Made by: signalboxctl --reference bash\n"
           "_signalboxctl() {\n"
           "    local current=${COMP_WORDS[COMP_CWORD]} path= word words\n"
           "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
           "        case \"$path $word\" in\n";
    for (const Node &node : nodesOf(app))
        out << "        \" " << node.path << "\") path=\" " << node.path << "\" ;;\n";
    out << "        esac\n    done\n    case $path in\n";
    for (const Node &node : nodesOf(app))
        out << "    \" " << node.path << "\") words=\"" << subcommandNames(*node.app)
            << (isLeaf(*node.app) ? "" : " ") << longNames(*node.app) << "\" ;;\n";
    out << "    *) words=\"" << subcommandNames(app) << "\" ;;\n    esac\n"
        << "    mapfile -t COMPREPLY < <(compgen -W \"$words " << longNames(app) << "\" -- \"$current\")\n"
        << "}\ncomplete -o default -F _signalboxctl signalboxctl\n";
    return out.str();
}

std::string zshQuoted(const std::string &text)
{
    return replaceAll(replaceAll(replaceAll(text, "'", "'\\''"), "[", "\\["), "]", "\\]");
}

std::string zshOption(const CLI::Option &option)
{
    std::string lines;
    for (const std::string &name : option.get_lnames()) {
        const bool takesFile = option.get_type_name() == "FILE";
        lines += "        '--" + name + '[' + zshQuoted(option.get_description()) + ']';
        if (option.get_items_expected_max() > 0)
            lines += ':' + replaceAll(option.get_type_name(), ":", " ") + ':' + (takesFile ? "_files" : "");
        lines += "'\n";
    }
    return lines;
}

std::string zshFunction(const std::string &path)
{
    return "_signalboxctl" + (path.empty() ? "" : '_' + replaceAll(path, " ", "_"));
}

void zshCommand(std::ostream &out, const Node &node, const CLI::App &root)
{
    out << zshFunction(node.path) << "() {\n    local -a options commands\n    options=(\n";
    for (const CLI::Option *option : optionsOf(*node.app)) out << zshOption(*option);
    if (node.app != &root)
        for (const CLI::Option *option : optionsOf(root))
            if (option->get_name() != "--help" && option->get_name() != "--version")
                out << zshOption(*option);
    out << "    )\n";
    if (isLeaf(*node.app)) {
        out << "    _arguments -s $options '*:argument:_files'\n}\n";
        return;
    }
    out << "    commands=(\n";
    for (const CLI::App *sub : node.app->get_subcommands([](const CLI::App *) { return true; }))
        out << "        '" << sub->get_name() << ':' << zshQuoted(sub->get_description()) << "'\n";
    out << "    )\n    _arguments -s -C $options '1:command:->command' '*::argument:->argument'\n"
           "    case $state in\n    command) _describe command commands ;;\n"
           "    argument) (( $+functions["
        << zshFunction(node.path) << "_${words[1]}] )) && " << zshFunction(node.path)
        << "_${words[1]} ;;\n    esac\n}\n";
}

std::string zsh(const CLI::App &app)
{
    std::ostringstream out;
    out << "#compdef signalboxctl\n# Made by: signalboxctl --reference zsh\n";
    for (const Node &node : nodesOf(app)) zshCommand(out, node, app);
    zshCommand(out, {"", &app}, app);
    out << "_signalboxctl \"$@\"\n";
    return out.str();
}

std::string fishQuoted(const std::string &text)
{
    return '\'' + replaceAll(replaceAll(text, "\\", "\\\\"), "'", "\\'") + '\'';
}

void fishOptions(std::ostream &out, const CLI::App &app, const std::string &condition)
{
    for (const CLI::Option *option : optionsOf(app))
        for (const std::string &name : option->get_lnames()) {
            out << "complete -c signalboxctl";
            if (!condition.empty()) out << " -n " << fishQuoted(condition);
            out << " -l " << name;
            if (option->get_items_expected_max() > 0)
                out << (option->get_type_name() == "FILE" ? " -rF" : " -x");
            out << " -d " << fishQuoted(option->get_description()) << '\n';
        }
}

std::string fish(const CLI::App &app)
{
    std::ostringstream out;
    out << "# fish completion for signalboxctl. Made by: signalboxctl --reference fish\ncomplete -c "
           "signalboxctl -f\n";
    fishOptions(out, app, {});
    for (const Node &node : nodesOf(app)) {
        const size_t space = node.path.find(' ');
        const std::string condition = space == std::string::npos
            ? "__fish_use_subcommand"
            : "__fish_seen_subcommand_from " + node.path.substr(0, space);
        out << "complete -c signalboxctl -n " << fishQuoted(condition) << " -a " << node.app->get_name()
            << " -d " << fishQuoted(node.app->get_description()) << '\n';
        std::string within = "__fish_seen_subcommand_from " + node.path;
        if (space != std::string::npos)
            within = "__fish_seen_subcommand_from " + node.path.substr(0, space)
                + "; and __fish_seen_subcommand_from " + node.path.substr(space + 1);
        fishOptions(out, *node.app, within);
    }
    return out.str();
}

} // namespace

QByteArray reference(const CLI::App &app, const std::string &kind)
{
    if (kind == "man") return QByteArray::fromStdString(man(app));
    if (kind == "bash") return QByteArray::fromStdString(bash(app));
    if (kind == "zsh") return QByteArray::fromStdString(zsh(app));
    return QByteArray::fromStdString(fish(app));
}

} // namespace signalbox::ctl
