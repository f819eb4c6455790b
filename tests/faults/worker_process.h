#pragma once

#include <QProcess>
#include <QProcessEnvironment>
#include <QStringList>
#include <QTemporaryDir>

namespace signalbox::test {

/// `signalboxctl work` as a process of its own, with short leases, so that it can be killed, stopped and cut
/// off.
class WorkerProcess {
public:
    struct Options {
        QString redis; ///< URL: the server's, or a FaultProxy's
        int workers = 1;
        double leaseSeconds = 1;
        double heartbeatSeconds = 0.3;
        QString queues = QStringLiteral("default");
    };
    explicit WorkerProcess(const Options &options);
    ~WorkerProcess(); ///< kills what is left of it, by its process id
    Q_DISABLE_COPY_MOVE(WorkerProcess)

    void kill9();
    void terminate(); ///< SIGTERM
    void suspend();   ///< SIGSTOP
    void resume();    ///< SIGCONT
    [[nodiscard]] bool isRunning() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] qint64 pid() const { return m_process.processId(); }
    [[nodiscard]] int exitCode() const { return m_process.exitCode(); }
    [[nodiscard]] const QByteArray &errors(); ///< all that it said on standard error so far

private:
    QTemporaryDir m_home;
    QProcess m_process;
    QByteArray m_errors;
};

/// Runs the command line program and waits for it, for set-up and questions. `input` goes to its standard
/// input.
struct CtlRun {
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};
[[nodiscard]] CtlRun runCtl(const QString &redis, const QStringList &arguments, const QByteArray &input = {});

/// The environment of every program that a fault test starts: nothing of the person's own settings.
[[nodiscard]] QProcessEnvironment bareEnvironment(const QString &home);

} // namespace signalbox::test
