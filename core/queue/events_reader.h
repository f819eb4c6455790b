#pragma once

#include "core/model/event.h"
#include "core/queue/failure_log.h"
#include "core/queue/key_names.h"
#include "core/redis/client.h"

#include <QObject>

#include <map>

namespace signalbox::queue {

/// Reads the event streams of all queues by a blocking read on a connection of its own, each from where it
/// left off, so that a reconnect misses nothing that the server still has. What it did miss it says:
/// Event::EventsMissed with the number, which the entries' ids give exactly, or without, when the store was
/// emptied or went back to an older state. A queue that is made later is found at once (by the stream of
/// news) and read from its beginning. Threads  one; emits in it.
class EventsReader : public QObject {
    Q_OBJECT
public:
    EventsReader(redis::ClientOptions options, const runtime::Seams &seams, const KeyNames &names);

    /// What this process does after it began to listen, it must hear, although the reader's own connection is
    /// younger. So until that has looked, whoever is about to act on a queue asks on its own connection,
    /// before it acts, for the stream's newest entry: expectEnd(), then setEnd() with the answer.
    [[nodiscard]] bool wantsEnd(const QString &queue) const;
    void expectEnd(const QString &queue);
    void setEnd(const QString &queue, const Result<redis::Reply> &newest);

Q_SIGNALS:
    void eventsArrived(const QList<signalbox::Event> &events);

private:
    struct Stream {
        QString queue;
        /// Of the last entry seen, or beforeAll. Nothing: its end is to be asked for; a read of "what comes
        /// next" instead would miss what comes between two such reads.
        std::optional<QByteArray> cursor;
        bool isExpected = false; ///< setEnd() follows
        bool isLeftOut = false;  ///< refused, as a key of another type is: it would spoil the others' read
    };
    void watch(const redis::ConnectionState &state);
    void findQueues();
    void findEnds(const QStringList &queues);
    void leaveOut(const QString &queue, const Error &why);
    [[nodiscard]] static QByteArray endOf(const redis::Reply &newest);
    void compareEnd(const QString &queue, const redis::Reply &newest);
    void note(const QString &what, const Result<redis::Reply> &reply);
    [[nodiscard]] bool isAnswer(const Result<redis::Reply> &reply, quint64 epoch);
    void readOnceAllAreKnown();
    void read();
    void take(const redis::Reply &reply);
    void takeEntries(Stream &stream, const redis::Reply &entries, QList<Event> &events);
    void addMissed(const QString &queue, std::optional<qint64> missed, QList<Event> &events);

    static constexpr auto beforeAll = "0-0"; ///< the place in a stream that has no entry yet

    KeyNames m_names;
    const runtime::Clock &m_clock;
    std::map<QByteArray, Stream> m_streams; ///< by key
    QByteArray m_newsCursor;
    bool m_isFirstLook = true;
    quint64 m_epoch = 0;
    FailureLog m_failures;
    std::unique_ptr<runtime::Timer> m_again; ///< looks again after a refusal
    redis::Client m_client;                  // last: it answers what is in flight before the rest goes
};

} // namespace signalbox::queue
