#include "core/runtime/engine_thread.h"

#include <future>

namespace signalbox::runtime {

EngineThread::EngineThread() : m_calls(std::make_unique<CallBox>())
{
    m_thread.setObjectName(QStringLiteral("engine"));
    m_calls->moveToThread(&m_thread);
    m_thread.start();
}

EngineThread::~EngineThread()
{
    // The loop ends by a call of its own, and not by quit() from here, so that everything put before still
    // runs. What those calls put is dropped; an Answer among it says so to whoever waits.
    m_calls->put([this] { m_thread.quit(); });
    m_thread.wait();
}

void EngineThread::post(std::function<void()> call)
{
    m_calls->put(std::move(call));
}

void EngineThread::run(const std::function<void()> &call)
{
    if (isCurrent()) {
        call();
        return;
    }
    std::promise<void> done;
    m_calls->put([&] {
        call();
        done.set_value();
    });
    done.get_future().wait();
}

bool EngineThread::isCurrent() const
{
    return QThread::currentThread() == &m_thread;
}

} // namespace signalbox::runtime
