#include "app/ctl/job_text.h"

#include "app/ctl/words.h"
#include "core/model/number_text.h"

#include <QDateTime>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

/// Two spaces for each level, every scalar byte for byte: not by QJsonDocument, which rounds big integers.
class JsonIndenter {
public:
    [[nodiscard]] QByteArray indent(const QByteArray &document)
    {
        for (const char c : document) feed(c);
        return m_out;
    }

private:
    void feed(char c)
    {
        if (m_isInString) return feedInString(c);
        switch (c) {
        case ' ':
        case '\t':
        case '\r':
        case '\n':
            return;
        case '{':
        case '[':
            return open(c);
        case '}':
        case ']':
            return close(c);
        case ',':
            m_out += ',';
            return newLine();
        case ':':
            m_out += ": ";
            return;
        default:
            break;
        }
        m_isInString = c == '"';
        m_isEmpty = false;
        m_out += c;
    }
    void feedInString(char c)
    {
        m_out += c;
        if (m_isEscaped)
            m_isEscaped = false;
        else if (c == '\\')
            m_isEscaped = true;
        else if (c == '"')
            m_isInString = false;
    }
    void open(char c)
    {
        m_out += c;
        ++m_depth;
        m_isEmpty = true;
        newLine();
    }
    void close(char c)
    {
        --m_depth;
        if (m_isEmpty) {
            while (!m_out.endsWith('{') && !m_out.endsWith('[')) m_out.chop(1);
            m_isEmpty = false;
        } else {
            newLine();
        }
        m_out += c;
    }
    void newLine() { m_out += '\n' + QByteArray(m_depth * 2, ' '); }

    QByteArray m_out;
    qsizetype m_depth = 0;
    bool m_isInString = false;
    bool m_isEscaped = false;
    bool m_isEmpty = false;
};

QString progressText(const JobProgress &progress)
{
    const std::optional<double> percentage = progress.percentage();
    const QString text = percentage ? percentText(*percentage) : QString::number(progress.current);
    return (text + u' ' + progress.message).trimmed();
}

void addLine(QString &block, const QString &name, const QString &value)
{
    if (!value.isEmpty()) block += u"%1 %2\n"_s.arg(name + u':', -14).arg(value);
}

void addSection(QString &block, const QString &name, const QString &text)
{
    if (text.isEmpty()) return;
    block += name + u":\n"_s;
    for (const QString &line : text.split(u'\n')) block += u"    "_s + line + u'\n';
}

QString tagsText(const QMap<QString, QString> &tags)
{
    QStringList parts;
    for (auto tag = tags.constBegin(); tag != tags.constEnd(); ++tag) parts.append(tag.key() + u'=' + *tag);
    return parts.join(u", "_s);
}

} // namespace

QString prettyJson(const QByteArray &document)
{
    return QString::fromUtf8(JsonIndenter().indent(document));
}

QString timeText(const std::optional<Timestamp> &time)
{
    if (!time) return {};
    return QDateTime::fromMSecsSinceEpoch(toMicros(*time) / 1000).toString(u"yyyy-MM-dd HH:mm:ss"_s);
}

QString detailText(const JobSummary &row)
{
    switch (row.status) {
    case JobStatus::Scheduled:
        return Words::tr("due %1").arg(timeText(row.dueAt));
    case JobStatus::Retrying:
        return Words::tr("again at %1; %2").arg(timeText(row.dueAt), row.errorHead);
    case JobStatus::Running:
        if (row.cancelRequested) return Words::tr("asked to cancel");
        return row.progress ? progressText(*row.progress) : row.workerId;
    case JobStatus::Completed:
        return row.startedAt && row.endedAt ? durationText(*row.endedAt - *row.startedAt) : QString();
    case JobStatus::Failed:
    case JobStatus::DeadLetter:
        return row.errorHead;
    case JobStatus::Blocked:
    case JobStatus::Pending:
    case JobStatus::Cancelled:
        break;
    }
    return {};
}

Table jobTable()
{
    return Table({{Words::tr("ID")},
                  {Words::tr("HANDLER")},
                  {Words::tr("PRIORITY")},
                  {Words::tr("STATUS")},
                  {Words::tr("ATTEMPTS"), Table::Align::Right},
                  {Words::tr("CREATED")},
                  {Words::tr("DETAIL")}});
}

void addRow(Table &table, const JobSummary &row)
{
    table.add({row.id.text(), row.handler, toText(row.priority), toText(row.status),
               QString::number(row.attempts), timeText(row.createdAt), detailText(row)});
}

QString jobBlock(const Job &job, const QByteArray &logTail)
{
    const JobDefinition &d = job.definition;
    QString block;
    addLine(block, Words::tr("Job"), d.id.text());
    addLine(block, Words::tr("Name"), d.name);
    addLine(block, Words::tr("Handler"), d.handler);
    addLine(block, Words::tr("Queue"), d.queue);
    addLine(block, Words::tr("Priority"), toText(d.priority));
    addLine(block, Words::tr("Status"),
            toText(job.status) + (job.cancelRequested ? Words::tr(", asked to cancel") : QString()));
    addLine(block, Words::tr("Attempts"),
            Words::tr("%1 ended, %2 failed of %3 allowed")
                .arg(job.attempts)
                .arg(job.failures)
                .arg(d.retry.maxRetries + 1));
    if (job.workersLost > 0) addLine(block, Words::tr("Workers lost"), QString::number(job.workersLost));
    if (job.requeues > 0) addLine(block, Words::tr("Requeued"), QString::number(job.requeues));
    addLine(block, Words::tr("Retries"),
            Words::tr("after %1, each wait %2 times the last")
                .arg(durationText(d.retry.base))
                .arg(d.retry.factor));
    if (d.timeout) addLine(block, Words::tr("Timeout"), durationText(*d.timeout));
    addLine(block, Words::tr("Tags"), tagsText(d.tags));
    addLine(block, Words::tr("Idempotency"), d.idempotencyKey);
    addLine(block, Words::tr("Created"), timeText(d.createdAt));
    addLine(block, Words::tr("Due"), timeText(job.dueAt));
    addLine(block, Words::tr("Started"), timeText(job.startedAt));
    addLine(block, Words::tr("Ended"), timeText(job.endedAt));
    addLine(block, Words::tr("Worker"), job.workerId);
    if (job.progress) addLine(block, Words::tr("Progress"), progressText(*job.progress));
    addSection(block, Words::tr("Arguments"), prettyJson(d.args.bytes()));
    addSection(block, Words::tr("Keyword arguments"), prettyJson(d.kwargs.bytes()));
    if (job.status == JobStatus::Completed)
        addSection(block, Words::tr("Result"), prettyJson(job.result.bytes()));
    addSection(block, Words::tr("Error"), job.error);
    addSection(block, Words::tr("Log"), QString::fromUtf8(logTail).trimmed());
    block.chop(1);
    return block;
}

} // namespace signalbox::ctl
