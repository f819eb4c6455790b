#include "tests/core/queue/property/redis_side.h"

#include "core/queue/redis_job_queue_calls.h"
#include "tests/support/wait_for.h"

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

const QString name = u"default"_s;

/// The list's lines, or one that says why the call as a whole failed.
template <typename T> QStringList told(const Result<QList<T>> &answers)
{
    return answers ? toLines(*answers) : QStringList{toText(answers.error())};
}

QStringList told(const Result<BulkProgress> &progress)
{
    return {progress ? QString::number(progress->done) : toText(progress.error())};
}

QStringList told(const Result<> &answer)
{
    return answer ? QStringList() : QStringList{toText(answer.error())};
}

} // namespace

RedisSide::RedisSide(TestServer &server)
    : m_raw(server.raw()),
      m_client({.url = server.url()}, runtime::systemSeams()),
      m_queue({.client = {.url = server.url()}},
              {.clock = &m_still,
               .timers = runtime::systemSeams().timers,
               .random = runtime::systemSeams().random})
{
    m_client.start();
    if (const Result<> ready = waitFor(m_queue.initialize()); !ready)
        qFatal("RedisJobQueue does not initialise: %s", qPrintable(ready.error().text()));
}

void RedisSide::begin(qint64 nowUs)
{
    m_raw.command({"FLUSHALL"});
    setTime(nowUs);
}

void RedisSide::setTime(qint64 nowUs)
{
    m_raw.command({"HSET", m_names.key(name, Noun::Meta), "test_now_us", QByteArray::number(nowUs)});
}

RedisSide::Shown RedisSide::carryOut(const Step &step, qint64 nowUs, const QSet<JobId> &lookAt)
{
    m_lookAt = lookAt;
    m_looksAreSent = false;
    Shown shown{.answers = act(step, nowUs), .stats = {}, .jobs = {}, .logs = {}};
    sendLooks(); // after what takes several calls, or none
    shown.stats = waitFor(m_stats);
    for (const JobId &id : lookAt) {
        shown.jobs.insert(id, waitFor(m_jobs[id]));
        shown.logs.insert(id, waitFor(m_logs[id]));
    }
    return shown;
}

/// They leave on the connection of the step, behind it.
void RedisSide::sendLooks()
{
    if (m_looksAreSent) return;
    m_looksAreSent = true;
    m_stats = m_queue.stats(name);
    for (const JobId &id : std::as_const(m_lookAt)) {
        m_jobs[id] = m_queue.job(name, id);
        m_logs[id] = m_queue.logTail(name, id);
    }
}

template <typename T> T RedisSide::await(const QFuture<T> &future)
{
    sendLooks();
    return waitFor(future);
}

template <typename T> T RedisSide::awaitCallback(const std::function<void(std::function<void(T)>)> &start)
{
    return waitForCallback<T>([&](std::function<void(T)> done) {
        start(std::move(done));
        sendLooks();
    });
}

QStringList RedisSide::act(const Step &step, qint64 nowUs)
{
    using Op = Step::Op;
    switch (step.op) {
    case Op::Submit:
        return told(await(m_queue.submit(step.jobs)));
    case Op::Turn:
        return turn(step);
    case Op::Renew:
        return renew(step);
    case Op::RenewUnheard:
        return renewUnheard(step);
    case Op::Reap: {
        const auto left = awaitCallback<Result<std::optional<std::chrono::milliseconds>>>(
            [&](auto done) { m_queue.reap(name, std::move(done)); });
        return {left ? toText(*left) : toText(left.error())};
    }
    case Op::Promote:
        return eval(scripts::promote_due, {}, [](const redis::Reply &reply) {
            return QStringList{QString::number(reply.at(1).integer)};
        });
    case Op::Trim:
        return eval(scripts::trim, {}, [](const redis::Reply &reply) {
            return QStringList{reply.at(2).integer == 1 ? u"more"_s : u"that was all"_s};
        });
    case Op::Advance:
        setTime(nowUs + step.by.count());
        return {};
    case Op::Cancel:
        return told(await(m_queue.cancel(name, step.ids)));
    case Op::Requeue:
        return told(await(m_queue.requeue(name, step.ids)));
    case Op::RequeueAll:
        return told(waitFor(m_queue.requeueAll(name, *step.status, {})));
    case Op::RunNow:
        return told(await(m_queue.runNow(name, step.ids)));
    case Op::Remove:
        return told(await(m_queue.remove(name, step.ids)));
    case Op::Purge:
        return told(waitFor(m_queue.purge(name, step.status)));
    case Op::Pause:
        return told(await(m_queue.pause(name, u"because"_s)));
    case Op::Resume:
        return told(await(m_queue.resume(name)));
    case Op::Limits:
        return told(await(m_queue.setLimits(name, step.limits)));
    case Op::Report:
        return report(step);
    }
    Q_UNREACHABLE();
}

QStringList RedisSide::eval(const redis::ScriptSource &script, const QByteArrayList &arguments,
                            const std::function<QStringList(const redis::Reply &)> &tell)
{
    const auto reply = waitForCallback<Result<redis::Reply>>(
        [&](auto done) { m_client.eval(script, m_names.of(name), arguments, std::move(done)); });
    return reply ? tell(*reply) : QStringList{reply.error().text()};
}

QStringList RedisSide::turn(const Step &step)
{
    return toLines(awaitCallback<Result<SettledAndClaimed>>(
        [&](auto done) { m_queue.settleAndClaim(step.worker, step.turn, std::move(done)); }));
}

QStringList RedisSide::renew(const Step &step)
{
    const auto answer = awaitCallback<Result<Renewed>>(
        [&](auto done) { m_queue.renew(step.worker, name, step.held, step.turn.lease, std::move(done)); });
    return answer ? toLines(*answer) : QStringList{toText(answer.error())};
}

/// JobQueue hears every answer here, so the script is called as by a pool that did not.
QStringList RedisSide::renewUnheard(const Step &step)
{
    QByteArrayList arguments{step.worker, QByteArray::number(qint64{step.turn.lease.count()}),
                             QByteArray::number(step.held.size())};
    for (const HeldLease &lease : step.held) arguments << lease.id.bytes() << lease.token;
    for (auto seen = step.lanesSeen.cbegin(); seen != step.lanesSeen.cend(); ++seen)
        arguments << QByteArray::number(seen.key()) << QByteArray::number(seen.value());
    return eval(scripts::renew_leases, arguments, [](const redis::Reply &reply) {
        Renewed renewed;
        const auto lost = static_cast<size_t>(reply.at(1).integer);
        for (size_t i = 2; i < reply.size(); ++i)
            (i - 2 < lost ? renewed.lost : renewed.cancelAsked).append(JobId::trusted(reply.at(i).text));
        return toLines(renewed);
    });
}

QStringList RedisSide::report(const Step &step)
{
    return told(awaitCallback<Result<>>(
        [&](auto done) { m_queue.report(step.worker, name, step.reports, std::move(done)); }));
}

// Comparing

namespace {

QString differenceInCounts(const Result<QueueStats> &shown, const World &world)
{
    const QueueStats expected = world.state.stats(world.nowUs);
    if (shown && *shown == expected) return {};
    return u"stats\n  Redis   %1\n  machine %2"_s.arg(shown ? QString::fromUtf8(shown->toJson())
                                                            : shown.error().text(),
                                                      QString::fromUtf8(expected.toJson()));
}

QString differenceInJob(const Result<Job> &shown, const World &world, const JobId &id)
{
    const Result<Job> expected = world.state.job(id);
    const bool isSame = shown && expected
        ? *shown == *expected
        : !shown && !expected && shown.error().kind == expected.error().kind;
    if (isSame) return {};
    const auto text
        = [](const Result<Job> &job) { return job ? QString::fromUtf8(job->toJson()) : toText(job.error()); };
    return u"job %1\n  Redis   %2\n  machine %3"_s.arg(id.text(), text(shown), text(expected));
}

} // namespace

QString RedisSide::difference(const Shown &shown, const World &world)
{
    if (QString found = differenceInCounts(shown.stats, world); !found.isEmpty()) return found;
    for (auto job = shown.jobs.cbegin(); job != shown.jobs.cend(); ++job)
        if (QString found = differenceInJob(*job, world, job.key()); !found.isEmpty()) return found;
    for (auto log = shown.logs.cbegin(); log != shown.logs.cend(); ++log) {
        const Result<QByteArray> expected = world.state.logTail(log.key());
        if (log->has_value() != expected.has_value() || (expected && **log != *expected))
            return u"the log of job %1 differs"_s.arg(log.key().text());
    }
    return {};
}

QString RedisSide::differenceInList(const World &world, JobStatus status)
{
    const ListQuery query{.queue = name, .status = status, .limit = 1000};
    const Result<ListPage> shown = waitFor(m_queue.list(query));
    const Result<ListPage> expected = world.state.page(query, world.nowUs);
    if (!shown) return shown.error().text();
    if (shown->rows == expected->rows) return {};
    const auto text = [](const ListPage &page) {
        QStringList rows;
        for (const JobSummary &row : page.rows) rows.append(QString::fromUtf8(row.toJson()));
        return rows.join(u"\n    "_s);
    };
    return u"list of %1\n  Redis\n    %2\n  machine\n    %3"_s.arg(signalbox::toText(status), text(*shown),
                                                                   text(*expected));
}

QString RedisSide::differenceInAll(const World &world)
{
    QMap<JobId, QFuture<Result<Job>>> jobs;
    for (const JobStatus status : allJobStatuses)
        for (const JobId &id : world.state.ids(status)) jobs.insert(id, m_queue.job(name, id));
    for (const JobStatus status : allJobStatuses)
        if (QString found = differenceInList(world, status); !found.isEmpty()) return found;
    for (auto job = jobs.cbegin(); job != jobs.cend(); ++job)
        if (QString found = differenceInJob(waitFor(*job), world, job.key()); !found.isEmpty()) return found;
    const auto counts = waitFor(m_queue.handlerCounts(name));
    if (!counts) return counts.error().text();
    const auto expected = world.state.handlerCounts();
    for (auto what = expected.cbegin(); what != expected.cend(); ++what) {
        for (auto handler = what->cbegin(); handler != what->cend(); ++handler) {
            const qint64 shown = counts->value(what.key()).value(handler.key());
            if (shown != *handler)
                return u"%1 of handler %2: Redis %3, machine %4"_s.arg(
                    what.key(), handler.key(), QString::number(shown), QString::number(*handler));
        }
    }
    return differenceInCounts(waitFor(m_queue.stats(name)), world);
}

} // namespace signalbox::test
