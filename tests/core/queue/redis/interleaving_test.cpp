// One job and all that can happen to it at once: two workers, a reaper and an operator, in every order of up
// to four steps after the first claim. The scripts must do what the plain machine does.
#include "tests/core/queue/conformance/memory_backend.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

namespace {

enum class Step { ClaimB, CompleteA, FailA, CompleteB, RenewA, Reap, Cancel, Purge, Requeue, RunNow };
constexpr int stepCount = static_cast<int>(Step::RunNow) + 1;

QString text(const Error &error)
{
    return toText(error.kind);
}
template <typename T> QString text(const Result<T> &result)
{
    return result ? u"done"_s : text(result.error());
}
QString text(const Verdict &verdict)
{
    return verdict ? toText(*verdict) : text(verdict.error());
}

/// One backend with the job in it, claimed by A.
class Life {
public:
    Life(TestQueue &queue, const JobDefinition &job) : m_queue(queue), m_id(job.id)
    {
        queue.submit(job);
        m_a = queue.claim(u"A"_s);
    }
    QString take(Step step)
    {
        switch (step) {
        case Step::ClaimB:
            if (std::optional<Claim> got = m_queue.next(u"B"_s)) {
                m_b = std::move(got);
                return u"attempt %1, %2 lost"_s.arg(m_b->attempts).arg(m_b->workersLost);
            }
            return u"nothing"_s;
        case Step::CompleteA:
            return text(m_queue.settle(*m_a, {}));
        case Step::FailA:
            return text(m_queue.settle(*m_a,
                                       {.kind = Outcome::Kind::Failed,
                                        .result = {},
                                        .error = u"it broke"_s,
                                        .retryDelay = std::chrono::seconds(40)}));
        case Step::CompleteB:
            return m_b ? text(m_queue.settle(*m_b, {})) : u"-"_s;
        case Step::RenewA: {
            const Renewed renewed = m_queue.renew("A", {*m_a});
            return u"%1 lost, %2 asked"_s.arg(renewed.lost.size()).arg(renewed.cancelAsked.size());
        }
        case Step::Reap:
            m_queue.advance(std::chrono::seconds(31)); // every lease has ended
            (void)m_queue.reap();
            return u"reaped"_s;
        case Step::Cancel:
            return text(m_queue.tryCancel(m_id));
        case Step::Purge:
            return QString::number(m_queue.purge({}).done);
        case Step::Requeue:
            return text(m_queue.tryRequeue(m_id));
        case Step::RunNow:
            return text(m_queue.tryRunNow(m_id));
        }
        return {};
    }
    QString look()
    {
        const Result<Job> job = m_queue.tryLook(m_id);
        const QueueStats stats = m_queue.stats();
        QString all = u"submitted %1 total %2 runs %3 lost %4 purged %5 requeued %6"_s.arg(stats.submitted)
                          .arg(stats.total())
                          .arg(stats.processed)
                          .arg(stats.leasesLost)
                          .arg(stats.purged)
                          .arg(stats.requeued);
        if (job)
            all += u"; %1, attempts %2 failures %3 lost %4 asked %5 error %6"_s.arg(toText(job->status))
                       .arg(job->attempts)
                       .arg(job->failures)
                       .arg(job->workersLost)
                       .arg(job->cancelRequested)
                       .arg(job->error);
        if (job && job->leaseEndsAt)
            all += u" lease %1"_s.arg((*job->leaseEndsAt - m_queue.backend().now()).count());
        if (job && job->dueAt) all += u" due %1"_s.arg((*job->dueAt - m_queue.backend().now()).count());
        return all;
    }

private:
    TestQueue &m_queue;
    JobId m_id;
    std::optional<Claim> m_a, m_b;
};

struct Story {
    QStringList did; ///< what each step answered
    QString end;
};

/// Nothing, when a step before the last changed nothing: the rest was told without it, as a shorter story.
std::optional<Story> plainStory(const JobDefinition &job, const QList<Step> &steps)
{
    MemoryBackend plain;
    TestQueue queue(plain);
    Life life(queue, job);
    Story story{{}, life.look()};
    for (qsizetype i = 0; i < steps.size(); ++i) {
        story.did.append(life.take(steps.at(i)));
        const QString now = life.look();
        if (now == story.end && i + 1 < steps.size()) return {};
        story.end = now;
    }
    return story;
}

} // namespace

class InterleavingTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void everyOrderOfStepsEndsAsInThePlainMachine_data();
    void everyOrderOfStepsEndsAsInThePlainMachine();
};

void InterleavingTest::everyOrderOfStepsEndsAsInThePlainMachine_data()
{
    QTest::addColumn<int>("length");
    for (const int length : {1, 2, 3, 4}) QTest::addRow("%d steps", length) << length;
}

void InterleavingTest::everyOrderOfStepsEndsAsInThePlainMachine()
{
    QFETCH(const int, length);
    int orders = 1;
    for (int i = 0; i < length; ++i) orders *= stepCount;
    JobDefinition job = testJob();
    job.retry.maxRetries = 1;
    int compared = 0;
    for (int order = 0; order < orders; ++order) {
        QList<Step> steps;
        for (int i = 0, rest = order; i < length; ++i, rest /= stepCount)
            steps.append(static_cast<Step>(rest % stepCount));
        const std::optional<Story> expected = plainStory(job, steps);
        if (!expected) continue;
        ++compared;
        raw().command({"FLUSHALL"});
        backend().advance({}); // its clock is gone with the rest
        Life real(q(), job);
        QStringList did;
        for (const Step step : steps) did.append(real.take(step));
        QVERIFY2(did == expected->did,
                 qPrintable(did.join(u", "_s) + u"\ninstead of "_s + expected->did.join(u", "_s)));
        QVERIFY2(real.look() == expected->end,
                 qPrintable(did.join(u", "_s) + u"\n"_s + real.look() + u"\ninstead of "_s + expected->end));
    }
    qInfo("%d orders that differ, of %d", compared, orders);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::InterleavingTest)
#include "interleaving_test.moc"
