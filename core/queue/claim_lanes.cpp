#include "core/queue/claim_lanes.h"

#include <algorithm>

namespace signalbox::queue {

void ClaimLanes::sent(const Lane &lane)
{
    ++m_lanes[lane].underWay;
}

void ClaimLanes::answered(const Lane &lane, quint64 sequence)
{
    Calls &calls = m_lanes[lane];
    --calls.underWay;
    calls.lastAnswered = std::max(calls.lastAnswered, sequence);
}

void ClaimLanes::failed(const Lane &lane)
{
    --m_lanes[lane].underWay;
}

QByteArrayList ClaimLanes::quiet(const QByteArray &worker, const QString &queue) const
{
    QByteArrayList lanes;
    for (auto at = m_lanes.lower_bound({worker, queue, 0});
         at != m_lanes.end() && at->first.worker == worker && at->first.queue == queue; ++at) {
        if (at->second.underWay > 0) continue;
        lanes.append(QByteArray::number(at->first.number));
        lanes.append(QByteArray::number(at->second.lastAnswered));
    }
    return lanes;
}

void ClaimLanes::forget(const QByteArray &worker)
{
    std::erase_if(m_lanes, [&](const auto &entry) {
        return entry.first.worker == worker && entry.second.underWay == 0;
    });
}

} // namespace signalbox::queue
