#pragma once

#include "core/service/job_service.h"
#include "ui/models/run_watch.h"

#include <QObject>
#include <QTimer>

namespace signalbox::ui {

/// One second of the figures, for the small lines beside the numbers.
struct Sample {
    Timestamp at{};
    qint64 pending = 0;
    qint64 running = 0;
    qint64 retrying = 0;
    qint64 dead = 0;
    qint64 completed = 0;  ///< lifetime
    qint64 failedRuns = 0; ///< lifetime
};

/// What all pages share, and the only one who asks for it: counts and pools (after events at most twice a
/// second, when quiet every few seconds, never two at once), the connection, events in batches of at most 30
/// a second, and one clock for all relative times. It keeps what it knew when the connection is lost, and
/// says how old it is.   Threads  GUI; the service lives in the engine.
class LiveState : public QObject {
    Q_OBJECT
public:
    static constexpr qsizetype samplesMax = 900; ///< a quarter of an hour
    static constexpr qsizetype heldEventsMax = 20'000;

    LiveState(service::JobService &service, const runtime::Clock &clock, QObject *parent = nullptr);

    [[nodiscard]] bool hasFigures() const { return m_asOf.has_value(); }
    [[nodiscard]] const service::ServiceMetrics &metrics() const { return m_metrics; }
    [[nodiscard]] const QueueStats &sum() const { return m_sum; }
    [[nodiscard]] const QList<PoolInfo> &pools() const { return m_metrics.pools; }
    [[nodiscard]] std::optional<PoolInfo> localPool() const { return m_localPool; }
    [[nodiscard]] worker::WorkerPool::State localState() const { return m_localState; }
    [[nodiscard]] int localWorkers() const { return m_localWorkers; }
    [[nodiscard]] const queue::QueueConnection &connection() const { return m_connection; }
    [[nodiscard]] bool isOnThisMachine() const; ///< by its own socket: nobody else's queues
    [[nodiscard]] QString serverName() const;   ///< short: "local", "host:6379/0"; empty before it is known
    [[nodiscard]] bool isStale() const;         ///< the connection is lost: figures are those of asOf()
    [[nodiscard]] std::optional<Timestamp> asOf() const { return m_asOf; }
    [[nodiscard]] const std::optional<Error> &figuresError() const { return m_figuresError; }
    [[nodiscard]] qint64 asked() const { return m_asked; }       ///< how often figures were asked for
    [[nodiscard]] qint64 answered() const { return m_answered; } ///< which asking metrics() answers
    [[nodiscard]] const QList<Sample> &samples() const { return m_samples; }
    [[nodiscard]] double failedPerMinute() const; ///< failed runs of the last minute that was watched
    [[nodiscard]] const RunWatch &runs() const { return m_runs; }
    [[nodiscard]] RunWatch &runs() { return m_runs; }
    [[nodiscard]] const runtime::Clock &clock() const { return m_clock; }

    void refresh(); ///< ask for the figures soon, whatever the events say

Q_SIGNALS:
    void figuresChanged(); ///< at most twice a second
    void localPoolChanged();
    void connectionChanged();
    void eventsArrived(const QList<signalbox::Event> &events); ///< at most 30 times a second
    void eventsMissed();                                       ///< lists should be read again
    void ticked();                                             ///< once a second
    void problem(const signalbox::Error &error);

private:
    void takeEvents(const QList<Event> &events);
    void handOutEvents();
    void askFigures();
    void takeFigures(const Result<service::ServiceMetrics> &metrics);
    void keepLocalFresh(); ///< its own signal is fresher than what it published
    void tick();

    service::JobService &m_service;
    const runtime::Clock &m_clock;
    service::ServiceMetrics m_metrics;
    QueueStats m_sum;
    std::optional<Timestamp> m_asOf;
    std::optional<Error> m_figuresError;
    std::optional<PoolInfo> m_localPool;
    worker::WorkerPool::State m_localState = worker::WorkerPool::State::Stopped;
    int m_localWorkers = 0;
    queue::QueueConnection m_connection;
    QList<Event> m_events; ///< since the last hand-out
    bool m_wereEventsDropped = false;
    RunWatch m_runs;
    QList<Sample> m_samples;
    QTimer m_handOut;
    QTimer m_figures;
    QTimer m_tick;
    qint64 m_asked = 0;
    qint64 m_answered = 0;
    int m_ticksSinceFigures = 0;
    bool m_isAsking = false;
    bool m_isAskedAgain = false;
};

} // namespace signalbox::ui
