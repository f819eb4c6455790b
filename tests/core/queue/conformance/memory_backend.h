#pragma once

#include "core/queue/memory_job_queue.h"
#include "core/runtime/manual_clock.h"
#include "tests/core/queue/conformance/backend.h"

namespace signalbox::test {

class MemoryBackend : public Backend {
public:
    MemoryBackend();
    [[nodiscard]] queue::JobQueue &queue() override { return m_queue; }
    [[nodiscard]] Timestamp now() const override { return m_time.wallNow(); }
    void advance(std::chrono::microseconds by) override { m_time.advance(by); }
    void prepareQueue(const QString &) override { } // its queues share one clock
    void verifyInvariants() override { } // its state is plain C++: tests/core/queue/memory looks at it

private:
    runtime::ManualTime m_time{testStart};
    runtime::SeededRandom m_random{1};
    queue::MemoryJobQueue m_queue;
};

} // namespace signalbox::test
