#pragma once

#include "core/model/event.h"
#include "core/model/job.h"
#include "core/model/worker_info.h"
#include "ui/parts/paint_bars.h"

#include <QHash>
#include <QList>

namespace signalbox::ui {

/// What the events since the window opened tell about runs: the progress of jobs that run now, how long a
/// handler usually runs, and when each worker was busy. Bounded in every direction; what was not seen is not
/// invented.   Threads  a value; GUI.
class RunWatch {
public:
    static constexpr qsizetype runningMax = 5'000;
    static constexpr qsizetype handlersMax = 500;
    static constexpr qsizetype workersMax = 1'000;
    static constexpr qsizetype samplesMax = 101; ///< of one handler's run times
    static constexpr qsizetype samplesMin = 5;   ///< fewer say nothing about what is usual
    static constexpr int spreadMax = 10; ///< upper to lower quartile; above it no run is like another
    static constexpr std::chrono::minutes remembered{15};

    void apply(const QList<Event> &events);
    void apply(const PoolInfo &pool, Timestamp now); ///< as often as it comes: strips are made of these looks
    void note(const JobSummary &row);                ///< a running job that was read from a list

    [[nodiscard]] std::optional<JobProgress> progressOf(const JobId &id) const;
    /// The median of the last run times seen; nothing below samplesMin, or where they are too different.
    [[nodiscard]] std::optional<std::chrono::microseconds> usualRun(const QString &handler) const;
    /// Oldest first, not older than `from`.
    [[nodiscard]] QList<Run> runsOf(const QString &workerId, Timestamp from) const;

private:
    struct Running {
        QString handler;
        Timestamp startedAt;
        std::optional<JobProgress> progress;
    };
    struct Worker {
        JobId job; ///< that it had at the last look
        qint64 jobsFailed = 0;
        QList<Run> runs; ///< newest last
    };
    void begin(const Event &event);
    void progress(const Event &event);
    void end(const Event &event, bool isSample);
    static void look(Worker &known, const WorkerInfo &worker, Timestamp now);

    QHash<JobId, Running> m_running;
    QHash<QString, QList<std::chrono::microseconds>> m_samples; ///< by handler, newest last
    QHash<QString, Worker> m_workers;
};

} // namespace signalbox::ui
