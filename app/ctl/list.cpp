#include "app/ctl/list.h"

#include "app/ctl/commands.h"
#include "app/ctl/job_text.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr int pageMax = 1000; // as JobQueue::list takes

/// What asks for attention comes first.
const QList<JobStatus> &allInOrder()
{
    static const QList<JobStatus> order{JobStatus::Running,   JobStatus::Retrying,  JobStatus::Pending,
                                        JobStatus::Scheduled, JobStatus::Blocked,   JobStatus::DeadLetter,
                                        JobStatus::Failed,    JobStatus::Completed, JobStatus::Cancelled};
    return order;
}

class List : public Command {
public:
    void define(CLI::App &app) override
    {
        addText(app, "--status", m_status, "Only this state: pending, running, dead_letter, …")
            ->type_name("STATUS");
        app.add_option("--limit", m_wanted.limit, "Jobs at most")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000))
            ->default_str("100");
        addText(app, "--after", m_wanted.after, "Go on behind the cursor of an earlier answer")
            ->type_name("CURSOR");
        addText(app, "--handler", m_wanted.filter.handler, "Only this handler; NAME* for all that begin so")
            ->type_name("NAME");
        addText(app, "--priority", m_priority, "Only this priority")->type_name("PRIORITY");
        addTexts(app, "--tag", m_tags, "Only with this tag; may be given more than once")
            ->type_name("K=V")
            ->take_all();
        addText(app, "--text", m_wanted.filter.text, "Only with this text in id, name, handler or error")
            ->type_name("TEXT");
        app.add_flag("--reverse", m_wanted.reversed, "The other way round");
    }
    [[nodiscard]] Result<> check(Context &context) override
    {
        m_wanted.queue = context.queue();
        m_wanted.statuses = allInOrder();
        if (!m_status.isEmpty()) {
            const Result<JobStatus> status = jobStatusFromText(m_status);
            if (!status) return tl::unexpected(status.error());
            m_wanted.statuses = {*status};
        }
        if (!m_priority.isEmpty()) {
            const Result<JobPriority> priority = jobPriorityFromText(m_priority);
            if (!priority) return tl::unexpected(priority.error());
            m_wanted.filter.priority = *priority;
        }
        for (const QString &tag : std::as_const(m_tags))
            m_wanted.filter.tags.insert(tag.section(u'=', 0, 0), tag.section(u'=', 1));
        return {};
    }
    void run(Context &context) override { (new JobLister(context, m_wanted, this))->start(); }

private:
    QString m_status;
    QString m_priority;
    QStringList m_tags;
    JobLister::Wanted m_wanted;
};

} // namespace

std::unique_ptr<Command> makeList()
{
    return std::make_unique<List>();
}

JobLister::JobLister(Context &context, Wanted wanted, QObject *parent)
    : QObject(parent), m_context(context), m_wanted(std::move(wanted))
{
}

void JobLister::start()
{
    const Result<> cursor = takeCursor();
    if (!cursor) return m_context.fail(cursor.error());
    readPage();
}

Result<> JobLister::takeCursor()
{
    if (m_wanted.after.isEmpty()) return {};
    const Result<JobStatus> status = jobStatusFromLetter(m_wanted.after.front().toLatin1());
    if (!status || m_wanted.after.size() < 2 || m_wanted.after[1] != u':'
        || !m_wanted.statuses.contains(*status))
        return signalbox::fail(
            Error::Kind::Invalid, Words::tr("--after %1 cannot be used.").arg(m_wanted.after),
            Words::tr("It is no cursor of such a list."), Words::tr("Take the one that the list gave."));
    m_wanted.statuses = m_wanted.statuses.mid(m_wanted.statuses.indexOf(*status));
    if (m_wanted.after.size() > 2) m_cursor = queue::Cursor{m_wanted.after.mid(2).toUtf8()};
    return {};
}

void JobLister::readPage()
{
    if (m_wanted.statuses.isEmpty()) return say({});
    queue::ListQuery query;
    query.queue = m_wanted.queue;
    query.status = m_wanted.statuses.front();
    query.filter = m_wanted.filter;
    query.limit = std::min(pageMax, m_wanted.limit - static_cast<int>(m_rows.size()));
    query.after = m_cursor;
    query.reversed = m_wanted.reversed;
    runtime::whenDone(m_context.service().list(query), this, [this](const Result<queue::ListPage> &page) {
        if (!page) return m_context.fail(page.error());
        take(*page);
    });
}

void JobLister::take(const queue::ListPage &page)
{
    m_rows += page.rows;
    m_cursor = page.next;
    if (!page.next) m_wanted.statuses.removeFirst();
    if (m_rows.size() < m_wanted.limit) return readPage();
    if (m_wanted.statuses.isEmpty()) return say({});
    // Without a cursor behind the colon the next list begins with the first of that state.
    const QChar letter = QLatin1Char(toLetter(m_wanted.statuses.front()));
    say(letter + u":"_s + (m_cursor ? QString::fromUtf8(m_cursor->text) : QString()));
}

void JobLister::say(const QString &next)
{
    Output &out = m_context.out();
    if (out.isJson()) {
        QList<QByteArray> rows;
        for (const JobSummary &row : std::as_const(m_rows)) rows.append(row.toJson());
        out.json(JsonWriter().json("jobs"_L1, jsonArray(rows)).textOrNull("next"_L1, next).take());
    } else if (m_rows.isEmpty()) {
        out.note(Words::tr("No such jobs in queue %1.").arg(m_wanted.queue));
    } else {
        Table table = jobTable();
        for (const JobSummary &row : std::as_const(m_rows)) addRow(table, row);
        out.table(table);
        if (!next.isEmpty()) out.note(Words::tr("There are more: --after %1").arg(next));
    }
    m_context.finish();
}

} // namespace signalbox::ctl
