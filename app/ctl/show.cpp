#include "app/ctl/commands.h"
#include "app/ctl/job_text.h"
#include "app/ctl/options.h"
#include "core/model/json_writer.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// Everything about jobs, one after the other, payload and the tail of the log included.
class Show : public Command {
public:
    void define(CLI::App &app) override { addIds(app, m_ids)->required(); }
    void run(Context &context) override { showNext(context); }

private:
    void showNext(Context &context)
    {
        if (m_next == m_ids.size()) return context.finish(m_code);
        const JobId id = m_ids[m_next++];
        runtime::whenDone(context.service().job(id, context.global().queue), this,
                          [this, &context](const Result<Job> &job) {
                              if (!job) return skip(context, job.error());
                              runtime::whenDone(
                                  context.service().logTail(job->definition.id, job->definition.queue), this,
                                  [this, &context, job = *job](const Result<QByteArray> &log) {
                                      if (!log) return skip(context, log.error());
                                      say(context.out(), job, *log);
                                      showNext(context);
                                  });
                          });
    }
    void say(Output &out, const Job &job, const QByteArray &log)
    {
        if (out.isJson()) {
            // The log beside the job, in one object: the job's own text is an object, so the key goes before
            // its end.
            QByteArray object = job.toJson();
            object.chop(1);
            return out.json(object + ",\"log\":" + jsonString(QString::fromUtf8(log)) + '}');
        }
        if (m_hasSaid) out.line();
        m_hasSaid = true;
        out.line(jobBlock(job, log));
    }
    void skip(Context &context, const Error &error)
    {
        context.out().error(error);
        if (m_code == ExitCode::Done) m_code = exitCodeOf(error.kind);
        showNext(context);
    }
    QList<JobId> m_ids;
    qsizetype m_next = 0;
    ExitCode m_code = ExitCode::Done;
    bool m_hasSaid = false;
};

} // namespace

std::unique_ptr<Command> makeShow()
{
    return std::make_unique<Show>();
}

} // namespace signalbox::ctl
