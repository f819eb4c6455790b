// The handler program of the fault tests: does what its job's kwargs say, and writes down outside of
// everything under test that it began and that it ended, each line on disk before it goes on.
//   {"ledger": file, "mode": "ok" | "fail" | "segv" | "eat" | "murder", "gate": fifo, "progress": true}
// Lines: "begin <id> <attempt> <pid>", "end <id> <attempt> <pid>". A gate is a fifo: it waits until somebody
// opens it for writing. "eat" grows until its memory limit stops it; "murder" kills the worker process that
// runs it.
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <vector>

namespace {

void writeDown(const QString &file, const char *word, const QJsonObject &job)
{
    const QByteArray line = QByteArray(word) + ' ' + job.value(QStringLiteral("id")).toString().toLatin1()
        + ' ' + QByteArray::number(job.value(QStringLiteral("attempt")).toInt()) + ' '
        + QByteArray::number(getpid()) + '\n';
    const int fd = open(QFile::encodeName(file).constData(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, line.constData(), static_cast<size_t>(line.size())) != line.size()
        || fdatasync(fd) != 0) {
        std::perror("the ledger cannot be written");
        _exit(2);
    }
    close(fd);
}

void waitAtGate(const QString &fifo)
{
    const int fd
        = open(QFile::encodeName(fifo).constData(), O_RDONLY | O_CLOEXEC); // returns once somebody writes
    if (fd >= 0) close(fd);
}

[[noreturn]] void eatMemory()
{
    std::vector<std::vector<char>> eaten;
    for (;;) eaten.emplace_back(1 << 20, 'x');
}

} // namespace

int main()
{
    QFile input;
    if (!input.open(stdin, QIODevice::ReadOnly)) return 2;
    const QJsonObject job = QJsonDocument::fromJson(input.readLine()).object();
    const QJsonObject wishes = job.value(QStringLiteral("kwargs")).toObject();
    const QString ledger = wishes.value(QStringLiteral("ledger")).toString();
    writeDown(ledger, "begin", job);
    if (wishes.value(QStringLiteral("progress")).toBool()) {
        std::puts(R"({"progress": {"current": 1, "total": 2, "message": "half"}})");
        std::fflush(stdout);
    }
    const QString gate = wishes.value(QStringLiteral("gate")).toString();
    if (!gate.isEmpty()) waitAtGate(gate);
    const QString mode = wishes.value(QStringLiteral("mode")).toString(QStringLiteral("ok"));
    if (mode == QStringLiteral("segv")) {
        std::signal(SIGSEGV, SIG_DFL);
        std::raise(SIGSEGV);
    }
    if (mode == QStringLiteral("eat")) eatMemory();
    if (mode == QStringLiteral("murder")) kill(getppid(), SIGKILL);
    writeDown(ledger, "end", job);
    if (mode == QStringLiteral("fail")) {
        std::fputs("Traceback: it fails because it was told to\n", stderr);
        return 1;
    }
    std::printf(R"({"result": {"attempt": %d}})"
                "\n",
                job.value(QStringLiteral("attempt")).toInt());
    return 0;
}
