#include "app/ctl/commands.h"
#include "app/ctl/job_lookup.h"
#include "app/ctl/options.h"

namespace signalbox::ctl {

namespace {

class Retry : public Command {
public:
    void define(CLI::App &app) override { addIds(app, m_ids)->required(); }
    void run(Context &context) override
    {
        actOnJobs(context, m_ids, this, {[this, &context](const QString &queue, const QList<JobId> &ids) {
                      return wordsOf(context.service().retry(queue, ids), this,
                                     [](const JobId & /*id*/) { return QStringLiteral("pending"); });
                  }});
    }

private:
    QList<JobId> m_ids;
};

} // namespace

std::unique_ptr<Command> makeRetry()
{
    return std::make_unique<Retry>();
}

} // namespace signalbox::ctl
