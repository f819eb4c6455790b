#include "app/ctl/job_lister.h"

#include "app/ctl/job_text.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/runtime/answer.h"

#include <QUrl>

#include <memory>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

constexpr int pageMax = 1000; // as JobQueue::list takes

/// What asks for attention comes first.
constexpr std::array allInOrder{JobStatus::Running,   JobStatus::Retrying,  JobStatus::Pending,
                                JobStatus::Scheduled, JobStatus::Blocked,   JobStatus::DeadLetter,
                                JobStatus::Failed,    JobStatus::Completed, JobStatus::Cancelled};

} // namespace

JobLister::JobLister(Context &context, Wanted wanted, QObject *parent)
    : QObject(parent), m_context(context), m_wanted(std::move(wanted))
{
}

void JobLister::start()
{
    if (const auto ids = m_wanted.filter.wholeIds()) return lookUp(*ids);
    if (!m_wanted.queue.isEmpty()) return listQueues({m_wanted.queue});
    runtime::whenDone(m_context.service().queues(), this, [this](const Result<QStringList> &queues) {
        if (!queues) return m_context.fail(queues.error());
        m_isOfManyQueues = true;
        listQueues(*queues);
    });
}

void JobLister::stop()
{
    m_isStopped = true; // said when the page that is under way is here
}

void JobLister::listQueues(QStringList queues)
{
    queues.removeIf([this](const QString &queue) { return !m_wanted.filter.acceptsQueue(queue); });
    const QList<JobStatus> possible = m_wanted.filter.statuses();
    for (const JobStatus status : allInOrder)
        for (const QString &queue : std::as_const(queues))
            if (possible.contains(status)) m_lists.append({queue, status});
    const Result<> cursor = takeCursor();
    if (!cursor) return m_context.fail(cursor.error());
    if (m_wanted.filter.needsScan() && m_context.out().showsProgress()) return measure();
    readPage();
}

void JobLister::measure()
{
    runtime::whenDone(m_context.service().metrics(), this,
                      [this](const Result<service::ServiceMetrics> &metrics) {
                          if (!metrics) return m_context.fail(metrics.error());
                          qint64 total = 0;
                          for (const QueueStats &stats : metrics->queues)
                              for (const List &list : std::as_const(m_lists))
                                  if (list.queue == stats.queue) total += stats.size(list.status);
                          m_total = total;
                          readPage();
                      });
}

/// By id a job is found without reading any list.
void JobLister::lookUp(QList<JobId> ids)
{
    if (ids.isEmpty() || m_rows.size() >= m_wanted.limit) return say({});
    const JobId id = ids.takeFirst();
    const auto take = [this, ids](const Result<Job> &job, Timestamp now) {
        if (!job && job.error().kind != Error::Kind::NotFound) return m_context.fail(job.error());
        const JobFilter &filter = m_wanted.filter;
        if (job && filter.matches(job->summary(), now)
            && filter.argumentsMatch(job->definition.args, job->definition.kwargs))
            m_rows.append(job->summary());
        lookUp(ids);
    };
    runtime::whenDone(m_context.service().serverNow(), this, [this, id, take](const Result<Timestamp> &now) {
        if (!now) return m_context.fail(now.error());
        runtime::whenDone(m_context.service().job(id, m_wanted.queue), this,
                          [take, now = *now](const Result<Job> &job) { take(job, now); });
    });
}

QString JobLister::headOf(const List &list) const
{
    const QChar letter = QLatin1Char(toLetter(list.status));
    if (!m_isOfManyQueues) return letter + u":"_s;
    return letter + u"@"_s + QString::fromLatin1(QUrl::toPercentEncoding(list.queue, {}, ":")) + u':';
}

QString JobLister::cursor() const
{
    if (m_lists.isEmpty()) return {};
    // Without a cursor behind the colon the list is read from its beginning.
    return headOf(m_lists.front()) + (m_cursor ? QString::fromUtf8(m_cursor->text) : QString());
}

Result<> JobLister::takeCursor()
{
    const QString &after = m_wanted.after;
    if (after.isEmpty()) return {};
    while (!m_lists.isEmpty()) {
        const QString head = headOf(m_lists.front());
        if (after.startsWith(head)) {
            if (after.size() > head.size()) m_cursor = queue::Cursor{after.sliced(head.size()).toUtf8()};
            return {};
        }
        m_lists.removeFirst();
    }
    return signalbox::fail(Error::Kind::Invalid, Words::tr("--after %1 cannot be used.").arg(after),
                           Words::tr("It is no cursor of such a list."),
                           Words::tr("Take the one that the list gave."));
}

void JobLister::readPage()
{
    if (m_lists.isEmpty()) return say({});
    if (m_isStopped) return say(cursor());
    queue::ListQuery query;
    query.queue = m_lists.front().queue;
    query.status = m_lists.front().status;
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
    m_searched += page.scanned;
    if (m_wanted.filter.needsScan()) m_context.out().progress(Words::tr("searched"), m_searched, m_total);
    m_cursor = page.next;
    if (!page.next) m_lists.removeFirst();
    if (m_rows.size() < m_wanted.limit) return readPage();
    say(cursor());
}

void JobLister::say(const QString &next)
{
    Output &out = m_context.out();
    out.progress(QString());
    if (out.isJson()) {
        QList<QByteArray> rows;
        for (const JobSummary &row : std::as_const(m_rows)) rows.append(row.toJson());
        out.json(JsonWriter().json("jobs"_L1, jsonArray(rows)).textOrNull("next"_L1, next).take());
    } else {
        if (!m_rows.isEmpty()) {
            Table table = jobTable();
            for (const JobSummary &row : std::as_const(m_rows)) addRow(table, row);
            out.table(table);
        } else if (next.isEmpty()) {
            out.note(m_wanted.queue.isEmpty() ? Words::tr("No such jobs in any queue.")
                                              : Words::tr("No such jobs in queue %1.").arg(m_wanted.queue));
        }
        if (!next.isEmpty()) out.note(Words::tr("There are more: --after %1").arg(next));
    }
    m_context.finish(m_isStopped ? ExitCode::Interrupted : ExitCode::Done);
}

} // namespace signalbox::ctl
