#include "app/ctl/commands.h"
#include "app/ctl/job_lookup.h"
#include "app/ctl/options.h"

namespace signalbox::ctl {

namespace {

class Cancel : public Command {
public:
    void define(CLI::App &app) override { addIds(app, m_ids)->required(); }
    void run(Context &context) override
    {
        actOnJobs(context, m_ids, this, {[this, &context](const QString &queue, const QList<JobId> &ids) {
                      return wordsOf(
                          context.service().cancel(queue, ids), this, [](queue::CancelOutcome outcome) {
                              return outcome == queue::CancelOutcome::Cancelled ? QStringLiteral("cancelled")
                                                                                : QStringLiteral("asked");
                          });
                  }});
    }

private:
    QList<JobId> m_ids;
};

} // namespace

std::unique_ptr<Command> makeCancel()
{
    return std::make_unique<Cancel>();
}

} // namespace signalbox::ctl
