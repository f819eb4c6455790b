#pragma once

#include <algorithm>
#include <chrono>

namespace signalbox::worker {

/// How many jobs of a queue to claim ahead: about 20 ms of work, by the measured run time. Short jobs need it
/// to keep the workers busy over a round trip; of long ones nothing is claimed ahead, so that other machines
/// get them.
class PrefetchGauge {
public:
    static constexpr std::chrono::milliseconds ahead{20};
    static constexpr std::chrono::milliseconds waitMax{
        100}; ///< what waits longer for a worker is handed back

    void add(std::chrono::nanoseconds run) ///< moving average over about 8 runs
    {
        m_average
            = m_average.count() == 0 ? std::max(run, least) : std::max((m_average * 7 + run) / 8, least);
    }
    void tooSlow() { m_average = std::max<std::chrono::nanoseconds>(m_average, ahead * 2); } ///< jobs waited
    [[nodiscard]] int jobsAhead(int workers, int max) const
    {
        if (m_average.count() == 0) return 0; // nothing measured yet
        return static_cast<int>(std::min<long>(ahead / m_average * workers, max));
    }

private:
    static constexpr std::chrono::nanoseconds least{100};
    std::chrono::nanoseconds m_average{0};
};

} // namespace signalbox::worker
