#pragma once

#include "core/worker/handler.h"
#include "core/worker/handlers/child_process.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

namespace signalbox::worker {

/// Keeps children alive and feeds them one job a line; a child answers with a line that has a result or an
/// error, and then gets the next. Saves starting a program for each job. A child that ends, or whose job is
/// cancelled, is replaced with the next job; so is one that is out of step, whose next answer could be to
/// another job than it is given: it has not read all of one, or said an answer too many. Source
/// docs/handlers.md, "Persistent process handlers". Threads  run() in any number at once.
class PersistentProcessHandler : public Handler {
public:
    /// `childrenMax` 0: as many as run() at once, so one a worker. Errors   Invalid, naming the field.
    [[nodiscard]] static Result<std::shared_ptr<Handler>> create(ProcessSpec spec, int childrenMax);
    ~PersistentProcessHandler() override; ///< closes the children's input, then kills those that stay
    [[nodiscard]] RunResult run(const JobDefinition &job, RunContext &context) override;
    [[nodiscard]] QString description() const override;
    void renewWorker(int workerNumber) override;

private:
    struct Idle {
        ChildProcess child;
        int lastWorker = 0;
        QByteArray said = {}; // after its answer: a line that had no end yet
    };
    struct State { // owners: this and the tokens of waiting runs
        std::mutex mutex;
        std::condition_variable wasFreed;
        std::vector<Idle> idle; // the last used one last: it is warm
        int count = 0;          // idle ones and those at work
    };
    PersistentProcessHandler(ProcessSpec spec, int childrenMax);
    static void end(std::vector<Idle> children);
    [[nodiscard]] std::optional<Idle> takeIdle(int worker);
    /// Nothing: cancelled while it waited for a child.
    [[nodiscard]] std::optional<Result<ChildProcess>> takeChild(RunContext &context);
    void giveBack(std::optional<Idle> idle); ///< nothing: it is no more
    [[nodiscard]] static bool isInStep(Idle &idle);

    const ProcessSpec m_spec;
    const int m_childrenMax;
    const std::shared_ptr<State> m_state;
};

} // namespace signalbox::worker
