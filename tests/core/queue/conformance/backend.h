#pragma once

#include "core/queue/job_queue.h"

#include <functional>
#include <memory>

namespace signalbox::test {

/// When every test begins: after 2024-01-01, where seq begins.
inline constexpr Timestamp testStart{std::chrono::seconds{1'764'000'000}};

/// One JobQueue to be tested, fresh and initialised, with a clock that only advance() moves.
class Backend {
public:
    Backend() = default;
    virtual ~Backend() = default;
    Q_DISABLE_COPY_MOVE(Backend)
    [[nodiscard]] virtual queue::JobQueue &queue() = 0;
    [[nodiscard]] virtual Timestamp now() const = 0;
    virtual void advance(std::chrono::microseconds by) = 0;
    /// Before a queue other than `default` is used: gives it the test's clock.
    virtual void prepareQueue(const QString &name) = 0;
    /// Reads what lies in the store, where it can be read, and fails the test when it breaks an invariant.
    virtual void verifyInvariants() = 0;
};
using BackendFactory = std::function<std::unique_ptr<Backend>()>;

/// Runs every case of the suite on the backends that `make` gives, a new one for each case.
/// Returns the number of failures, for main().
[[nodiscard]] int runConformance(int argc, char **argv, const BackendFactory &make);

} // namespace signalbox::test
