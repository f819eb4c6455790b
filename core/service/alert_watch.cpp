#include "core/service/alert_watch.h"

namespace signalbox::service {

void AlertWatch::take(const ServiceMetrics &figures, const std::optional<ServiceHealth> &health)
{
    metrics::AlertSight sight{figures.serverNow, figures.queues, figures.pools, {}, {}};
    if (health) {
        sight.server = health->server;
        sight.diskFree = health->diskFree;
    }
    const metrics::AlertRules::Change change = m_rules.look(sight);
    for (const Alert &alert : change.raised) Q_EMIT raised(alert);
    for (const Alert &alert : change.cleared) Q_EMIT cleared(alert);
}

} // namespace signalbox::service
