#include "core/worker/handlers/cancel_wake.h"

#include <sys/eventfd.h>

namespace signalbox::worker {

CancelWake::CancelWake(const CancelToken &token)
    : m_event(std::make_shared<UniqueFd>(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)))
{
    token.whenCancelled([event = m_event] {
        const eventfd_t one = 1;
        // It fails only when the counter is full, and then it is readable already.
        (void)::eventfd_write(event->get(), one);
    });
}

} // namespace signalbox::worker
