#include "tests/faults/job_history.h"

#include <array>

namespace signalbox::test {

using namespace Qt::StringLiterals;

namespace {

/// Within one entry, that is one script call, a job's steps can only have come in this order.
constexpr std::array kinds{"submitted", "lease_lost", "released", "completed", "failed",   "cancelled",
                           "deleted",   "expired",    "trimmed",  "requeued",  "promoted", "started"};

} // namespace

HistoryReader::HistoryReader(RawRedis &raw)
{
    const redis::Reply entries = raw.command({"XRANGE", "{signalbox:default}:events", "-", "+"});
    for (const redis::Reply &entry : entries.elements) readEntry(entry);
}

void HistoryReader::say(const char *law, const QByteArray &id, const QString &what)
{
    m_breaches.append(u"%1 %2: %3"_s.arg(QLatin1String(law), QString::fromLatin1(id), what));
}

void HistoryReader::readEntry(const redis::Reply &entry)
{
    const QByteArray &id = entry.at(0).text;
    const qint64 last = id.first(id.indexOf('-')).toLongLong();
    const qint64 count = id.sliced(id.indexOf('-') + 1).toLongLong();
    QHash<QByteArray, QByteArray> fields;
    for (size_t i = 0; i + 1 < entry.at(1).elements.size(); i += 2)
        fields.insert(entry.at(1).at(i).text, entry.at(1).at(i + 1).text);
    if (m_last == 0 && !fields.contains("new"))
        say("L8", id, u"the events do not begin with the queue's first"_s);
    else if (m_last != 0 && last - count != m_last)
        say("L8", id, u"%1 events before it are missing"_s.arg(last - count - m_last));
    m_last = last;
    m_nowUs = fields.value("t").toLongLong();
    for (const char *kind : kinds) {
        const QByteArray lines = fields.value(kind);
        if (lines.isEmpty()) continue;
        for (const QByteArray &line : lines.split('\n')) read(kind, line);
    }
}

void HistoryReader::read(const QByteArray &kind, const QByteArray &line)
{
    const QByteArrayList words = line.split(' ');
    const QByteArray &id = words.first();
    JobHistory &job = m_jobs[id];
    if (kind == "submitted") {
        ++job.submitted;
        job.dueMs = words.value(2).toLongLong(); // of "-", 0
    }
    if (kind == "started") open(job, id, words.value(1).toInt());
    if (kind == "released" || kind == "lease_lost") {
        close(job, id, kind);
        ++(kind == "released" ? job.released : job.leasesLost);
    }
    if (kind == "completed") {
        close(job, id, kind);
        charge(job);
        end(job, id, kind);
    }
    if (kind == "failed") fail(job, id, words);
    if (kind == "cancelled") {
        if (job.isOpen) charge(job); // of a run that was asked to stop, and did
        end(job, id, kind);
    }
    if (kind == "requeued") {
        ++job.requeued;
        job.hasEnded = false;
        job.charged = 0;
    }
    if (kind == "deleted" || kind == "expired" || kind == "trimmed") job.hasRemover = true;
}

void HistoryReader::open(JobHistory &job, const QByteArray &id, int attempt)
{
    if (job.isOpen) say("L3", id, u"it was claimed while it was claimed"_s);
    if (job.hasEnded) say("L3", id, u"it was claimed after its end"_s);
    if (attempt != job.charged + 1)
        say("L5", id, u"attempt %1 was claimed after %2 were charged"_s.arg(attempt).arg(job.charged));
    if (m_nowUs < job.dueMs * 1000) say("L6", id, u"it was claimed before it was due"_s);
    job.isOpen = true;
    ++job.claims;
}

void HistoryReader::close(JobHistory &job, const QByteArray &id, const QByteArray &kind)
{
    if (!job.isOpen) say("L3", id, u"%1, and no claim was open"_s.arg(QString::fromLatin1(kind)));
    job.isOpen = false;
}

void HistoryReader::charge(JobHistory &job)
{
    ++job.charged;
    ++job.chargedEver;
}

void HistoryReader::end(JobHistory &job, const QByteArray &id, const QByteArray &kind)
{
    if (job.hasEnded) say("L3", id, u"it ended twice: %1"_s.arg(QString::fromLatin1(job.how + ", " + kind)));
    job.hasEnded = true;
    job.isOpen = false;
    job.how = kind;
}

/// failed <id> <attempts> <T, D or F> …: of a run, or of a job that lost its workers, which charges nothing.
void HistoryReader::fail(JobHistory &job, const QByteArray &id, const QByteArrayList &words)
{
    const int attempts = words.value(1).toInt();
    const bool isBuried = !job.isOpen && job.leasesLost > 0 && words.value(2) == "D";
    if (!isBuried) {
        close(job, id, "failed");
        charge(job);
    }
    if (attempts != job.charged)
        say("L5", id, u"its failure says %1 attempts, and %2 were charged"_s.arg(attempts).arg(job.charged));
    if (words.value(2) != "T") end(job, id, isBuried ? "buried" : "failed");
}

} // namespace signalbox::test
