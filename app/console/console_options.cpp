#include "app/console/console_options.h"

#include <QCommandLineParser>
#include <QCoreApplication>

namespace signalbox::console {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::console)
};

constexpr int usageError = 2;

ConsoleEnd wrong(const QString &text)
{
    return {Words::tr("error: %1\nsignalbox --help lists the options.\n").arg(text), usageError};
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
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    parser.addOptions({redis, setting, theme, page});
    if (!parser.parse(arguments)) return wrong(parser.errorText());
    if (parser.isSet(help)) return ConsoleEnd{parser.helpText(), 0};
    if (parser.isSet(version))
        return ConsoleEnd{u"signalbox %1\n"_s.arg(QCoreApplication::applicationVersion()), 0};
    if (!parser.positionalArguments().isEmpty())
        return wrong(Words::tr("\"%1\" is no option.").arg(parser.positionalArguments().first()));

    ConsoleOptions options;
    options.page = parser.value(page);
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
