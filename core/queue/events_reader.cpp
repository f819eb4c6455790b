#include "core/queue/events_reader.h"

#include "core/model/json_writer.h"
#include "core/queue/event_entry.h"
#include "core/queue/words.h"
#include "core/runtime/engine_thread.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds blockFor{10'000};
constexpr milliseconds answerWithin{5'000}; ///< beyond the time that it may block
constexpr milliseconds askAgainAfter{1'000};
constexpr int entriesMax = 200; ///< in one read, of each queue

} // namespace

EventsReader::EventsReader(redis::ClientOptions options, const runtime::Seams &seams, const KeyNames &names)
    : m_names(names),
      m_clock(*seams.clock),
      m_again(seams.timers->makeTimer([this] { findQueues(); })),
      m_client(std::move(options), seams)
{
    connect(&m_client, &redis::Client::stateChanged, this, &EventsReader::watch);
    m_client.start();
}

void EventsReader::watch(const redis::ConnectionState &state)
{
    if (state.phase != redis::ConnectionState::Phase::Ready || state.epoch == m_epoch) return;
    m_epoch = state.epoch;
    m_again->stop();
    findQueues();
}

/// A lost connection comes back by watch(). What the server refuses (a failover, loading, a key of another
/// type) might be refused again at once, for ever: it is looked at again a little later.
bool EventsReader::isAnswer(const Result<redis::Reply> &reply, quint64 epoch)
{
    if (epoch != m_epoch) return false;
    note(Words::tr("No events are heard."), reply);
    if (!reply && reply.error().kind != Error::Kind::ConnectionLost) m_again->start(askAgainAfter);
    return reply.has_value();
}

/// Of lost connections the client tells.
void EventsReader::note(const QString &what, const Result<redis::Reply> &reply)
{
    if (reply || reply.error().kind != Error::Kind::ConnectionLost) m_failures.note(what, reply);
}

void EventsReader::findQueues()
{
    SIGNALBOX_IN_THREAD_OF(this);
    // The news are looked at before the names: a queue made in between is seen twice, never not at all.
    m_client.send({"XREVRANGE", m_names.news(), "+", "-", "COUNT", "1"}, [this](Result<redis::Reply> reply) {
        note(Words::tr("Queues that are made from now on are not noticed."), reply);
        m_newsCursor.clear(); // a key of another type: then there are no news, and nothing else suffers
        if (!reply) return;
        m_newsCursor = endOf(*reply);
    });
    m_client.send({"SMEMBERS", m_names.queues()}, [this, epoch = m_epoch](Result<redis::Reply> reply) {
        if (!isAnswer(reply, epoch)) return;
        QStringList queues;
        for (const redis::Reply &name : reply->elements) queues.append(QString::fromUtf8(name.text));
        for (const auto &[key, stream] : m_streams)
            if (!queues.contains(stream.queue)) queues.append(stream.queue); // known by the news
        findEnds(queues);
    });
}

void EventsReader::findEnds(const QStringList &queues)
{
    for (const QString &queue : queues) {
        const QByteArray key = m_names.key(queue, Noun::Events);
        m_client.send({"XREVRANGE", key, "+", "-", "COUNT", "1"}, [this, queue](Result<redis::Reply> reply) {
            note(Words::tr("The events of queue \"%1\" are not heard.").arg(queue), reply);
            if (reply)
                compareEnd(queue, *reply);
            else if (reply.error().kind != Error::Kind::ConnectionLost)
                leaveOut(queue, reply.error());
        });
    }
    m_client.send({"PING"}, [this, epoch = m_epoch](Result<redis::Reply> reply) { // behind the answers above
        if (!isAnswer(reply, epoch)) return;
        m_isFirstLook = false;
        readOnceAllAreKnown();
    });
}

void EventsReader::leaveOut(const QString &queue, const Error &why)
{
    const auto [found, isNew] = m_streams.try_emplace(m_names.key(queue, Noun::Events), Stream{queue, {}});
    found->second.isLeftOut = true;
    const bool isNoStream = why.kind == Error::Kind::Damaged; // so one that is there later is new
    if (isNoStream && !found->second.cursor) found->second.cursor = beforeAll;
}

bool EventsReader::wantsEnd(const QString &queue) const
{
    return m_isFirstLook && !m_streams.contains(m_names.key(queue, Noun::Events));
}

void EventsReader::expectEnd(const QString &queue)
{
    SIGNALBOX_IN_THREAD_OF(this);
    m_streams.emplace(m_names.key(queue, Noun::Events), Stream{queue, {}, true});
}

void EventsReader::setEnd(const QString &queue, const Result<redis::Reply> &newest)
{
    SIGNALBOX_IN_THREAD_OF(this);
    const auto found = m_streams.find(m_names.key(queue, Noun::Events));
    if (found == m_streams.end() || !found->second.isExpected) return;
    found->second.isExpected = false;
    if (newest) found->second.cursor = endOf(*newest); // else what was to be asked for is lost with it
    if (!m_isFirstLook) readOnceAllAreKnown();
}

QByteArray EventsReader::endOf(const redis::Reply &newest)
{
    return newest.size() == 0 ? QByteArray(beforeAll) : newest.at(0).at(0).text;
}

/// At first, a stream is read from its end on. Later its end tells whether it is still the one that we read:
/// numbers only grow, so one that ends before our place went back to an older state.
void EventsReader::compareEnd(const QString &queue, const redis::Reply &newest)
{
    const QByteArray key = m_names.key(queue, Noun::Events);
    const QByteArray end = endOf(newest);
    const auto known = m_streams.find(key);
    if (known == m_streams.end()) {
        m_streams.emplace(key, Stream{queue, m_isFirstLook ? end : QByteArray(beforeAll), false});
        return;
    }
    Stream &stream = known->second;
    stream.isLeftOut = false;
    if (!stream.cursor) {
        stream.cursor = end;
        return;
    }
    if (stream.isExpected || EventEntry::lastOf(end) >= EventEntry::lastOf(*stream.cursor)) return;
    stream.cursor = end;
    QList<Event> events;
    addMissed(queue, {}, events);
    Q_EMIT eventsArrived(events);
}

void EventsReader::readOnceAllAreKnown()
{
    const auto is = [this](auto &&that) {
        return std::any_of(m_streams.begin(), m_streams.end(),
                           [&that](const auto &entry) { return that(entry.second); });
    };
    if (is([](const Stream &stream) { return stream.isExpected; })) return;
    if (is([](const Stream &stream) { return !stream.cursor && !stream.isLeftOut; }))
        findQueues(); // and their ends
    else
        read();
}

void EventsReader::read()
{
    SIGNALBOX_IN_THREAD_OF(this);
    QByteArrayList command{"XREAD",
                           "COUNT",
                           QByteArray::number(entriesMax),
                           "BLOCK",
                           QByteArray::number(qint64{blockFor.count()}),
                           "STREAMS"};
    QByteArrayList cursors;
    if (!m_newsCursor.isEmpty()) {
        command.append(m_names.news());
        cursors.append(m_newsCursor);
    }
    bool isComplete = true;
    for (const auto &[key, stream] : m_streams) {
        isComplete = isComplete && !stream.isLeftOut;
        if (stream.isLeftOut) continue;
        command.append(key);
        cursors.append(*stream.cursor);
    }
    if (cursors.isEmpty()) { // not even the news can be read
        m_again->start(askAgainAfter);
        return;
    }
    m_client.sendBlocking(command + cursors, blockFor + answerWithin,
                          [this, isComplete, epoch = m_epoch](Result<redis::Reply> reply) {
                              if (!isAnswer(reply, epoch)) return;
                              take(*reply);
                              if (isComplete)
                                  read();
                              else
                                  findQueues(); // what was left out may be a stream again
                          });
}

void EventsReader::take(const redis::Reply &reply)
{
    QList<Event> events;
    for (const redis::Reply &part : reply.elements) {
        const QByteArray &key = part.at(0).text;
        if (key == m_names.news()) {
            for (const redis::Reply &entry : part.at(1).elements) {
                m_newsCursor = entry.at(0).text;
                const QString queue = QString::fromUtf8(entry.at(1).elements.back().text);
                m_streams.emplace(m_names.key(queue, Noun::Events), Stream{queue, beforeAll, false});
            }
        } else if (const auto stream = m_streams.find(key); stream != m_streams.end()) {
            takeEntries(stream->second, part.at(1), events);
        }
    }
    if (!events.isEmpty()) Q_EMIT eventsArrived(events);
}

void EventsReader::takeEntries(Stream &stream, const redis::Reply &entries, QList<Event> &events)
{
    for (const redis::Reply &reply : entries.elements) {
        std::optional<EventEntry> entry = EventEntry::parse(stream.queue, reply);
        if (!entry) continue;
        if (stream.cursor != beforeAll) {
            const qint64 missed = entry->before() - EventEntry::lastOf(*stream.cursor);
            if (missed > 0)
                addMissed(stream.queue, entry->isFirst ? std::optional<qint64>() : missed, events);
        }
        stream.cursor = entry->id;
        events.append(std::move(entry->events));
    }
}

void EventsReader::addMissed(const QString &queue, std::optional<qint64> missed, QList<Event> &events)
{
    JsonWriter data;
    if (missed)
        data.integer("count"_L1, *missed);
    else
        data.null("count"_L1);
    Event event;
    event.type = Event::Type::EventsMissed;
    event.source = u"queue/"_s + queue;
    event.at = m_clock.wallNow();
    event.queue = queue;
    event.data = data.take();
    events.append(std::move(event));
}

} // namespace signalbox::queue
