#include "core/runtime/manual_clock.h"
#include "tests/ui/rows.h"
#include "ui/models/activity_model.h"
#include "ui/models/failure_groups.h"
#include "ui/models/job_table_model.h"
#include "ui/models/queue_table_model.h"
#include "ui/models/row_range.h"
#include "ui/models/run_watch.h"
#include "ui/models/worker_name.h"
#include "ui/models/worker_tree_model.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

using Tester = QAbstractItemModelTester;

class ModelsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void neighbouringRowsBecomeOneRange();
    void aPageIsAppendedAndAskedForOnce();
    void aJobThatMovedWhilePagingIsThereOnce();
    void rowsStopAtTheWindow();
    void eventsChangeRowsInFewSignals();
    void aRetryIsLookedAtAgain();
    void aDeletedJobLeaves();
    void replacingRowsKeepsThoseThatStay();
    void randomOperationsKeepTheModelConsistent();
    void unexpectedStatesAreDimmed();
    void theGhostIsWhereTheUsualRunWouldBe();
    void onlyAPaceOutOfTheOrdinaryIsSaid();
    void queuesKeepTheirPlaceAndChangeInPlace();
    void healthTellsNobodyFromBusy();
    void poolsComeGoAndGrow();
    void activityKeepsTheNewestAndCountsWhatItLeavesOut();
    void failuresAreGroupedByWhatTheyShare();
    void medianNeedsSamples();
    void runsThatAreNotAlikeHaveNoMedian();
    void workersStripsAreMadeOfLooks();
    void workerNamesAreShort();

private:
    runtime::ManualTime m_time{start + 1000s};
};

void ModelsTest::neighbouringRowsBecomeOneRange()
{
    QCOMPARE(RowRange::fromRows({5, 1, 2, 9, 3, 9}), (QList<RowRange>{{1, 3}, {5, 5}, {9, 9}}));
    QVERIFY(RowRange::fromRows({}).isEmpty());
}

void ModelsTest::aPageIsAppendedAndAskedForOnce()
{
    JobTableModel model(m_time); // without the tester, which asks for pages itself
    QSignalSpy wanted(&model, &JobTableModel::pageWanted);
    model.appendPage({rowOf(1), rowOf(2)}, true);
    QVERIFY(model.canFetchMore({}));
    model.fetchMore({});
    model.fetchMore({}); // the view asks again and again while it scrolls
    QCOMPARE(wanted.size(), 1);
    model.appendPage({rowOf(3)}, false);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(!model.canFetchMore({}));
    QCOMPARE(model.rowOf(idOf(3)), 2);
}

void ModelsTest::aJobThatMovedWhilePagingIsThereOnce()
{
    JobTableModel model(m_time);
    model.appendPage({rowOf(1), rowOf(2)}, true);
    model.appendPage({rowOf(2), rowOf(3), rowOf(3)}, false);
    QCOMPARE(model.rowCount(), 3);
    QVERIFY(model.isConsistent());
}

void ModelsTest::rowsStopAtTheWindow()
{
    JobTableModel model(m_time);
    QList<JobSummary> rows;
    for (int n = 0; n < JobTableModel::rowsMax + 50; ++n) rows.append(rowOf(n));
    model.appendPage(rows, true);
    QCOMPARE(model.rowCount(), static_cast<int>(JobTableModel::rowsMax));
    QVERIFY(model.isFull());
    QVERIFY(!model.canFetchMore({}));
}

void ModelsTest::eventsChangeRowsInFewSignals()
{
    JobTableModel model(m_time);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    QList<JobSummary> rows;
    for (int n = 0; n < 100; ++n) rows.append(rowOf(n));
    model.appendPage(rows, false);
    QSignalSpy changed(&model, &JobTableModel::dataChanged);
    for (int n = 0; n < 100; ++n)
        model.applyEvents(
            {eventOf(n, Event::Type::JobStarted, R"({"worker_id":"w:1:x/0","attempt":1})"),
             eventOf(n, Event::Type::JobProgress, R"({"current":5,"total":20,"message":"m"})")});
    QCOMPARE(changed.size(), 0); // not one for each
    QTRY_COMPARE(changed.size(), 1);
    QCOMPARE(model.row(7).status, JobStatus::Running);
    QCOMPARE(model.row(7).progress->percentage(), 25.0);
    model.applyEvents({eventOf(7, Event::Type::JobCompleted, R"({"duration":1.5})", start + 200s)});
    QCOMPARE(model.row(7).status, JobStatus::Completed);
    QCOMPARE(model.row(7).attempts, 1);
    QCOMPARE(model.runTime(model.row(7)), std::optional<std::chrono::microseconds>(1500ms));
    QVERIFY(!model.row(7).progress);
}

void ModelsTest::aRetryIsLookedAtAgain()
{
    JobTableModel model(m_time);
    model.appendPage({rowOf(1, JobStatus::Running), rowOf(2, JobStatus::Running)}, false);
    QSignalSpy looks(&model, &JobTableModel::lookWanted);
    model.applyEvents(
        {eventOf(1, Event::Type::JobFailed, R"({"error":"E: x","will_retry":true,"attempts":2})"),
         eventOf(99, Event::Type::JobFailed)}); // not on the screen
    QTRY_COMPARE(looks.size(), 1);
    QCOMPARE(looks.first().first().value<QList<JobId>>(), QList<JobId>{idOf(1)});
    QCOMPARE(model.row(0).status, JobStatus::Retrying);
    QCOMPARE(model.row(0).attempts, 2);
    QCOMPARE(model.row(0).errorHead, u"E: x"_s);
    JobSummary fresh = rowOf(1, JobStatus::Retrying);
    fresh.dueAt = start + 2000s;
    model.updateRows({fresh, rowOf(77)});
    QCOMPARE(model.row(0).dueAt, std::optional(start + 2000s));
    QCOMPARE(model.rowCount(), 2);
    QVERIFY(model.index(0, JobTableModel::ProgressColumn).data().toString().startsWith("in "_L1));
}

void ModelsTest::aDeletedJobLeaves()
{
    JobTableModel model(m_time);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    model.appendPage({rowOf(1), rowOf(2), rowOf(3)}, false);
    model.applyEvents({eventOf(2, Event::Type::JobDeleted)});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.rowOf(idOf(3)), 1);
    QVERIFY(model.isConsistent());
}

void ModelsTest::replacingRowsKeepsThoseThatStay()
{
    JobTableModel model(m_time);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    model.replaceRows({rowOf(1), rowOf(2), rowOf(3)});
    const QPersistentModelIndex third = model.index(2, 0);
    model.replaceRows({rowOf(3), rowOf(4), rowOf(1)});
    QCOMPARE(third.row(), 0); // a selection on it would have moved with it
    QCOMPARE(model.row(1).id, idOf(4));
    QCOMPARE(model.row(2).id, idOf(1));
    QVERIFY(model.isConsistent());
}

void ModelsTest::randomOperationsKeepTheModelConsistent()
{
    const quint32 seed = QRandomGenerator::global()->generate();
    qInfo("seed %u", seed);
    QRandomGenerator random(seed);
    JobTableModel model(m_time);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    const auto rows = [&random] {
        QList<JobSummary> some;
        for (int i = random.bounded(8); i > 0; --i) some.append(rowOf(random.bounded(30)));
        return some;
    };
    for (int step = 0; step < 2000; ++step) {
        switch (random.bounded(6)) {
        case 0:
            model.appendPage(rows(), random.bounded(2) == 0);
            break;
        case 1:
            model.replaceRows(rows());
            break;
        case 2:
            model.removeIds({idOf(random.bounded(30)), idOf(random.bounded(30))});
            break;
        case 3:
            model.applyEvents({eventOf(random.bounded(30), Event::Type::JobDeleted),
                               eventOf(random.bounded(30), Event::Type::JobStarted)});
            break;
        case 4:
            model.updateRows(rows());
            break;
        default:
            if (random.bounded(20) == 0) model.clear();
        }
        QVERIFY2(model.isConsistent(), qPrintable(u"step %1"_s.arg(step)));
    }
}

void ModelsTest::unexpectedStatesAreDimmed()
{
    JobTableModel model(m_time);
    model.setExpected({JobStatus::DeadLetter});
    model.appendPage({rowOf(1, JobStatus::DeadLetter)}, false);
    QVERIFY(!model.isDimmed(0));
    model.applyEvents({eventOf(1, Event::Type::JobRequeued)});
    QVERIFY(model.isDimmed(0)); // still there: rows do not vanish under the pointer
    QCOMPARE(model.rowCount(), 1);
    model.setExpected({});
    QVERIFY(!model.isDimmed(0));
    model.setStale(true);
    QVERIFY(model.isDimmed(0));
}

void ModelsTest::theGhostIsWhereTheUsualRunWouldBe()
{
    JobTableModel model(m_time);
    model.setUsualRun([](const QString &) { return std::optional<std::chrono::microseconds>(40s); });
    JobSummary running = rowOf(1, JobStatus::Running);
    running.startedAt = m_time.wallNow() - 10s;
    model.appendPage({running, rowOf(2)}, false);
    QCOMPARE(model.ghost(0), std::optional(0.25));
    m_time.advance(1h);
    QCOMPARE(model.ghost(0), std::optional(1.0));
    QVERIFY(!model.ghost(1));
}

void ModelsTest::onlyAPaceOutOfTheOrdinaryIsSaid()
{
    JobTableModel model(m_time);
    model.setUsualRun([](const QString &) { return std::optional<std::chrono::microseconds>(40s); });
    JobSummary running = rowOf(1, JobStatus::Running);
    running.startedAt = m_time.wallNow() - 20s;
    running.progress = JobProgress{};
    running.progress->current = 45;
    running.progress->total = 100;
    const auto pace = [&] { return model.pace(running); };
    QCOMPARE(pace(), QString()); // half the time gone, nearly half of it done
    running.progress->current = 20;
    QCOMPARE(pace(), u"half pace"_s);
    running.startedAt = m_time.wallNow() - 4s; // a slow start is no news
    running.progress->current = 1;
    QCOMPARE(pace(), QString());
    running.startedAt = m_time.wallNow() - 43s; // 1.08 of the usual run
    running.progress.reset();
    QCOMPARE(pace(), QString());
    m_time.advance(1s);
    QCOMPARE(pace(), u"1.1× median"_s);
    m_time.advance(1h);
    QCOMPARE(pace(), u"91× median"_s);
    m_time.advance(1h);
    QCOMPARE(pace(), u"> 99× median"_s);
    running.startedAt = m_time.wallNow() - 1s;
    model.setUsualRun([](const QString &) { return std::optional<std::chrono::microseconds>(10ms); });
    QCOMPARE(pace(), QString()); // a hundred times as long, and still nobody waits
    running.status = JobStatus::Completed;
    QCOMPARE(pace(), QString());
}

void ModelsTest::queuesKeepTheirPlaceAndChangeInPlace()
{
    QueueTableModel model;
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    QueueStats mail;
    mail.queue = u"mail"_s;
    QueueStats media;
    media.queue = u"media"_s;
    model.setQueues({media, mail}, {});
    QCOMPARE(model.rowOf(u"mail"_s), 0);
    QSignalSpy changed(&model, &QueueTableModel::dataChanged);
    QSignalSpy reset(&model, &QueueTableModel::modelReset);
    media.sizes[static_cast<size_t>(JobStatus::Pending)] = 7;
    model.setQueues({mail, media}, {});
    QCOMPARE(reset.size(), 0);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(model.index(1, QueueTableModel::PendingColumn).data().toString(), u"7"_s);
    model.setQueues({mail}, {});
    QCOMPARE(model.rowCount(), 1);
}

void ModelsTest::healthTellsNobodyFromBusy()
{
    QueueStats stats;
    QCOMPARE(QueueTableModel::healthOf(stats, 0, 0), QueueHealth::Idle);
    stats.sizes[static_cast<size_t>(JobStatus::Pending)] = 5;
    QCOMPARE(QueueTableModel::healthOf(stats, 0, 0), QueueHealth::NoWorker);
    QCOMPARE(QueueTableModel::healthOf(stats, 2, 2), QueueHealth::AllBusy);
    stats.completedPerSecond1m = 3;
    QCOMPARE(QueueTableModel::healthOf(stats, 2, 2), QueueHealth::Draining);
    stats.paused = true;
    QCOMPARE(QueueTableModel::healthOf(stats, 2, 2), QueueHealth::Paused);
}

void ModelsTest::poolsComeGoAndGrow()
{
    const RunWatch runs;
    WorkerTreeModel model(m_time, runs);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    model.setPools({poolOf(u"eu-2"_s, 2), poolOf(u"eu-1"_s, 3)});
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.poolAt(model.index(0, 0))->hostname, u"eu-1"_s);
    QCOMPARE(model.rowCount(model.index(0, 0)), 3);
    model.setPools({poolOf(u"eu-1"_s, 5), poolOf(u"eu-2"_s, 2)}); // scaled up
    QCOMPARE(model.rowCount(model.index(0, 0)), 5);
    model.setPools({poolOf(u"eu-1"_s, 1), poolOf(u"eu-2"_s, 2)}); // and down
    QCOMPARE(model.rowCount(model.index(0, 0)), 1);
    PoolInfo busy = poolOf(u"eu-1"_s, 1);
    busy.workers[0].status = WorkerStatus::Busy;
    busy.workers[0].currentJob = idOf(3);
    busy.workers[0].currentHandler = u"a.b"_s;
    busy.workers[0].jobStartedAt = m_time.wallNow() - 5s;
    model.setPools({busy, poolOf(u"eu-2"_s, 2)});
    const QModelIndex pool = model.index(0, 0);
    QCOMPARE(model.index(0, WorkerTreeModel::JobColumn, pool).data().toString(), u"a.b"_s);
    QCOMPARE(model.elapsed(*model.workerAt(model.index(0, 0, pool))),
             std::optional<std::chrono::microseconds>(5s));
    model.setPools({poolOf(u"eu-2"_s, 2)});
    QCOMPARE(model.rowCount(), 1);
}

void ModelsTest::activityKeepsTheNewestAndCountsWhatItLeavesOut()
{
    ActivityModel model;
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    model.addEvents({eventOf(1, Event::Type::JobStarted), eventOf(1, Event::Type::JobProgress)});
    QCOMPARE(model.rowCount(), 1); // progress is what the bars show
    model.addProblem({Error::Kind::Internal, u"What."_s, u"Why."_s, u"Do."_s}, start);
    QCOMPARE(model.level(0), ActivityModel::Level::Error);
    QList<Event> burst;
    for (int n = 0; n < ActivityModel::batchMax + 40; ++n) burst.append(eventOf(n, Event::Type::JobStarted));
    model.addEvents(burst);
    QCOMPARE(model.rowCount(), static_cast<int>(2 + ActivityModel::batchMax + 1));
    QVERIFY(model.index(static_cast<int>(ActivityModel::batchMax), ActivityModel::TextColumn)
                .data()
                .toString()
                .contains("40"_L1));
    for (int i = 0; i < 40; ++i) model.addEvents(burst);
    QCOMPARE(model.rowCount(), static_cast<int>(ActivityModel::rowsMax));
    QCOMPARE(model.job(0), idOf(static_cast<int>(burst.size()) - 1));
}

void ModelsTest::failuresAreGroupedByWhatTheyShare()
{
    QCOMPARE(
        errorSignature(u"IOError: /srv/a/b.bin at offset 4096 of 7f3a91c2-5d0e-4b67-9a41-0c8e2f6d1b90"_s),
        u"IOError: ‹path› at offset ‹n› of ‹id›"_s);
    QCOMPARE(errorSignature(u"HttpError 503 from https://x.example/y?z=1"_s), u"HttpError ‹n› from ‹url›"_s);
    FailureGroupsModel model(m_time);
    const Tester tester(&model, Tester::FailureReportingMode::QtTest);
    QList<JobSummary> rows;
    for (int n = 1; n <= 4; ++n) {
        JobSummary row = rowOf(n, JobStatus::DeadLetter);
        row.errorHead = n == 4 ? u"KeyError: 'x'"_s : u"Timeout after %1 s"_s.arg(n);
        row.endedAt = start + std::chrono::seconds(n);
        rows.append(row);
    }
    model.setFailures(rows);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.group(0).signature, u"KeyError: 'x'"_s); // the newest first
    QCOMPARE(model.group(1).count, 3);
    QCOMPARE(model.group(1).newest, idOf(3));
}

void ModelsTest::runsThatAreNotAlikeHaveNoMedian()
{
    RunWatch runs;
    const auto run = [&runs](int n, std::chrono::seconds took) {
        runs.apply({eventOf(n, Event::Type::JobStarted, R"({"handler":"h"})", start),
                    eventOf(n, Event::Type::JobCompleted, "{}", start + took)});
    };
    for (int n = 0; n < 12; ++n) run(n, n % 3 == 0 ? 1s : 100s); // small and large folders, say
    QVERIFY(!runs.usualRun(u"h"_s));
    for (int n = 20; n < 60; ++n) run(n, 100s);
    QCOMPARE(runs.usualRun(u"h"_s), std::optional<std::chrono::microseconds>(100s));
}

void ModelsTest::medianNeedsSamples()
{
    RunWatch runs;
    for (int n = 1; n <= 5; ++n) {
        QVERIFY(!runs.usualRun(u"h"_s));
        runs.apply({eventOf(n, Event::Type::JobStarted, R"({"handler":"h"})", start),
                    eventOf(n, Event::Type::JobCompleted, "{}", start + std::chrono::seconds(n * n))});
    }
    QCOMPARE(runs.usualRun(u"h"_s), std::optional<std::chrono::microseconds>(9s));
    runs.apply({eventOf(7, Event::Type::JobStarted, R"({"handler":"h"})"),
                eventOf(7, Event::Type::JobProgress, R"({"current":1,"total":4})")});
    QCOMPARE(runs.progressOf(idOf(7))->percentage(), 25.0);
    runs.apply({eventOf(7, Event::Type::JobReleased)});
    QVERIFY(!runs.progressOf(idOf(7)));
}

void ModelsTest::workersStripsAreMadeOfLooks()
{
    RunWatch runs;
    PoolInfo pool = poolOf(u"eu-1"_s, 1);
    const QString worker = pool.workers[0].id;
    runs.apply(pool, start);
    QVERIFY(runs.runsOf(worker, start).isEmpty());
    pool.workers[0].currentJob = idOf(1);
    pool.workers[0].jobStartedAt = start + 1s;
    runs.apply(pool, start + 2s);
    runs.apply(pool, start + 4s);
    QCOMPARE(runs.runsOf(worker, start).size(), 1);
    QCOMPARE(runs.runsOf(worker, start).first().to, start + 4s);
    QVERIFY(runs.runsOf(worker, start).first().isRunning);
    pool.workers[0].currentJob = idOf(2);
    pool.workers[0].jobStartedAt = start + 5s;
    pool.workers[0].jobsFailed = 1;
    runs.apply(pool, start + 6s);
    QCOMPARE(runs.runsOf(worker, start).size(), 2);
    QVERIFY(runs.runsOf(worker, start).first().hasFailed);
    QVERIFY(!runs.runsOf(worker, start).last().hasFailed);
}

void ModelsTest::workerNamesAreShort()
{
    QCOMPARE(shortWorker(u"eu-1:4711:ab12/3"_s), u"eu-1/3"_s);
    QCOMPARE(shortWorker(u"eu-1:4711:ab12"_s), u"eu-1:4711"_s);
    QCOMPARE(shortWorker(u"anything"_s), u"anything"_s);
}

QTEST_MAIN(ModelsTest)
#include "models_test.moc"
