#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/result_answer.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

namespace {

/// What jobs answered, in the order in which they were named.
class ShowResult : public Command {
public:
    void define(CLI::App &app) override { addIds(app, m_ids)->required(); }
    void run(Context &context) override { showNext(context); }

private:
    void showNext(Context &context)
    {
        if (m_next == m_ids.size()) return context.finish(m_code);
        runtime::whenDone(context.service().result(m_ids[m_next++], context.global().queue), this,
                          [this, &context](const Result<JobResult> &result) {
                              if (!result) context.out().error(result.error());
                              const ExitCode code = result ? sayResult(context.out(), *result)
                                                           : exitCodeOf(result.error().kind);
                              if (m_code == ExitCode::Done) m_code = code;
                              showNext(context);
                          });
    }
    QList<JobId> m_ids;
    qsizetype m_next = 0;
    ExitCode m_code = ExitCode::Done;
};

} // namespace

std::unique_ptr<Command> makeResult()
{
    return std::make_unique<ShowResult>();
}

} // namespace signalbox::ctl
