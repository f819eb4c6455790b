#include "core/model/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace signalbox {

namespace {

constexpr int exactBits = 3; ///< eight steps an octave
constexpr int steps = 1 << exactBits;

} // namespace

int LatencyHistogram::stepOf(qint64 value)
{
    if (value < steps) return static_cast<int>(std::max(value, qint64{0}));
    const int power = 63 - std::countl_zero(static_cast<quint64>(value));
    const int within = static_cast<int>(value >> (power - exactBits)) - steps;
    return std::min(steps + (power - exactBits) * steps + within, stepCount - 1);
}

qint64 LatencyHistogram::lowest(int step)
{
    if (step < steps) return step;
    const int octave = (step - steps) / steps;
    return static_cast<qint64>(steps + step % steps) << octave;
}

void LatencyHistogram::observe(qint64 value)
{
    value = std::max(value, qint64{0});
    ++m_counts[stepOf(value)];
    ++m_count;
    m_sum += value;
}

void LatencyHistogram::add(const LatencyHistogram &other)
{
    for (const auto &[step, number] : other.m_counts) m_counts[step] += number;
    m_count += other.m_count;
    m_sum += other.m_sum;
}

std::optional<qint64> LatencyHistogram::percentile(double share) const
{
    if (m_count == 0) return std::nullopt;
    const auto rank = std::clamp(static_cast<qint64>(std::ceil(share * static_cast<double>(m_count))),
                                 qint64{1}, m_count);
    qint64 seen = 0;
    for (const auto &[step, number] : m_counts) {
        seen += number;
        if (seen >= rank) return (lowest(step) + lowest(step + 1) - 1) / 2; // the middle of the step
    }
    return lowest(m_counts.rbegin()->first);
}

qint64 LatencyHistogram::below(int power) const
{
    const int end = stepOf(qint64{1} << power);
    qint64 seen = 0;
    for (const auto &[step, number] : m_counts)
        if (step < end) seen += number;
    return seen;
}

void LatencyHistogram::write(QByteArray &text, char letter) const
{
    if (m_count == 0) return;
    const auto pair = [&](const QByteArray &step, qint64 number) {
        text += ' ';
        text += letter + step + ':' + QByteArray::number(number);
    };
    pair({}, m_sum);
    for (const auto &[step, number] : m_counts) pair(QByteArray::number(step), number);
}

void LatencyHistogram::addPair(std::optional<int> step, qint64 number)
{
    if (!step) {
        m_sum += number;
    } else if (*step >= 0 && *step < stepCount && number > 0) {
        m_counts[*step] += number;
        m_count += number;
    }
}

} // namespace signalbox
