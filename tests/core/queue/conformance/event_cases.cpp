#include "tests/core/queue/conformance/cases.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

namespace signalbox::test {

using namespace std::chrono_literals;
using namespace queue;
using Type = Event::Type;

namespace {

QList<Type> typesOf(const QList<Event> &events)
{
    QList<Type> types;
    for (const Event &event : events) types.append(event.type);
    return types;
}

QJsonObject dataOf(const QList<Event> &events, Type type)
{
    for (const Event &event : events)
        if (event.type == type) return QJsonDocument::fromJson(event.data).object();
    return {};
}

} // namespace

void EventCases::aJobTellsItsLife()
{
    q().listen();
    const JobId id = q().submit(testJob(QStringLiteral("files.hash"), JobPriority::High));
    const Claim claim = q().claim(QStringLiteral("host:1:a"));
    q().advance(250ms);
    q().complete(claim);
    const QList<Event> events = q().events(3);
    QCOMPARE(typesOf(events), (QList<Type>{Type::JobSubmitted, Type::JobStarted, Type::JobCompleted}));
    for (const Event &event : events) {
        QCOMPARE(event.job, id);
        QCOMPARE(event.queue, QStringLiteral("default"));
        QCOMPARE(event.source, QStringLiteral("queue/default"));
        QVERIFY(!event.cursor.isEmpty());
    }
    QCOMPARE(events.at(2).at, q().backend().now());
    const QJsonObject submitted = dataOf(events, Type::JobSubmitted);
    QCOMPARE(submitted.value(u"handler").toString(), QStringLiteral("files.hash"));
    QCOMPARE(submitted.value(u"priority").toString(), QStringLiteral("high"));
    QVERIFY(submitted.value(u"scheduled_at").isNull());
    const QJsonObject started = dataOf(events, Type::JobStarted);
    QVERIFY(started.value(u"worker_id").toString().startsWith(QStringLiteral("host:1:a")));
    QCOMPARE(started.value(u"attempt").toInt(), 1);
    QCOMPARE(dataOf(events, Type::JobCompleted).value(u"duration").toDouble(), 0.25);
}

void EventCases::defect30_startedTellsTheTrueAttempt()
{
    q().listen();
    q().submit();
    QCOMPARE(q().fail(q().claim(), QStringLiteral("no\ttime\n  at mail.send"), 1s), JobStatus::Retrying);
    q().advance(1s);
    (void)q().claim();
    const QList<Event> events = q().events(5);
    QCOMPARE(typesOf(events),
             (QList<Type>{Type::JobSubmitted, Type::JobStarted, Type::JobFailed, Type::JobPromoted,
                          Type::JobStarted}));
    QCOMPARE(QJsonDocument::fromJson(events.constLast().data).object().value(u"attempt").toInt(), 2);
    const QJsonObject failed = dataOf(events, Type::JobFailed);
    QCOMPARE(failed.value(u"will_retry").toBool(), true);
    QCOMPARE(failed.value(u"attempts").toInt(), 1);
    QCOMPARE(failed.value(u"error").toString(), QStringLiteral("no time")); // the first line;
}

void EventCases::defect30_aDeadLetterIsTold()
{
    q().listen();
    const JobId id = q().submit(testJob(QStringLiteral("mail.send")));
    (void)q().die(id);
    const QList<Event> events = q().events(4);
    QCOMPARE(typesOf(events),
             (QList<Type>{Type::JobSubmitted, Type::JobStarted, Type::JobFailed, Type::JobDeadLetter}));
    QCOMPARE(dataOf(events, Type::JobFailed).value(u"will_retry").toBool(), false);
    const QJsonObject dead = dataOf(events, Type::JobDeadLetter);
    QCOMPARE(dead.value(u"handler").toString(), QStringLiteral("mail.send"));
    QCOMPARE(dead.value(u"final_error").toString(), QStringLiteral("it cannot work"));
    QCOMPARE(dead.value(u"total_attempts").toInt(), 1);
}

void EventCases::aRefusedSettleIsAnEvent()
{
    q().listen();
    q().submit();
    const Claim late = q().claim();
    q().advance(30s);
    q().reap();
    QVERIFY(!q().settle(late, {}));
    QCOMPARE(typesOf(q().events(4)),
             (QList<Type>{Type::JobSubmitted, Type::JobStarted, Type::JobLeaseLost, Type::JobSettleRefused}));
}

void EventCases::waitingWorkersAreWoken()
{
    int wakes = 0;
    q().queue().waitForWork(
        "w", {QStringLiteral("default")}, [&wakes] { ++wakes; }, [](const QString &, const JobId &) {});
    q().submit();
    QTRY_VERIFY(wakes > 0);
    q().queue().stopWaiting("w");
}

void EventCases::aCancelledRunReachesItsPool()
{
    JobId hinted;
    QString hintedQueue;
    const JobId id = q().submit();
    q().turn("host:1:a", {.queue = QStringLiteral("default"), .sequence = 1, .claimMax = 1});
    q().queue().waitForWork(
        "host:1:a", {QStringLiteral("default")}, [] {},
        [&](const QString &queue, const JobId &job) {
            hintedQueue = queue;
            hinted = job;
        });
    QCOMPARE(q().tryCancel(id).value(), CancelOutcome::Asked);
    QTRY_COMPARE(hinted, id);
    QCOMPARE(hintedQueue, QStringLiteral("default"));
    q().queue().stopWaiting("host:1:a");
}

void EventCases::nobodyIsWokenAfterStopWaiting()
{
    int first = 0, second = 0;
    const QStringList queues{QStringLiteral("default")};
    const auto noHint = [](const QString &, const JobId &) {};
    q().queue().waitForWork(
        "first", queues, [&first] { ++first; }, noHint);
    q().queue().waitForWork(
        "second", queues, [&second] { ++second; }, noHint);
    q().queue().stopWaiting("first");
    first = 0;
    for (int i = 0; i < 20; ++i) q().submit();
    QTRY_VERIFY(second > 0);
    QCOMPARE(first, 0);
    q().queue().stopWaiting("second");
}

} // namespace signalbox::test
