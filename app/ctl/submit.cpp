#include "app/ctl/commands.h"
#include "app/ctl/job_lines.h"
#include "app/ctl/options.h"
#include "app/ctl/result_answer.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// One job from options; many are JobLines' matter.
class Submit : public Command {
public:
    void define(CLI::App &app) override
    {
        CLI::Option *handler
            = addText(app, "HANDLER", m_handler, "The name under which workers know the code")
                  ->type_name("NAME");
        CLI::Option *file = addText(app, "--file", m_file, "Many jobs: one JSON object a line; - for stdin")
                                ->type_name("FILE")
                                ->excludes(handler);
        for (CLI::Option *option : defineJob(app)) option->excludes(file);
        app.add_flag("--wait", m_wait,
                     "Wait until it has ended and print its result; exit status 1 if it did not "
                     "complete");
        addDuration(app, "--wait-timeout", m_waitAtMost, "Wait no longer than this (exit status 5)");
    }
    [[nodiscard]] Needs needs() const override { return {.events = m_wait}; }
    [[nodiscard]] Result<> check(Context &context) override
    {
        if (!m_file.isEmpty()) {
            m_lines = std::make_unique<JobLines>(context, this);
            return m_lines->read(m_file);
        }
        if (m_handler.isEmpty())
            return signalbox::fail(
                Error::Kind::Invalid, Words::tr("There is nothing to submit."),
                Words::tr("Neither a handler nor a file is named."),
                Words::tr("Write: signalboxctl submit HANDLER, or signalboxctl submit --file FILE."));
        return makeJob(context);
    }
    void run(Context &context) override
    {
        if (m_lines) return m_lines->submit(m_wait, m_waitAtMost);
        if (!m_delay) return submit(context);
        // From now by the server's clock, since that is the one by which it will be due.
        runtime::whenDone(context.service().serverNow(), this,
                          [this, &context](const Result<Timestamp> &now) {
                              if (!now) return context.fail(now.error());
                              m_job.scheduledAt = *now + *m_delay;
                              submit(context);
                          });
    }

private:
    std::vector<CLI::Option *> defineJob(CLI::App &app)
    {
        return {
            addText(app, "--args", m_args, "Arguments: a JSON array")->type_name("JSON"),
            addText(app, "--kwargs", m_kwargs, "Keyword arguments: a JSON object")->type_name("JSON"),
            addText(app, "--name", m_name, "What people call it; default: the handler's last part")
                ->type_name("TEXT"),
            addText(app, "--priority", m_priority, "low, normal, high or critical")->type_name("PRIORITY"),
            addDuration(app, "--delay", m_delay, "Run it not before so many seconds from now"),
            addText(app, "--at", m_at, "Run it not before this time, as 2026-11-24T09:30:00Z")
                ->type_name("TIME"),
            addDuration(app, "--timeout", m_timeout, "End a run that takes longer"),
            app.add_option("--max-retries", m_maxRetries, "Runs after the first, when it fails")
                ->type_name("N"),
            addDuration(app, "--retry-delay", m_retryDelay, "Wait before the first retry"),
            app.add_option("--retry-backoff", m_retryBackoff, "By which the wait grows")->type_name("X"),
            addTexts(app, "--tag", m_tags, "A tag; may be given more than once")
                ->type_name("K=V")
                ->take_all(),
            addText(app, "--key", m_key, "Idempotency key: the same key makes one job")->type_name("TEXT"),
        };
    }
    [[nodiscard]] Result<> makeJob(const Context &context)
    {
        m_job.handler = m_handler;
        m_job.queue = context.queue();
        m_job.name = m_name;
        m_job.idempotencyKey = m_key;
        m_job.timeout = m_timeout;
        m_job.retry = context.settings().retry;
        if (m_maxRetries) m_job.retry.maxRetries = *m_maxRetries;
        if (m_retryDelay) m_job.retry.base = *m_retryDelay;
        if (m_retryBackoff) m_job.retry.factor = *m_retryBackoff;
        return readPayload().and_then([this] { return readWords(); }).and_then([this] { return readTime(); });
    }
    [[nodiscard]] Result<> readPayload()
    {
        const auto read
            = [](const char *option, const QString &text, JsonText::Root root, JsonText &to) -> Result<> {
            if (text.isEmpty()) return {};
            const Result<JsonText> json = JsonText::parse(text.toUtf8(), root);
            if (!json)
                return signalbox::fail(Error::Kind::Invalid,
                                       Words::tr("%1 cannot be used.").arg(QLatin1StringView(option)),
                                       json.error().why, json.error().todo);
            to = *json;
            return {};
        };
        return read("--args", m_args, JsonText::Root::Array, m_job.args).and_then([&] {
            return read("--kwargs", m_kwargs, JsonText::Root::Object, m_job.kwargs);
        });
    }
    [[nodiscard]] Result<> readWords()
    {
        if (!m_priority.isEmpty()) {
            const Result<JobPriority> priority = jobPriorityFromText(m_priority);
            if (!priority) return tl::unexpected(priority.error());
            m_job.priority = *priority;
        }
        for (const QString &tag : std::as_const(m_tags)) {
            if (!tag.contains(u'='))
                return signalbox::fail(Error::Kind::Invalid, Words::tr("--tag %1 cannot be used.").arg(tag),
                                       Words::tr("It is not KEY=VALUE."),
                                       Words::tr("Write it like --tag customer=42."));
            m_job.tags.insert(tag.section(u'=', 0, 0), tag.section(u'=', 1));
        }
        return {};
    }
    [[nodiscard]] Result<> readTime()
    {
        if (m_delay && !m_at.isEmpty())
            return signalbox::fail(Error::Kind::Invalid, Words::tr("--delay and --at cannot both be used."),
                                   Words::tr("Each says when the job is due."),
                                   Words::tr("Leave one of them out."));
        if (m_at.isEmpty()) return {};
        const Result<Timestamp> at = timestampFromText(m_at);
        if (!at) return tl::unexpected(at.error());
        m_job.scheduledAt = *at;
        return {};
    }
    void submit(Context &context)
    {
        runtime::whenDone(context.service().submit(m_job), this,
                          [this, &context](const Result<queue::Submitted> &submitted) {
                              if (!submitted) return context.fail(submitted.error());
                              said(context, *submitted);
                          });
    }
    void said(Context &context, const queue::Submitted &submitted)
    {
        Output &out = context.out();
        const bool wasThere = submitted.kind == queue::Submitted::Kind::AlreadyThere;
        if (wasThere && !out.isJson())
            out.note(Words::tr("It was submitted before; it is %1.").arg(toText(submitted.status)));
        if (!m_wait) {
            if (out.isJson())
                out.json(JsonWriter()
                             .jobId("job_id"_L1, submitted.id)
                             .text("status"_L1, toText(submitted.status))
                             .boolean("already_there"_L1, wasThere)
                             .take());
            else
                out.line(submitted.id.text());
            return context.finish();
        }
        if (!out.isJson()) out.note(Words::tr("Job %1").arg(submitted.id.text()));
        waitFor(context, submitted.id);
    }
    void waitFor(Context &context, const JobId &id)
    {
        if (context.out().showsProgress())
            connect(&context.service(), &service::JobService::jobProgress, this,
                    [&context, id](const Event &event) { showProgress(context.out(), id, event); });
        runtime::whenDone(context.service().wait(id, m_waitAtMost, m_job.queue), this,
                          [&context](const Result<JobResult> &result) {
                              if (!result) return context.fail(result.error());
                              context.finish(sayResult(context.out(), *result));
                          });
    }
    static void showProgress(Output &out, const JobId &id, const Event &event)
    {
        const Result<JobProgress> progress = event.job == id
            ? JobProgress::fromJson(event.toJson())
            : signalbox::fail(Error::Kind::NotFound, {}, {}, {});
        if (!progress) return;
        std::optional<qint64> total;
        if (progress->total) total = static_cast<qint64>(*progress->total);
        out.progress(progress->message, static_cast<qint64>(progress->current), total);
    }

    QString m_handler, m_file, m_args, m_kwargs, m_name, m_priority, m_at, m_key;
    QStringList m_tags;
    std::optional<std::chrono::milliseconds> m_delay, m_timeout, m_retryDelay, m_waitAtMost;
    std::optional<int> m_maxRetries;
    std::optional<double> m_retryBackoff;
    bool m_wait = false;
    JobDefinition m_job;
    std::unique_ptr<JobLines> m_lines;
};

} // namespace

std::unique_ptr<Command> makeSubmit()
{
    return std::make_unique<Submit>();
}

} // namespace signalbox::ctl
