#include "core/queue/job_facts.h"

#include "core/model/json_writer.h"
#include "core/queue/job_record.h"
#include "core/queue/words.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView letters = "BPSTRCFXD";
constexpr QByteArrayView recordless = "BPS"; // what was never claimed has no run record

Noun nounOf(char letter)
{
    switch (letter) {
    case 'B':
        return Noun::Blocked;
    case 'S':
        return Noun::Scheduled;
    case 'T':
        return Noun::Retrying;
    case 'R':
        return Noun::Running;
    case 'C':
        return Noun::Completed;
    case 'F':
        return Noun::Failed;
    case 'X':
        return Noun::Cancelled;
    case 'D':
        return Noun::Dead;
    default:
        return Noun::Pending;
    }
}

QString cureByRepair()
{
    return Words::tr("Run signalboxctl doctor --repair.");
}

QString cureByAnother()
{
    return Words::tr("It cannot run. Delete the job, and submit it again.");
}

/// Collects what is wrong with one id.
class Judge {
public:
    Judge(const QString &queue, const JobFacts &facts, qint64 seq)
        : m_queue(queue),
          m_facts(facts),
          m_head(readDefinitionHead(facts.definition)),
          m_seq(seq),
          m_id(QString::fromUtf8(facts.id))
    {
    }
    [[nodiscard]] QList<Finding> findings()
    {
        if (m_facts.hasDefinition)
            judgeJob();
        else
            judgeLeftovers();
        return std::move(m_found);
    }

private:
    void add(int invariant, Noun noun, const QString &what, bool isMendable = true, const QString &cure = {})
    {
        m_found.append({invariant, m_queue, toText(noun), m_facts.id, what,
                        cure.isEmpty() ? cureByRepair() : cure, isMendable});
    }
    void judgeLeftovers()
    {
        const QString what = Words::tr("%1 has no definition, and %2 still holds it.");
        const auto left = [&](Noun noun, int invariant) {
            add(invariant, noun, what.arg(m_id, QString::fromLatin1(toText(noun))));
        };
        for (const char letter : m_facts.letters) left(nounOf(letter), 1);
        if (m_facts.hasRun) left(Noun::Runs, 5);
        if (m_facts.hasProgress) left(Noun::Progress, 5);
        if (m_facts.hasLog) left(Noun::Logs, 5);
        if (m_facts.payloadApart >= 0 || m_facts.resultApart >= 0) left(Noun::Big, 5);
        if (!m_facts.key.isEmpty()) left(Noun::Keyed, 5);
    }
    void judgeJob()
    {
        const std::optional<RunRecord> run = RunRecord::parse(m_facts.run);
        judgeRecords(run);
        judgePlace(run);
        judgeParts(run);
        if (m_head) judgeKey();
    }
    void judgeRecords(const std::optional<RunRecord> &run)
    {
        const auto inside = m_head && !m_head->isPayloadApart ? m_head->payloadBytes : 0;
        if (!m_head)
            add(10, Noun::Jobs, Words::tr("The definition of job %1 cannot be read.").arg(m_id), false,
                cureByAnother());
        else if (m_facts.payloadInside != inside)
            addWrongPayload(10, Noun::Jobs, m_facts.payloadInside, inside);
        if (m_facts.hasRun && !run)
            add(10, Noun::Runs, Words::tr("The run record of job %1 cannot be read.").arg(m_id));
        else if (run && m_head && run->definitionBytes != m_facts.definitionBytes)
            add(10, Noun::Runs,
                Words::tr("The definition of job %1 has %L2 bytes, and its run record says %L3.")
                    .arg(m_id)
                    .arg(m_facts.definitionBytes)
                    .arg(run->definitionBytes));
    }
    void addWrongPayload(int invariant, Noun noun, qint64 there, qint64 defined)
    {
        add(invariant, noun,
            Words::tr("The payload of job %1 has %L2 bytes, and its definition says %L3.")
                .arg(m_id)
                .arg(there)
                .arg(defined),
            false, cureByAnother());
    }
    void judgePlace(const std::optional<RunRecord> &run)
    {
        if (m_facts.letters.isEmpty()) {
            add(1, Noun::Jobs, Words::tr("Job %1 is in no list, so nothing ever finds it.").arg(m_id));
            return;
        }
        if (m_facts.letters.size() > 1) {
            QStringList names;
            for (const char letter : m_facts.letters)
                names.append(QString::fromLatin1(toText(nounOf(letter))));
            add(1, nounOf(m_facts.letters.back()),
                Words::tr("Job %1 is in several lists: %2.").arg(m_id, names.join(u", "_s)));
            return;
        }
        const char letter = m_facts.letters.front();
        const QString list = QString::fromLatin1(toText(nounOf(letter)));
        if (!m_facts.hasRun && !recordless.contains(letter))
            add(2, nounOf(letter), Words::tr("Job %1 is in %2 and has no run record.").arg(m_id, list));
        else if (run && toLetter(run->status) != letter)
            add(2, nounOf(letter),
                Words::tr("Job %1 is in %2, and its run record says %3.")
                    .arg(m_id, list, signalbox::toText(run->status)));
        else if (run && letter == 'R' && run->token.isEmpty())
            add(3, Noun::Running, Words::tr("Job %1 runs under no lease: nobody can settle it.").arg(m_id));
        judgeScore(letter);
    }
    void judgeScore(char letter)
    {
        bool isNumber = false;
        const QByteArray score = m_facts.scores.value(0);
        const qint64 value = score.toLongLong(&isNumber);
        if (isNumber && value >= 0 && value < 4 * Rank::levelSpan && isPlace(letter, value)) return;
        add(7, nounOf(letter),
            Words::tr("Job %1 stands in %2 at a place that it cannot have: %3.")
                .arg(m_id, QString::fromLatin1(toText(nounOf(letter))), QString::fromLatin1(score)));
    }
    [[nodiscard]] bool isPlace(char letter, qint64 score) const
    {
        switch (letter) {
        case 'P':
            return (!m_head || score / Rank::levelSpan == 3 - m_head->level) && Rank::seqOf(score) <= m_seq;
        case 'S':
            return !m_head || !m_head->scheduledAt
                || std::chrono::ceil<std::chrono::milliseconds>(*m_head->scheduledAt)
                       .time_since_epoch()
                       .count()
                == score;
        case 'T':
        case 'R':
            return true; // a time
        default:
            return score <= m_seq;
        }
    }
    void judgeParts(const std::optional<RunRecord> &run)
    {
        if (m_facts.hasProgress && m_facts.letters != "R")
            add(5, Noun::Progress, Words::tr("Job %1 has a progress and does not run.").arg(m_id));
        const qint64 apart = std::max<qint64>(m_facts.payloadApart, 0);
        if (m_head && m_head->isPayloadApart && apart != m_head->payloadBytes)
            addWrongPayload(5, Noun::Big, apart, m_head->payloadBytes);
        if (m_head && !m_head->isPayloadApart && m_facts.payloadApart >= 0)
            add(5, Noun::Big,
                Words::tr("Something is kept as a payload of job %1, which has its own.").arg(m_id));
        const qint64 result = run ? run->resultBytes : 0;
        const bool isKnown = run || !m_facts.hasRun; // else the record itself is what is wrong
        if (isKnown && result != std::max<qint64>(m_facts.resultApart, 0))
            add(5, Noun::Big,
                Words::tr("The result of job %1 is not whole: %L2 of %L3 bytes are there.")
                    .arg(m_id)
                    .arg(std::max<qint64>(m_facts.resultApart, 0))
                    .arg(result));
    }
    void judgeKey()
    {
        const QByteArray defined = m_head->idempotencyKey.toUtf8();
        if (m_facts.key == defined && (defined.isEmpty() || m_facts.keyOwner == m_facts.id)) return;
        add(5, Noun::Keyed,
            Words::tr("The idempotency key of job %1 does not lead to it and back.").arg(m_id));
    }

    const QString &m_queue;
    const JobFacts &m_facts;
    const std::optional<DefinitionHead> m_head; ///< nothing: there is none, or it cannot be read
    const qint64 m_seq;
    const QString m_id;
    QList<Finding> m_found;
};

} // namespace

QByteArray Finding::toJson() const
{
    JsonWriter writer;
    writer.integer("invariant"_L1, invariant)
        .textOrNull("queue"_L1, queue)
        .text("key"_L1, QString::fromUtf8(key))
        .textOrNull("member"_L1, QString::fromUtf8(member))
        .text("what"_L1, what)
        .text("cure"_L1, cure)
        .boolean("mendable"_L1, isMendable);
    return writer.take();
}

JobFacts JobFacts::read(const QByteArray &id, const redis::Reply *fields)
{
    JobFacts facts;
    facts.id = id;
    facts.letters = fields[0].text;
    if (!fields[1].text.isEmpty()) facts.scores = fields[1].text.split(' ');
    facts.hasDefinition = fields[2].text == "1";
    facts.definition = fields[3].text;
    facts.hasRun = fields[4].text == "1";
    facts.run = fields[5].text;
    if (facts.run.endsWith('\n')) facts.run.chop(1);
    facts.payloadApart = fields[6].text.toLongLong();
    facts.resultApart = fields[7].text.toLongLong();
    facts.hasProgress = fields[8].text == "1";
    facts.hasLog = fields[9].text == "1";
    facts.key = fields[10].text;
    facts.keyOwner = fields[11].text;
    facts.definitionBytes = fields[12].text.toLongLong();
    facts.payloadInside = fields[13].text.toLongLong();
    return facts;
}

QList<Finding> judge(const QString &queue, const JobFacts &facts, qint64 seq)
{
    return Judge(queue, facts, seq).findings();
}

std::optional<QueueTotals> QueueTotals::read(const redis::Reply &reply)
{
    constexpr size_t sizesFrom = 2, countsFrom = 13;
    if (!reply.isArray() || reply.size() < countsFrom || (reply.size() - countsFrom) % 2 != 0) return {};
    QueueTotals totals;
    totals.layout = reply.at(0).text;
    totals.jobs = reply.at(1).toInteger();
    for (qsizetype i = 0; i < letters.size(); ++i)
        totals.sizes.insert(letters[i], reply.at(sizesFrom + static_cast<size_t>(i)).toInteger());
    totals.submittedByHandlers = reply.at(11).text.toLongLong();
    totals.newestEvent = reply.at(12).text;
    for (size_t i = countsFrom; i + 1 < reply.size(); i += 2) {
        totals.counts.insert(reply.at(i).text, reply.at(i + 1).text.toLongLong());
        if (reply.at(i).text == "bytes") totals.bytes = reply.at(i + 1).text;
    }
    return totals;
}

bool QueueTotals::hasSameFinished(const QueueTotals &other) const
{
    return std::ranges::all_of(QByteArrayView("CFXD"), [&](char letter) {
        return counts.value(QByteArray("in:") + letter) == other.counts.value(QByteArray("in:") + letter)
            && counts.value(QByteArray("out:") + letter) == other.counts.value(QByteArray("out:") + letter);
    });
}

QList<Finding> judge(const QString &queue, const QueueTotals &totals)
{
    QList<Finding> found;
    const auto add = [&](int invariant, Noun noun, const QString &what) {
        found.append({invariant, queue, toText(noun), {}, what, cureByRepair(), true});
    };
    qint64 held = 0;
    for (const char letter : letters) {
        const qint64 size = totals.sizes.value(letter);
        const qint64 counted = totals.counts.value(QByteArray("in:") + letter)
            - totals.counts.value(QByteArray("out:") + letter);
        held += size;
        if (counted != size)
            add(4, Noun::Counts,
                Words::tr("%1 holds %L2 jobs, and the counters say %L3.")
                    .arg(QString::fromLatin1(toText(nounOf(letter))))
                    .arg(size)
                    .arg(counted));
    }
    if (held != totals.jobs)
        add(1, Noun::Jobs,
            Words::tr("There are %L1 definitions, and %L2 jobs in the lists.").arg(totals.jobs).arg(held));
    qint64 gone = 0;
    for (const char *field : {"purged", "expired", "trimmed", "deleted"}) gone += totals.counts.value(field);
    const qint64 submitted = totals.counts.value("submitted");
    if (submitted != held + gone)
        add(4, Noun::Counts,
            Words::tr("%L1 jobs were submitted; %L2 are held and %L3 were removed.")
                .arg(submitted)
                .arg(held)
                .arg(gone));
    if (submitted != totals.submittedByHandlers)
        add(4, Noun::Handlers,
            Words::tr("%L1 jobs were submitted; by handler, %L2 were.")
                .arg(submitted)
                .arg(totals.submittedByHandlers));
    const QByteArray newest = totals.newestEvent.left(totals.newestEvent.indexOf('-'));
    if (totals.counts.contains("ev") != !newest.isEmpty() || totals.counts.value("ev") != newest.toLongLong())
        add(6, Noun::Events, Words::tr("The newest event has another number than the last one given."));
    return found;
}

} // namespace signalbox::queue
