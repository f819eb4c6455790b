#pragma once

#include "core/model/alert.h"
#include "core/model/queue_stats.h"
#include "core/model/server_health.h"
#include "core/model/worker_info.h"

#include <QHash>
#include <QMap>

#include <deque>

namespace signalbox::metrics {

/// When a number becomes an alert. Zero switches a rule off, except that shares are off at 1, and that a
/// queue which no worker serves is told of at once. What holds ends only when its number is a fifth better,
/// so that it does not flicker.
struct AlertThresholds {
    std::chrono::milliseconds queueAge{300'000};         ///< alerts.queue_age
    qint64 deadLetters = 20;                             ///< alerts.dead_letters: so many …
    std::chrono::milliseconds deadLetterWindow{600'000}; ///< alerts.dead_letter_window: … within this time
    std::chrono::milliseconds stalledAfter{60'000};      ///< alerts.stalled_after
    std::chrono::milliseconds unservedAfter{10'000};     ///< alerts.unserved_after: a start takes a moment
    double redisMemory = 0.9;                            ///< alerts.redis_memory, of maxmemory
    qint64 diskFree = 1024LL * 1024 * 1024;              ///< alerts.disk_free, bytes
    bool operator==(const AlertThresholds &) const = default;
};

/// What is looked at, all from about the same moment.
struct AlertSight {
    Timestamp now{}; ///< the server's
    QList<QueueStats> queues = {};
    QList<PoolInfo> pools = {};
    std::optional<ServerHealth> server = {};
    std::optional<qint64> diskFree = {}; ///< bytes, where the server's disk is this machine's
};

/// The rules: states that last, told apart from moments. Looking more often makes nothing more alarming; a
/// sight that is missing (a queue that could not be read this time) ends nothing. Invariant  an alert keeps
/// its `since` for as long as its state holds.   Threads  a value; any.
class AlertRules {
public:
    explicit AlertRules(const AlertThresholds &thresholds = {}) : m_thresholds(thresholds) { }

    struct Change {
        QList<Alert> raised;
        QList<Alert> cleared; ///< as they were last
    };
    /// What began and what ended since the look before.
    Change look(const AlertSight &sight);
    [[nodiscard]] QList<Alert> alerts() const; ///< that hold now: errors first, then the longest

private:
    struct QueueWatch {
        struct Dead {
            Timestamp at;
            qint64 count;
        };
        std::deque<Dead> dead; ///< lifetime counts, one every dozenth of the window
        qint64 processed = 0;
        qint64 running = 0;
        Timestamp movedAt{}; ///< when it last processed or claimed something
        std::optional<Timestamp> unservedSince;
    };
    void lookAtQueue(const QueueStats &stats, const AlertSight &sight);
    void lookAtService(const QueueStats &stats, QueueWatch &watch, const AlertSight &sight);
    void lookAtDelay(const QueueStats &stats, QueueWatch &watch);
    void lookAtServer(const AlertSight &sight);
    void lookForWorkers(const AlertSight &sight);
    [[nodiscard]] qint64 newDead(QueueWatch &watch, const QueueStats &stats, Timestamp now) const;
    void hold(Alert::Kind kind, Alert::Level level, const QString &queue, const QString &what,
              const QString &todo);
    void keep(Alert::Kind kind, const QString &queue);                      ///< what was not seen this time
    [[nodiscard]] bool holds(Alert::Kind kind, const QString &queue) const; ///< from the look before

    AlertThresholds m_thresholds;
    QHash<QString, QueueWatch> m_queues;
    QMap<QString, Alert> m_alerts; ///< by key; those that hold
    QMap<QString, Alert> m_next;   ///< of the look that is under way
    Timestamp m_now{};
};

} // namespace signalbox::metrics
