#include "core/worker/handlers/process_handler.h"

#include "core/worker/handlers/child_dialogue.h"
#include "core/worker/words.h"

#include <csignal>

namespace signalbox::worker {

namespace {

/// Why a signal may have come, for those that our limits send.
QString endingText(const ExitStatus &status, const ProcessSpec &spec)
{
    if (status.signal == SIGXCPU)
        return Words::tr("it used more than %1 s of CPU, %2").arg(spec.cpuMax.count()).arg(status.text());
    if (status.signal == SIGKILL)
        return Words::tr("%1: killed, perhaps because memory ran out").arg(status.text());
    return status.text();
}

} // namespace

QByteArray jobLine(const JobDefinition &job, int attempt)
{
    return "{\"attempt\":" + QByteArray::number(attempt) + ',' + jsonOnOneLine(job.toJson()).sliced(1) + '\n';
}

Result<std::shared_ptr<Handler>> ProcessHandler::create(ProcessSpec spec)
{
    return spec.validate().map([&] {
        return std::shared_ptr<Handler>(new ProcessHandler(std::move(spec)));
    }); // its constructor is private
}

RunResult ProcessHandler::run(const JobDefinition &job, RunContext &context)
{
    Result<ChildProcess> child = ChildProcess::start(m_spec, true);
    if (!child) return RunResult::failed(child.error().text());
    HandlerOutput output(context);
    ChildDialogue dialogue(*child, output, context.cancelToken(), m_spec.killGrace);
    dialogue.run(jobLine(job, context.attempt()), ChildDialogue::Until::Exit);
    const ExitStatus status = child->reap();
    if (status.isSuccess()) return output.result();
    const bool isPermanent = status.signal == 0 && status.code == permanentExitCode;
    return output.failure(endingText(status, m_spec), isPermanent);
}

} // namespace signalbox::worker
