#pragma once

#include <algorithm>
#include <chrono>
#include <deque>

namespace signalbox::worker {

/// Utilisation over about the last minute, from two sums that only grow: time worked and time there was.
class BusyMeter {
public:
    static constexpr std::chrono::seconds window{60};

    void addRun(std::chrono::nanoseconds time) { m_ended += time; }
    /// `running`: time that the runs in progress have taken so far.
    [[nodiscard]] double sample(std::chrono::nanoseconds now, int workers, std::chrono::nanoseconds running)
    {
        if (m_samples.empty()) m_samples.push_back({now, m_ended + running, std::chrono::nanoseconds{0}});
        const Sample &last = m_samples.back();
        const Sample next{now, m_ended + running, last.available + (now - last.at) * workers};
        if (now - last.at >= spacing) m_samples.push_back(next);
        while (m_samples.size() > 2 && m_samples[1].at + window <= now) m_samples.pop_front();
        const std::chrono::nanoseconds available = next.available - m_samples.front().available;
        if (available.count() <= 0) return 0;
        const double worked = static_cast<double>((next.worked - m_samples.front().worked).count());
        return std::clamp(worked / static_cast<double>(available.count()), 0.0, 1.0);
    }

private:
    static constexpr std::chrono::seconds spacing{1};
    struct Sample {
        std::chrono::nanoseconds at, worked, available;
    };
    std::chrono::nanoseconds m_ended{0};
    std::deque<Sample> m_samples;
};

} // namespace signalbox::worker
