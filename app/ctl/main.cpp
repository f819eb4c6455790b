#include "app/ctl/command_line.h"
#include "app/ctl/program.h"
#include "app/ctl/signal_watch.h"

#include <QCoreApplication>
#include <QMetaObject>

#include <clocale>

using namespace signalbox::ctl;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("signalboxctl"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SIGNALBOX_VERSION));
    std::setlocale(LC_CTYPE, ""); // how wide a character is on this terminal

    CommandLine commandLine;
    const auto parsed = commandLine.parse(argc, argv);
    if (const auto *ended = std::get_if<CommandLine::Ended>(&parsed)) return static_cast<int>(ended->code);
    hideSecrets(argc, argv);

    SignalWatch signalWatch;
    Program program(*std::get<Command *>(parsed), commandLine.global());
    QObject::connect(&signalWatch, &SignalWatch::asked, &program, &Program::interrupt);
    QMetaObject::invokeMethod(&program, &Program::start,
                              Qt::QueuedConnection); // in the loop, which it may end
    return QCoreApplication::exec();
}
