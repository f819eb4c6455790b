#pragma once

#include <vector>

namespace signalbox::worker {

/// Shares claims among queues by weight: smooth weighted round robin, so that 3:1 comes as a a b a and not as
/// a a a b, and the shares are exact also when only one job is claimed at a time.   Threads  engine.
class QueueChooser {
public:
    explicit QueueChooser(std::vector<int> weights);
    /// How many of `capacity` claims each queue may make; a queue that is no candidate gets none and neither
    /// gains nor loses its turn.
    [[nodiscard]] std::vector<int> share(int capacity, const std::vector<bool> &isCandidate);

private:
    std::vector<int> m_weights;
    std::vector<long> m_credits; // sum 0 over the candidates of a round
};

} // namespace signalbox::worker
