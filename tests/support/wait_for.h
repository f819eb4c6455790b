#pragma once

#include "core/runtime/answer.h"

#include <QEventLoop>
#include <QTimer>

namespace signalbox::test {

/// Ends the program in words when a test waits for what does not come.
inline constexpr std::chrono::seconds waitDeadline{30};

/// Runs the loop until `start(done)` has called done(value), and returns the value. Only tests may wait.
template <typename T>
[[nodiscard]] T waitForCallback(const std::function<void(std::function<void(T)>)> &start)
{
    QEventLoop loop;
    std::optional<T> value;
    start([&](T given) {
        value = std::move(given);
        loop.quit();
    });
    QTimer::singleShot(waitDeadline, &loop, [] { qFatal("No answer came."); });
    if (!value) loop.exec();
    return std::move(*value);
}

/// The same for a future.
template <typename T> [[nodiscard]] T waitFor(const QFuture<T> &future)
{
    QEventLoop loop;
    if (!future.isFinished()) {
        runtime::whenDone(future, &loop, [&](const T &) { loop.quit(); });
        QTimer::singleShot(waitDeadline, &loop, [] { qFatal("No answer came."); });
        loop.exec();
    }
    return future.result();
}

} // namespace signalbox::test
