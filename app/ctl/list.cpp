#include "app/ctl/commands.h"
#include "app/ctl/job_lister.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

class List : public Command {
public:
    void define(CLI::App &app) override
    {
        addFilter(app, m_wanted.filter);
        addText(app, "--status", m_status, "Only this state: pending, running, dead_letter, …")
            ->type_name("STATUS");
        app.add_option("--limit", m_wanted.limit, "Jobs at most")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000))
            ->default_str("100");
        addText(app, "--after", m_wanted.after, "Go on behind the cursor of an earlier answer")
            ->type_name("CURSOR");
        addText(app, "--handler", m_handler, "Only this handler; NAME* for all that begin so")
            ->type_name("NAME");
        addText(app, "--priority", m_priority, "Only this priority")->type_name("PRIORITY");
        addTexts(app, "--tag", m_tags, "Only with this tag; may be given more than once")
            ->type_name("K=V")
            ->take_all();
        addText(app, "--text", m_text, "Only with this text in id, name, handler or error")
            ->type_name("TEXT");
        app.add_flag("--reverse", m_wanted.reversed, "The other way round");
    }
    [[nodiscard]] Result<> check(Context &context) override
    {
        // A filter that names queues is about those, unless --queue says otherwise.
        if (!m_wanted.filter.asksForQueues() || !context.global().queue.isEmpty())
            m_wanted.queue = context.queue();
        using Key = JobFilter::Key;
        QList<JobFilter::Term> &terms = m_wanted.filter.terms;
        if (!m_status.isEmpty()) {
            const Result<JobStatus> status = jobStatusFromText(m_status);
            if (!status) return tl::unexpected(status.error());
            terms.append({Key::State, false, QList{*status}});
        }
        if (!m_priority.isEmpty()) {
            const Result<JobPriority> priority = jobPriorityFromText(m_priority);
            if (!priority) return tl::unexpected(priority.error());
            terms.append({Key::Priority, false, QList{*priority}});
        }
        if (!m_handler.isEmpty()) terms.append({Key::Handler, false, QStringList{m_handler}});
        for (const QString &tag : std::as_const(m_tags)) terms.append({Key::Tag, false, QStringList{tag}});
        if (!m_text.isEmpty()) terms.append({Key::Text, false, QStringList{m_text}});
        return {};
    }
    void run(Context &context) override
    {
        m_lister = new JobLister(context, m_wanted, this);
        m_lister->start();
    }
    void interrupt(Context &context, int times) override
    {
        if (m_lister == nullptr || times > 1) return Command::interrupt(context, times);
        m_lister->stop(); // a search that takes too long still says what it found
    }

private:
    QString m_status;
    QString m_handler;
    QString m_priority;
    QStringList m_tags;
    QString m_text;
    JobLister::Wanted m_wanted;
    JobLister *m_lister = nullptr; // owner: this, as its parent
};

} // namespace

std::unique_ptr<Command> makeList()
{
    return std::make_unique<List>();
}

} // namespace signalbox::ctl
