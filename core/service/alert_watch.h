#pragma once

#include "core/metrics/alert_rules.h"
#include "core/service/job_service.h"

namespace signalbox::service {

/// Tells when something begins to be wrong and when it ends, of what it is shown: whoever asks for the
/// figures anyway hands them on, so that watching costs the server nothing more.   Threads  the one it lives
/// in.
class AlertWatch : public QObject {
    Q_OBJECT
public:
    explicit AlertWatch(const metrics::AlertThresholds &thresholds, QObject *parent = nullptr)
        : QObject(parent), m_rules(thresholds)
    {
    }
    /// `health` nothing: not asked for this time, or not told.
    void take(const ServiceMetrics &figures, const std::optional<ServiceHealth> &health);
    [[nodiscard]] QList<Alert> alerts() const { return m_rules.alerts(); } ///< that hold now, the worst first

Q_SIGNALS:
    void raised(const signalbox::Alert &alert);
    void cleared(const signalbox::Alert &alert);

private:
    metrics::AlertRules m_rules;
};

} // namespace signalbox::service
