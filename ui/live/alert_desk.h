#pragma once

#include "core/service/alert_watch.h"
#include "ui/live/live_state.h"

namespace signalbox::ui {

/// What is wrong now, less what somebody put off. It is shown the figures that LiveState reads anyway, and asks how the
/// server does every half minute. What was put off is remembered by the server's name, also when the window is closed.
/// Threads  GUI.
class AlertDesk : public QObject {
    Q_OBJECT
public:
    AlertDesk(service::JobService &service, LiveState &live, QObject *parent = nullptr);

    [[nodiscard]] QList<Alert> alerts() const;  ///< the worst first
    [[nodiscard]] QList<Alert> snoozed() const; ///< that hold, and were put off
    void snooze(const Alert &alert, std::chrono::seconds forSoLong);
    void wake(const Alert &alert);

Q_SIGNALS:
    void changed();                             ///< also when only a number in one did
    void raised(const signalbox::Alert &alert); ///< and is not put off

private:
    void look();
    void askHealth();
    [[nodiscard]] bool isSnoozed(const Alert &alert) const;
    [[nodiscard]] QString settingsKey(const Alert &alert) const;

    service::JobService &m_service;
    LiveState &m_live;
    service::AlertWatch m_watch;
    std::optional<service::ServiceHealth> m_health; ///< since the last look
    int m_ticks = 0;                                ///< since it was asked for
    bool m_isAsking = false;
    bool m_isHealthRefused = false;
};

} // namespace signalbox::ui
