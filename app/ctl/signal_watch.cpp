#include "app/ctl/signal_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace signalbox::ctl {

namespace {

// A handler of a signal may do next to nothing; it writes a byte, and the loop reads it.
std::array<int, 2> g_pipe{-1, -1};

void wake(int /*number*/)
{
    const char byte = 1;
    [[maybe_unused]] const ssize_t written = ::write(g_pipe[1], &byte, 1); // full: the loop will wake anyway
}

} // namespace

SignalWatch::SignalWatch()
{
    if (::pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0)
        qFatal("No pipe: the system is out of descriptors.");
    m_notifier = std::make_unique<QSocketNotifier>(g_pipe[0], QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        // timeout(1) signals a process and its group: what comes in one turn of the loop was one wish.
        std::array<char, 64> bytes{};
        while (::read(g_pipe[0], bytes.data(), bytes.size()) > 0) { }
        Q_EMIT asked();
    });
    struct sigaction action { };
    action.sa_handler = wake;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
}

} // namespace signalbox::ctl
