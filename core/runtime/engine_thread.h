#pragma once

#include <QThread>

#include <functional>
#include <thread>

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
    struct Life; // on the thread's own stack
    Life *m_life = nullptr;
    // Not a QThread: that one is started and joined inside Qt, where no race detector sees the hand-over.
    std::thread m_thread;
};

} // namespace signalbox::runtime

/// First line of every function that touches a QObject's own state.
#define SIGNALBOX_IN_THREAD_OF(object) Q_ASSERT((object)->thread() == QThread::currentThread())
