#include "core/worker/engine_door.h"

namespace signalbox::worker {

EngineDoor::EngineDoor(Read read) : m_mailbox(std::make_unique<runtime::Mailbox<WorkerNews>>(std::move(read)))
{
}

void EngineDoor::put(WorkerNews news)
{
    const std::lock_guard lock(m_mutex);
    if (m_mailbox) m_mailbox->put(std::move(news));
}

void EngineDoor::readNow()
{
    // Without the lock, as the reader may put; only close() takes the mailbox away, in this same thread.
    if (m_mailbox) m_mailbox->drainNow();
}

void EngineDoor::close()
{
    std::unique_ptr<runtime::Mailbox<WorkerNews>> mailbox;
    {
        const std::lock_guard lock(m_mutex);
        mailbox.swap(m_mailbox);
    }
    // Destroyed here, outside the lock: what was in it holds runs, whose handlers may go with them.
}

} // namespace signalbox::worker
