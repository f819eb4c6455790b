#include "app/console/console_options.h"

#include "ui/pages/page.h"

#include <QCommandLineParser>
#include <QCoreApplication>

#include <algorithm>

namespace signalbox::console {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::console)
};

ConsoleEnd wrong(const QString &text)
{
    return {Words::tr("error: %1\nsignalbox --help lists the options.\n").arg(text), exitUsage};
}

QString exitCodesText()
{
    return Words::tr(
               "\nExit status: 0, closed by the person or a signal; %1, a wrong option; %2, no display to "
               "open a window on.\n")
        .arg(exitUsage)
        .arg(exitNoDisplay);
}

/// What QApplication takes for itself is no option of ours, and not wrong either: -platform, -style=…
QStringList withoutToolkitOptions(const QStringList &arguments)
{
    const QStringList withValue{
        u"platform"_s,        u"platformpluginpath"_s, u"platformtheme"_s, u"plugin"_s,
        u"style"_s,           u"stylesheet"_s,         u"display"_s,       u"geometry"_s,
        u"qwindowgeometry"_s, u"qwindowicon"_s,        u"qwindowtitle"_s,  u"session"_s};
    const QStringList alone{u"reverse"_s, u"widgetcount"_s};
    QStringList ours;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &argument = arguments.at(i);
        const QString name
            = argument.mid(argument.startsWith("--"_L1) ? 2 : 1).section(u'=', 0, 0); // "-style=fusion"
        const bool isOption = i > 0 && argument.startsWith(u'-');
        if (isOption && withValue.contains(name)) {
            if (!argument.contains(u'=')) ++i; // its value is the next one
        } else if (!isOption || !alone.contains(name)) {
            ours.append(argument);
        }
    }
    return ours;
}

} // namespace

std::variant<ConsoleOptions, ConsoleEnd> parseOptions(const QStringList &arguments)
{
    const QCommandLineOption redis(
        u"redis"_s,
        Words::tr("The server: redis://, rediss:// or unix://. Without it, a private "
                  "server is started. A password is better put into REDIS_URL."),
        u"URL"_s);
    const QCommandLineOption setting(
        {u"s"_s, u"set"_s}, Words::tr("A setting of docs/configuration.md; may be given several times."),
        u"NAME=VALUE"_s);
    const QCommandLineOption theme(u"theme"_s, Words::tr("desktop (the default), light or dark."), u"THEME"_s,
                                   u"desktop"_s);
    const QCommandLineOption page(u"page"_s, Words::tr("overview, queues, jobs, dead, workers or activity."),
                                  u"PAGE"_s);
    QCommandLineParser parser;
    parser.setApplicationDescription(Words::tr("A console for background job queues on Redis."));
    const QCommandLineOption help({u"h"_s, u"help"_s}, Words::tr("Prints this and ends."));
    const QCommandLineOption version = parser.addVersionOption();
    parser.addOptions({help, redis, setting, theme, page});
    if (!parser.parse(withoutToolkitOptions(arguments))) return wrong(parser.errorText());
    if (parser.isSet(help)) return ConsoleEnd{parser.helpText() + exitCodesText(), 0};
    if (parser.isSet(version))
        return ConsoleEnd{u"signalbox %1\n"_s.arg(QCoreApplication::applicationVersion()), 0};
    if (!parser.positionalArguments().isEmpty())
        return wrong(Words::tr("\"%1\" is no option.").arg(parser.positionalArguments().first()));

    ConsoleOptions options;
    options.page = parser.value(page);
    const std::span<const ui::PageSpec> pages = ui::pageList();
    const bool isPage = std::any_of(pages.begin(), pages.end(), [&options](const ui::PageSpec &spec) {
        return options.page == QLatin1StringView(spec.id);
    });
    if (!options.page.isEmpty() && !isPage)
        return wrong(Words::tr("There is no page \"%1\".").arg(options.page));
    if (parser.isSet(redis)) options.settings.insert(u"queue.redis_url"_s, parser.value(redis));
    for (const QString &pair : parser.values(setting)) {
        const qsizetype equals = pair.indexOf(u'=');
        if (equals < 1) return wrong(Words::tr("\"%1\" is not NAME=VALUE.").arg(pair));
        options.settings.insert(pair.left(equals), pair.mid(equals + 1));
    }
    const QString name = parser.value(theme);
    if (name == "light"_L1)
        options.theme = ui::Theme::Choice::Light;
    else if (name == "dark"_L1)
        options.theme = ui::Theme::Choice::Dark;
    else if (name != "desktop"_L1)
        return wrong(Words::tr("There is no theme \"%1\".").arg(name));
    return options;
}

} // namespace signalbox::console
