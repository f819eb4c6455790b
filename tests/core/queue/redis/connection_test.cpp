// Answers that get lost, connections that break, waiting and listening across both.
#include "core/queue/events_reader.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QSignalSpy>
#include <QTest>

namespace signalbox::test {

using namespace queue;
using namespace Qt::StringLiterals;
using std::chrono::seconds;

class ConnectionTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void aClaimWhoseAnswerIsLostGoesBackUnchargedWithTheHeartbeat();
    void aClaimWhoseAnswerIsKnownStays();
    void aLostClaimAskedForAgainGivesTheSameJobs();
    void initializeSaysWhyItFails_data();
    void initializeSaysWhyItFails();
    void initializeTwiceIsOnceAndShutdownBeforeItDoesNothing();
    void aGracefulShutdownAnswersWhatWasAsked();
    void callsMadeDuringAGracefulShutdownAreAnswered();
    void aForcedShutdownEndsAGracefulOne();
    void aQueueMayGoWhileItsShutdownWaitsForASilentServer();
    void aQueueThatGoesTellsNobodyOfItsConnection();
    void scriptsForgottenByTheServerAreSentAgain();
    void aWaitingPoolIsWokenBySubmitAndAgainAfterAReconnect();
    void jobsThatAPoolHandsBackWakeAnother();
    void aRefusedWaitIsAskedAgain_data();
    void aRefusedWaitIsAskedAgain();
    void eventsGoOnAfterAReconnectWithoutAGap();
    void eventsSayHowManyWereMissed();
    void eventsSayThatHistoryWentBack();
    void aNewQueuesEventsAreHeardFromItsBeginning();
    void aRefusedReadOfEventsMissesNothing();
    void whatComesBetweenTwoReadsIsHeardThoughTheEndWasNotTold();
    void anotherTypesEventsDeafenOnlyTheirOwnQueue();

private:
    void killClients();
    [[nodiscard]] QByteArray blockedClient(const QByteArray &command); ///< its id; empty: none is
    [[nodiscard]] qint64 errors(const QByteArray &word);               ///< that the server has answered
};

/// Every connection but our plain one breaks.
void ConnectionTest::killClients()
{
    raw().command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
}

QByteArray ConnectionTest::blockedClient(const QByteArray &command)
{
    for (const QByteArray &line : raw().command({"CLIENT", "LIST"}).text.split('\n')) {
        const QByteArrayList words = line.split(' ');
        const auto isBlocked = [](const QByteArray &word) { return word.startsWith("flags=b"); };
        if (words.contains("cmd=" + command) && std::any_of(words.begin(), words.end(), isBlocked))
            return words.constFirst().mid(qstrlen("id="));
    }
    return {};
}

qint64 ConnectionTest::errors(const QByteArray &word)
{
    const QByteArray name = "errorstat_" + word + ":count=";
    for (const QByteArray &line : raw().command({"INFO", "errorstats"}).text.split('\n'))
        if (line.startsWith(name)) return line.mid(name.size()).trimmed().toLongLong();
    return 0;
}

/// Carried out by the server; the answer reaches nobody, as when a connection breaks under it.
void ConnectionTest::aClaimWhoseAnswerIsLostGoesBackUnchargedWithTheHeartbeat()
{
    const JobId first = q().submit(), second = q().submit();
    SettleAndClaim call{.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 1};
    const QList<Claim> held = q().turn("w:1:a", call).claims;
    QCOMPARE(held.constFirst().definition.id, first);
    call.sequence = 2;
    {
        RedisJobQueue sameWorker({.client = {.url = server().url()}}, runtime::systemSeams());
        QVERIFY(waitFor(sameWorker.initialize()));
        const auto lost = waitForCallback<Result<SettledAndClaimed>>(
            [&](auto done) { sameWorker.settleAndClaim("w:1:a", call, std::move(done)); });
        QCOMPARE(lost.value().claims.size(), 1); // we do not know of it
    }
    QCOMPARE(q().status(second), JobStatus::Running);
    const Renewed renewed = q().renew("w:1:a", held);
    QVERIFY(renewed.lost.isEmpty());
    QCOMPARE(q().status(first), JobStatus::Running);
    const Job back = q().look(second);
    QCOMPARE(back.status, JobStatus::Pending);
    QCOMPARE(back.attempts, 0);
    QCOMPARE(back.workersLost, 0);
    QCOMPARE(q().stats().leasesLost, 0);
    call.sequence = 2; // asked for again after all: it gives nothing, and charges nobody
    QCOMPARE(q().turn("w:1:a", call).claims.size(), 0);
    call.sequence = 3;
    QCOMPARE(q().turn("w:1:a", call).claims.constFirst().definition.id, second);
}

void ConnectionTest::aClaimWhoseAnswerIsKnownStays()
{
    q().submitAll({testJob(), testJob(), testJob()});
    QList<Claim> held;
    for (int lane = 0; lane < 3; ++lane)
        held += q().turn(
                       "w:1:a",
                       {.queue = u"default"_s, .settlements = {}, .lane = lane, .sequence = 5, .claimMax = 1})
                    .claims;
    QCOMPARE(held.size(), 3);
    q().renew("w:1:a", held);
    q().renew("w:1:a", {}); // it holds nothing more: that is no reason to give back what it was given
    QCOMPARE(q().stats().size(JobStatus::Running), 3);
}

void ConnectionTest::aLostClaimAskedForAgainGivesTheSameJobs()
{
    q().submitAll({testJob(), testJob(), testJob()});
    const SettleAndClaim call{.queue = u"default"_s, .settlements = {}, .sequence = 1, .claimMax = 2};
    server().suspend(); // nothing can be read before the connection breaks
    std::optional<Result<SettledAndClaimed>> lost;
    q().queue().settleAndClaim("w:1:a", call,
                               [&](Result<SettledAndClaimed> answer) { lost = std::move(answer); });
    QCoreApplication::processEvents(); // it leaves
    server().resume();
    QTRY_VERIFY_WITH_TIMEOUT(raw().command({"ZCARD", key(Noun::Running)}).integer == 2, 10'000);
    const SettledAndClaimed again = q().turn("w:1:a", call);
    QTRY_VERIFY_WITH_TIMEOUT(lost.has_value(), 10'000);
    QCOMPARE(again.claims.size(), 2);
    QCOMPARE(again.claims.at(0).definition, lost->value().claims.at(0).definition);
    QCOMPARE(again.claims.at(1).token, lost->value().claims.at(1).token);
    QCOMPARE(q().stats().size(JobStatus::Running), 2);
    for (const Claim &claim : again.claims) q().complete(claim);
}

void ConnectionTest::initializeSaysWhyItFails_data()
{
    QTest::addColumn<QString>("url");
    QTest::newRow("no socket") << u"unix:///nowhere/redis.sock"_s;
    QTest::newRow("no server") << u"redis://127.0.0.1:%1"_s.arg(freePort());
}

void ConnectionTest::initializeSaysWhyItFails()
{
    QFETCH(const QString, url);
    RedisJobQueue queue({.client = {.url = redis::RedisUrl::parse(url).value()}}, runtime::systemSeams());
    QSignalSpy connections(&queue, &JobQueue::connectionChanged);
    const Result<> failed = waitFor(queue.initialize());
    QVERIFY(!failed);
    QVERIFY(!failed.error().todo.isEmpty());
    QVERIFY(connections.count() > 0);
    QCOMPARE(waitFor(queue.stats(u"default"_s)).error().kind, Error::Kind::WrongState);
    QVERIFY(!waitFor(queue.initialize())); // asked again, it tries again
}

void ConnectionTest::initializeTwiceIsOnceAndShutdownBeforeItDoesNothing()
{
    RedisJobQueue queue({.client = {.url = server().url()}}, runtime::systemSeams());
    QVERIFY(waitFor(queue.shutdown(true)));
    QFuture<Result<>> first = queue.initialize(), second = queue.initialize();
    QVERIFY(waitFor(first));
    QVERIFY(waitFor(second));
    QVERIFY(waitFor(queue.initialize()));
    QVERIFY(waitFor(queue.shutdown(false)));
    QCOMPARE(waitFor(queue.stats(u"default"_s)).error().kind, Error::Kind::WrongState);
    QVERIFY(waitFor(queue.initialize())); // and may begin again
    QVERIFY(waitFor(queue.stats(u"default"_s)));
}

void ConnectionTest::aGracefulShutdownAnswersWhatWasAsked()
{
    RedisJobQueue queue({.client = {.url = server().url()}}, runtime::systemSeams());
    QVERIFY(waitFor(queue.initialize()));
    const auto submitted = queue.submit({testJob()});
    const auto stopped = queue.shutdown(true);
    QVERIFY(waitFor(stopped));
    QVERIFY(submitted.isFinished());
    QVERIFY(submitted.result().value().constFirst().has_value());
}

/// A silent server keeps the shutdown waiting for what was asked before it.
void ConnectionTest::callsMadeDuringAGracefulShutdownAreAnswered()
{
    RedisJobQueue queue({.client = {.url = server().url()}}, runtime::systemSeams());
    QVERIFY(waitFor(queue.initialize()));
    server().suspend();
    const auto stopped = queue.shutdown(true);
    const Result<> begun = waitFor(queue.initialize());
    QCOMPARE(begun.error().kind, Error::Kind::Unavailable);
    QVERIFY2(begun.error().why.contains(u"shutting down"_s), qPrintable(begun.error().text()));
    QCOMPARE(waitFor(queue.stats(u"default"_s)).error(), begun.error());
    const auto reaped = waitForCallback<Result<std::optional<std::chrono::milliseconds>>>(
        [&](auto done) { queue.reap(u"default"_s, std::move(done)); });
    QCOMPARE(reaped.error(), begun.error());
    const auto stoppedAgain = queue.shutdown(true);
    QCoreApplication::processEvents();
    QVERIFY(!stopped.isFinished());
    QVERIFY(!stoppedAgain.isFinished()); // it has not stopped yet
    server().resume();
    QVERIFY(waitFor(stopped));
    QVERIFY(waitFor(stoppedAgain));
    QVERIFY(waitFor(queue.initialize())); // and may begin again
    QVERIFY(waitFor(queue.stats(u"default"_s)));
}

void ConnectionTest::aForcedShutdownEndsAGracefulOne()
{
    RedisJobQueue queue({.client = {.url = server().url()}}, runtime::systemSeams());
    QVERIFY(waitFor(queue.initialize()));
    server().suspend();
    const auto graceful = queue.shutdown(true);
    QVERIFY(waitFor(queue.shutdown(false)));
    QVERIFY(waitFor(graceful));
    server().resume();
    QVERIFY(waitFor(queue.initialize()));
    QVERIFY(waitFor(queue.stats(u"default"_s)));
}

void ConnectionTest::aQueueMayGoWhileItsShutdownWaitsForASilentServer()
{
    auto queue = std::make_unique<RedisJobQueue>(RedisJobQueueOptions{.client = {.url = server().url()}},
                                                 runtime::systemSeams());
    QVERIFY(waitFor(queue->initialize()));
    server().suspend();
    const auto stopped = queue->shutdown(true);
    QCoreApplication::processEvents(); // it asks now, and nobody answers
    QVERIFY(!stopped.isFinished());
    queue.reset();
    server().resume();
    QVERIFY(stopped.isFinished());
}

void ConnectionTest::aQueueThatGoesTellsNobodyOfItsConnection()
{
    auto queue = std::make_unique<RedisJobQueue>(RedisJobQueueOptions{.client = {.url = server().url()}},
                                                 runtime::systemSeams());
    QVERIFY(waitFor(queue->initialize()));
    int told = 0; // those who listen may be on the way out as well
    connect(
        queue.get(), &JobQueue::connectionChanged, this, [&told] { ++told; }, Qt::DirectConnection);
    queue.reset();
    QCOMPARE(told, 0);
}

void ConnectionTest::scriptsForgottenByTheServerAreSentAgain()
{
    for (int i = 0; i < 50; ++i) {
        raw().command({"SCRIPT", "FLUSH"});
        const QFuture<Result<QList<Result<Submitted>>>> first = q().queue().submit({testJob()}),
                                                        second = q().queue().submit({testJob()});
        QVERIFY(waitFor(first).value().constFirst());
        QVERIFY(waitFor(second).value().constFirst());
        const Claim claim = q().claim();
        raw().command({"SCRIPT", "FLUSH"});
        q().complete(claim);
    }
    QCOMPARE(q().stats().completed, 50);
    QCOMPARE(q().stats().submitted, 100);
}

void ConnectionTest::aWaitingPoolIsWokenBySubmitAndAgainAfterAReconnect()
{
    int wakes = 0;
    q().queue().waitForWork(
        "w:1:a", {u"default"_s}, [&] { ++wakes; }, [](const QString &, const JobId &) {});
    QTRY_COMPARE_WITH_TIMEOUT(wakes, 1, 10'000); // when it is connected: there may have been work before
    q().submit();
    QTRY_COMPARE_WITH_TIMEOUT(wakes, 2, 10'000);
    killClients();
    QTRY_VERIFY_WITH_TIMEOUT(wakes >= 3, 10'000); // connected anew
    QTRY_VERIFY_WITH_TIMEOUT(raw().command({"CLIENT", "LIST"}).text.contains("cmd=blpop"), 10'000);
    const int before = wakes;
    (void)waitFor(q().queue().submit({testJob()}));
    QTRY_VERIFY_WITH_TIMEOUT(wakes > before, 10'000);
    q().queue().stopWaiting("w:1:a");
}

void ConnectionTest::jobsThatAPoolHandsBackWakeAnother()
{
    constexpr int jobs = 4;
    for (int i = 0; i < jobs; ++i) q().submit();
    QList<Claim> held;
    for (int i = 0; i < jobs; ++i) held.append(q().claim());
    raw().command({"DEL", key(Noun::Wake)});
    // Within the same moment: what wakes for the first may not be all that wakes for the last.
    for (const Claim &claim : held) {
        (void)q().settle(claim, {.kind = Outcome::Kind::Released});
        QVERIFY(raw().command({"LPOP", key(Noun::Wake)}).text == "1");
    }
}

void ConnectionTest::aRefusedWaitIsAskedAgain_data()
{
    QTest::addColumn<QByteArrayList>("before"); // what is done while nobody waits yet
    QTest::addColumn<QByteArrayList>("refuse"); // what ends a wait; an empty word: the waiting client's id
    QTest::addColumn<QByteArray>("error");
    QTest::addColumn<QByteArrayList>("restore");
    QTest::newRow("unblocked") << QByteArrayList() << QByteArrayList{"CLIENT", "UNBLOCK", "", "ERROR"}
                               << QByteArray("UNBLOCKED") << QByteArrayList();
    QTest::newRow("a failover and back")
        << QByteArrayList() << QByteArrayList{"REPLICAOF", "127.0.0.1", QByteArray::number(freePort())}
        << QByteArray("READONLY") << QByteArrayList{"REPLICAOF", "NO", "ONE"};
    QTest::newRow("another program's key")
        << QByteArrayList{"SET", key(Noun::Wake), "another program's"} << QByteArrayList()
        << QByteArray("WRONGTYPE") << QByteArrayList{"DEL", key(Noun::Wake)};
}

/// A pool is not deaf from then on.
void ConnectionTest::aRefusedWaitIsAskedAgain()
{
    QFETCH(const QByteArrayList, before);
    QFETCH(QByteArrayList, refuse);
    QFETCH(const QByteArray, error);
    QFETCH(const QByteArrayList, restore);
    raw().command({"CONFIG", "RESETSTAT"});
    if (!before.isEmpty()) raw().command(before);
    int wakes = 0;
    q().queue().waitForWork(
        "w:1:a", {u"default"_s}, [&] { ++wakes; }, [](const QString &, const JobId &) {});
    QTRY_COMPARE_WITH_TIMEOUT(wakes, 1, 10'000); // connected
    if (!refuse.isEmpty()) {
        QTRY_VERIFY_WITH_TIMEOUT(!blockedClient("blpop").isEmpty(), 10'000);
        std::replace(refuse.begin(), refuse.end(), QByteArray(), blockedClient("blpop"));
        raw().command(refuse);
    }
    QTRY_VERIFY_WITH_TIMEOUT(errors(error) > 0, 10'000);
    QVERIFY2(errors(error) < 5, "It is asked again without a pause.");
    if (!restore.isEmpty()) raw().command(restore);
    QTRY_VERIFY_WITH_TIMEOUT(!blockedClient("blpop").isEmpty(), 10'000);
    const int known = wakes; // a failover may have broken connections, too
    q().submit();
    QTRY_VERIFY_WITH_TIMEOUT(wakes > known, 10'000);
    q().queue().stopWaiting("w:1:a");
}

void ConnectionTest::eventsGoOnAfterAReconnectWithoutAGap()
{
    q().listen();
    q().submit();
    (void)q().events(1);
    killClients();
    for (int i = 0; i < 5; ++i) { // from elsewhere, while we cannot hear
        RedisJobQueue other({.client = {.url = server().url()}}, runtime::systemSeams());
        QVERIFY(waitFor(other.initialize()));
        QVERIFY(waitFor(other.submit({testJob()})));
    }
    const QList<Event> events = q().events(6);
    QCOMPARE(events.size(), 6);
    for (const Event &event : events) QCOMPARE(event.type, Event::Type::JobSubmitted);
}

void ConnectionTest::eventsSayHowManyWereMissed()
{
    q().listen();
    q().submit();
    (void)q().events(1);
    // What the reader has not seen yet is cut off, as when it was away for long: five events of one entry.
    const QByteArray last
        = raw().command({"XREVRANGE", key(Noun::Events), "+", "-", "COUNT", "1"}).at(0).at(0).text;
    const qint64 number = last.split('-').constFirst().toLongLong();
    raw().command({"XADD", key(Noun::Events), QByteArray::number(number + 7) + "-2", "t", "1764000000000000",
                   "cancelled", "a\nb"});
    const QList<Event> events = q().events(4);
    QCOMPARE(events.at(1).type, Event::Type::EventsMissed);
    QVERIFY2(events.at(1).data.contains(R"("count":5)"), events.at(1).data);
    QCOMPARE(events.at(2).type, Event::Type::JobCancelled);
}

void ConnectionTest::eventsSayThatHistoryWentBack()
{
    q().submit();
    const QByteArray old = raw().command({"DUMP", key(Noun::Events)}).text;
    q().listen();
    q().submit();
    (void)q().events(1);
    raw().command({"RESTORE", key(Noun::Events), "0", old, "REPLACE"}); // as when an older state is loaded
    killClients();
    const QList<Event> events = q().events(2);
    QCOMPARE(events.at(1).type, Event::Type::EventsMissed);
    QVERIFY2(events.at(1).data.contains(R"("count":null)"), events.at(1).data);
}

void ConnectionTest::aNewQueuesEventsAreHeardFromItsBeginning()
{
    q().listen();
    RedisJobQueue other({.client = {.url = server().url()}}, runtime::systemSeams());
    QVERIFY(waitFor(other.initialize()));
    JobDefinition job = testJob();
    job.queue = u"a new one: {ü}"_s;
    QVERIFY(waitFor(other.submit({job})));
    const QList<Event> events = q().events(1);
    QCOMPARE(events.constFirst().queue, job.queue);
    QCOMPARE(events.constFirst().job, job.id);
}

void ConnectionTest::aRefusedReadOfEventsMissesNothing()
{
    q().listen();
    q().submit();
    (void)q().events(1);
    for (int time = 0; time < 2; ++time) {
        QTRY_VERIFY_WITH_TIMEOUT(!blockedClient("xread").isEmpty(), 10'000);
        raw().command({"CLIENT", "UNBLOCK", blockedClient("xread"), "ERROR"});
        q().submit(); // while nobody reads
        (void)q().events(2 + time);
    }
    JobDefinition job = testJob();
    job.queue = u"made later"_s;
    QVERIFY(waitFor(q().queue().submit({job})));
    const QList<Event> events = q().events(4);
    for (const Event &event : events) QCOMPARE(event.type, Event::Type::JobSubmitted);
    QCOMPARE(events.at(3).job, job.id);
}

/// Who was to tell where the stream ends has lost its connection: the reader finds that out before it reads.
void ConnectionTest::whatComesBetweenTwoReadsIsHeardThoughTheEndWasNotTold()
{
    EventsReader reader({.url = server().url()}, runtime::systemSeams(), KeyNames(u"signalbox"_s));
    QList<Event> heard;
    connect(&reader, &EventsReader::eventsArrived, this,
            [&heard](const QList<Event> &events) { heard += events; });
    q().submit(); // before we listened
    reader.expectEnd(u"default"_s);
    reader.setEnd(u"default"_s, fail(Error::Kind::ConnectionLost, {}, {}, {}));
    QTRY_VERIFY_WITH_TIMEOUT(!blockedClient("xread").isEmpty(), 10'000);
    const QByteArray client = blockedClient("xread");
    const QByteArray end
        = raw().command({"XREVRANGE", key(Noun::Events), "+", "-", "COUNT", "1"}).at(0).at(0).text;
    const QByteArray next = QByteArray::number(end.split('-').constFirst().toLongLong() + 1) + "-1";
    raw().command({"MULTI"}); // the event comes when its read has timed out, and before it reads again
    raw().command({"CLIENT", "UNBLOCK", client, "TIMEOUT"});
    raw().command({"XADD", key(Noun::Events), next, "t", "1764000000000000", "cancelled", "a"});
    raw().command({"EXEC"});
    QTRY_COMPARE_WITH_TIMEOUT(heard.size(), 1, 10'000);
    QCOMPARE(heard.constFirst().type, Event::Type::JobCancelled);
}

void ConnectionTest::anotherTypesEventsDeafenOnlyTheirOwnQueue()
{
    q().listen();
    q().submit();
    (void)q().events(1);
    JobDefinition job = testJob();
    job.queue = u"second"_s;
    QVERIFY(waitFor(q().queue().submit({job})));
    (void)q().events(2);
    raw().command({"DEL", key(Noun::Events)});
    raw().command({"SET", key(Noun::Events), "x"});
    job.id = testId(4711);
    QVERIFY(waitFor(q().queue().submit({job})));
    QCOMPARE(q().events(3).at(2).job, job.id);
    raw().command({"DEL", key(Noun::Events)}); // and when it has gone, they are heard again
    const JobId heard = q().submit();
    job.id = testId(4712);
    QVERIFY(waitFor(q().queue().submit({job})));
    const QList<Event> events = q().events(5);
    QCOMPARE(events.at(3).job == heard ? events.at(4).job : events.at(3).job, job.id);
    QVERIFY(events.at(3).job == heard || events.at(4).job == heard);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::ConnectionTest)
#include "connection_test.moc"
