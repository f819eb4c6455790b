#include "core/runtime/engine_thread.h"

#include "core/runtime/mailbox.h"
#include "core/runtime/race_detector.h"

#include <QEventLoop>

#include <pthread.h>

#include <future>
#include <memory>

namespace signalbox::runtime {

struct EngineThread::Life {
    QEventLoop loop;
    CallBox calls;
};

EngineThread::EngineThread()
{
    showQueuedSignalsToRaceDetector();
    std::promise<Life *> begun;
    std::future<Life *> life = begun.get_future();
    m_thread = std::thread([begun = std::move(begun)]() mutable {
        pthread_setname_np(pthread_self(), "engine");
        Life own;
        begun.set_value(&own);
        own.loop.exec();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    });
    m_life = life.get();
}

EngineThread::~EngineThread()
{
    // The loop ends by a call of its own, and not by quit() from here, so that everything put before still
    // runs. What those calls put is dropped; an Answer among it says so to whoever waits.
    m_life->calls.put([this] { m_life->loop.quit(); });
    m_thread.join();
}

void EngineThread::post(std::function<void()> call)
{
    m_life->calls.put(std::move(call));
}

void EngineThread::run(const std::function<void()> &call)
{
    if (isCurrent()) {
        call();
        return;
    }
    const auto done = std::make_shared<std::promise<void>>(); // may outlive the wait by its last instruction
    m_life->calls.put([&call, done] {
        call();
        done->set_value();
    });
    done->get_future().wait();
}

bool EngineThread::isCurrent() const
{
    return std::this_thread::get_id() == m_thread.get_id();
}

} // namespace signalbox::runtime
