#include "app/console/console.h"
#include "app/console/display.h"
#include "app/ctl/signal_watch.h"

#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

#include <cstdio>

using namespace signalbox;

namespace {

void translate(QCoreApplication &application)
{
    for (const QString &name : {QStringLiteral("qtbase"), QStringLiteral("signalbox")}) {
        auto *translator = new QTranslator(&application);
        const QString folder = name == QStringLiteral("qtbase")
            ? QLibraryInfo::path(QLibraryInfo::TranslationsPath)
            : QStringLiteral(":/signalbox/translations");
        if (translator->load(QLocale(), name, QStringLiteral("_"), folder))
            QCoreApplication::installTranslator(translator);
    }
}

void introduce()
{
    QCoreApplication::setApplicationName(QStringLiteral("signalbox"));
    QCoreApplication::setOrganizationName(QStringLiteral("signalbox"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SIGNALBOX_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Signalbox"));
    QGuiApplication::setDesktopFileName(QStringLiteral("signalbox"));
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
}

QStringList textsOf(int argc, char **argv)
{
    QStringList texts;
    for (int i = 0; i < argc; ++i) texts.append(QString::fromLocal8Bit(argv[i]));
    return texts;
}

/// Help, version, or what is wrong with an option: in the person's language, and without a display.
int say(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    translate(application);
    const auto end = std::get<console::ConsoleEnd>(console::parseOptions(QCoreApplication::arguments()));
    std::fputs(end.text.toLocal8Bit().constData(), end.exitCode == 0 ? stdout : stderr);
    return end.exitCode;
}

} // namespace

int main(int argc, char **argv)
{
    introduce();
    const auto parsed = console::parseOptions(textsOf(argc, argv));
    if (std::holds_alternative<console::ConsoleEnd>(parsed)) return say(argc, argv);

    const std::unique_ptr<QApplication> application = console::openDisplay(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false); // the end waits for the workers
    translate(*application);
    const auto &options = std::get<console::ConsoleOptions>(parsed);
    ui::Theme theme(options.theme);
    console::Console console(options, theme);
    ctl::SignalWatch signalWatch;
    QObject::connect(&signalWatch, &ctl::SignalWatch::asked, &console, &console::Console::end);
    console.start();
    return QApplication::exec();
}
