// private_redis_user FOLDER: uses the private server there, prints "up <socket>" once it may, and leaves when
// its stdin ends. For tests that kill a user of the server, which no thread of the test itself can stand for.
#include "core/local/private_redis.h"
#include "core/runtime/answer.h"

#include <QCoreApplication>
#include <QSocketNotifier>

#include <unistd.h>

#include <cstdio>

using namespace signalbox;
using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    local::PrivateRedisOptions options;
    options.folder = app.arguments().value(1);
    local::PrivateRedis redis(options, runtime::systemSeams());
    runtime::whenDone(redis.start(), &app, [](const Result<local::PrivateRedis::Started> &started) {
        std::printf("%s\n",
                    started ? qPrintable(u"up "_s + started->url.socketPath)
                            : qPrintable(started.error().text()));
        std::fflush(stdout);
        if (!started) QCoreApplication::exit(1);
    });
    QSocketNotifier input(STDIN_FILENO, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &app, [&] {
        input.setEnabled(false);
        runtime::whenDone(redis.leave(), &app,
                          [](const Result<> &left) { QCoreApplication::exit(left ? 0 : 2); });
    });
    return QCoreApplication::exec();
}
