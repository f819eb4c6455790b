#pragma once

#include "core/queue/job_queue.h"
#include "core/queue/run_record.h"

#include <QHash>
#include <QMap>
#include <QSet>

#include <memory>
#include <set>

namespace signalbox::queue {

/// One job in a QueueState: what Redis keeps in its definition and run record.
struct JobRecord {
    std::shared_ptr<const JobDefinition> definition; // owners: every copy of the state; it never changes
    JobStatus status = JobStatus::Pending;
    qint64 score = 0;    ///< in the list of its status: rank, due or lease end in ms, or seq of the end
    bool hasRun = false; ///< was claimed, or ended, at least once: Redis then has a run record
    qint64 definitionBytes = 0; ///< of the definition record, payload included
    QByteArray
        token; ///< of the last claim; empty: none. A lost one begins with `!`, so that it settles nothing
    int attempts = 0, failures = 0, workersLost = 0, requeues = 0;
    qint64 rank = 0; ///< its last place in pending, where it returns when a run is given back
    qint64 startedUs = 0, endedUs = 0; ///< 0: not
    std::optional<qint64> ranUs;       ///< of the run that ended last
    bool cancelAsked = false;
    QByteArray text; ///< result, or error
    std::optional<JobProgress> progress;
    QByteArray log;
    bool operator==(const JobRecord &other) const;
};

/// One queue as a plain machine: every transition of docs/protocol.md, without Redis, threads or clocks (time
/// is an argument). It is the reference that the scripts are compared with, so it says each rule once, in
/// the order in which the script of the same name does.
/// Invariants, by the protocol's numbers: 1 a job stands in exactly one list, at its score; 3 running ⇔ it
/// holds a token and a lease; 4 entered − left = size, and submitted balances.
/// Threads  a value; copies are cheap enough to be taken at each step of a property test.
class QueueState {
public:
    static constexpr int batchMax = 200;    ///< jobs that promote, reap, purge and trim move in one call
    static constexpr int poisonedAfter = 3; ///< leases lost
    static constexpr qsizetype logBytesMax = 16 * 1024;

    /// Their defaults: the scripts have the same (lua/include/open.lua), and the settings' table; tests
    /// compare.
    struct Limits {
        qint64 sizeMax = 0; ///< 0: unlimited
        std::chrono::milliseconds keepFinishedFor{std::chrono::hours{24 * 7}};
        qint64 keepFinishedCount = 1'000'000;
        qint64 keepFinishedBytes = 1024LL * 1024 * 1024;
        qint64 deadMax = 1000;
        std::chrono::milliseconds keepDeadFor{std::chrono::hours{24 * 30}};
        qint64 eventsMax = 100'000;
        bool operator==(const Limits &) const = default;
    };
    struct PurgeStep {
        qint64 removed = 0;
        bool more = false;
    };

    explicit QueueState(QString name = QStringLiteral("default"));
    [[nodiscard]] const QString &name() const { return m_name; }

    // Transitions. `nowUs` is the server's time.
    [[nodiscard]] Result<Submitted> submit(const JobDefinition &definition, qint64 nowUs);
    /// Settles, promotes what is due, claims, and keeps to the retention; refuses a stale claim as a whole.
    [[nodiscard]] Result<SettledAndClaimed> settleAndClaim(const QByteArray &worker,
                                                           const SettleAndClaim &call, qint64 nowUs);
    [[nodiscard]] Renewed renew(const QByteArray &worker, const QList<HeldLease> &held,
                                std::chrono::milliseconds lease, const QMap<int, quint64> &lanesSeen,
                                qint64 nowUs);
    int reap(qint64 nowUs);
    int promoteDue(qint64 nowUs);
    [[nodiscard]] QList<Result<CancelOutcome>> cancel(const QList<JobId> &ids, qint64 nowUs);
    [[nodiscard]] Result<JobId> requeue(const JobId &id, qint64 nowUs);
    [[nodiscard]] Result<> runNow(const JobId &id, qint64 nowUs);
    [[nodiscard]] Result<> remove(const JobId &id, qint64 nowUs);
    /// Up to batchMax jobs of one state, or of all but running, that entered it no later than `upToSeq`.
    PurgeStep purge(std::optional<JobStatus> status, qint64 upToSeq, qint64 nowUs);
    bool trim(qint64 nowUs); ///< retention, a step of it; whether there may be more
    void pause(const QString &reason, qint64 nowUs);
    void resume(qint64 nowUs);
    void setLimits(const QueueLimits &limits);
    /// Progress and log of running jobs whose token matches; others are left alone.
    void report(const ProgressReport &report, qint64 nowUs);

    // Views
    [[nodiscard]] const JobRecord *find(const JobId &id) const;
    [[nodiscard]] Result<Job> job(const JobId &id) const;
    [[nodiscard]] Result<QByteArray> logTail(const JobId &id) const;
    [[nodiscard]] Result<ListPage> page(const ListQuery &query, qint64 nowUs) const;
    [[nodiscard]] QueueStats stats(qint64 nowUs) const;
    [[nodiscard]] QMap<QString, QMap<QString, qint64>> handlerCounts() const { return m_handlers; }
    [[nodiscard]] QList<JobId> ids(JobStatus status) const; ///< in the order of the list
    [[nodiscard]] qint64 size(JobStatus status) const;
    [[nodiscard]] qint64 lastSeq() const { return m_seq; }
    [[nodiscard]] bool isPaused() const { return m_paused; }
    [[nodiscard]] const Limits &limits() const { return m_limits; }
    [[nodiscard]] bool isClaimable() const { return !m_paused && size(JobStatus::Pending) > 0; }
    [[nodiscard]] bool matches(const JobId &id, const JobFilter &filter, qint64 nowUs) const;
    [[nodiscard]] bool matches(const JobRecord &record, const JobFilter &filter, qint64 nowUs) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> untilNextDue(qint64 nowUs) const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> untilNextLeaseEnd(qint64 nowUs) const;

    /// What happened since the last call, in order; the capped stream is the caller's business.
    [[nodiscard]] QList<Event> takeEvents();

private:
    using Place = std::pair<qint64, JobId>; ///< as Redis orders: score, then member by byte
    using Places = std::set<Place>;
    struct Lane { ///< the last claim that got jobs
        quint64 sequence = 0;
        QList<JobId> ids;
    };
    struct Lifetime {
        qint64 submitted = 0, requeued = 0, purged = 0, expired = 0, trimmed = 0, deleted = 0, leasesLost = 0,
               refused = 0, released = 0, waitUs = 0, waits = 0, runUs = 0, runs = 0, failedRuns = 0,
               bytes = 0;
    };

    [[nodiscard]] Places &places(JobStatus status) { return m_places[static_cast<size_t>(status)]; }
    [[nodiscard]] const Places &places(JobStatus status) const
    {
        return m_places[static_cast<size_t>(status)];
    }
    qint64 nextSeq(qint64 nowUs);
    qint64 nextRank(const JobDefinition &definition, qint64 nowUs);
    void enter(JobRecord &record, JobStatus status, qint64 score);
    void leave(JobRecord &record);
    void move(JobRecord &record, JobStatus status, qint64 score);
    void end(JobRecord &record, JobStatus status, qint64 nowUs, qint64 seq);
    void erase(const JobId &id);
    void toPending(JobRecord &record, qint64 nowUs);

    [[nodiscard]] Result<CancelOutcome> cancelOne(const JobId &id, qint64 nowUs, std::optional<qint64> &seq);

    /// What one call of settleAndClaim() has done so far.
    struct Turn {
        qint64 nowUs = 0;
        std::optional<qint64> endSeq; ///< one a call: within it, the order of the ends means nothing
        bool isHandBack = false;      ///< of jobs that nobody ran
        int runsEnded = 0;
        qint64 endedWell = 0, endedBadly = 0;
    };
    Verdict settle(const Settlement &settlement, Turn &turn);
    [[nodiscard]] static JobStatus nextStatus(const JobRecord &record, const Settlement &settlement);
    JobStatus applyOutcome(JobRecord &record, const Settlement &settlement, Turn &turn);
    void chargeRun(JobRecord &record, const Settlement &settlement, Turn &turn);
    void giveBack(JobRecord &record);
    void tellEnd(const JobRecord &record, const QString &handler, qint64 nowUs);
    void loseLease(JobRecord &record, qint64 nowUs, qint64 seq);
    [[nodiscard]] QList<Claim> claim(const QByteArray &worker, const SettleAndClaim &call, qint64 nowUs);
    [[nodiscard]] Claim claimOne(JobRecord &record, const QByteArray &worker, const QByteArray &token,
                                 std::chrono::milliseconds lease, qint64 nowUs);
    [[nodiscard]] Claim claimOf(const JobRecord &record) const;
    void handBackUnheard(const QByteArray &worker, int lane, quint64 seen, Turn &turn);

    void retain(bool isNewMinute, qint64 nowUs);
    qint64 retainFinished(qint64 nowUs); ///< how many went
    qint64 retainDead(qint64 nowUs);
    void expireOrTrim(const JobId &id, bool isOld, qint64 nowUs);
    [[nodiscard]] static QString handlerCounter(JobStatus to);
    void countHandler(const QString &what, const QString &handler, qint64 by = 1);
    bool countMinute(const Turn &turn); ///< true: the first of its minute
    [[nodiscard]] double perSecond(int minutes, qint64 nowUs) const;
    [[nodiscard]] static qint64 bytesOf(const JobRecord &record);
    [[nodiscard]] JobSummary summary(const JobRecord &record) const;
    void tell(Event::Type type, const JobId &id, QByteArray data, qint64 nowUs);

    QString m_name;
    QHash<JobId, JobRecord> m_jobs;
    std::array<Places, allJobStatuses.size()> m_places;
    std::array<qint64, allJobStatuses.size()> m_entered{}, m_left{};
    QHash<QString, JobId> m_keys;
    QHash<QByteArray, Lane> m_lanes; ///< by "<worker>/<lane>"
    QMap<QString, QMap<QString, qint64>> m_handlers;
    QMap<qint64, std::pair<qint64, qint64>> m_minutes; ///< minute → finished and failed runs
    Lifetime m_lifetime;
    Limits m_limits;
    qint64 m_seq = 0;
    bool m_paused = false;
    QString m_pauseReason;
    qint64 m_pausedUs = 0;
    QList<Event> m_events;
};

} // namespace signalbox::queue
