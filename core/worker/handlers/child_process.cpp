#include "core/worker/handlers/child_process.h"

#include "core/worker/words.h"

#include <QFile>

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <vector>

namespace signalbox::worker {

namespace {

enum class Step : int { Session, Descriptors, Limits, Folder, Program };

struct Failure { // what the child writes before it gives up
    Step step;
    int error;
};

struct Pipe {
    UniqueFd read, write;
};

/// Descriptors of 3 and above, so that the child can put its ends at 0 to 2 without overwriting one.
std::optional<UniqueFd> above2(int fd)
{
    UniqueFd low(fd);
    if (fd > 2) return low;
    UniqueFd high(fcntl(fd, F_DUPFD_CLOEXEC, 3));
    if (!high.isOpen()) return std::nullopt;
    return high;
}

std::optional<Pipe> makePipe()
{
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    std::optional<UniqueFd> read = above2(ends[0]);
    std::optional<UniqueFd> write = above2(ends[1]);
    if (!read || !write) return std::nullopt;
    return Pipe{std::move(*read), std::move(*write)};
}

bool setNonBlocking(int fd)
{
    return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0;
}

/// Everything the child needs between fork and exec, made before: there, in a process that had threads, only
/// async-signal-safe calls are allowed, and no allocation.
struct Launch {
    QByteArray program, folder;
    QByteArrayList argumentTexts, environmentTexts;
    std::vector<char *> arguments, environment;
    rlim_t memory = 0, cpu = 0;
    bool diesWithThread = false;
    pid_t parent = 0;
    int input = -1, output = -1, errors = -1, report = -1;

    Launch(const ProcessSpec &spec, bool withThread)
        : program(QFile::encodeName(spec.program)),
          folder(QFile::encodeName(spec.workingFolder)),
          environmentTexts(spec.environment()),
          memory(static_cast<rlim_t>(spec.memoryBytesMax)),
          cpu(static_cast<rlim_t>(spec.cpuMax.count())),
          diesWithThread(withThread),
          parent(getpid())
    {
        argumentTexts.append(program);
        for (const QString &argument : spec.arguments) argumentTexts.append(argument.toUtf8());
        for (QByteArray &text : argumentTexts) arguments.push_back(text.data());
        for (QByteArray &text : environmentTexts) environment.push_back(text.data());
        arguments.push_back(nullptr);
        environment.push_back(nullptr);
    }
};

[[noreturn]] void giveUp(int report, Step step)
{
    const Failure failure{step, errno};
    // The parent reads an empty pipe as "started"; if even this write fails there is nobody to tell.
    const ssize_t written = write(report, &failure, sizeof failure);
    _exit(written == sizeof failure ? 127 : 126);
}

void limit(int report, __rlimit_resource resource, rlim_t soft, rlim_t hard)
{
    const rlimit values{soft, hard};
    if (setrlimit(resource, &values) != 0) giveUp(report, Step::Limits);
}

/// In the child. Never returns.
[[noreturn]] void becomeProgram(const Launch &launch)
{
    const int report = launch.report;
    // A session of its own: its group can be signalled as one, and no terminal of ours reaches it.
    if (setsid() < 0) giveUp(report, Step::Session);
    if (launch.diesWithThread) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) giveUp(report, Step::Session);
        if (getppid() != launch.parent) _exit(126); // it died before we asked
    }
    if (dup2(launch.input, 0) < 0 || dup2(launch.output, 1) < 0 || dup2(launch.errors, 2) < 0)
        giveUp(report, Step::Descriptors);
    // Whatever any library of this process has open, also without close-on-exec, ends at exec. Not closed
    // right now, since `report` is among them.
    if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) giveUp(report, Step::Descriptors);
    limit(report, RLIMIT_CORE, 0, 0); // a dump of a job's data on the disk is nobody's wish
    if (launch.memory > 0) limit(report, RLIMIT_AS, launch.memory, launch.memory);
    if (launch.cpu > 0) limit(report, RLIMIT_CPU, launch.cpu, launch.cpu + 1);
    if (chdir(launch.folder.constData()) != 0) giveUp(report, Step::Folder);
    for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    execve(launch.program.constData(), launch.arguments.data(), launch.environment.data());
    giveUp(report, Step::Program);
}

QString stepText(Step step)
{
    switch (step) {
    case Step::Session:
        return Words::tr("its session could not be made");
    case Step::Descriptors:
        return Words::tr("its descriptors could not be set");
    case Step::Limits:
        return Words::tr("its limits could not be set");
    case Step::Folder:
        return Words::tr("its working folder could not be entered");
    case Step::Program:
        return Words::tr("the program could not be executed");
    }
    Q_UNREACHABLE();
}

tl::unexpected<Error> refuse(const ProcessSpec &spec, const QString &step, int error)
{
    return fail(Error::Kind::Unavailable, Words::tr("%1 could not be started.").arg(spec.program),
                Words::tr("%1: %2.").arg(step, QString::fromLocal8Bit(std::strerror(error))),
                Words::tr("Look after the program, its folder and its limits in handlers.json."));
}

} // namespace

QString ExitStatus::text() const
{
    if (signal == 0) return Words::tr("exit code %1").arg(code);
    const char *const name = sigabbrev_np(signal);
    return Words::tr("signal %1")
        .arg(name ? QLatin1String("SIG") + QLatin1String(name) : QString::number(signal));
}

Result<ChildProcess> ChildProcess::start(const ProcessSpec &spec, bool diesWithThread)
{
    std::optional<Pipe> input = makePipe();
    std::optional<Pipe> output = makePipe();
    std::optional<Pipe> errors = makePipe();
    std::optional<Pipe> report = makePipe();
    if (!input || !output || !errors || !report || !setNonBlocking(input->write.get())
        || !setNonBlocking(output->read.get()) || !setNonBlocking(errors->read.get()))
        return refuse(spec, Words::tr("no pipe could be made"), errno);
    Launch launch(spec, diesWithThread);
    launch.input = input->read.get();
    launch.output = output->write.get();
    launch.errors = errors->write.get();
    launch.report = report->write.get();

    // No signal may run a handler of ours in the child, before it has set its own.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = fork();
    if (pid == 0) becomeProgram(launch);
    const int forkError = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) return refuse(spec, Words::tr("no process could be made"), forkError);

    ChildProcess child;
    child.m_pid = pid;
    child.m_input = std::move(input->write);
    child.m_output = std::move(output->read);
    child.m_errors = std::move(errors->read);
    report->write.reset();
    Failure failure{};
    ssize_t got = 0;
    do got = read(report->read.get(), &failure, sizeof failure); // ends when the child's exec closes it
    while (got < 0 && errno == EINTR);
    if (got == sizeof failure) return refuse(spec, stepText(failure.step), failure.error);
    child.m_exit = UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    return child;
}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1)),
      m_input(std::move(other.m_input)),
      m_output(std::move(other.m_output)),
      m_errors(std::move(other.m_errors)),
      m_exit(std::move(other.m_exit))
{
}

ChildProcess &ChildProcess::operator=(ChildProcess &&other) noexcept
{
    std::swap(m_pid, other.m_pid);
    m_input = std::move(other.m_input);
    m_output = std::move(other.m_output);
    m_errors = std::move(other.m_errors);
    m_exit = std::move(other.m_exit);
    return *this;
}

ChildProcess::~ChildProcess()
{
    if (m_pid < 0) return;
    signalGroup(SIGKILL);
    reap();
}

bool ChildProcess::hasEnded() const
{
    if (m_pid < 0) return true;
    siginfo_t info{};
    // WNOWAIT: it stays a zombie, so that its pid, and with it the group's, cannot be anybody else's until
    // reap().
    const int result = waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG | WNOWAIT);
    return result != 0 || info.si_pid == m_pid;
}

bool ChildProcess::hasUnreadInput() const
{
    int unread = 0;
    return ioctl(m_input.get(), FIONREAD, &unread) == 0 && unread > 0;
}

void ChildProcess::signalGroup(int signal) const
{
    if (m_pid > 0) ::kill(-m_pid, signal); // ESRCH: nobody is left, which is what we wanted
}

ExitStatus ChildProcess::reap()
{
    if (m_pid < 0) return {};
    siginfo_t info{};
    while (waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) { }
    // What the program left running in its group ends with its job; the zombie still guards the group's
    // number.
    signalGroup(SIGKILL);
    int status = 0;
    while (waitpid(m_pid, &status, 0) < 0 && errno == EINTR) { }
    m_pid = -1;
    if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
    return {WEXITSTATUS(status), 0};
}

} // namespace signalbox::worker
