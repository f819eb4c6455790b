#include "core/local/server_process.h"

#include "core/local/words.h"

#include <QFile>
#include <QMetaObject>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

namespace signalbox::local {

namespace {

/// What the two children say on their way, over one pipe that exec closes.
struct Report {
    enum class Kind : int { Pid, Failed };
    Kind kind;
    int value; // the process id, or errno
};

void say(int pipe, Report::Kind kind, int value)
{
    const Report report{kind, value};
    // A pipe takes so few bytes at once or not at all, and there is nobody else to tell.
    [[maybe_unused]] const ssize_t written = ::write(pipe, &report, sizeof report);
}

/// In the grandchild: nothing here allocates or locks, as another thread may have held a lock at the fork.
[[noreturn]] void becomeProgram(char *const *argv, const char *outputFile, int keptDescriptor, int pipe)
{
    ::umask(077);
    const int input = ::open("/dev/null", O_RDONLY);
    const int output = ::open(outputFile, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0600);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (input >= 0 && output >= 0 && ::dup2(input, 0) == 0 && ::dup2(output, 1) == 1
        && ::dup2(output, 2) == 2) {
        if (input > 2) ::close(input);
        if (output > 2) ::close(output);
        if (keptDescriptor < 0 || ::fcntl(keptDescriptor, F_SETFD, 0) == 0) ::execv(argv[0], argv);
    }
    say(pipe, Report::Kind::Failed, errno);
    ::_exit(127);
}

tl::unexpected<Error> refuse(const QString &program, int code)
{
    return fail(Error::Kind::Unavailable, Words::tr("Could not start %1.").arg(program),
                qt_error_string(code),
                Words::tr("Check that it can be run by hand, and the limits on processes and open files."));
}

} // namespace

ProcessWatch::~ProcessWatch()
{
    stop();
}

void ProcessWatch::watch(pid_t pid)
{
    stop();
    m_pid = pid;
    m_descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (m_descriptor < 0) { // ended already; said from the loop, as if we had seen it
        QMetaObject::invokeMethod(
            this,
            [this, pid] {
                if (m_pid == pid) finish();
            },
            Qt::QueuedConnection);
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &ProcessWatch::finish);
}

void ProcessWatch::stop()
{
    if (m_notifier) {
        m_notifier->setEnabled(false);
        m_notifier.release()->deleteLater(); // we may be in its signal
    }
    if (m_descriptor >= 0) ::close(m_descriptor);
    m_descriptor = -1;
    m_pid = 0;
}

void ProcessWatch::finish()
{
    stop();
    Q_EMIT ended();
}

Result<pid_t> launchDetached(const DetachedLaunch &launch)
{
    std::vector<QByteArray> texts{QFile::encodeName(launch.program)};
    for (const QString &argument : launch.arguments) texts.push_back(QFile::encodeName(argument));
    std::vector<char *> argv;
    for (QByteArray &text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    const QByteArray output = QFile::encodeName(launch.outputFile);

    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return refuse(launch.program, errno);
    const pid_t child = ::fork();
    if (child == 0) { // leads the new session, and ends at once: its child is nobody's to reap but init's
        ::setsid();
        const pid_t grandchild = ::fork();
        if (grandchild == 0) becomeProgram(argv.data(), output.constData(), launch.keptDescriptor, pipe[1]);
        say(pipe[1], grandchild < 0 ? Report::Kind::Failed : Report::Kind::Pid,
            grandchild < 0 ? errno : grandchild);
        ::_exit(0);
    }
    const int forkError = errno;
    ::close(pipe[1]);
    if (child < 0) {
        ::close(pipe[0]);
        return refuse(launch.program, forkError);
    }
    // Both children are on their way out or into exec, which closes the pipe: this waits for milliseconds.
    pid_t pid = 0;
    int failure = 0;
    Report report{};
    ssize_t got = 0;
    while ((got = ::read(pipe[0], &report, sizeof report)) != 0) {
        if (got < 0 && errno == EINTR) continue;
        if (got != sizeof report) break;
        (report.kind == Report::Kind::Pid ? pid : failure) = report.value;
    }
    ::close(pipe[0]);
    while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) { }
    if (failure != 0 || pid == 0) return refuse(launch.program, failure == 0 ? ECHILD : failure);
    return pid;
}

} // namespace signalbox::local
