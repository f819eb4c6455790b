#include "ui/live/live_state.h"

#include "core/model/display_text.h"
#include "core/runtime/answer.h"

namespace signalbox::ui {

using namespace std::chrono_literals;

namespace {
constexpr auto handOutEvery = 33ms;
constexpr auto figuresEvery = 600ms; // a little longer than a pool may take to publish what an event told
constexpr auto tickEvery = 1s;
} // namespace

LiveState::LiveState(service::JobService &service, const runtime::Clock &clock, QObject *parent)
    : QObject(parent), m_service(service), m_clock(clock)
{
    m_handOut.setSingleShot(true);
    m_figures.setSingleShot(true);
    connect(&m_handOut, &QTimer::timeout, this, &LiveState::handOutEvents);
    connect(&m_figures, &QTimer::timeout, this, &LiveState::askFigures);
    connect(&m_tick, &QTimer::timeout, this, &LiveState::tick);
    m_tick.start(tickEvery);

    using service::JobService;
    connect(&m_service, &JobService::eventsArrived, this, &LiveState::takeEvents);
    connect(&m_service, &JobService::problem, this, &LiveState::problem);
    connect(&m_service, &JobService::connectionChanged, this,
            [this](const queue::QueueConnection &connection) {
                const bool wasStale = isStale();
                const bool isBack = connection.phase == queue::QueueConnection::Phase::Ready
                    && m_connection.phase != queue::QueueConnection::Phase::Ready;
                m_connection = connection;
                Q_EMIT connectionChanged();
                if (isStale() != wasStale)
                    Q_EMIT figuresChanged(); // they are of the past now, or of the present again
                if (isBack) refresh();
            });
    connect(&m_service, &JobService::poolChanged, this, [this](const PoolInfo &pool) {
        m_localPool = pool;
        keepLocalFresh();
        m_runs.apply(pool, m_clock.wallNow());
        Q_EMIT localPoolChanged();
    });
    connect(&m_service, &JobService::poolStateChanged, this,
            [this](worker::WorkerPool::State state, int workers) {
                m_localState = state;
                m_localWorkers = workers;
                if (state == worker::WorkerPool::State::Stopped) m_localPool.reset();
                Q_EMIT localPoolChanged();
                refresh();
            });
    m_connection = m_service.connection(); // after connecting, so that no change falls between
    refresh();
}

bool LiveState::isOnThisMachine() const
{
    const std::optional<redis::RedisUrl> &url = m_service.settings().redisUrl;
    return !url || url->scheme == redis::RedisUrl::Scheme::Unix;
}

QString LiveState::serverName() const
{
    if (m_connection.server.isEmpty()) return {};
    if (isOnThisMachine()) return tr("local");
    const redis::RedisUrl &url = *m_service.settings().redisUrl;
    return displayLine(
        QStringLiteral("%1:%2/%3").arg(url.host, QString::number(url.port), QString::number(url.db)));
}

bool LiveState::isStale() const
{
    return hasFigures()
        && (m_connection.phase == queue::QueueConnection::Phase::Lost || m_figuresError.has_value());
}

void LiveState::takeEvents(const QList<Event> &events)
{
    m_events.append(events);
    if (m_events.size()
        > heldEventsMax) { // the window was not painted for a while; lists are read again instead
        m_events.remove(0, m_events.size() - heldEventsMax);
        m_wereEventsDropped = true;
    }
    if (!m_handOut.isActive()) m_handOut.start(handOutEvery);
    if (!m_figures.isActive() && !m_isAsking) m_figures.start(figuresEvery);
    m_isAskedAgain = m_isAskedAgain || m_isAsking;
}

void LiveState::handOutEvents()
{
    const QList<Event> events = std::exchange(m_events, {});
    m_runs.apply(events);
    Q_EMIT eventsArrived(events);
    bool wereMissed = std::exchange(m_wereEventsDropped, false);
    for (const Event &event : events) // a repair may have put jobs into any list
        wereMissed = wereMissed || event.type == Event::Type::EventsMissed
            || event.type == Event::Type::QueueRepaired;
    if (wereMissed) Q_EMIT eventsMissed();
}

void LiveState::refresh()
{
    if (m_isAsking)
        m_isAskedAgain = true;
    else
        m_figures.start(0ms);
}

void LiveState::askFigures()
{
    if (m_isAsking) return;
    m_isAsking = true;
    ++m_asked;
    m_ticksSinceFigures = 0;
    runtime::whenDone(m_service.metrics(), this, [this](const Result<service::ServiceMetrics> &metrics) {
        m_isAsking = false;
        takeFigures(metrics);
        if (std::exchange(m_isAskedAgain, false)) m_figures.start(figuresEvery);
    });
}

void LiveState::takeFigures(const Result<service::ServiceMetrics> &metrics)
{
    if (!metrics) {
        m_figuresError = metrics.error(); // shown with the age of what is still there
        Q_EMIT figuresChanged();
        return;
    }
    m_figuresError.reset();
    m_answered = m_asked; // never two at once
    m_metrics = *metrics;
    m_sum = m_metrics.sum();
    m_asOf = m_clock.wallNow();
    keepLocalFresh();
    for (const PoolInfo &pool : m_metrics.pools) {
        // The local pool's own signal is fresher than what it published.
        if (!m_localPool || pool.id != m_localPool->id) m_runs.apply(pool, *m_asOf);
    }
    Q_EMIT figuresChanged();
}

void LiveState::keepLocalFresh()
{
    if (!m_localPool) return;
    for (PoolInfo &pool : m_metrics.pools) {
        if (pool.id == m_localPool->id) pool = *m_localPool;
    }
}

void LiveState::tick()
{
    ++m_ticksSinceFigures;
    // While nothing happens; after an event they are read at once.
    if (m_ticksSinceFigures * tickEvery >= m_service.settings().metricsInterval) askFigures();
    if (hasFigures() && !isStale()) {
        m_samples.append({m_clock.wallNow(), m_sum.size(JobStatus::Pending), m_sum.size(JobStatus::Running),
                          m_sum.size(JobStatus::Retrying), m_sum.size(JobStatus::DeadLetter), m_sum.completed,
                          m_sum.failed + m_sum.retried + m_sum.deadLettered});
        if (m_samples.size() > samplesMax) m_samples.removeFirst();
    }
    Q_EMIT ticked();
}

double LiveState::failedPerMinute() const
{
    if (m_samples.size() < 2) return 0;
    constexpr qsizetype minute = 60;
    const Sample &last = m_samples.last();
    const Sample &first = m_samples.at(std::max<qsizetype>(0, m_samples.size() - 1 - minute));
    return static_cast<double>(last.failedRuns - first.failedRuns);
}

} // namespace signalbox::ui
