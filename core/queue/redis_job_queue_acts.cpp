// What a person does to jobs and queues: cancel, requeue, run now, remove, purge, pause, limits.
#include "core/queue/edited_job.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/words.h"

#include <algorithm>

namespace signalbox::queue {

using redis::Reply;
using std::chrono::milliseconds;

/// One script over many ids, so many at a time.
template <typename T> struct RedisJobQueue::EachCall {
    const redis::ScriptSource &script;
    QString queue;
    QList<JobId> ids;
    std::function<Result<T>(const JobId &, const QByteArray &)> read;
    std::function<void(Result<QList<Result<T>>>)> done;
    QList<Result<T>> results;
};

template <typename T>
void RedisJobQueue::evalEach(const redis::ScriptSource &script, const QString &queue, QList<JobId> ids,
                             std::function<Result<T>(const JobId &, const QByteArray &)> read,
                             std::function<void(Result<QList<Result<T>>>)> done)
{
    // Owner: the batch that is under way.
    evalNext<T>(std::shared_ptr<EachCall<T>>(
        new EachCall<T>{script, queue, std::move(ids), std::move(read), std::move(done), {}}));
}

template <typename T> void RedisJobQueue::evalNext(const std::shared_ptr<EachCall<T>> &call)
{
    const QList<JobId> batch = call->ids.mid(call->results.size(), jobsPerCall);
    if (batch.isEmpty()) {
        call->done(std::move(call->results));
        return;
    }
    QByteArrayList arguments;
    for (const JobId &id : batch) arguments.append(id.bytes());
    eval(call->script, call->queue, arguments, [this, call, batch](const Result<Reply> &reply) {
        if (!reply || reply->size() != static_cast<size_t>(batch.size()) + 1) {
            call->done(tl::unexpected(reply ? unexpectedReply(call->script.name) : reply.error()));
            return;
        }
        for (qsizetype i = 0; i < batch.size(); ++i)
            call->results.append(call->read(batch.at(i), reply->at(static_cast<size_t>(i) + 1).text));
        evalNext(call);
    });
}

namespace {

/// "state R", "none": why a script left a job alone.
Error refusal(const JobId &id, const QString &queue, const QString &act, const QByteArray &entry)
{
    const Result<JobStatus> status = jobStatusFromLetter(entry.startsWith("state ") ? entry.back() : '\0');
    return status ? wrongState(id, act, *status) : jobNotFound(id, queue);
}

Result<> doneOrRefused(const JobId &id, const QString &queue, const QString &act, const QByteArray &entry)
{
    if (entry == "ok") return {};
    return tl::unexpected(refusal(id, queue, act, entry));
}

QByteArray lettersOf(std::optional<JobStatus> status)
{
    return status ? QByteArray(1, toLetter(*status)) : QByteArrayLiteral("BPSTXFDC");
}

} // namespace

QFuture<Result<QList<Result<CancelOutcome>>>> RedisJobQueue::cancel(QString queue, QList<JobId> ids)
{
    return ask<QList<Result<CancelOutcome>>>([this, queue, ids = std::move(ids)](const auto &answer) {
        evalEach<CancelOutcome>(
            scripts::cancel, queue, ids,
            [this, queue](const JobId &id, const QByteArray &entry) -> Result<CancelOutcome> {
                if (entry == "cancelled") return CancelOutcome::Cancelled;
                if (!entry.startsWith("asked "))
                    return tl::unexpected(refusal(id, queue, Words::tr("cancel"), entry));
                sendHint(entry.mid(6), queue, id);
                return CancelOutcome::Asked;
            },
            [answer](auto results) { answer.give(std::move(results)); });
    });
}

/// Makes a cancel reach the pool at once. Nobody waits for it: the job carries the wish, and the pool's next
/// heartbeat sees that.
void RedisJobQueue::sendHint(const QByteArray &worker, const QString &queue, const JobId &id)
{
    if (worker == "-") return;
    const QByteArray key = m_names.control(worker);
    m_client->send(
        {"RPUSH", key, "cancel " + KeyNames::escaped(queue) + ' ' + id.bytes()},
        [this](const Result<Reply> &told) {
            m_failures.note(
                Words::tr("A pool learns only with its next heartbeat that a job is to be cancelled."), told);
        });
    m_client->send({"EXPIRE", key, "60"}, [this](const Result<Reply> &limited) { // of a pool that is gone
        m_failures.note(Words::tr("Hints to a pool that is gone may stay for ever."), limited);
    });
}

QFuture<Result<QList<Result<JobId>>>> RedisJobQueue::requeue(QString queue, QList<JobId> ids,
                                                             RequeueEdit edit)
{
    return ask<QList<Result<JobId>>>(
        [this, queue, ids = std::move(ids), edit = std::move(edit)](const auto &answer) {
            if (!isEdit(edit)) {
                requeueNow(queue, ids, [answer](auto results) { answer.give(std::move(results)); });
                return;
            }
            struct All { // owners: the answers for each job
                QList<Result<JobId>> results;
                qsizetype left = 0;
            };
            const auto all = std::make_shared<All>();
            all->left = ids.size();
            if (ids.isEmpty()) answer.give(QList<Result<JobId>>());
            for (qsizetype i = 0; i < ids.size(); ++i) {
                all->results.append(tl::unexpected(unexpectedReply(scripts::show.name)));
                requeueEdited(queue, ids.at(i), edit, [all, i, answer](Result<JobId> made) {
                    all->results[i] = std::move(made);
                    if (--all->left == 0) answer.give(std::move(all->results));
                });
            }
        });
}

void RedisJobQueue::requeueNow(const QString &queue, QList<JobId> ids,
                               std::function<void(Result<QList<Result<JobId>>>)> done)
{
    evalEach<JobId>(
        scripts::requeue, queue, std::move(ids),
        [queue](const JobId &id, const QByteArray &entry) -> Result<JobId> {
            return doneOrRefused(id, queue, Words::tr("requeue"), entry).map([&] { return id; });
        },
        std::move(done));
}

QFuture<Result<QList<Result<>>>> RedisJobQueue::runNow(QString queue, QList<JobId> ids)
{
    return ask<QList<Result<>>>([this, queue, ids = std::move(ids)](const auto &answer) {
        evalEach<void>(
            scripts::run_now, queue, ids,
            [queue](const JobId &id, const QByteArray &entry) {
                return doneOrRefused(id, queue, Words::tr("run"), entry);
            },
            [answer](auto results) { answer.give(std::move(results)); });
    });
}

QFuture<Result<QList<Result<>>>> RedisJobQueue::remove(QString queue, QList<JobId> ids)
{
    return ask<QList<Result<>>>([this, queue, ids = std::move(ids)](const auto &answer) {
        evalEach<void>(
            scripts::delete_jobs, queue, ids,
            [queue](const JobId &id, const QByteArray &entry) {
                return doneOrRefused(id, queue, Words::tr("delete"), entry);
            },
            [answer](auto results) { answer.give(std::move(results)); });
    });
}

/// An act on many jobs, in bounded steps that others' calls fit between.
struct RedisJobQueue::BulkCall {
    QString queue;
    QByteArray letters; ///< of a purge
    QByteArray upToSeq; ///< of a purge: what comes later stays
    ListQuery query;    ///< of a requeue
    BulkProgress progress;
    BulkStep step;
    std::function<void(Result<BulkProgress>)> done;

    /// Tells what was done so far; false: that is all.
    [[nodiscard]] bool goesOn(bool more)
    {
        const bool isWanted = !step || step(progress);
        if (more && isWanted) return true;
        done(progress);
        return false;
    }
};

/// Oldest first, so that a job which fails again, and so comes back to the end of the list, is not met again:
/// the pages end with those that were there at the start.
QFuture<Result<BulkProgress>> RedisJobQueue::requeueAll(QString queue, JobStatus from, JobFilter filter,
                                                        BulkStep step)
{
    return ask<BulkProgress>(
        [this, queue, from, filter = std::move(filter), step = std::move(step)](const auto &answer) {
            if (!canRequeue(from)) {
                answer.give(tl::unexpected(cannotRequeueState(from)));
                return;
            }
            const auto call = std::make_shared<BulkCall>(); // owner: the step that is under way
            call->queue = queue;
            call->query.queue = queue;
            call->query.status = from;
            call->query.filter = filter;
            call->query.reversed = true; // of the default, which shows the newest first
            call->query.limit = static_cast<int>(jobsPerCall);
            call->step = step;
            call->done = [answer](Result<BulkProgress> progress) { answer.give(std::move(progress)); };
            m_client->send({"ZCARD",
                            m_names.key(queue,
                                        from == JobStatus::DeadLetter   ? Noun::Dead
                                            : from == JobStatus::Failed ? Noun::Failed
                                                                        : Noun::Cancelled)},
                           [this, call](const Result<Reply> &reply) {
                               if (!reply) {
                                   call->done(tl::unexpected(reply.error()));
                                   return;
                               }
                               call->progress.total = reply->toInteger();
                               requeueNextPage(call);
                           });
        });
}

void RedisJobQueue::requeueNextPage(const std::shared_ptr<BulkCall> &call)
{
    listNow(call->query, [this, call](Result<ListPage> page) {
        if (!page) {
            call->done(tl::unexpected(page.error()));
            return;
        }
        const qint64 room = *call->progress.total - call->progress.done - call->progress.skipped;
        QList<JobId> ids;
        for (const JobSummary &row : std::as_const(page->rows)) {
            if (ids.size() < room) ids.append(row.id);
        }
        call->progress.skipped += page->scanned - page->rows.size();
        call->query.after = page->next;
        const bool more = page->next && ids.size() == page->rows.size();
        requeueNow(call->queue, ids, [this, call, more](Result<QList<Result<JobId>>> results) {
            if (!results) {
                call->done(tl::unexpected(results.error()));
                return;
            }
            for (const Result<JobId> &result : std::as_const(*results))
                ++(result ? call->progress.done : call->progress.skipped);
            if (call->goesOn(more)) requeueNextPage(call);
        });
    });
}

QFuture<Result<BulkProgress>> RedisJobQueue::purge(QString queue, std::optional<JobStatus> status,
                                                   BulkStep step)
{
    return ask<BulkProgress>([this, queue, status, step = std::move(step)](const auto &answer) {
        if (status == JobStatus::Running) {
            answer.give(tl::unexpected(cannotPurgeRunning()));
            return;
        }
        const auto call = std::make_shared<BulkCall>(); // owner: the step that is under way
        call->queue = queue;
        call->letters = lettersOf(status);
        call->step = step;
        call->done = [answer](Result<BulkProgress> progress) { answer.give(std::move(progress)); };
        purgeNext(call);
    });
}

void RedisJobQueue::purgeNext(const std::shared_ptr<BulkCall> &call)
{
    eval(scripts::purge, call->queue, {call->letters, call->upToSeq},
         [this, call](const Result<Reply> &reply) {
             constexpr size_t fields = 5;
             if (!reply || reply->size() != fields) {
                 call->done(tl::unexpected(reply ? unexpectedReply(scripts::purge.name) : reply.error()));
                 return;
             }
             if (!call->progress.total) call->progress.total = reply->at(4).toInteger();
             call->upToSeq = reply->at(1).text;
             call->progress.done += reply->at(2).toInteger();
             // Scheduled and retrying jobs are ordered by due time, so those that came in meanwhile cannot be
             // told apart: their number at the start is the bound.
             const bool more = reply->at(3).toInteger() == 1 && call->progress.done < *call->progress.total;
             if (call->goesOn(more)) purgeNext(call);
         });
}

void RedisJobQueue::setMeta(const QString &queue, const QByteArray &change, const QByteArrayList &values,
                            const runtime::Answer<> &answer)
{
    registerQueue(queue);
    eval(scripts::set_meta, queue, QByteArrayList{randomText(), change} + values,
         [this, queue, answer](const Result<Reply> &reply) {
             if (!reply) {
                 answer.give(tl::unexpected(reply.error()));
                 return;
             }
             if (reply->size() == 2 && reply->at(1).toInteger() == 1) { // the set of names may be gone, too
                 m_registered.remove(queue);
                 registerQueue(queue);
             }
             answer.give({});
         });
}

QFuture<Result<>> RedisJobQueue::pause(QString queue, QString reason)
{
    return ask<void>([this, queue, reason](const auto &answer) {
        setMeta(queue, QByteArrayLiteral("paused"), {reason.toUtf8()}, answer);
    });
}

QFuture<Result<>> RedisJobQueue::resume(QString queue)
{
    return ask<void>([this, queue](const auto &answer) {
        setMeta(queue, QByteArrayLiteral("resumed"), {QByteArray()}, answer);
    });
}

QFuture<Result<>> RedisJobQueue::setLimits(QString queue, QueueLimits limits)
{
    return ask<void>([this, queue, limits](const auto &answer) {
        QByteArrayList values{QByteArray()}; // no reason
        const auto add = [&values](const char *field, std::optional<qint64> value) {
            if (value) values.append({field, QByteArray::number(*value)});
        };
        const auto inMs = [](std::optional<milliseconds> time) {
            return time ? std::optional<qint64>(time->count()) : std::nullopt;
        };
        add("size_max", limits.sizeMax);
        add("keep_age_ms", inMs(limits.keepFinishedFor));
        add("keep_count", limits.keepFinishedCount);
        add("keep_bytes", limits.keepFinishedBytes);
        add("dead_max", limits.deadMax);
        add("dead_age_ms", inMs(limits.keepDeadFor));
        add("events_max", limits.eventsMax);
        setMeta(queue, QByteArray(), values, answer);
    });
}

} // namespace signalbox::queue
