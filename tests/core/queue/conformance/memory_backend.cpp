#include "tests/core/queue/conformance/memory_backend.h"

#include "tests/support/wait_for.h"

namespace signalbox::test {

MemoryBackend::MemoryBackend() : m_queue({.clock = &m_time, .timers = &m_time, .random = &m_random})
{
    if (!waitFor(m_queue.initialize())) qFatal("MemoryJobQueue does not initialise.");
}

} // namespace signalbox::test
