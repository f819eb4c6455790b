#pragma once

#include "core/model/event.h"
#include "core/model/job.h"
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
    static constexpr std::chrono::minutes remembered{15};

    void apply(const QList<Event> &events);
    void note(const JobSummary &row); ///< a running job that was read from a list

    [[nodiscard]] std::optional<JobProgress> progressOf(const JobId &id) const;
    /// The median of the last run times seen; nothing below samplesMin.
    [[nodiscard]] std::optional<std::chrono::microseconds> usualRun(const QString &handler) const;
    /// Oldest first, not older than `from`.
    [[nodiscard]] QList<Run> runsOf(const QString &workerId, Timestamp from) const;

private:
    struct Running {
        QString handler;
        QString workerId;
        Timestamp startedAt;
        std::optional<JobProgress> progress;
    };
    void begin(const Event &event);
    void progress(const Event &event);
    void end(const Event &event, bool hasFailed, bool isSample);

    QHash<JobId, Running> m_running;
    QHash<QString, QList<std::chrono::microseconds>> m_samples; ///< by handler, newest last
    QHash<QString, QList<Run>> m_runs;                          ///< by worker, newest last
};

} // namespace signalbox::ui
