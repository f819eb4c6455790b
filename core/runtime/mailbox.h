#pragma once

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace signalbox::runtime {

/// The one door by which values enter a thread: put() from anywhere, drained once per turn of the owner's
/// event loop. The posted event only wakes; every value travels under the mutex. Lives in the thread that
/// receives. Bounded by its users: what may be put at any rate is coalesced before.
template <typename T> class Mailbox : public QObject {
public:
    using Drain = std::function<void(std::vector<T> &&)>;
    explicit Mailbox(Drain drain) : m_drain(std::move(drain)) { }

    void put(T value) // any thread
    {
        bool wake = false;
        {
            const std::lock_guard lock(m_mutex);
            wake = m_values.empty();
            m_values.push_back(std::move(value));
        }
        if (wake) QCoreApplication::postEvent(this, new QEvent(QEvent::User));
    }
    /// Values that are here now, without waiting for the loop. Owner's thread.
    void drainNow() { deliver(); }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User) return QObject::event(event);
        deliver();
        return true;
    }

private:
    void deliver()
    {
        std::vector<T> values;
        {
            const std::lock_guard lock(m_mutex);
            values.swap(m_values);
        }
        if (!values.empty()) m_drain(std::move(values));
    }
    Drain m_drain;
    std::mutex m_mutex;
    std::vector<T> m_values;
};

/// A mailbox of calls: put a function, it runs in the owner's thread, in order.
class CallBox : public Mailbox<std::function<void()>> {
public:
    CallBox()
        : Mailbox([](std::vector<std::function<void()>> &&calls) {
              for (std::function<void()> &call : calls) call();
          })
    {
    }
};

} // namespace signalbox::runtime
