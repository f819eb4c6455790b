#include "core/worker/queue_chooser.h"

#include <algorithm>

namespace signalbox::worker {

QueueChooser::QueueChooser(std::vector<int> weights)
    : m_weights(std::move(weights)), m_credits(m_weights.size(), 0)
{
}

std::vector<int> QueueChooser::share(int capacity, const std::vector<bool> &isCandidate)
{
    std::vector<int> shares(m_weights.size(), 0);
    const auto candidates = std::count(isCandidate.begin(), isCandidate.end(), true);
    if (candidates == 0 || capacity <= 0) return shares;
    if (candidates == 1) {
        const auto only = std::find(isCandidate.begin(), isCandidate.end(), true) - isCandidate.begin();
        shares[static_cast<size_t>(only)] = capacity;
        return shares;
    }
    for (int i = 0; i < capacity; ++i) {
        long sum = 0;
        size_t best = m_weights.size();
        for (size_t q = 0; q < m_weights.size(); ++q) {
            if (!isCandidate[q]) continue;
            m_credits[q] += m_weights[q];
            sum += m_weights[q];
            if (best == m_weights.size() || m_credits[q] > m_credits[best]) best = q;
        }
        m_credits[best] -= sum;
        ++shares[best];
    }
    return shares;
}

} // namespace signalbox::worker
