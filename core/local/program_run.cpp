#include "core/local/program_run.h"

#include "core/local/words.h"

#include <QProcess>
#include <QStandardPaths>

namespace signalbox::local {

using namespace Qt::StringLiterals;

void runProgram(const ProgramCall &call, QObject *receiver, std::function<void(Result<ProgramEnd>)> done)
{
    const QString path = QStandardPaths::findExecutable(call.program);
    auto *process = new QProcess(receiver);
    process->setProcessChannelMode(QProcess::MergedChannels);
    QObject::connect(process, &QProcess::finished, receiver,
                     [process, done](int exitCode, QProcess::ExitStatus status) {
                         process->deleteLater();
                         done(ProgramEnd{status == QProcess::NormalExit ? exitCode : -1, process->readAll()});
                     });
    QObject::connect(process, &QProcess::errorOccurred, receiver,
                     [process, done, call](QProcess::ProcessError error) {
                         if (error != QProcess::FailedToStart) return; // finished() follows
                         process->deleteLater();
                         done(fail(Error::Kind::Unavailable, Words::tr("Could not run %1.").arg(call.program),
                                   process->errorString(),
                                   Words::tr("Install it with: apt install redis-tools coreutils")));
                     });
    QObject::connect(process, &QProcess::started, receiver, [process, input = call.input] {
        process->write(input);
        process->closeWriteChannel();
    });
    process->start(path.isEmpty() ? call.program : path, call.arguments);
}

} // namespace signalbox::local
