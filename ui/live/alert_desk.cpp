#include "ui/live/alert_desk.h"

#include "core/runtime/answer.h"

#include <QSettings>
#include <QUrl>

#include <algorithm>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int healthEveryTicks = 30;
}

AlertDesk::AlertDesk(service::JobService &service, LiveState &live, QObject *parent)
    : QObject(parent), m_service(service), m_live(live), m_watch(service.settings().alerts)
{
    connect(&m_watch, &service::AlertWatch::raised, this, [this](const Alert &alert) {
        if (!isSnoozed(alert)) Q_EMIT raised(alert);
    });
    connect(&m_live, &LiveState::figuresChanged, this, &AlertDesk::look);
    connect(&m_live, &LiveState::ticked, this, [this] {
        if (++m_ticks >= healthEveryTicks) askHealth();
    });
    askHealth();
}

void AlertDesk::look()
{
    if (!m_live.hasFigures() || m_live.isStale()) return; // the connection's loss is told by itself
    m_watch.take(m_live.metrics(), std::exchange(m_health, std::nullopt));
    Q_EMIT changed();
}

void AlertDesk::askHealth()
{
    m_ticks = 0;
    if (m_isAsking || m_isHealthRefused) return;
    m_isAsking = true;
    runtime::whenDone(m_service.health(), this, [this](const Result<service::ServiceHealth> &health) {
        m_isAsking = false;
        if (health) {
            m_health = *health;
            return;
        }
        if (health.error().kind != Error::Kind::Unauthorised) return; // it is asked for again
        m_isHealthRefused = true;
        Q_EMIT m_live.problem(health.error()); // once: the alerts about the server are missing
    });
}

QString AlertDesk::settingsKey(const Alert &alert) const
{
    const auto word = [](const QString &text) { return QString::fromLatin1(QUrl::toPercentEncoding(text)); };
    return u"alerts/put_off/%1/%2"_s.arg(word(m_live.serverName()), word(alert.key()));
}

bool AlertDesk::isSnoozed(const Alert &alert) const
{
    const qint64 until = QSettings().value(settingsKey(alert)).toLongLong();
    return toMicros(m_live.clock().wallNow()) < until;
}

void AlertDesk::snooze(const Alert &alert, std::chrono::seconds forSoLong)
{
    QSettings().setValue(settingsKey(alert), toMicros(m_live.clock().wallNow() + forSoLong));
    Q_EMIT changed();
}

void AlertDesk::wake(const Alert &alert)
{
    QSettings().remove(settingsKey(alert));
    Q_EMIT changed();
}

QList<Alert> AlertDesk::alerts() const
{
    QList<Alert> list = m_watch.alerts();
    list.removeIf([this](const Alert &alert) { return isSnoozed(alert); });
    return list;
}

QList<Alert> AlertDesk::snoozed() const
{
    QList<Alert> list = m_watch.alerts();
    list.removeIf([this](const Alert &alert) { return !isSnoozed(alert); });
    return list;
}

} // namespace signalbox::ui
