#include "tests/faults/audit.h"

#include "tests/faults/job_history.h"

#include <QSet>

#include <algorithm>
#include <array>

namespace signalbox::test {

using namespace Qt::StringLiterals;
using std::chrono::microseconds;

namespace {

QByteArray key(const char *noun)
{
    return QByteArray("{signalbox:default}:") + noun;
}

struct Place {
    char letter;
    const char *set;
};
constexpr std::array places{Place{'B', "blocked"}, Place{'P', "pending"},   Place{'S', "scheduled"},
                            Place{'R', "running"}, Place{'T', "retrying"},  Place{'C', "completed"},
                            Place{'F', "failed"},  Place{'X', "cancelled"}, Place{'D', "dead"}};
constexpr const char *ended = "CFXD";

/// A run record's words and text; docs/protocol.md, "Records".
struct Run {
    char letter = 'P';
    int attempts = 0;
    qint64 endedUs = 0;
    QByteArray text;
};

/// The queue as its raw keys have it.
struct Store {
    explicit Store(RawRedis &raw)
        : definitions(hash(raw, "jobs")),
          records(hash(raw, "runs")),
          big(hash(raw, "big")),
          counts(hash(raw, "counts"))
    {
        for (const Place &place : places)
            for (const redis::Reply &id : raw.command({"ZRANGE", key(place.set), "0", "-1"}).elements) {
                placesOf[id.text] += place.letter;
                ++sizes[place.letter];
            }
    }
    static QHash<QByteArray, QByteArray> hash(RawRedis &raw, const char *noun)
    {
        QHash<QByteArray, QByteArray> all;
        const std::vector<redis::Reply> fields = raw.command({"HGETALL", key(noun)}).elements;
        for (size_t i = 0; i + 1 < fields.size(); i += 2) all.insert(fields[i].text, fields[i + 1].text);
        return all;
    }
    [[nodiscard]] qint64 count(const QByteArray &field) const { return counts.value(field).toLongLong(); }
    [[nodiscard]] Run run(const QByteArray &id) const
    {
        const QByteArray record = records.value(id);
        if (record.isEmpty()) return {};
        const qsizetype line = record.indexOf('\n');
        const QByteArrayList words = record.left(line).split(' ');
        if (words.size() != 12 || words[1].size() != 1) return {'?', 0, 0, {}};
        const bool isBig = words[2].contains('b');
        return {words[1].front(), words[3].toInt(), words[10].toLongLong(),
                isBig          ? big.value(id + ":r")
                    : line < 0 ? QByteArray()
                               : record.mid(line + 1)};
    }
    [[nodiscard]] QByteArray payload(const QByteArray &id) const
    {
        const QByteArrayList lines = definitions.value(id).split('\n');
        if (lines.value(1).endsWith(" b")) return big.value(id + ":p");
        return lines.mid(4).join('\n');
    }

    QHash<QByteArray, QByteArray> definitions, records, big, counts;
    QHash<QByteArray, QByteArray> placesOf; ///< id → letters of the sets that it is in
    QHash<char, qint64> sizes;
};

class Auditor {
public:
    Auditor(RawRedis &raw, const QList<LedgerLine> &ledger, const AuditTerms &terms)
        : m_store(raw), m_history(raw), m_ledger(ledger), m_terms(terms)
    {
        for (const LedgerLine &line : ledger) {
            if (line.word == "submitted") m_acknowledged.append(line);
            if (line.word == "begin") m_begins[line.id].append(line);
            if (line.word == "end") m_ends[line.id].append(line);
        }
        m_report.breaches = m_history.breaches();
        m_report.jobs = static_cast<int>(m_acknowledged.size());
    }
    [[nodiscard]] AuditReport report()
    {
        checkSubmits();
        for (const LedgerLine &job : std::as_const(m_acknowledged)) {
            checkPlace(job);
            checkBytes(job.id);
            checkRuns(job.id);
            checkAttempts(job.id);
        }
        if (m_report.extraRuns > m_terms.touched)
            say("L4",
                u"%1 extra runs, and the faults touched %2"_s.arg(m_report.extraRuns).arg(m_terms.touched));
        if (m_terms.isOrdered) checkOrder();
        if (m_terms.liveness) checkLiveness(*m_terms.liveness);
        checkCounts();
        return std::move(m_report);
    }

private:
    void say(const char *law, const QString &what)
    {
        m_report.breaches.append(QLatin1String(law) + u' ' + what);
    }
    void say(const char *law, const QByteArray &id, const QString &what)
    {
        say(law, QString::fromLatin1(id) + u": "_s + what);
    }

    void checkPlace(const LedgerLine &job) // L1
    {
        if (!m_store.definitions.contains(job.id)) {
            if (!m_history.of(job.id).hasRemover) say("L1", job.id, u"it is gone, and no event says why"_s);
            return;
        }
        const QByteArray in = m_store.placesOf.value(job.id);
        if (in.size() != 1)
            say("L1", job.id, u"it is in %1 places: %2"_s.arg(in.size()).arg(QLatin1String(in)));
        if (!m_terms.states.contains(m_store.run(job.id).letter))
            say("L1", job.id, u"it is in state %1"_s.arg(QLatin1Char(m_store.run(job.id).letter)));
        if (m_store.payload(job.id) != job.bytes) say("L1", job.id, u"its payload is another"_s);
    }

    void checkSubmits() // L2
    {
        QSet<QByteArray> known;
        for (const LedgerLine &job : std::as_const(m_acknowledged)) {
            known.insert(job.id);
            const int times = m_history.of(job.id).submitted;
            if (times != 1) say("L2", job.id, u"%1 submits made it"_s.arg(times));
        }
        for (const QByteArray &id : m_store.definitions.keys())
            if (!known.contains(id)) say("L2", id, u"nobody was told that it is there"_s);
        if (m_store.count("submitted") != known.size())
            say("L2", u"%1 counted, %2 acknowledged"_s.arg(m_store.count("submitted")).arg(known.size()));
    }

    /// The run that could settle last: only the newest claim's token is good, and its run began last.
    [[nodiscard]] std::optional<LedgerLine> lastEnd(const QByteArray &id, int attempt) const
    {
        const QList<LedgerLine> begins = m_begins.value(id), ends = m_ends.value(id);
        const auto last = std::find_if(begins.crbegin(), begins.crend(),
                                       [attempt](const LedgerLine &line) { return line.number == attempt; });
        if (last == begins.crend()) return {};
        const auto end = std::find_if(ends.crbegin(), ends.crend(), [&](const LedgerLine &line) {
            return line.number == attempt && line.pid == last->pid;
        });
        return end == ends.crend() ? std::nullopt : std::optional(*end);
    }

    void checkBytes(const QByteArray &id) // L3; that nothing ends twice, the history has seen
    {
        const Run run = m_store.run(id);
        const std::optional<LedgerLine> said = lastEnd(id, run.attempts);
        if (run.letter == 'C' && !said)
            say("L3", id, u"it completed, and its handler did not"_s);
        else if (run.letter == 'C' && run.text != said->bytes)
            say("L3", id, u"its result is another than its handler's"_s);
        else if ((run.letter == 'D' || run.letter == 'F') && m_history.of(id).how == "failed" && said
                 && !run.text.contains(said->bytes.trimmed()))
            say("L3", id, u"its error is another than its handler's"_s);
    }

    void checkRuns(const QByteArray &id) // L4
    {
        const JobHistory job = m_history.of(id);
        const int begun = static_cast<int>(m_begins.value(id).size());
        const int extra = std::max(0, begun - job.chargedEver - (job.isOpen ? 1 : 0));
        if (extra > job.leasesLost + job.released)
            say("L4", id,
                u"%1 extra runs, and %2 lost leases and releases"_s.arg(extra).arg(job.leasesLost
                                                                                   + job.released));
        m_report.runs += begun;
        m_report.extraRuns += extra;
        m_report.leasesLost += job.leasesLost;
    }

    void checkAttempts(const QByteArray &id) // L5; the numbers of the claims, the history has seen
    {
        const JobHistory job = m_history.of(id);
        const Run run = m_store.run(id);
        const QList<LedgerLine> begins = m_begins.value(id);
        if (run.attempts != job.charged)
            say("L5", id, u"%1 attempts are charged, events have %2"_s.arg(run.attempts).arg(job.charged));
        QSet<int> begun;
        int before = 0;
        for (const LedgerLine &line : begins) {
            const bool isNewLife = line.number == 1 && job.requeued > 0;
            if (line.number != before && line.number != before + 1 && !isNewLife)
                say("L5", id, u"attempt %1 began after attempt %2"_s.arg(line.number).arg(before));
            before = line.number;
            begun.insert(line.number);
        }
        for (int attempt = 1; attempt <= run.attempts; ++attempt)
            if (!begun.contains(attempt))
                say("L5", id, u"attempt %1 is charged and never began"_s.arg(attempt));
        if (begins.size() > job.claims)
            say("L5", id, u"%1 runs of %2 claims"_s.arg(begins.size()).arg(job.claims));
    }

    void checkOrder() // L6
    {
        QSet<QByteArray> begun;
        QByteArrayList actual;
        QList<LedgerLine> expected;
        for (const LedgerLine &line : m_ledger) {
            const JobHistory job = m_history.of(line.id);
            if (job.leasesLost + job.released > 0) continue; // they return to their old place, late
            if (job.dueMs != 0) continue;                    // behind what waits by then
            if (line.word == "submitted" && begun.isEmpty()) expected.append(line);
            if (line.word == "begin" && !begun.contains(line.id)) {
                begun.insert(line.id);
                actual.append(line.id);
            }
        }
        std::stable_sort(expected.begin(), expected.end(),
                         [](const LedgerLine &a, const LedgerLine &b) { return a.number > b.number; });
        erase_if(expected, [&](const LedgerLine &line) { return !begun.contains(line.id); });
        QSet<QByteArray> meant;
        for (const LedgerLine &line : std::as_const(expected)) meant.insert(line.id);
        actual.removeIf([&](const QByteArray &id) { return !meant.contains(id); });
        for (qsizetype i = 0; i < actual.size(); ++i) {
            if (actual.at(i) == expected.at(i).id) continue;
            say("L6", actual.at(i),
                u"it began as number %1 of those that waited, before %2"_s.arg(
                    QString::number(i + 1), QString::fromLatin1(expected.at(i).id)));
            return;
        }
    }

    void checkLiveness(const AuditTerms::Liveness &liveness) // L7
    {
        microseconds last{0};
        for (const LedgerLine &job : std::as_const(m_acknowledged)) {
            if (!m_store.definitions.contains(job.id)) continue;
            const Run run = m_store.run(job.id);
            if (!QByteArrayView(ended).contains(run.letter))
                say("L7", job.id, u"it has not ended: %1"_s.arg(QLatin1Char(run.letter)));
            else
                last = std::max(last, microseconds{run.endedUs} - liveness.since);
        }
        if (last > liveness.within)
            say("L7",
                u"the last job ended %1 ms after the last fault, not within %2"_s.arg(last.count() / 1000)
                    .arg(liveness.within.count()));
        m_report.lastEnd = last;
    }

    void checkCounts() // L8
    {
        qint64 held = 0;
        for (const Place &place : places) {
            const QByteArray letter(1, place.letter);
            const qint64 counted = m_store.count("in:" + letter) - m_store.count("out:" + letter);
            const qint64 size = m_store.sizes.value(place.letter);
            held += size;
            if (counted != size)
                say("L8", u"%1: %2 counted, %3 there"_s.arg(QLatin1String(place.set)).arg(counted).arg(size));
        }
        for (const char *removed : {"purged", "expired", "trimmed", "deleted"})
            held += m_store.count(removed);
        if (m_store.count("submitted") != held)
            say("L8", u"%1 submitted, %2 held or removed"_s.arg(m_store.count("submitted")).arg(held));
        for (auto job = m_store.placesOf.cbegin(); job != m_store.placesOf.cend(); ++job) {
            const char letter = m_store.run(job.key()).letter;
            const bool hasRecord = m_store.records.contains(job.key());
            if (hasRecord && !job->contains(letter))
                say("L8", job.key(),
                    u"it is in %1, and its record says %2"_s.arg(QLatin1String(*job))
                        .arg(QLatin1Char(letter)));
        }
        qint64 lost = 0, released = 0;
        for (const QByteArray &id : m_history.ids()) {
            lost += m_history.of(id).leasesLost;
            released += m_history.of(id).released;
        }
        if (lost != m_store.count("leases_lost") || released != m_store.count("released"))
            say("L8",
                u"%1 leases lost and %2 released by the counts, %3 and %4 by the events"_s
                    .arg(m_store.count("leases_lost"))
                    .arg(m_store.count("released"))
                    .arg(lost)
                    .arg(released));
    }

    Store m_store;
    HistoryReader m_history;
    const QList<LedgerLine> &m_ledger;
    const AuditTerms &m_terms;
    QList<LedgerLine> m_acknowledged;
    QHash<QByteArray, QList<LedgerLine>> m_begins, m_ends;
    AuditReport m_report;
};

} // namespace

AuditReport audit(RawRedis &raw, const QList<LedgerLine> &ledger, const AuditTerms &terms)
{
    return Auditor(raw, ledger, terms).report();
}

} // namespace signalbox::test
