// The handler program of the fault tests: does what its job's kwargs say, and writes down outside of
// everything under test that it began and how it ended, each line on disk before it goes on: ledger.h.
//   {"ledger": file, "mode": "ok" | "fail" | "segv" | "eat" | "murder", "gate": fifo, "progress": true}
// A gate is a fifo: it waits until somebody opens it for writing. "eat" grows until its memory limit stops
// it; "murder" kills the worker process that runs it.
#include "tests/faults/ledger.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <vector>

using namespace signalbox;
using namespace Qt::StringLiterals;

namespace {

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
    const QJsonObject wishes = job.value(u"kwargs"_s).toObject();
    const test::Ledger ledger(wishes.value(u"ledger"_s).toString());
    const auto writeDown = [&](const char *word, const QByteArray &bytes) {
        ledger.append({{word, job.value(u"id"_s).toString().toLatin1(), job.value(u"attempt"_s).toInt(),
                        getpid(), bytes}});
    };
    writeDown("begin", {});
    if (wishes.value(u"progress"_s).toBool()) {
        std::puts(R"({"progress": {"current": 1, "total": 2, "message": "half"}})");
        std::fflush(stdout);
    }
    const QString gate = wishes.value(u"gate"_s).toString();
    if (!gate.isEmpty()) waitAtGate(gate);
    const QString mode = wishes.value(u"mode"_s).toString(u"ok"_s);
    if (mode == u"segv"_s) {
        std::signal(SIGSEGV, SIG_DFL);
        std::raise(SIGSEGV);
    }
    if (mode == u"eat"_s) eatMemory();
    if (mode == u"murder"_s) kill(getppid(), SIGKILL);
    const QByteArray who = "attempt " + QByteArray::number(job.value(u"attempt"_s).toInt()) + " in process "
        + QByteArray::number(getpid());
    if (mode == u"fail"_s) {
        const QByteArray error = "It failed, as it was told: " + who;
        writeDown("end", error);
        std::fprintf(stderr, "%s\n", error.constData());
        return 1;
    }
    const QByteArray result = "{\"by\":\"" + who + "\",\"as it came\":9007199254740993}";
    writeDown("end", result);
    std::printf("{\"result\": %s}\n", result.constData());
    return 0;
}
