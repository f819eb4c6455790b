#include "app/ctl/alert_program.h"
#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"
#include "core/service/alert_watch.h"

#include <QDateTime>

#include <memory>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// Looks at queues, workers and server every few seconds, says what begins and ends to be wrong, and runs a
/// program for each if one is given.
class Watch : public Command {
public:
    void define(CLI::App &app) override
    {
        addDuration(app, "--every", m_every, "Seconds between two looks; 5 unless given");
        app.add_flag("--once", m_once,
                     "Look once: print what is wrong now, and end with 1 if there is anything");
        addText(
            app, "--exec", m_program,
            "Run this program when an alert begins and when it ends: it gets SIGNALBOX_ALERT_STATE (raised, "
            "cleared), _KIND, _LEVEL, _QUEUE, _WHAT, _TODO and _SINCE in its environment, and the alert as "
            "JSON "
            "on its standard input")
            ->type_name("PROGRAM");
        addTexts(app, "ARG", m_arguments, "Arguments of that program");
    }
    [[nodiscard]] Result<> check(Context & /*context*/) override
    {
        if (m_every && *m_every < 1s)
            return signalbox::fail(Error::Kind::Invalid, Words::tr("--every is too short."),
                                   Words::tr("Each look asks the server for all its queues."),
                                   Words::tr("Wait a second or more."));
        if (m_program.isEmpty()) {
            if (m_arguments.isEmpty()) return {};
            return signalbox::fail(Error::Kind::Invalid, Words::tr("There are arguments for no program."), {},
                                   Words::tr("Name it with --exec."));
        }
        return AlertProgram::check(m_program);
    }
    void run(Context &context) override
    {
        metrics::AlertThresholds thresholds = context.settings().alerts;
        if (m_once) thresholds.unservedAfter = 0ms; // there is no later look
        m_watch = new service::AlertWatch(thresholds, this);
        connect(m_watch, &service::AlertWatch::raised, this,
                [this, &context](const Alert &alert) { say(context, alert, true); });
        connect(m_watch, &service::AlertWatch::cleared, this,
                [this, &context](const Alert &alert) { say(context, alert, false); });
        if (!m_program.isEmpty()) {
            m_runner = new AlertProgram(m_program, m_arguments, this);
            connect(m_runner, &AlertProgram::failed, this,
                    [&context](const Error &error) { context.out().error(error); });
        }
        m_timer = runtime::systemSeams().timers->makeTimer([this, &context] { look(context); });
        if (!m_once) context.out().note(Words::tr("Watching; Ctrl+C ends it."));
        look(context);
    }
    void interrupt(Context &context, int /*times*/) override { context.finish(); } // the usual way to end it

private:
    void look(Context &context)
    {
        runtime::whenDone(context.service().metrics(), this,
                          [this, &context](const Result<service::ServiceMetrics> &metrics) {
                              if (!metrics) return takeFailure(context, metrics.error());
                              runtime::whenDone(context.service().health(), this,
                                                [this, &context, metrics = *metrics](
                                                    const Result<service::ServiceHealth> &health) {
                                                    take(context, metrics, health);
                                                });
                          });
    }
    /// A server that cannot be reached is the worst of alerts, and has its own words.
    void takeFailure(Context &context, const Error &error)
    {
        if (m_once) return context.fail(error);
        if (!m_isUnreachable) context.out().error(error);
        m_isUnreachable = true;
        m_timer->start(m_every.value_or(5s));
    }
    void take(Context &context, const service::ServiceMetrics &metrics,
              const Result<service::ServiceHealth> &health)
    {
        if (std::exchange(m_isUnreachable, false))
            context.out().note(Words::tr("The server can be reached again."));
        if (!health && !std::exchange(m_isHealthRefused, true))
            context.out().error(health.error()); // once: the rules about queues and workers hold all the same
        m_watch->take(metrics, health ? std::optional(*health) : std::nullopt);
        if (!context.out().flush()) return context.finish(); // whoever read has gone
        if (!m_once) return m_timer->start(m_every.value_or(5s));
        const ExitCode code = m_watch->alerts().isEmpty() ? ExitCode::Done : ExitCode::AnswerIsNo;
        if (m_runner == nullptr || m_runner->isIdle()) return context.finish(code);
        connect(m_runner, &AlertProgram::idle, this, [&context, code] { context.finish(code); });
    }
    void say(Context &context, const Alert &alert, bool isRaised)
    {
        if (m_runner != nullptr) m_runner->run(alert, isRaised);
        Output &out = context.out();
        if (out.isJson()) return out.json(alertJson(alert, isRaised));
        const QString time
            = QDateTime::fromMSecsSinceEpoch(toMicros(alert.since) / 1000).toString(u"yyyy-MM-dd HH:mm:ss"_s);
        if (isRaised)
            out.line(u"%1  %2  %3"_s.arg(time).arg(toText(alert.level), -8).arg(alert.what));
        else
            out.line(u"%1  %2  %3"_s.arg(time).arg(Words::tr("over"), -8).arg(alert.what));
        if (isRaised && !alert.todo.isEmpty()) out.line(u"%1  %2"_s.arg(QString(29, u' '), alert.todo));
    }

    std::optional<std::chrono::milliseconds> m_every;
    bool m_once = false;
    QString m_program;
    QStringList m_arguments;
    service::AlertWatch *m_watch = nullptr; // owner: this, as its parent
    AlertProgram *m_runner = nullptr;       // owner: this, as its parent
    std::unique_ptr<runtime::Timer> m_timer;
    bool m_isUnreachable = false;
    bool m_isHealthRefused = false;
};

} // namespace

std::unique_ptr<Command> makeWatch()
{
    return std::make_unique<Watch>();
}

} // namespace signalbox::ctl
