#include "core/queue/doctor.h"

#include "app/compose/composition.h"
#include "app/ctl/commands.h"
#include "app/ctl/confirm.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// What is wrong on stdout; exit status 1 when there is anything. What could not be looked at is said too.
class Doctor : public Command {
public:
    void define(CLI::App &app) override
    {
        app.add_flag("--deep", m_options.isDeep, "Read every key, not only the counts");
        app.add_flag("--repair", m_options.repairs, "Mend what can be mended; looks deep for that");
    }
    void run(Context &context) override
    {
        if (!context.global().queue.isEmpty()) m_options.queues = {context.global().queue};
        context.out().progress(Words::tr("looking …"));
        runtime::whenDone(context.composition().examine(m_options), this,
                          [this, &context](const Result<queue::DoctorReport> &report) {
                              if (!report) return context.fail(report.error());
                              if (context.out().isJson())
                                  context.out().json(report->toJson());
                              else
                                  say(context.out(), *report);
                              context.finish(report->isHealthy() ? ExitCode::Done : ExitCode::AnswerIsNo);
                          });
    }

private:
    static void say(Output &out, const queue::DoctorReport &report)
    {
        for (const QString &fact : report.facts) out.note(fact);
        for (const QString &mended : report.mended) out.note(Words::tr("Mended: %1").arg(mended));
        for (const QString &unchecked : report.unchecked)
            out.note(Words::tr("Not checked: %1").arg(unchecked));
        for (const queue::Finding &finding : report.findings) {
            const QString place = finding.queue.isEmpty() ? Words::tr("server") : finding.queue;
            out.line(u"%1: %2"_s.arg(place, finding.what));
            if (!finding.cure.isEmpty()) out.line(u"    "_s + finding.cure);
        }
        const qint64 more = report.found - report.findings.size();
        if (more > 0) out.line(Words::tr("… and %1 more.").arg(countText(more)));
        if (report.isHealthy())
            out.line(report.unchecked.isEmpty() ? Words::tr("Nothing is wrong.")
                                                : Words::tr("Nothing is wrong in what could be checked."));
    }
    queue::DoctorOptions m_options;
};

} // namespace

std::unique_ptr<Command> makeDoctor()
{
    return std::make_unique<Doctor>();
}

} // namespace signalbox::ctl
