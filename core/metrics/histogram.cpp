#include "core/metrics/histogram.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace signalbox::metrics {

void Histogram::observe(qint64 value)
{
    value = std::max(value, qint64{0});
    const auto bound = std::lower_bound(m_bounds.begin(), m_bounds.end(), value);
    ++m_counts[static_cast<size_t>(bound - m_bounds.begin())];
    ++m_count;
    m_sum += value;
}

void Histogram::add(const Histogram &other)
{
    Q_ASSERT(m_bounds.data() == other.m_bounds.data());
    std::transform(m_counts.begin(), m_counts.end(), other.m_counts.begin(), m_counts.begin(), std::plus());
    m_count += other.m_count;
    m_sum += other.m_sum;
}

qint64 Histogram::upTo(size_t bound) const
{
    return std::accumulate(m_counts.begin(), m_counts.begin() + static_cast<ptrdiff_t>(bound) + 1, qint64{0});
}

} // namespace signalbox::metrics
