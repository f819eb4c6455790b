#include "tests/app/ctl/ctl_rig.h"

#include <QFile>

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

namespace signalbox::test {

using namespace Qt::StringLiterals;

namespace {
constexpr int patience = 60'000;
}

QList<QByteArray> CtlEnd::lines() const
{
    QByteArray text = out;
    if (text.endsWith('\n')) text.chop(1);
    return text.isEmpty() ? QList<QByteArray>() : text.split('\n');
}

QJsonObject CtlEnd::json() const
{
    const QJsonDocument document = QJsonDocument::fromJson(out);
    if (!document.isObject()) qFatal("This is no JSON object: %s", all().constData());
    return document.object();
}

QJsonObject CtlEnd::errorJson() const
{
    const QJsonObject object = QJsonDocument::fromJson(err.trimmed().split('\n').last()).object();
    if (!object.value(u"error"_s).isObject()) qFatal("This is no error object: %s", all().constData());
    return object.value(u"error"_s).toObject();
}

QByteArray CtlEnd::all() const
{
    return "exit " + QByteArray::number(code) + "\n--- stdout\n" + out.left(4000) + "\n--- stderr\n"
        + err.left(4000);
}

Ctl::Ctl(const TestServer *server) : m_home(std::make_unique<QTemporaryDir>(u"/tmp/signalbox-test-XXXXXX"_s))
{
    if (!m_home->isValid()) qFatal("No home for signalboxctl: %s", qPrintable(m_home->errorString()));
    m_environment.insert(u"HOME"_s, home());
    m_environment.insert(u"PATH"_s, qEnvironmentVariable("PATH"));
    m_environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    m_environment.insert(u"TERM"_s, u"xterm"_s);
    for (const char *sanitizer :
         {"ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "QT_NO_GLIB", "LLVM_PROFILE_FILE"})
        if (qEnvironmentVariableIsSet(sanitizer))
            m_environment.insert(QString::fromLatin1(sanitizer), qEnvironmentVariable(sanitizer));
    if (server) m_environment.insert(u"REDIS_URL"_s, server->urlText());
}

QString Ctl::program()
{
    return QStringLiteral(SIGNALBOXCTL);
}

std::unique_ptr<QProcess> Ctl::make() const
{
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(m_environment);
    return process;
}

std::unique_ptr<QProcess> Ctl::start(const QStringList &arguments) const
{
    auto process = make();
    process->start(program(), arguments);
    if (!process->waitForStarted(patience))
        qFatal("signalboxctl did not start: %s", qPrintable(process->errorString()));
    return process;
}

CtlEnd Ctl::run(const QStringList &arguments, const QByteArray &input) const
{
    const std::unique_ptr<QProcess> process = start(arguments);
    process->write(input);
    process->closeWriteChannel();
    if (!process->waitForFinished(patience)) {
        process->kill();
        process->waitForFinished();
        qFatal("signalboxctl %s did not end: %s", qPrintable(arguments.join(u' ')),
               process->readAllStandardError().constData());
    }
    const bool isNormal = process->exitStatus() == QProcess::NormalExit;
    return {isNormal ? process->exitCode() : -1, process->readAllStandardOutput(),
            process->readAllStandardError()};
}

CtlEnd Ctl::runOnTerminal(const QStringList &arguments) const
{
    QList<QByteArray> texts{QFile::encodeName(program())};
    for (const QString &argument : arguments) texts.append(argument.toUtf8());
    QList<QByteArray> variables;
    for (const QString &variable : m_environment.toStringList()) variables.append(variable.toUtf8());
    std::vector<char *> argv, envp;
    for (QByteArray &text : texts) argv.push_back(text.data());
    for (QByteArray &variable : variables) envp.push_back(variable.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);

    int master = -1;
    winsize size{};
    size.ws_col = 120;
    size.ws_row = 40;
    const pid_t child = ::forkpty(&master, nullptr, nullptr, &size);
    if (child < 0) qFatal("No terminal to run on.");
    if (child == 0) {
        ::execve(argv[0], argv.data(), envp.data());
        ::_exit(127);
    }
    CtlEnd end;
    std::array<char, 4096> buffer{};
    ssize_t got = 0;
    while ((got = ::read(master, buffer.data(), buffer.size())) > 0)
        end.out.append(buffer.data(), got); // EIO: its end
    ::close(master);
    int status = 0;
    ::waitpid(child, &status, 0);
    end.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return end;
}

QString Ctl::write(const QString &name, const QByteArray &text) const
{
    const QString path = m_home->filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("Could not write %s: %s", qPrintable(path), qPrintable(file.errorString()));
    return path;
}

} // namespace signalbox::test
