#include "core/queue/edited_job.h"
#include "core/queue/job_record.h"
#include "core/queue/redis_job_queue_calls.h"
#include "core/queue/words.h"

#include <QLocale>
#include <QSet>

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::Reply;

namespace {

constexpr qsizetype bytesPerCall = 4 * 1024 * 1024;

/// What would make a job that no worker could take. The rest was checked where the job was made.
Result<> check(const JobDefinition &job)
{
    if (job.id.isNull()) return failField(u"id", Words::tr("It is empty."), Words::tr("Give an id."));
    if (job.handler.trimmed().isEmpty())
        return failField(u"handler", Words::tr("It is empty."), Words::tr("Name a handler."));
    if (!job.dependsOn.isEmpty()) return tl::unexpected(dependenciesUnsupported());
    return job.retry.validate();
}

void append(QByteArrayList &arguments, const JobDefinition &job, EncodedJob encoded)
{
    QByteArray options(1, encoded.level);
    if (job.scheduledAt) options += 's';
    if (!job.idempotencyKey.isEmpty()) options += 'k';
    if (!encoded.payload.isEmpty()) options += 'b';
    arguments.append(job.id.bytes());
    arguments.append(options);
    arguments.append(std::move(encoded.handler));
    arguments.append(std::move(encoded.record));
    // Up to the next whole millisecond: never before its time.
    if (job.scheduledAt)
        arguments.append(QByteArray::number(qint64{
            std::chrono::ceil<std::chrono::milliseconds>(job.scheduledAt->time_since_epoch()).count()}));
    if (!job.idempotencyKey.isEmpty()) arguments.append(job.idempotencyKey.toUtf8());
    if (!encoded.payload.isEmpty()) arguments.append(std::move(encoded.payload));
}

/// "P", "already P", "key <id> P": an entry of submit.lua's answer. Nothing: full, or not understood.
std::optional<Submitted> readEntry(const JobId &id, const QByteArray &entry)
{
    const Result<JobStatus> status = jobStatusFromLetter(entry.isEmpty() ? '\0' : entry.back());
    if (!status) return {};
    if (entry.size() == 1) return Submitted{Submitted::Kind::Accepted, id, *status};
    const QByteArrayList words = entry.split(' ');
    if (words.first() == "already") return Submitted{Submitted::Kind::AlreadyThere, id, *status};
    if (words.first() == "key" && words.size() == 3)
        return Submitted{Submitted::Kind::AlreadyThere, JobId::trusted(words.at(1)), *status};
    return {};
}

/// The jobs of a call, cut by queue, number and bytes, in the order given.
std::vector<std::pair<QString, QList<qsizetype>>> cut(const QList<JobDefinition> &jobs,
                                                      const QSet<qsizetype> &refused)
{
    std::vector<std::pair<QString, QList<qsizetype>>> batches;
    QHash<QString, size_t> open; // queue → its batch that is not full
    QHash<QString, qsizetype> bytes;
    for (qsizetype i = 0; i < jobs.size(); ++i) {
        const JobDefinition &job = jobs.at(i);
        if (refused.contains(i)) continue;
        const qsizetype size = job.args.bytes().size() + job.kwargs.bytes().size();
        const auto batch = open.constFind(job.queue);
        if (batch == open.cend() || batches[*batch].second.size() >= jobsPerCall
            || bytes[job.queue] + size > bytesPerCall) {
            open.insert(job.queue, batches.size());
            bytes[job.queue] = 0;
            batches.emplace_back(job.queue, QList<qsizetype>());
        }
        batches[open[job.queue]].second.append(i);
        bytes[job.queue] += size;
    }
    return batches;
}

} // namespace

struct RedisJobQueue::SubmitCall {
    QList<JobDefinition> jobs;
    QList<Result<Submitted>> results;
    std::function<void(Result<QList<Result<Submitted>>>)> done;
    qsizetype underWay = 0;
    qsizetype accepted = 0; ///< batches that the server took
    std::optional<Error> failure;

    void finishOne()
    {
        if (--underWay > 0) return;
        if (accepted == 0 && failure)
            done(tl::unexpected(*failure));
        else
            done(std::move(results));
    }
};

QFuture<Result<QList<Result<Submitted>>>> RedisJobQueue::submit(QList<JobDefinition> jobs)
{
    return ask<QList<Result<Submitted>>>([this, jobs = std::move(jobs)](const auto &answer) mutable {
        submitNow(std::move(jobs), [answer](auto results) { answer.give(std::move(results)); });
    });
}

void RedisJobQueue::submitNow(QList<JobDefinition> jobs,
                              std::function<void(Result<QList<Result<Submitted>>>)> done)
{
    const auto call = std::make_shared<SubmitCall>(); // owners: the answers of its batches
    call->jobs = std::move(jobs);
    call->done = std::move(done);
    QSet<qsizetype> refused;
    for (qsizetype i = 0; i < call->jobs.size(); ++i) {
        const Result<> checked = check(call->jobs.at(i));
        if (!checked) refused.insert(i);
        call->results.append(checked ? Result<Submitted>(tl::unexpected(unexpectedReply("submit")))
                                     : Result<Submitted>(tl::unexpected(checked.error())));
    }
    const auto batches = cut(call->jobs, refused);
    call->underWay = static_cast<qsizetype>(batches.size()) + 1;
    for (const auto &[queue, batch] : batches) sendBatch(call, queue, batch);
    call->finishOne();
}

void RedisJobQueue::sendBatch(const std::shared_ptr<SubmitCall> &call, const QString &queue,
                              const QList<qsizetype> &batch)
{
    registerQueue(queue);
    QByteArrayList arguments{randomText(), QByteArray::number(batch.size())};
    arguments.reserve(2 + 5 * batch.size());
    for (const qsizetype i : batch) append(arguments, call->jobs.at(i), encodeJob(call->jobs.at(i)));
    eval(scripts::submit, queue, arguments, [this, call, queue, batch](Result<Reply> reply) {
        if (reply && reply->size() != static_cast<size_t>(batch.size()) + 2)
            reply = tl::unexpected(unexpectedReply(scripts::submit.name));
        if (!reply) {
            explainMemory(reply.error(), [call, batch](const Error &error) {
                for (const qsizetype i : batch) call->results[i] = tl::unexpected(error);
                call->failure = error;
                call->finishOne();
            });
            return;
        }
        if (reply->at(1).toInteger() == 1) { // the store was emptied since: the set of names may be gone too
            m_registered.remove(queue);
            registerQueue(queue);
        }
        for (qsizetype k = 0; k < batch.size(); ++k) {
            const qsizetype i = batch.at(k);
            const QByteArray &entry = reply->at(static_cast<size_t>(k) + 2).text;
            if (const auto read = readEntry(call->jobs.at(i).id, entry))
                call->results[i] = *read;
            else if (entry.startsWith("full"))
                call->results[i] = tl::unexpected(queueFull(queue, entry.mid(5).toLongLong()));
        }
        ++call->accepted;
        call->finishOne();
    });
}

/// A full server says only that it is: how many bytes it has, and may have, is what its operator needs to
/// know.
void RedisJobQueue::explainMemory(Error error, std::function<void(const Error &)> done)
{
    if (error.kind != Error::Kind::OutOfMemory) {
        done(error);
        return;
    }
    m_client->send({"INFO", "memory"}, [error, done = std::move(done)](const Result<Reply> &reply) mutable {
        const auto figure = [&reply](const char *name) -> qint64 {
            if (!reply) return 0; // INFO is not permitted to everybody
            const qsizetype at = reply->text.indexOf(name);
            if (at < 0) return 0;
            const qsizetype from = at + static_cast<qsizetype>(strlen(name));
            return reply->text.mid(from, reply->text.indexOf('\r', from) - from).toLongLong();
        };
        const qint64 used = figure("\nused_memory:"), most = figure("\nmaxmemory:");
        if (most > 0)
            error.why = Words::tr("The server's memory limit is reached: %1 of %2 are used.")
                            .arg(QLocale().formattedDataSize(used), QLocale().formattedDataSize(most));
        done(error);
    });
}

void RedisJobQueue::requeueEdited(const QString &queue, const JobId &id, const RequeueEdit &edit,
                                  std::function<void(Result<JobId>)> done)
{
    showJob(queue, id, [this, queue, id, edit, done = std::move(done)](const Result<Job> &job) {
        if (!job || !canRequeue(job->status)) {
            done(tl::unexpected(job ? wrongState(id, Words::tr("requeue"), job->status) : job.error()));
            return;
        }
        const JobDefinition changed
            = editedJob(job->definition, edit, newJobId(*m_seams.random), m_seams.clock->wallNow());
        submitNow({changed}, [done](const Result<QList<Result<Submitted>>> &made) {
            if (!made)
                done(tl::unexpected(made.error()));
            else
                done(made->first().map([](const Submitted &submitted) { return submitted.id; }));
        });
    });
}

} // namespace signalbox::queue
