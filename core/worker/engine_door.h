#pragma once

#include "core/model/error.h"
#include "core/runtime/mailbox.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace signalbox::worker {

class Run;

/// What a worker's thread tells the engine.
struct WorkerNews {
    enum class Kind {
        RunEnded, ///< run: its result is in it
        Progress, ///< run: has something to report
        Renewed,  ///< worker: after max_jobs_per_worker or a restart
        Left,     ///< worker: its thread takes no more jobs
        Problem,  ///< problem: what no job can be blamed for
    };
    Kind kind = Kind::RunEnded;
    int worker = 0;
    std::shared_ptr<Run> run;
    std::optional<Error> problem = {};
};

/// The way from the workers' threads into the engine: one wake a turn of its loop, however many runs end.
/// It outlives the pool in the hands of stuck threads; what they say after close() is dropped.
class EngineDoor {
public:
    using Read = std::function<void(std::vector<WorkerNews> &&)>; ///< in the engine
    explicit EngineDoor(Read read);                               ///< engine thread
    void put(WorkerNews news);                                    ///< any thread
    void readNow(); ///< engine thread: what was put until now, without waiting for the loop
    void close();   ///< engine thread, before the reader goes

private:
    std::mutex m_mutex; // the mailbox may not go while somebody puts
    std::unique_ptr<runtime::Mailbox<WorkerNews>> m_mailbox;
};

} // namespace signalbox::worker
