#pragma once

#include "core/worker/handler.h"
#include "core/worker/handlers/process_spec.h"

namespace signalbox::worker {

/// Runs a program for each job: the job on its standard input as one line of JSON, its answer on standard
/// output. Source   docs/handlers.md, "Process handlers".   Threads  run() in any number at once.
class ProcessHandler : public Handler {
public:
    /// The exit code by which a program says that trying again is useless (EX_DATAERR of sysexits.h: the
    /// input was wrong). Every other code but 0 is a failure that is retried.
    static constexpr int permanentExitCode = 65;
    /// Errors   Invalid, naming the field.
    [[nodiscard]] static Result<std::shared_ptr<Handler>> create(ProcessSpec spec);
    [[nodiscard]] RunResult run(const JobDefinition &job, RunContext &context) override;
    [[nodiscard]] QString description() const override { return m_spec.description(); }

private:
    explicit ProcessHandler(ProcessSpec spec) : m_spec(std::move(spec)) { }
    const ProcessSpec m_spec;
};

/// What a program gets: the job's JSON with "attempt" before its other keys, on one line.
[[nodiscard]] QByteArray jobLine(const JobDefinition &job, int attempt);

} // namespace signalbox::worker
