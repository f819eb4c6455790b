#pragma once

#include "core/runtime/mailbox.h"

#include <QThread>

#include <functional>
#include <memory>

namespace signalbox::runtime {

/// The engine: one thread with one event loop for connections, queue, pool controller and samplers. It never
/// runs a handler and never blocks. Objects are made in it by run(), live in it and must be destroyed in it
/// (also by run()).
class EngineThread {
public:
    EngineThread();                        ///< starts it
    ~EngineThread();                       ///< ends the loop after what was put before, and joins
    void post(std::function<void()> call); ///< any thread; in order
    /// Runs the call in the engine and waits: for building and tearing down only, never from the GUI's
    /// running loop.
    void run(const std::function<void()> &call);
    [[nodiscard]] bool isCurrent() const;

private:
    QThread m_thread;
    std::unique_ptr<CallBox> m_calls;
};

} // namespace signalbox::runtime

/// First line of every function that touches a QObject's own state.
#define SIGNALBOX_IN_THREAD_OF(object) Q_ASSERT((object)->thread() == QThread::currentThread())
