#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"

#include <QDateTime>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// As they happen, until told to stop or nobody reads on.
class Events : public Command {
public:
    void define(CLI::App &app) override
    {
        app.add_option("--count", m_count, "End after so many")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000'000));
        addTexts(app, "--type", m_types, "Only events of this name; may be given more than once")
            ->type_name("NAME")
            ->take_all();
        addText(app, "--job", m_job, "Only those about this job")->type_name("UUID");
    }
    [[nodiscard]] Needs needs() const override { return {.events = true}; }
    [[nodiscard]] Result<> check(Context & /*context*/) override
    {
        for (const QString &type : std::as_const(m_types)) {
            const Result<Event::Type> known = eventTypeFromText(type);
            if (!known) return tl::unexpected(known.error());
        }
        if (m_job.isEmpty()) return {};
        const Result<JobId> id = JobId::fromText(m_job);
        if (!id) return tl::unexpected(id.error());
        m_jobId = *id;
        return {};
    }
    void run(Context &context) override
    {
        connect(&context.service(), &service::JobService::eventsArrived, this,
                [this, &context](const QList<Event> &events) { say(context, events); });
        context.out().note(Words::tr("Listening; Ctrl+C ends it."));
    }
    void interrupt(Context &context, int /*times*/) override { end(context); } // the usual way to end it

private:
    void say(Context &context, const QList<Event> &events)
    {
        for (const Event &event : events) {
            const bool isWanted = (m_types.isEmpty() || m_types.contains(toText(event.type)))
                && (m_jobId.isNull() || event.job == m_jobId)
                && (context.global().queue.isEmpty() || event.queue == context.global().queue);
            if (!isWanted) continue;
            sayOne(context.out(), event);
            if (m_count > 0 && --m_count == 0) return end(context);
        }
        if (!context.out().flush()) end(context); // whoever read has gone
    }
    void end(Context &context)
    {
        disconnect(&context.service(), nullptr, this, nullptr); // those of the closing are nobody's wish
        context.finish();
    }
    static void sayOne(Output &out, const Event &event)
    {
        if (out.isJson()) return out.json(event.toJson());
        const QString time
            = QDateTime::fromMSecsSinceEpoch(toMicros(event.at) / 1000).toString(u"HH:mm:ss.zzz"_s);
        out.line(u"%1  %2  %3  %4  %5"_s.arg(time)
                     .arg(toText(event.type), -18)
                     .arg(event.queue.isEmpty() ? event.source : event.queue, event.job.text(),
                          QString::fromUtf8(event.data)));
    }
    qint64 m_count = 0;
    QStringList m_types;
    QString m_job;
    JobId m_jobId;
};

} // namespace

std::unique_ptr<Command> makeEvents()
{
    return std::make_unique<Events>();
}

} // namespace signalbox::ctl
