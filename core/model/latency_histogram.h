#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <map>
#include <optional>

namespace signalbox {

/// How many values fell where, by fixed bounds that are the same everywhere: so two histograms, of two pools
/// or two hours, are added as if one had seen all values. Eight steps between two powers of two, below 16
/// every whole number: a percentile is at most `error` away from the exact one. Values are whole microseconds
/// (to 101 days) or bytes; what is beyond counts in the last step. Only steps that have values take room.
/// Threads  a value; any.
class LatencyHistogram {
public:
    static constexpr double error = 1.0 / 16; ///< of the true value, at most; for values below 2^43
    static constexpr int stepCount = 328;

    void observe(qint64 value); ///< below 0 counts as 0: two clocks may disagree
    void add(const LatencyHistogram &other);
    [[nodiscard]] bool isEmpty() const { return m_count == 0; }
    [[nodiscard]] qint64 count() const { return m_count; }
    [[nodiscard]] qint64 sum() const { return m_sum; } ///< exact
    /// The value that `share` (0 … 1) of all are not above, by nearest rank. Nothing: it is empty.
    [[nodiscard]] std::optional<qint64> percentile(double share) const;
    /// Values below 2^`power`, exactly.
    [[nodiscard]] qint64 below(int power) const;

    /// ` w:1234 w17:3 w18:1` with the letter given: the sum, then steps with their counts. Empty: nothing.
    void write(QByteArray &text, char letter) const;
    /// One such pair, behind its letter: step, or nothing for the sum.
    void addPair(std::optional<int> step, qint64 number);

    [[nodiscard]] static int stepOf(qint64 value);
    [[nodiscard]] static qint64
    lowest(int step); ///< value that belongs to it; the next step's is one above its highest
    bool operator==(const LatencyHistogram &) const = default;

private:
    std::map<int, qint64> m_counts;
    qint64 m_count = 0;
    qint64 m_sum = 0;
};

} // namespace signalbox
