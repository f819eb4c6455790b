#pragma once

#include "core/worker/handler.h"
#include "core/worker/handlers/unique_fd.h"

#include <memory>

namespace signalbox::worker {

/// A descriptor that becomes readable when a token is cancelled, for poll(). The token may outlive it: what
/// the token calls then still has its own end.
class CancelWake {
public:
    explicit CancelWake(const CancelToken &token);
    [[nodiscard]] int fd() const { return m_event->get(); }

private:
    std::shared_ptr<UniqueFd> m_event; // owners: this and the token's call
};

} // namespace signalbox::worker
