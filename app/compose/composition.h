#pragma once

#include "core/queue/doctor.h"
#include "core/service/job_service.h"
#include "core/service/settings.h"

#include <QFuture>
#include <QObject>

#include <memory>

namespace signalbox::compose {

struct CompositionOptions {
    service::Settings settings;
    bool withEvents = true; ///< listens to the event stream from the start
    bool withHandlers
        = false; ///< registers the built-in handlers and those of the handlers file: for who runs jobs
};

/// Everything a program of Signalbox is made of, put together: the engine thread; the private server, unless
/// a URL is set; the queue; the handlers; the service. The only place that knows all of them.
///
/// Shutdown order, and what breaks otherwise: workers (they settle and hand back through the queue), the
/// queue's connections, then the private server (stopped first, it would turn every settle into a lost
/// lease), then the objects, in the thread they live in, and the thread last.
///
/// Threads  the one that made it, which is not the engine. service() may be called from any thread as its
///          class says.
class Composition : public QObject {
    Q_OBJECT
public:
    explicit Composition(CompositionOptions options, QObject *parent = nullptr);
    ~Composition() override; ///< as close() without the grace: what still runs is given back

    /// Once.   Errors  as PrivateRedis::start, JobService::start and the handlers file have them.
    [[nodiscard]] QFuture<Result<>> open();
    /// Gracefully, in the order above. Not opened, or closed before: done.
    [[nodiscard]] QFuture<Result<>> close();

    /// From open()'s success to the destructor.
    [[nodiscard]] service::JobService &service() const;
    /// The doctor's look at the server in use, on a connection of its own.   Errors  Unsupported for a queue
    /// in memory, WrongState before open(), else as queue::Doctor.
    [[nodiscard]] QFuture<Result<queue::DoctorReport>> examine(queue::DoctorOptions options);
    /// The server in use, after open(); nothing for a queue in memory.
    [[nodiscard]] std::optional<redis::RedisUrl> url() const;
    /// What the private server had to mend, or empty; after open().
    [[nodiscard]] QString notice() const;

Q_SIGNALS:
    void problem(const signalbox::Error &error); ///< what no caller waits for; the service's own come too

private:
    class Engine;
    std::unique_ptr<Engine> d;
};

} // namespace signalbox::compose
