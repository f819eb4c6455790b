#pragma once

#include "tests/support/raw_redis.h"

#include <QHash>
#include <QStringList>

namespace signalbox::test {

/// What the event stream says of one job, followed step by step: docs/protocol.md, "Events". It is read by
/// other code than the program's, so that one mistake does not hide another.
struct JobHistory {
    int submitted = 0;
    qint64 dueMs = 0;   ///< 0: at once
    int claims = 0;     ///< all lives
    int leasesLost = 0; ///< all lives
    int released = 0;
    bool isOpen = false; ///< a claim has not ended
    int charged = 0;     ///< attempts of this life
    int chargedEver = 0; ///< of all lives
    int requeued = 0;
    bool hasEnded = false;   ///< in this life
    bool hasRemover = false; ///< an event says what removed it
    QByteArray how;          ///< the kind of its last end
};

class HistoryReader {
public:
    explicit HistoryReader(RawRedis &raw);
    [[nodiscard]] JobHistory of(const QByteArray &id) const { return m_jobs.value(id); }
    [[nodiscard]] QByteArrayList ids() const { return m_jobs.keys(); }
    [[nodiscard]] const QStringList &breaches() const { return m_breaches; } ///< of L3, L5, L6 and L8

private:
    void readEntry(const redis::Reply &entry);
    void read(const QByteArray &kind, const QByteArray &line);
    void open(JobHistory &job, const QByteArray &id, int attempt);
    void close(JobHistory &job, const QByteArray &id, const QByteArray &kind);
    void charge(JobHistory &job);
    void end(JobHistory &job, const QByteArray &id, const QByteArray &kind);
    void fail(JobHistory &job, const QByteArray &id, const QByteArrayList &words);
    void say(const char *law, const QByteArray &id, const QString &what);

    QHash<QByteArray, JobHistory> m_jobs;
    QStringList m_breaches;
    qint64 m_last = 0;  ///< number of the last event read
    qint64 m_nowUs = 0; ///< time of the entry that is being read
};

} // namespace signalbox::test
