// The end of the event stream, as a program that has just started reads it.
#include "core/queue/memory_job_queue.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;

class RecentEventsTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void theyAreThoseThatWereHeard();
    void noMoreThanAskedForAreRead_data();
    void noMoreThanAskedForAreRead();
    void resultsAreMeasuredWhereverTheyLie();
    void anEmptyQueueHasNone();
    void aBackendThatKeepsNoneSaysSo();

private:
    [[nodiscard]] RecentEvents recent(int most)
    {
        const Result<RecentEvents> read = waitFor(q().queue().recentEvents(u"default"_s, most));
        if (!read) qFatal("%s", qPrintable(read.error().text()));
        return *read;
    }
};

void RecentEventsTest::theyAreThoseThatWereHeard()
{
    QList<Event> heard;
    q().queue().startEvents();
    connect(&q().queue(), &JobQueue::eventsArrived, this,
            [&heard](const QList<Event> &more) { heard += more; });
    q().submitAll({testJob(), testJob(), testJob()});
    q().complete(q().claim(), "[1]");
    (void)q().fail(q().claim());
    const Claim last = q().claim();
    q().report(last, progressOf(last.definition.id, 1), {});
    q().complete(last, "[2]");
    QTRY_VERIFY(std::count_if(heard.cbegin(), heard.cend(),
                              [](const Event &event) { return event.type == Event::Type::JobCompleted; })
                == 2);
    QCOMPARE(recent(1'000).events, heard);
}

void RecentEventsTest::noMoreThanAskedForAreRead_data()
{
    QTest::addColumn<int>("most");
    for (const int most : {1, 7, 100, 101, 250}) QTest::addRow("%d", most) << most;
}

void RecentEventsTest::noMoreThanAskedForAreRead()
{
    QFETCH(const int, most);
    QList<JobDefinition> jobs;
    for (int i = 0; i < 100; ++i) jobs.append(testJob());
    q().submitAll(jobs);                                    // one entry of a hundred events
    for (int i = 0; i < 50; ++i) q().complete(q().claim()); // a hundred of one
    const RecentEvents end = recent(most);
    QCOMPARE(end.events.size(), std::min(most, 200));
    QCOMPARE(end.events.last().type, Event::Type::JobCompleted);
    QVERIFY(std::is_sorted(end.events.cbegin(), end.events.cend(),
                           [](const Event &a, const Event &b) { return a.at < b.at; }));
}

void RecentEventsTest::resultsAreMeasuredWhereverTheyLie()
{
    q().submitAll({testJob(), testJob(), testJob(), testJob()});
    const Claim small = q().claim(), big = q().claim(), none = q().claim(), gone = q().claim();
    const QByteArray bytes = bigArray(50'000).bytes();
    q().complete(small, "[1, 2]");
    q().complete(big, bytes);
    q().complete(none);
    q().complete(gone, "[]");
    QVERIFY(q().tryRemove(gone.definition.id));
    const QHash<JobId, qint64> expected{
        {small.definition.id, 6}, {big.definition.id, bytes.size()}, {none.definition.id, 0}};
    QCOMPARE(recent(1'000).resultBytes, expected);
}

void RecentEventsTest::anEmptyQueueHasNone()
{
    QVERIFY(recent(1'000).events.isEmpty());
}

void RecentEventsTest::aBackendThatKeepsNoneSaysSo()
{
    MemoryJobQueue memory(runtime::systemSeams());
    QVERIFY(waitFor(memory.initialize()));
    const Result<RecentEvents> refused = waitFor(memory.recentEvents(u"default"_s, 10));
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Unsupported);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::RecentEventsTest)
#include "recent_events_test.moc"
