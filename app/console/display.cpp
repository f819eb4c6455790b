#include "app/console/display.h"

#include "app/console/console_options.h"

#include <QMutex>

#include <cstdio>
#include <cstdlib>

namespace signalbox::console {

using namespace Qt::StringLiterals;

namespace {

struct Words {
    Q_DECLARE_TR_FUNCTIONS(signalbox::console)
};

/// What Qt said while it looked for a display. Global, since a message handler is a plain function.
struct Said {
    QMutex mutex; // a platform plugin has threads of its own
    QStringList warnings;
};
Said &said()
{
    static Said instance;
    return instance;
}

QString reason(const QString &fatal, const QStringList &warnings)
{
    const bool isPlatformChosen = qEnvironmentVariableIsSet("QT_QPA_PLATFORM")
        || QCoreApplication::arguments().contains(u"-platform"_s);
    if (!isPlatformChosen && qEnvironmentVariableIsEmpty("DISPLAY")
        && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY"))
        return Words::tr("Neither DISPLAY nor WAYLAND_DISPLAY is set.");
    return warnings.isEmpty() ? fatal.section(u'\n', 0, 0) : warnings.first();
}

/// Qt aborts once a handler has returned from a fatal message, so this one does not return.
void hear(QtMsgType type, const QMessageLogContext & /*context*/, const QString &text)
{
    const QMutexLocker lock(&said().mutex);
    if (type != QtFatalMsg) {
        said().warnings.append(text.trimmed());
        return;
    }
    const QString words
        = Words::tr("error: There is no display to open a window on.\n"
                    "       %1\n"
                    "       Start it in a desktop session, or over ssh -X. Without a display, signalboxctl "
                    "does the same\n"
                    "       on the command line, and QT_QPA_PLATFORM=offscreen opens windows that nobody "
                    "sees.\n")
              .arg(reason(text, said().warnings));
    std::fputs(words.toLocal8Bit().constData(), stderr);
    std::fflush(stderr);
    std::_Exit(exitNoDisplay); // the application object is half made: nothing of it can be taken down
}

} // namespace

std::unique_ptr<QApplication> openDisplay(int &argc, char **argv)
{
    const QtMessageHandler usual = qInstallMessageHandler(hear);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(usual);
    const QMutexLocker lock(&said().mutex);
    for (const QString &warning : std::as_const(said().warnings)) qWarning("%s", qPrintable(warning));
    said().warnings.clear();
    return application;
}

} // namespace signalbox::console
