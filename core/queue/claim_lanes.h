#pragma once

#include <QByteArrayList>
#include <QString>

#include <map>
#include <tuple>

namespace signalbox::queue {

/// Which claims of this process have been answered. A heartbeat tells the server the last answered one of
/// each lane that has no call under way: a later claim there was carried out, its answer is lost, and its
/// jobs go back uncharged. Threads  one.
class ClaimLanes {
public:
    struct Lane {
        QByteArray worker;
        QString queue;
        int number = 0;
        bool operator<(const Lane &other) const
        {
            return std::tie(worker, queue, number) < std::tie(other.worker, other.queue, other.number);
        }
    };
    void sent(const Lane &lane);
    void answered(const Lane &lane, quint64 sequence);
    void failed(const Lane &lane); ///< no answer: it may have been carried out, and may be sent again
    /// lane, sequence … of the lanes with no call under way.
    [[nodiscard]] QByteArrayList quiet(const QByteArray &worker, const QString &queue) const;
    void forget(const QByteArray &worker);

private:
    struct Calls {
        int underWay = 0;
        quint64 lastAnswered = 0;
    };
    std::map<Lane, Calls> m_lanes;
};

} // namespace signalbox::queue
