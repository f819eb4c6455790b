// The end of a queue's event stream, for figures: what a program that has just started can still hear.
#include "core/queue/event_entry.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/run_record.h"
#include "core/queue/words.h"

#include <QSet>

#include <algorithm>

namespace signalbox::queue {

using redis::Reply;

namespace {

constexpr qsizetype resultsMax = 1'000; ///< whose sizes are read; a record has at most 4 KiB of its result

/// Of the events that end the list.
QByteArrayList newestCompleted(const QList<Event> &events)
{
    QByteArrayList ids;
    QSet<JobId> seen;
    for (auto event = events.crbegin(); event != events.crend() && ids.size() < resultsMax; ++event) {
        if (event->type != Event::Type::JobCompleted || seen.contains(event->job)) continue;
        seen.insert(event->job);
        ids.append(event->job.bytes());
    }
    return ids;
}

void addSizes(const QByteArrayList &ids, const Reply &records, RecentEvents &recent)
{
    for (qsizetype i = 0; i < ids.size() && static_cast<size_t>(i) < records.size(); ++i) {
        const std::optional<RunRecord> run = RunRecord::parse(records.at(static_cast<size_t>(i)).text);
        if (!run || run->status != JobStatus::Completed) continue; // gone since, or begun anew
        recent.resultBytes.insert(JobId::trusted(ids.at(i)),
                                  run->resultBytes > 0 ? run->resultBytes : run->text.size());
    }
}

} // namespace

QFuture<Result<RecentEvents>> JobQueue::recentEvents(QString /*queue*/, int /*most*/)
{
    return runtime::answered<RecentEvents>(
        fail(Error::Kind::Unsupported, Words::tr("There are no earlier events."),
             Words::tr("This queue tells its events and does not keep them."),
             Words::tr("Listen to it from the beginning.")));
}

QFuture<Result<RecentEvents>> RedisJobQueue::recentEvents(QString queue, int most)
{
    return ask<RecentEvents>(
        [this, queue = std::move(queue), most](const auto &answer) { readEnd(queue, most, answer); });
}

/// An entry's id is the number of its last event, and numbers have no gaps: so the stream's end tells where
/// the last so many events begin, however many an entry has.
void RedisJobQueue::readEnd(const QString &queue, int most, const runtime::Answer<RecentEvents> &answer)
{
    const QByteArray key = m_names.key(queue, Noun::Events);
    m_client->send({"XREVRANGE", key, "+", "-", "COUNT", "1"}, [=, this](const Result<Reply> &newest) {
        if (!newest) return answer.give(tl::unexpected(newest.error()));
        if (newest->size() == 0) return answer.give(RecentEvents());
        const qint64 from = EventEntry::lastOf(newest->at(0).at(0).text) - most + 1;
        m_client->send({"XRANGE", key, QByteArray::number(std::max<qint64>(from, 0)), "+"},
                       [=, this](const Result<Reply> &entries) {
                           if (!entries) return answer.give(tl::unexpected(entries.error()));
                           RecentEvents recent;
                           for (const Reply &entry : entries->elements)
                               if (auto read = EventEntry::parse(queue, entry))
                                   recent.events.append(std::move(read->events));
                           // The first entry began before; a dead letter is two events in one place.
                           recent.events.remove(0, std::max<qsizetype>(recent.events.size() - most, 0));
                           readResultSizes(queue, std::make_shared<RecentEvents>(std::move(recent)), answer);
                       });
    });
}

void RedisJobQueue::readResultSizes(const QString &queue, const std::shared_ptr<RecentEvents> &recent,
                                    const runtime::Answer<RecentEvents> &answer)
{
    const QByteArrayList ids = newestCompleted(recent->events);
    if (ids.isEmpty()) return answer.give(std::move(*recent));
    // The answers come in order, so the last one finds all others done. Owners of `recent`: these calls.
    for (qsizetype at = 0; at < ids.size(); at += jobsPerCall) {
        const QByteArrayList some = ids.mid(at, jobsPerCall);
        const bool isLast = at + jobsPerCall >= ids.size();
        m_client->send(QByteArrayList{"HMGET", m_names.key(queue, Noun::Runs)} + some,
                       [some, isLast, recent, answer](const Result<Reply> &records) {
                           if (!records) return answer.give(tl::unexpected(records.error()));
                           addSizes(some, *records, *recent);
                           if (isLast) answer.give(std::move(*recent));
                       });
    }
}

} // namespace signalbox::queue
