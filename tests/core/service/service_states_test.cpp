#include "tests/core/service/service_rig.h"

#include <array>

using namespace signalbox;
using namespace signalbox::service;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::get;
using test::kindOf;
using test::quickJob;
using test::ServiceRig;
using test::why;

namespace {

enum class State { Stopped, Started, Running }; ///< Running: workers, too
constexpr std::array stateNames{"Stopped", "Started", "Running"};

struct Call {
    const char *name;
    QFuture<Result<>> (*make)(JobService &service);
};
constexpr std::array calls{
    Call{"start", [](JobService &s) { return s.start(); }},
    Call{"stop", [](JobService &s) { return s.stop(); }},
    Call{"startWorkers", [](JobService &s) { return s.startWorkers(1); }},
    Call{"stopWorkers", [](JobService &s) { return s.stopWorkers(worker::WorkerPool::StopMode::Now); }},
    Call{"scaleWorkers", [](JobService &s) { return s.scaleWorkers(2); }},
};

/// What two calls are answered that are made at once, the second before anything came of the first, and the
/// state they leave. Rows: the first call; columns: the second; both in the order of `calls`.
using Cells = std::array<std::array<const char *, calls.size()>, calls.size()>;
struct Pairs {
    State from;
    Cells cells;
};
// clang-format off
constexpr std::array pairs{
    Pairs{State::Stopped, {{
        // start                stop                      startWorkers             stopWorkers         scaleWorkers
        {"ok ok Started",       "unavailable ok Stopped", "ok wrong_state Started", "ok ok Started",   "ok wrong_state Started"},
        {"ok ok Started",       "ok ok Stopped",          "ok wrong_state Stopped", "ok ok Stopped",   "ok wrong_state Stopped"},
        {"wrong_state ok Started", "wrong_state ok Stopped", "wrong_state wrong_state Stopped", "wrong_state ok Stopped", "wrong_state wrong_state Stopped"},
        {"ok ok Started",       "ok ok Stopped",          "ok wrong_state Stopped", "ok ok Stopped",   "ok wrong_state Stopped"},
        {"wrong_state ok Started", "wrong_state ok Stopped", "wrong_state wrong_state Stopped", "wrong_state ok Stopped", "wrong_state wrong_state Stopped"},
    }}},
    Pairs{State::Started, {{
        {"ok ok Started",          "ok ok Stopped",          "ok ok Running",          "ok ok Started",          "ok wrong_state Started"},
        {"ok wrong_state Stopped", "ok ok Stopped",          "ok wrong_state Stopped", "ok ok Stopped",          "ok wrong_state Stopped"},
        {"ok ok Running",          "unavailable ok Stopped", "ok wrong_state Running", "unavailable ok Started", "ok wrong_state Running"},
        {"ok ok Started",          "ok ok Stopped",          "ok ok Running",          "ok ok Started",          "ok wrong_state Started"},
        {"wrong_state ok Started", "wrong_state ok Stopped", "wrong_state ok Running", "wrong_state ok Started", "wrong_state wrong_state Started"},
    }}},
    Pairs{State::Running, {{
        {"ok ok Running",          "ok ok Stopped",          "ok wrong_state Running", "ok ok Started",          "ok ok Running"},
        {"ok wrong_state Stopped", "ok ok Stopped",          "ok wrong_state Stopped", "ok ok Stopped",          "ok wrong_state Stopped"},
        {"wrong_state ok Running", "wrong_state ok Stopped", "wrong_state wrong_state Running", "wrong_state ok Started", "wrong_state ok Running"},
        {"ok ok Started",          "ok ok Stopped",          "ok wrong_state Started", "ok ok Started",          "ok wrong_state Started"},
        {"ok ok Running",          "ok ok Stopped",          "ok wrong_state Running", "ok ok Started",          "ok ok Running"},
    }}},
};
// clang-format on

Settings withLimits() // so that starting workers takes more than one step
{
    Settings settings;
    settings.limits.sizeMax = 1000;
    return settings;
}

void bringTo(State state, ServiceRig &rig)
{
    if (state == State::Stopped) return;
    QVERIFY(get(rig->start()));
    if (state == State::Running) QVERIFY(get(rig->startWorkers(1)));
}

QString stateOf(ServiceRig &rig)
{
    if (!get(rig->queues())) return u"Stopped"_s;
    const auto metrics = get(rig->metrics());
    if (!metrics) qFatal("%s", why(metrics));
    return metrics->pool.total > 0 ? u"Running"_s : u"Started"_s;
}

QString word(const Result<> &answer)
{
    return answer ? u"ok"_s : toText(answer.error().kind);
}

/// How often `begin` was told more often than `end`; ends the test program where that was not 0 or 1 once.
int balance(const QList<Event> &events, Event::Type begin, Event::Type end)
{
    int open = 0;
    for (const Event &event : events) {
        open += event.type == begin ? 1 : event.type == end ? -1 : 0;
        if (open < 0 || open > 1) qFatal("An event tells what did not happen.");
    }
    return open;
}

void compareWithEvents(const ServiceRig &rig, const QString &state)
{
    const int services = state == u"Stopped" ? 0 : 1;
    const int workers = state == u"Running" ? 1 : 0;
    QTRY_COMPARE(balance(rig.events, Event::Type::ServiceStarted, Event::Type::ServiceStopped), services);
    QTRY_COMPARE(balance(rig.events, Event::Type::WorkersStarted, Event::Type::WorkersStopped), workers);
}

} // namespace

/// start, stop, startWorkers, stopWorkers, scaleWorkers: in the wrong state, twice, across each other.
class ServiceStatesTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void twoCallsAtOnce_data();
    void twoCallsAtOnce();
    void stopCallsOffAStartThatWaitsForAServer();
    void negativeCountOfWorkersIsRefused();
    void workersNeedAStartedService();
    void eventsAreHeardAfterAWaitAcrossAStop();
};

void ServiceStatesTest::twoCallsAtOnce_data()
{
    QTest::addColumn<int>("from");
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    QTest::addColumn<QString>("expected");
    for (const Pairs &table : pairs)
        for (size_t first = 0; first < calls.size(); ++first)
            for (size_t second = 0; second < calls.size(); ++second)
                QTest::addRow("%s: %s, %s", stateNames[static_cast<size_t>(table.from)], calls[first].name,
                              calls[second].name)
                    << static_cast<int>(table.from) << static_cast<int>(first) << static_cast<int>(second)
                    << QString::fromLatin1(table.cells[first][second]);
}

void ServiceStatesTest::twoCallsAtOnce()
{
    QFETCH(int, from);
    QFETCH(int, first);
    QFETCH(int, second);
    QFETCH(QString, expected);
    ServiceRig rig(nullptr, withLimits());
    rig.handle(u"ok"_s,
               [](const JobDefinition &, worker::RunContext &) { return worker::RunResult::completed(); });
    bringTo(static_cast<State>(from), rig);
    std::array<QFuture<Result<>>, 2> answers;
    rig.atOnce([&] {
        answers[0] = calls[static_cast<size_t>(first)].make(rig.service());
        answers[1] = calls[static_cast<size_t>(second)].make(rig.service());
    });
    const QString one = word(get(answers[0])), two = word(get(answers[1])), state = stateOf(rig);
    QCOMPARE((QStringList{one, two, state}.join(u' ')), expected);
    compareWithEvents(rig, state);
    for (const QFuture<Result<>> &answer : answers)
        if (!answer.result()) QVERIFY(!answer.result().error().why.isEmpty());

    // And from there everything goes its usual way.
    QVERIFY(get(rig->stop()));
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->startWorkers(1)));
    const auto result = get(rig->wait(get(rig->submit(quickJob(u"ok"_s)))->id));
    QVERIFY2(result, why(result));
    QVERIFY(get(rig->stop()));
    compareWithEvents(rig, u"Stopped"_s);
}

void ServiceStatesTest::stopCallsOffAStartThatWaitsForAServer()
{
    test::TestServer server;
    ServiceRig rig(&server);
    server.suspend(); // it takes the connection, and says nothing
    const QFuture<Result<>> started = rig->start();
    QTRY_COMPARE(rig->connection().phase, queue::QueueConnection::Phase::Connecting);
    QVERIFY(get(rig->stop()));
    QCOMPARE(kindOf(get(started)), Error::Kind::Unavailable);
    QVERIFY(!rig.saw(Event::Type::ServiceStopped)); // it never started
    server.resume();
    QVERIFY(get(rig->start()));
    QVERIFY(get(rig->submit(quickJob(u"a"_s))));
}

void ServiceStatesTest::negativeCountOfWorkersIsRefused()
{
    ServiceRig rig(nullptr, withLimits());
    QVERIFY(get(rig->start()));
    QCOMPARE(kindOf(get(rig->startWorkers(-1))), Error::Kind::Invalid);
    QCOMPARE(stateOf(rig), u"Started"_s);
}

void ServiceStatesTest::workersNeedAStartedService()
{
    ServiceRig rig(nullptr);
    const auto refused = get(rig->startWorkers(1));
    QCOMPARE(kindOf(refused), Error::Kind::WrongState);
    QCOMPARE(refused.error().why, u"The service is not started."_s);
    QVERIFY(get(rig->start()));
    QCOMPARE(stateOf(rig), u"Started"_s); // they did not begin by themselves later
}

void ServiceStatesTest::eventsAreHeardAfterAWaitAcrossAStop()
{
    const test::TestServer server;
    ServiceRig rig(&server);
    QVERIFY(get(rig->start(false)));
    const JobId id = get(rig->submit(quickJob(u"a"_s)))->id;
    QFuture<Result<>> stopped;
    QFuture<Result<JobResult>> waited;
    rig.atOnce([&] {
        stopped = rig->stop();
        waited = rig->wait(id, 1ms);
    });
    QVERIFY(get(stopped));
    QVERIFY(!get(waited)); // the queue went meanwhile
    QVERIFY(get(rig->start()));
    const JobId next = get(rig->submit(quickJob(u"a"_s)))->id;
    QTRY_COMPARE(rig.eventsOf(next, Event::Type::JobSubmitted).size(), 1);
}

QTEST_GUILESS_MAIN(ServiceStatesTest)
#include "service_states_test.moc"
