#include "app/console/console.h"
#include "app/ctl/signal_watch.h"

#include <QApplication>
#include <QLibraryInfo>
#include <QLocale>
#include <QTranslator>

#include <cstdio>

using namespace signalbox;

namespace {

void translate(QApplication &application)
{
    for (const QString &name : {QStringLiteral("qtbase"), QStringLiteral("signalbox")}) {
        auto *translator = new QTranslator(&application);
        const QString folder = name == QStringLiteral("qtbase")
            ? QLibraryInfo::path(QLibraryInfo::TranslationsPath)
            : QStringLiteral(":/signalbox/translations");
        if (translator->load(QLocale(), name, QStringLiteral("_"), folder))
            QApplication::installTranslator(translator);
    }
}

} // namespace

int main(int argc, char **argv)
{
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("signalbox"));
    QApplication::setOrganizationName(QStringLiteral("signalbox"));
    QApplication::setApplicationDisplayName(QStringLiteral("Signalbox"));
    QApplication::setApplicationVersion(QStringLiteral(SIGNALBOX_VERSION));
    QApplication::setDesktopFileName(QStringLiteral("signalbox"));
    QApplication::setQuitOnLastWindowClosed(false); // the end waits for the workers
    translate(application);

    const auto parsed = console::parseOptions(QApplication::arguments());
    if (const auto *end = std::get_if<console::ConsoleEnd>(&parsed)) {
        std::fputs(end->text.toLocal8Bit().constData(), end->exitCode == 0 ? stdout : stderr);
        return end->exitCode;
    }
    const auto &options = std::get<console::ConsoleOptions>(parsed);
    ui::Theme theme(options.theme);
    console::Console console(options, theme);
    ctl::SignalWatch signalWatch;
    QObject::connect(&signalWatch, &ctl::SignalWatch::asked, &console, &console::Console::end);
    console.start();
    return QApplication::exec();
}
