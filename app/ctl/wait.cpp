#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/result_answer.h"
#include "app/ctl/words.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

namespace {

/// Until all have ended; says each result as `result` does, in the order in which they were named.
class Wait : public Command {
public:
    void define(CLI::App &app) override
    {
        addIds(app, m_ids)->required();
        addDuration(app, "--timeout", m_timeout, "Wait no longer than this (exit status 5)");
    }
    [[nodiscard]] Needs needs() const override { return {.events = true}; }
    void run(Context &context) override
    {
        m_results.resize(m_ids.size());
        for (qsizetype i = 0; i < m_ids.size(); ++i)
            runtime::whenDone(context.service().wait(m_ids[i], m_timeout, context.global().queue), this,
                              [this, &context, i](const Result<JobResult> &result) {
                                  m_results[i] = result;
                                  ++m_ended;
                                  context.out().progress(Words::tr("ended"), m_ended, m_ids.size());
                                  if (m_ended == m_ids.size()) say(context);
                              });
    }

private:
    void say(Context &context)
    {
        ExitCode code = ExitCode::Done;
        for (const std::optional<Result<JobResult>> &result : std::as_const(m_results)) {
            if (!*result) context.out().error(result->error());
            const ExitCode one
                = *result ? sayResult(context.out(), **result) : exitCodeOf(result->error().kind);
            if (code == ExitCode::Done) code = one;
        }
        context.finish(code);
    }
    QList<JobId> m_ids;
    std::optional<std::chrono::milliseconds> m_timeout;
    QList<std::optional<Result<JobResult>>> m_results;
    qsizetype m_ended = 0;
};

} // namespace

std::unique_ptr<Command> makeWait()
{
    return std::make_unique<Wait>();
}

} // namespace signalbox::ctl
