#pragma once

#include <QtGlobal>

#include <span>
#include <vector>

namespace signalbox::metrics {

/// How many values fell below each of a fixed row of bounds. Values are whole microseconds or bytes, so that
/// sums are exact, and two histograms of one scale can be added, of two queues or two machines, as if one had
/// seen all values.   Threads  a value; any.
class Histogram {
public:
    using Bounds = std::span<const qint64>; ///< rising; lives as long as the program
    explicit Histogram(Bounds bounds) : m_bounds(bounds), m_counts(bounds.size() + 1) { }

    void observe(qint64 value);       ///< below 0 counts as 0: two clocks may disagree
    void add(const Histogram &other); ///< REQUIRES the same bounds
    [[nodiscard]] Bounds bounds() const { return m_bounds; }
    [[nodiscard]] qint64 upTo(size_t bound) const; ///< values ≤ bounds()[bound]
    [[nodiscard]] qint64 count() const { return m_count; }
    [[nodiscard]] qint64 sum() const { return m_sum; }

private:
    Bounds m_bounds;
    std::vector<qint64> m_counts; ///< of each bound, what is above the one before; the last: above all
    qint64 m_count = 0;
    qint64 m_sum = 0;
};

} // namespace signalbox::metrics
