// What can be looked at: one job, pages of many, queues, counts, pools.
#include "core/queue/job_record.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/run_record.h"
#include "core/queue/server_facts.h"
#include "core/queue/words.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::Reply;

namespace {

constexpr size_t showFields = 9;
constexpr size_t pageFields = 5; ///< id, score, definition, run record, progress
constexpr size_t pageFrom = 2;   ///< behind now, end
constexpr int pageRowsMax = 200; ///< in one call of the script

void applyRun(Job &job, const RunRecord &run, const QByteArray &apart)
{
    job.attempts = run.attempts;
    job.failures = run.failures;
    job.workersLost = run.workersLost;
    job.requeues = run.requeues;
    job.cancelRequested = run.cancelAsked;
    job.startedAt = run.startedAt;
    job.endedAt = run.endedAt;
    job.workerId = run.workerId;
    const QByteArray &text = run.resultBytes > 0 ? apart : run.text;
    if (job.status == JobStatus::Completed)
        job.result = text.isEmpty() ? JsonText() : JsonText::trusted(text);
    else
        job.error = QString::fromUtf8(text);
}

std::optional<Timestamp> timeOfScore(const QByteArray &score)
{
    return fromMicros(score.toLongLong() * 1000);
}

/// Of a row that came with its payload. What cannot be read matches nothing; the row itself says that it is
/// damaged.
bool argumentsMatch(const JobFilter &filter, const QString &queue, const Reply *fields)
{
    const Result<JobDefinition> job = decodeJob(JobId::trusted(fields[0].text), queue, fields[2].text);
    return job && filter.argumentsMatch(job->args, job->kwargs);
}

JobSummary readRow(const QString &queue, JobStatus status, const Reply *fields)
{
    const JobId id = JobId::trusted(fields[0].text);
    JobSummary row = summarizeJob(id, queue, fields[2].text);
    row.status = status;
    if (status == JobStatus::Scheduled || status == JobStatus::Retrying)
        row.dueAt = timeOfScore(fields[1].text);
    if (const auto run = RunRecord::parse(fields[3].text)) {
        row.attempts = run->attempts;
        row.workersLost = run->workersLost;
        row.cancelRequested = run->cancelAsked;
        row.startedAt = run->startedAt;
        row.endedAt = run->endedAt;
        row.workerId = run->workerId;
        if (status != JobStatus::Completed) {
            const QString error = QString::fromUtf8(run->text);
            row.errorHead = error.left(error.indexOf(u'\n')).left(JobSummary::errorHeadCharsMax);
        }
    }
    if (!fields[4].text.isEmpty()) {
        if (Result<JobProgress> progress = JobProgress::fromJson(fields[4].text))
            row.progress = std::move(*progress);
    }
    return row;
}

/// "<score>:<id>", as both backends write it.
QByteArray toCursor(const QByteArray &score, const QByteArray &id)
{
    return score + ':' + id;
}

QMap<QByteArray, QByteArray> readPairs(const Reply &reply, size_t from, size_t count)
{
    QMap<QByteArray, QByteArray> pairs;
    for (size_t i = from; i + 1 < from + count; i += 2) pairs.insert(reply.at(i).text, reply.at(i + 1).text);
    return pairs;
}

/// Runs that ended well within the last minutes, a second. The minute that is not over counts as far as it
/// has gone, and the one that the window leaves for the rest.
double perSecond(const QMap<QByteArray, QByteArray> &counts, int minutes, Timestamp now)
{
    constexpr qint64 minuteUs = 60'000'000, ring = 16;
    const qint64 minute = toMicros(now) / minuteUs;
    const double gone = static_cast<double>(toMicros(now) % minuteUs) / minuteUs;
    double runs = 0;
    for (qint64 back = 0; back <= minutes && back < ring; ++back) {
        const QByteArrayList slot = counts.value('m' + QByteArray::number((minute - back) % ring)).split(' ');
        if (slot.size() != 3 || slot.at(0).toLongLong() != minute - back) continue;
        runs += slot.at(1).toDouble() * (back == minutes ? 1 - gone : 1);
    }
    return runs / (60.0 * minutes);
}

/// Before the counts: the time, the sizes, the oldest wait, the pending jobs by priority, how many fields of
/// counts.
constexpr size_t statsFields = 1 + allJobStatuses.size() + 1 + allJobPriorities.size() + 1;

QueueStats readStats(const QString &queue, const Reply &reply)
{
    constexpr std::array order{JobStatus::Blocked,  JobStatus::Pending,   JobStatus::Scheduled,
                               JobStatus::Retrying, JobStatus::Running,   JobStatus::Completed,
                               JobStatus::Failed,   JobStatus::Cancelled, JobStatus::DeadLetter};
    const Timestamp now = fromMicros(reply.at(0).text.toLongLong());
    QueueStats stats;
    stats.queue = queue;
    for (size_t i = 0; i < order.size(); ++i)
        stats.sizes[static_cast<size_t>(order[i])] = reply.at(1 + i).toInteger();
    if (const QByteArray &oldest = reply.at(10).text; !oldest.isEmpty())
        stats.oldestWait = std::max(now - fromMicros(oldest.toLongLong()), std::chrono::microseconds{0});
    for (size_t i = 0; i < stats.pendingByPriority.size(); ++i)
        stats.pendingByPriority[i] = reply.at(11 + i).toInteger();
    const auto counted = static_cast<size_t>(reply.at(statsFields - 1).toInteger());
    const QMap<QByteArray, QByteArray> counts = readPairs(reply, statsFields, counted);
    const QMap<QByteArray, QByteArray> meta
        = readPairs(reply, statsFields + counted, reply.size() - statsFields - counted);
    const auto count = [&counts](const char *field) { return counts.value(field).toLongLong(); };
    stats.submitted = count("submitted");
    stats.processed = count("runs");
    stats.completed = count("in:C");
    stats.failed = count("in:F");
    stats.retried = count("in:T");
    stats.deadLettered = count("in:D");
    stats.cancelled = count("in:X");
    stats.requeued = count("requeued");
    stats.purged = count("purged");
    stats.expired = count("expired");
    stats.trimmed = count("trimmed");
    stats.deleted = count("deleted");
    stats.leasesLost = count("leases_lost");
    stats.completedPerSecond1m = perSecond(counts, 1, now);
    stats.completedPerSecond5m = perSecond(counts, 5, now);
    stats.completedPerSecond15m = perSecond(counts, 15, now);
    using std::chrono::microseconds;
    if (count("waits") > 0) stats.averageWait = microseconds{count("wait_us") / count("waits")};
    if (count("runs") > 0) stats.averageRun = microseconds{count("run_us") / count("runs")};
    stats.finishedBytes = count("bytes");
    stats.paused = meta.contains("paused");
    stats.pauseReason = QString::fromUtf8(meta.value("pause_reason"));
    if (stats.paused) stats.pausedAt = fromMicros(meta.value("paused_us").toLongLong());
    if (const qint64 most = meta.value("size_max").toLongLong(); most > 0) stats.sizeMax = most;
    return stats;
}

} // namespace

QFuture<Result<Job>> RedisJobQueue::job(QString queue, JobId id)
{
    return ask<Job>([this, queue, id](const auto &answer) {
        showJob(queue, id, [answer](Result<Job> job) { answer.give(std::move(job)); });
    });
}

void RedisJobQueue::showJob(const QString &queue, const JobId &id, std::function<void(Result<Job>)> done)
{
    eval(scripts::show, queue, {id.bytes()}, [queue, id, done = std::move(done)](const Result<Reply> &reply) {
        if (!reply) {
            done(tl::unexpected(reply.error().kind == Error::Kind::NotFound ? jobNotFound(id, queue)
                                                                            : reply.error()));
            return;
        }
        if (reply->size() != showFields) {
            done(tl::unexpected(unexpectedReply(scripts::show.name)));
            return;
        }
        const auto text = [&reply](size_t i) -> const QByteArray & { return reply->at(i).text; };
        const Result<JobStatus> status = jobStatusFromLetter(text(1).isEmpty() ? '\0' : text(1).front());
        if (!status) {
            done(fail(Error::Kind::Damaged, Words::tr("Job %1 is in no list.").arg(id.text()),
                      Words::tr("It has a definition, and nothing says in which state it is."),
                      Words::tr("Run signalboxctl doctor --deep.")));
            return;
        }
        done(decodeJob(id, queue, text(3) + text(4)).map([&](JobDefinition &&definition) {
            Job job;
            job.definition = std::move(definition);
            job.status = *status;
            if (job.status == JobStatus::Scheduled || job.status == JobStatus::Retrying)
                job.dueAt = timeOfScore(text(2));
            if (job.status == JobStatus::Running) job.leaseEndsAt = timeOfScore(text(2));
            if (const auto run = RunRecord::parse(text(5))) applyRun(job, *run, text(6));
            if (Result<JobProgress> progress = JobProgress::fromJson(text(7)); !text(7).isEmpty() && progress)
                job.progress = std::move(*progress);
            return job;
        }));
    });
}

QFuture<Result<QByteArray>> RedisJobQueue::logTail(QString queue, JobId id)
{
    return ask<QByteArray>([this, queue, id](const auto &answer) {
        eval(scripts::show, queue, {id.bytes()}, [queue, id, answer](const Result<Reply> &reply) {
            if (reply && reply->size() == showFields)
                answer.give(reply->at(showFields - 1).text);
            else if (!reply && reply.error().kind == Error::Kind::NotFound)
                answer.give(tl::unexpected(jobNotFound(id, queue)));
            else
                answer.give(tl::unexpected(reply ? unexpectedReply(scripts::show.name) : reply.error()));
        });
    });
}

void RedisJobQueue::queueNames(std::function<void(Result<QStringList>)> done)
{
    m_client->send({"SMEMBERS", m_names.queues()}, [done = std::move(done)](const Result<Reply> &reply) {
        done(reply.map([](const Reply &names) {
            QStringList list;
            for (const Reply &name : names.elements) list.append(QString::fromUtf8(name.text));
            list.sort();
            return list;
        }));
    });
}

QFuture<Result<QStringList>> RedisJobQueue::queues()
{
    return ask<QStringList>([this](const auto &answer) {
        queueNames([answer](Result<QStringList> names) { answer.give(std::move(names)); });
    });
}

QFuture<Result<QString>> RedisJobQueue::queueOf(JobId id)
{
    return ask<QString>([this, id](const auto &answer) {
        queueNames([this, id, answer](const Result<QStringList> &names) {
            if (!names) {
                answer.give(tl::unexpected(names.error()));
                return;
            }
            const auto found // owners: the answers below
                = std::make_shared<Result<QString>>(
                    fail(Error::Kind::NotFound, Words::tr("There is no job %1.").arg(id.text()),
                         Words::tr("No queue has it."), Words::tr("Check the id; it may have been purged.")));
            for (const QString &queue : *names) {
                m_client->send({"HEXISTS", m_names.key(queue, Noun::Jobs), id.bytes()},
                               [found, queue](const Result<Reply> &reply) {
                                   if (*found) return;
                                   if (reply && reply->toInteger() == 1)
                                       *found = queue;
                                   else if (!reply && reply.error().kind != Error::Kind::Damaged)
                                       *found = tl::unexpected(reply.error()); // else a key of another type
                               });
            }
            m_client->send({"PING"}, [answer, found](const Result<Reply> &reply) { // behind all of them
                answer.give(reply ? *found : tl::unexpected(reply.error()));
            });
        });
    });
}

struct RedisJobQueue::ListCall {
    ListQuery query;
    ListPage page;
    QByteArray score, id; ///< where it goes on
    std::function<void(Result<ListPage>)> done;
};

QFuture<Result<ListPage>> RedisJobQueue::list(ListQuery query)
{
    return ask<ListPage>([this, query = std::move(query)](const auto &answer) {
        listNow(query, [answer](Result<ListPage> page) { answer.give(std::move(page)); });
    });
}

void RedisJobQueue::listNow(const ListQuery &query, std::function<void(Result<ListPage>)> done)
{
    const auto call = std::make_shared<ListCall>(); // owner: the page that is under way
    call->query = query;
    call->query.limit = std::clamp(query.limit, 1, 1000);
    call->query.scanMax = std::max(query.scanMax, 1);
    call->done = std::move(done);
    if (query.after) {
        const qsizetype colon = query.after->text.indexOf(':');
        call->score = query.after->text.left(std::max<qsizetype>(colon, 0));
        call->id = query.after->text.mid(colon + 1);
        bool isNumber = false;
        (void)call->score.toLongLong(&isNumber);
        if (!isNumber || call->id.isEmpty()) {
            call->done(tl::unexpected(notACursor()));
            return;
        }
    }
    readPages(call);
}

void RedisJobQueue::readPages(const std::shared_ptr<ListCall> &call)
{
    const ListQuery &query = call->query;
    const bool isFiltered = !query.filter.isEmpty();
    const qint64 wanted = isFiltered ? std::min<qint64>(pageRowsMax, query.scanMax - call->page.scanned)
                                     : std::min<qint64>(pageRowsMax, query.limit - call->page.rows.size());
    const bool isDownward = isTerminal(query.status) != query.reversed; // what ended shows the newest first
    eval(scripts::page, query.queue,
         {QByteArray(1, toLetter(query.status)), QByteArray::number(wanted), isDownward ? "1" : "0",
          call->score, call->id, query.filter.asksForArguments() ? "1" : "0"},
         [this, call, isFiltered](const Result<Reply> &reply) {
             if (!reply || reply->size() < pageFrom || (reply->size() - pageFrom) % pageFields != 0) {
                 call->done(tl::unexpected(reply ? unexpectedReply(scripts::page.name) : reply.error()));
                 return;
             }
             const ListQuery &asked = call->query;
             ListPage &page = call->page;
             bool isEnd = reply->at(1).toInteger() == 1;
             const Timestamp now = fromMicros(reply->at(0).text.toLongLong());
             const bool isPayloadAsked = asked.filter.asksForArguments();
             for (size_t at = pageFrom; at < reply->size(); at += pageFields) {
                 if (page.rows.size() >= asked.limit) {
                     isEnd = false; // the rest of these is for the next page
                     break;
                 }
                 ++page.scanned;
                 call->id = reply->at(at).text;
                 call->score = reply->at(at + 1).text;
                 JobSummary row = readRow(asked.queue, asked.status, &reply->at(at));
                 if (isFiltered && !asked.filter.matches(row, now)) continue;
                 if (isPayloadAsked && !argumentsMatch(asked.filter, asked.queue, &reply->at(at))) continue;
                 page.rows.append(std::move(row));
             }
             const bool isFull
                 = page.rows.size() >= asked.limit || (isFiltered && page.scanned >= asked.scanMax);
             if (!isEnd && !isFull) {
                 readPages(call);
                 return;
             }
             if (!isEnd) page.next = Cursor{toCursor(call->score, call->id)};
             call->done(std::move(page));
         });
}

QFuture<Result<QueueStats>> RedisJobQueue::stats(QString queue)
{
    return ask<QueueStats>([this, queue](const auto &answer) {
        eval(scripts::stats, queue, {}, [queue, answer](const Result<Reply> &reply) {
            if (!reply)
                answer.give(tl::unexpected(reply.error()));
            else if (reply->size() < statsFields
                     || static_cast<qint64>(reply->size() - statsFields)
                         < reply->at(statsFields - 1).toInteger())
                answer.give(tl::unexpected(unexpectedReply(scripts::stats.name)));
            else
                answer.give(readStats(queue, *reply));
        });
    });
}

QFuture<Result<Timestamp>> RedisJobQueue::serverNow()
{
    return ask<Timestamp>([this](const auto &answer) {
        m_client->send({"TIME"}, [answer](const Result<Reply> &reply) {
            if (!reply) return answer.give(tl::unexpected(reply.error()));
            if (reply->size() != 2) return answer.give(tl::unexpected(unexpectedReply("TIME")));
            answer.give(fromMicros(reply->at(0).toInteger() * 1'000'000 + reply->at(1).toInteger()));
        });
    });
}

QFuture<Result<ServerHealth>> JobQueue::serverHealth()
{
    return runtime::answered<ServerHealth>(ServerHealth());
}

QFuture<Result<ServerHealth>> RedisJobQueue::serverHealth()
{
    return ask<ServerHealth>([this](const auto &answer) {
        m_client->send({"INFO"}, [answer](const Result<Reply> &reply) {
            answer.give(
                reply.map([](const Reply &info) { return healthOf(ServerFacts::infoLines(info.text)); }));
        });
    });
}

QFuture<Result<QList<PoolInfo>>> RedisJobQueue::pools()
{
    return ask<QList<PoolInfo>>([this](const auto &answer) {
        const auto beats = std::make_shared<QHash<QString, Timestamp>>(); // owners: the two answers
        m_client->send({"ZRANGE", m_names.beats(), "0", "-1", "WITHSCORES"},
                       [beats, answer](const Result<Reply> &reply) {
                           if (!reply) return answer.give(tl::unexpected(reply.error()));
                           for (size_t i = 0; i + 1 < reply->size(); i += 2)
                               beats->insert(QString::fromUtf8(reply->at(i).text),
                                             fromMicros(reply->at(i + 1).text.toLongLong() * 1000));
                       });
        m_client->send({"HGETALL", m_names.pools()}, [beats, answer](const Result<Reply> &reply) {
            answer.give(reply.map([&beats](const Reply &fields) {
                QList<PoolInfo> pools;
                for (size_t i = 0; i + 1 < fields.size(); i += 2) {
                    Result<PoolInfo> pool = PoolInfo::fromJson(fields.at(i + 1).text);
                    if (!pool) continue; // another program's; the doctor names it
                    // By the server's clock: a pool's own may be minutes away from everybody else's.
                    const Timestamp beat
                        = beats->value(QString::fromUtf8(fields.at(i).text), pool->lastHeartbeat);
                    pool->lastHeartbeat = beat;
                    for (WorkerInfo &worker : pool->workers) worker.lastHeartbeat = beat;
                    pools.append(std::move(*pool));
                }
                std::ranges::sort(pools, {}, &PoolInfo::id);
                return pools;
            }));
        });
    });
}

QFuture<Result<QMap<QString, QMap<QString, qint64>>>> RedisJobQueue::handlerCounts(QString queue)
{
    return ask<QMap<QString, QMap<QString, qint64>>>([this, queue](const auto &answer) {
        m_client->send({"HGETALL", m_names.key(queue, Noun::Handlers)}, [answer](const Result<Reply> &reply) {
            answer.give(reply.map([](const Reply &fields) {
                QMap<QString, QMap<QString, qint64>> counts;
                for (size_t i = 0; i + 1 < fields.size(); i += 2) {
                    const QByteArray &field = fields.at(i).text;
                    const qsizetype colon = field.indexOf(':');
                    if (colon < 0) continue;
                    QString what = QString::fromLatin1(field.first(colon));
                    constexpr auto submitted = "submitted."_L1; // followed by the level, 0 to 3
                    if (what.startsWith(submitted))
                        what = submitted
                            + toText(static_cast<JobPriority>(what.sliced(submitted.size()).toInt() * 10));
                    counts[what][handlerOfWord(field.sliced(colon + 1))]
                        += fields.at(i + 1).text.toLongLong();
                }
                return counts;
            }));
        });
    });
}

} // namespace signalbox::queue
