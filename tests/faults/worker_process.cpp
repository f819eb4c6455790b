#include "tests/faults/worker_process.h"

#include <QFile>
#include <QTest>
#include <QtDebug>

#include <csignal>

namespace signalbox::test {

using namespace Qt::StringLiterals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MEMORY_LIMIT "" // their shadow memory takes terabytes of addresses
#else
#define MEMORY_LIMIT R"(, "memory_mb": 256)"
#endif

QProcessEnvironment bareEnvironment(const QString &home)
{
    QProcessEnvironment environment;
    environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    environment.insert(u"HOME"_s, home);
    environment.insert(u"LANG"_s, u"C.UTF-8"_s);
    for (const char *kept : {"TSAN_OPTIONS", "ASAN_OPTIONS", "LSAN_OPTIONS", "QT_NO_GLIB"})
        if (qEnvironmentVariableIsSet(kept))
            environment.insert(QString::fromLatin1(kept), qEnvironmentVariable(kept));
    return environment;
}

WorkerProcess::WorkerProcess(const Options &options)
{
    const QString handlers = m_home.filePath(u"handlers.json"_s);
    QFile file(handlers);
    if (!file.open(QIODevice::WriteOnly)) qFatal("%s cannot be written", qPrintable(handlers));
    file.write(R"({"handlers": {"fault": {"kind": "process", "program": ")" FAULT_HANDLER "\"" MEMORY_LIMIT
               "}}}");
    file.close();
    QProcessEnvironment environment = bareEnvironment(m_home.path());
    environment.insert(u"SIGNALBOX_WORKERS_LEASE"_s, QString::number(options.leaseSeconds));
    environment.insert(u"SIGNALBOX_WORKERS_HEARTBEAT_INTERVAL"_s, QString::number(options.heartbeatSeconds));
    environment.insert(u"SIGNALBOX_WORKERS_QUEUES"_s, options.queues);
    m_process.setProcessEnvironment(environment);
    m_process.start(QStringLiteral(SIGNALBOXCTL),
                    {u"--redis"_s, options.redis, u"work"_s, u"--workers"_s, QString::number(options.workers),
                     u"--handlers"_s, handlers});
    if (!m_process.waitForStarted())
        qFatal("signalboxctl does not start: %s", qPrintable(m_process.errorString()));
}

WorkerProcess::~WorkerProcess()
{
    if (isRunning()) kill9();
    const QByteArray &said = errors();
    if (!said.isEmpty() && QTest::currentTestFailed()) qWarning().noquote() << "worker said:" << said;
}

const QByteArray &WorkerProcess::errors()
{
    return m_errors += m_process.readAllStandardError();
}

void WorkerProcess::kill9()
{
    m_process.kill();
    m_process.waitForFinished();
}

void WorkerProcess::terminate()
{
    m_process.terminate();
}

void WorkerProcess::suspend()
{
    if (::kill(static_cast<pid_t>(pid()), SIGSTOP) != 0) qFatal("SIGSTOP failed");
}

void WorkerProcess::resume()
{
    if (::kill(static_cast<pid_t>(pid()), SIGCONT) != 0) qFatal("SIGCONT failed");
}

CtlRun runCtl(const QString &redis, const QStringList &arguments, const QByteArray &input)
{
    const QTemporaryDir home;
    QProcess process;
    process.setProcessEnvironment(bareEnvironment(home.path()));
    process.start(QStringLiteral(SIGNALBOXCTL), QStringList{u"--redis"_s, redis} + arguments);
    process.write(input);
    process.closeWriteChannel();
    // Not waitForFinished(): a proxy of this thread may stand between the program and its server.
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000))
        qFatal("signalboxctl %s hangs", qPrintable(arguments.join(u' ')));
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace signalbox::test
