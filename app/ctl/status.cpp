#include "app/ctl/commands.h"
#include "app/ctl/job_text.h"
#include "app/ctl/options.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

namespace {

/// One line a job: what is most worth knowing.
class Status : public Command {
public:
    void define(CLI::App &app) override { addIds(app, m_ids)->required(); }
    void run(Context &context) override
    {
        m_jobs.resize(m_ids.size());
        m_missing = m_ids.size();
        for (qsizetype i = 0; i < m_ids.size(); ++i)
            runtime::whenDone(context.service().job(m_ids[i], context.global().queue), this,
                              [this, &context, i](const Result<Job> &job) {
                                  m_jobs[i] = job;
                                  if (--m_missing == 0) say(context);
                              });
    }

private:
    void say(Context &context)
    {
        Output &out = context.out();
        Table table = jobTable();
        ExitCode code = ExitCode::Done;
        for (const std::optional<Result<Job>> &job : std::as_const(m_jobs)) {
            if (!*job) {
                if (code == ExitCode::Done) code = exitCodeOf(job->error().kind);
                out.error(job->error());
            } else if (out.isJson()) {
                out.json((*job)->summary().toJson());
            } else {
                addRow(table, (*job)->summary());
            }
        }
        if (!table.isEmpty()) out.table(table);
        context.finish(code);
    }
    QList<JobId> m_ids;
    QList<std::optional<Result<Job>>> m_jobs;
    qsizetype m_missing = 0;
};

} // namespace

std::unique_ptr<Command> makeStatus()
{
    return std::make_unique<Status>();
}

} // namespace signalbox::ctl
