// Races on purpose: two Qt threads write one int without a lock. Under the tsan preset this must be reported; if it
// is not, the suppressions hide real races and a clean run proves nothing.
#include <QThread>

#include <cstdio>
#include <memory>

int main()
{
    int shared = 0;
    const auto write = [&shared] {
        for (int i = 0; i < 100'000; ++i) ++shared;
    };
    const std::unique_ptr<QThread> first(QThread::create(write)), second(QThread::create(write));
    first->start();
    second->start();
    first->wait();
    second->wait();
    std::printf("%d\n", shared);
    return 0;
}
