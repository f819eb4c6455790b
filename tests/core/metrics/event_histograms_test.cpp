#include "core/metrics/event_histograms.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::metrics;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Type = Event::Type;

namespace {

constexpr Timestamp start = fromMicros(1'800'000'000'000'000);

JobId idOf(int number)
{
    std::array<quint8, 16> bytes{};
    bytes[14] = static_cast<quint8>(number >> 8);
    bytes[15] = static_cast<quint8>(number);
    return JobId::fromRandom(bytes);
}

Event eventOf(Type type, int job, std::chrono::microseconds at, const QByteArray &data = "{}")
{
    Event made;
    made.type = type;
    made.job = idOf(job);
    made.at = start + at;
    made.data = data;
    return made;
}
Event submitted(int job, std::chrono::microseconds at, const QByteArray &scheduled = "null")
{
    return eventOf(Type::JobSubmitted, job, at,
                   R"({"handler":"send","priority":"high","scheduled_at":)" + scheduled + '}');
}
Event started(int job, std::chrono::microseconds at)
{
    return eventOf(Type::JobStarted, job, at, R"({"worker_id":"w","attempt":1,"handler":"send"})");
}
Event completed(int job, std::chrono::microseconds at, const QByteArray &duration)
{
    return eventOf(Type::JobCompleted, job, at, R"({"duration":)" + duration + R"(,"worker_id":"w"})");
}
Event failed(int job, std::chrono::microseconds at, const char *willRetry, const char *worker = "\"w\"")
{
    return eventOf(Type::JobFailed, job, at,
                   QByteArray(R"({"error":"x","will_retry":)") + willRetry
                       + R"(,"attempts":1,"handler":"send","duration":0.5,"worker_id":)" + worker + '}');
}

EventHistograms of(const QList<Event> &events)
{
    EventHistograms seen;
    seen.observe(events);
    return seen;
}
/// Values of a label's histogram, and their sum; 0 when there is none.
qint64 countOf(const EventHistograms::ByLabel &histograms, const QString &label)
{
    const auto found = histograms.constFind(label);
    return found == histograms.constEnd() ? 0 : found->count();
}
qint64 sumOf(const EventHistograms::ByLabel &histograms, const QString &label)
{
    const auto found = histograms.constFind(label);
    return found == histograms.constEnd() ? 0 : found->sum();
}

} // namespace

class EventHistogramsTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aValueOnABoundBelongsBelowIt();
    void sumsOfHistogramsAreThoseOfTheirValues();
    void aRunIsTimedByItsHandler();
    void aWaitCountsFromWhenTheJobCouldRun();
    void aJobThatWasGivenBackWaitsOnce();
    void aRetrysDelayIsTheOneThatItGot();
    void aBuriedJobHadNoRun();
    void whatWasNotSeenIsLeftOut();
    void nothingIsGuessedAcrossMissedEvents();
    void resultsCountByTheirJobsHandler();
    void theWindowIsThatOfTheEvents();
    void onlySoManyJobsAreKeptInMind();
    void unreadableDataIsLeftOut();
};

void EventHistogramsTest::aValueOnABoundBelongsBelowIt()
{
    static constexpr std::array<qint64, 3> bounds{10, 20, 30};
    Histogram histogram(bounds);
    for (const qint64 value : {-5, 0, 10, 11, 20, 21, 30, 31, 1000}) histogram.observe(value);
    QCOMPARE(histogram.upTo(0), 3);
    QCOMPARE(histogram.upTo(1), 5);
    QCOMPARE(histogram.upTo(2), 7);
    QCOMPARE(histogram.count(), 9);
    QCOMPARE(histogram.sum(), 0 + 0 + 10 + 11 + 20 + 21 + 30 + 31 + 1000);
}

void EventHistogramsTest::sumsOfHistogramsAreThoseOfTheirValues()
{
    const QList<Event> mail{submitted(1, 0s), started(1, 2s), completed(1, 3s, "1")};
    const QList<Event> other{submitted(2, 5s), started(2, 6s), completed(2, 8s, "2")};
    EventHistograms sum = of(mail);
    sum.add(of(other));
    const EventHistograms both = of(mail + other);
    for (const auto member : {&EventHistograms::durations, &EventHistograms::queueTimes}) {
        const QString label = (both.*member)().firstKey();
        const Histogram &one = *(sum.*member)().constFind(label), &two = *(both.*member)().constFind(label);
        QCOMPARE(one.count(), 2);
        QCOMPARE(one.sum(), two.sum());
        for (size_t i = 0; i < one.bounds().size(); ++i) QCOMPARE(one.upTo(i), two.upTo(i));
    }
    QCOMPARE(sum.events(), both.events());
    QCOMPARE(sum.first(), both.first());
    QCOMPARE(sum.last(), both.last());
}

void EventHistogramsTest::aRunIsTimedByItsHandler()
{
    const EventHistograms seen = of({started(1, 0s), completed(1, 1s, "0.000001"), started(2, 0s),
                                     failed(2, 1s, "true"), started(3, 0s), failed(3, 2s, "false")});
    QCOMPARE(countOf(seen.durations(), u"send"_s), 3);
    QCOMPARE(sumOf(seen.durations(), u"send"_s), 1'000'001); // exact, to the microsecond
}

void EventHistogramsTest::aWaitCountsFromWhenTheJobCouldRun()
{
    const QByteArray later = '"' + toText(start + 10s).toUtf8() + '"',
                     past = '"' + toText(start - 10s).toUtf8() + '"';
    const EventHistograms seen
        = of({submitted(1, 0s), submitted(2, 0s, later), submitted(3, 0s, past), started(1, 1s),
              started(3, 2s), eventOf(Type::JobPromoted, 2, 10s), started(2, 14s)});
    QCOMPARE(countOf(seen.queueTimes(), u"high"_s), 3);
    QCOMPARE(sumOf(seen.queueTimes(), u"high"_s), 7'000'000); // 1 + 2 + (14 − 10)
    QVERIFY(seen.retryDelays().isEmpty());                    // the promotion was no retry's
}

void EventHistogramsTest::aJobThatWasGivenBackWaitsOnce()
{
    const EventHistograms seen
        = of({submitted(1, 0s), started(1, 1s), eventOf(Type::JobReleased, 1, 2s), started(1, 9s),
              eventOf(Type::JobLeaseLost, 1, 20s), started(1, 30s), completed(1, 31s, "1"),
              eventOf(Type::JobRequeued, 1, 40s), started(1, 43s)});
    QCOMPARE(countOf(seen.queueTimes(), u"high"_s), 2); // the requeue is a wait of its own
    QCOMPARE(sumOf(seen.queueTimes(), u"high"_s), 4'000'000);
}

void EventHistogramsTest::aRetrysDelayIsTheOneThatItGot()
{
    const EventHistograms seen
        = of({submitted(1, 0s), started(1, 0s), failed(1, 1s, "true"), eventOf(Type::JobPromoted, 1, 3500ms),
              started(1, 4s), failed(1, 5s, "false")});
    QCOMPARE(countOf(seen.retryDelays(), u"send"_s), 1);
    QCOMPARE(sumOf(seen.retryDelays(), u"send"_s), 2'500'000);
    QCOMPARE(sumOf(seen.queueTimes(), u"high"_s), 500'000); // 0, and from the promotion to the second run
}

void EventHistogramsTest::aBuriedJobHadNoRun()
{
    QVERIFY(of({started(1, 0s), eventOf(Type::JobLeaseLost, 1, 1s), failed(1, 1s, "false", "null")})
                .durations()
                .isEmpty());
}

void EventHistogramsTest::whatWasNotSeenIsLeftOut()
{
    // A window that begins in the middle of three lives.
    const EventHistograms seen
        = of({completed(1, 0s, "5"), eventOf(Type::JobPromoted, 2, 0s), started(2, 1s), started(3, 1s)});
    QVERIFY(seen.durations().isEmpty()); // whose handler nobody said
    QVERIFY(seen.retryDelays().isEmpty());
    QVERIFY(seen.queueTimes().isEmpty()); // nor a priority
    QCOMPARE(seen.events(), 4);
}

void EventHistogramsTest::nothingIsGuessedAcrossMissedEvents()
{
    Event missed;
    missed.type = Type::EventsMissed;
    missed.data = R"({"count":7})";
    const EventHistograms seen = of({submitted(1, 0s), missed, started(1, 100s)});
    QVERIFY(seen.queueTimes().isEmpty()); // it may have run in between
}

void EventHistogramsTest::resultsCountByTheirJobsHandler()
{
    EventHistograms seen = of({started(1, 0s), completed(1, 1s, "1"), started(2, 0s), completed(2, 1s, "1")});
    seen.observeResults({{idOf(1), 64}, {idOf(2), 5000}, {idOf(3), 1}});
    const Histogram &sizes = *seen.resultSizes().constFind(u"send"_s);
    QCOMPARE(sizes.count(), 2);
    QCOMPARE(sizes.sum(), 5064);
    QCOMPARE(sizes.bounds()[0], 64);
    QCOMPARE(sizes.upTo(0), 1);
}

void EventHistogramsTest::theWindowIsThatOfTheEvents()
{
    QVERIFY(!of({}).first());
    const EventHistograms seen = of({submitted(1, 5s), started(1, 7s)});
    QCOMPARE(seen.events(), 2);
    QCOMPARE(*seen.first(), start + 5s);
    QCOMPARE(*seen.last(), start + 7s);
}

void EventHistogramsTest::onlySoManyJobsAreKeptInMind()
{
    EventHistograms seen;
    const int over = 10;
    for (int i = 0; i < static_cast<int>(EventHistograms::jobsMax) + over; ++i)
        seen.observe({submitted(i, 0s)});
    for (int i = 2 * over - 1; i >= 0; --i) seen.observe({started(i, 1s)}); // the ten oldest at the end
    QCOMPARE(countOf(seen.queueTimes(), u"high"_s), over); // the oldest are forgotten, the next are not
}

void EventHistogramsTest::unreadableDataIsLeftOut()
{
    const EventHistograms seen = of({submitted(1, 0s), eventOf(Type::JobStarted, 1, 1s, "[1,"),
                                     eventOf(Type::JobCompleted, 1, 2s, "{\"duration\":\"long\"}")});
    QVERIFY(seen.durations().isEmpty());
}

QTEST_GUILESS_MAIN(EventHistogramsTest)
#include "event_histograms_test.moc"
