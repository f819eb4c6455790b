// The window over a real service: in memory, and on a real server.
#include "tests/ui/rows.h"
#include "tests/ui/stage.h"
#include "ui/models/activity_model.h"
#include "ui/models/queue_table_model.h"
#include "ui/models/worker_tree_model.h"
#include "ui/pages/dead_letters_page.h"
#include "ui/pages/inspector.h"
#include "ui/pages/job_list.h"
#include "ui/pages/jobs_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/queues_page.h"
#include "ui/pages/submit_dialog.h"
#include "ui/pages/workers_page.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/parts/data_table.h"
#include "ui/parts/facets.h"
#include "ui/parts/json_edit.h"
#include "ui/parts/notice.h"
#include "ui/parts/tile.h"
#include "ui/window/alert_bar.h"
#include "ui/window/command_palette.h"
#include "ui/window/main_window.h"
#include "ui/window/sidebar.h"
#include "ui/window/status_line.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

class MainWindowTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void aJobsRowFollowsItsLife();
    void cancelReachesARunningJob();
    void aDeadLetterIsRequeuedAndLeavesTheCount();
    void aDeadLetterNewerThanTheFiguresIsListed();
    void deletingAsksFirstAndSaysHowMany();
    void newRowsWaitBehindTheBar();
    void overviewShowsWhatRunsAndWhatFailed();
    void workersStartScaleAndStop();
    void theLocalPoolIsAsFreshAmongAllMachines();
    void aNarrowTableGivesUpColumns();
    void aQueueIsPausedWithAReason();
    void submitDialogChecksAndSubmits();
    void theInspectorFollowsItsJob();
    void thePaletteFindsAndRunsCommands();
    void everyPageOpensByItsShortcut();
    void anEmptyWindowOffersAStart();
    void aLostConnectionKeepsWhatWasThere();

private:
    std::unique_ptr<Stage> stage();
    std::unique_ptr<TestServer> m_server;
    QTemporaryDir m_home;
};

void MainWindowTest::initTestCase_data()
{
    // What the window remembers is nobody's: neither read from whoever runs the tests nor left with them.
    QVERIFY(m_home.isValid());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    QCoreApplication::setOrganizationName(u"signalbox-test"_s);
    QTest::addColumn<bool>("isOnServer");
    QTest::newRow("memory") << false;
    QTest::newRow("redis") << true;
}

std::unique_ptr<Stage> MainWindowTest::stage()
{
    QFETCH_GLOBAL(const bool, isOnServer);
    m_server
        = isOnServer ? std::make_unique<TestServer>() : nullptr; // a fresh one: no test sees another's jobs
    return std::make_unique<Stage>(m_server.get());
}

void MainWindowTest::aJobsRowFollowsItsLife()
{
    const auto s = stage();
    const JobId id = s->submit(u"gate"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    JobTableModel *model = page->list()->model();
    QTRY_COMPARE(model->rowOf(id), 0);
    QCOMPARE(model->row(0).status, JobStatus::Pending);
    s->startWorkers();
    QTRY_COMPARE(model->row(0).status, JobStatus::Running);
    QTRY_VERIFY(model->row(0).progress.has_value());
    QCOMPARE(model->row(0).progress->percentage(), 25.0);
    QTRY_COMPARE(s->window->sidebar()->countText(u"jobs"_s), u"1"_s);
    s->gate.isOpen = true;
    QTRY_COMPARE(model->row(0).status, JobStatus::Completed);
    QCOMPARE(model->rowCount(), 1);
    QTRY_COMPARE(s->size(JobStatus::Completed), 1);
}

void MainWindowTest::cancelReachesARunningJob()
{
    const auto s = stage();
    const JobId id = s->submit(u"gate"_s);
    s->startWorkers();
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_VERIFY(page->list()->model()->rowOf(id) >= 0);
    QTRY_COMPARE(page->list()->model()->row(0).status, JobStatus::Running);
    QVERIFY(!s->action(action::cancel)->isEnabled()); // nothing is selected
    QCOMPARE(s->action(action::cancel)->statusTip(), u"No job is selected."_s);
    select(page->list(), id);
    QVERIFY(s->action(action::cancel)->isEnabled());
    QVERIFY(!s->action(action::requeue)->isEnabled());
    s->action(action::cancel)->trigger();
    QTRY_COMPARE(page->list()->model()->row(0).status, JobStatus::Cancelled);
    QTRY_VERIFY(s->action(action::requeue)->isEnabled()); // the action knows the new state
}

void MainWindowTest::aDeadLetterIsRequeuedAndLeavesTheCount()
{
    const auto s = stage();
    const JobId id = s->submit(u"fail"_s);
    s->startWorkers();
    QTRY_COMPARE(s->window->sidebar()->countText(u"dead"_s), u"1 !"_s);
    std::ignore = get(s->rig->stopWorkers(worker::WorkerPool::StopMode::Graceful));
    auto *page = s->show<DeadLettersPage>(u"dead"_s);
    JobTableModel *model = page->list()->model();
    QTRY_COMPARE(model->rowOf(id), 0);
    QCOMPARE(model->index(0, JobTableModel::ErrorColumn).data().toString(), u"KeyError: 'currency'"_s);
    select(page->list(), id);
    QCOMPARE(ActionRegistry::plainText(s->action(action::requeue)), u"Requeue 1 job"_s);
    s->action(action::requeue)->trigger();
    QTRY_COMPARE(model->row(0).status, JobStatus::Pending);
    QVERIFY(model->isDimmed(0)); // it stays where the operator saw it
    QTRY_COMPARE(s->window->sidebar()->countText(u"dead"_s), u"0"_s);
    QTRY_COMPARE(s->window->status()->message(), u"Requeued 1 job."_s);
}

void MainWindowTest::aDeadLetterNewerThanTheFiguresIsListed()
{
    const auto s = stage();
    s->startWorkers();
    QTRY_COMPARE(s->window->live().localWorkers(), 1);
    // Opened by the very event: the figures, which say what lists there are, do not know of it yet.
    QObject opener;
    connect(&s->window->live(), &LiveState::eventsArrived, &opener, [&](const QList<Event> &events) {
        for (const Event &event : events) {
            if (event.type == Event::Type::JobDeadLetter) s->window->showPage(u"dead"_s);
        }
    });
    const JobId id = s->submit(u"fail"_s);
    QTRY_COMPARE(s->window->currentPage(), u"dead"_s);
    auto *page = qobject_cast<DeadLettersPage *>(s->window->page(u"dead"_s));
    QTRY_COMPARE(page->list()->model()->rowOf(id), 0);
}

void MainWindowTest::deletingAsksFirstAndSaysHowMany()
{
    const auto s = stage();
    s->submit(u"gate"_s);
    s->submit(u"gate"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 2);
    page->list()->table()->selectAll();
    s->action(action::remove)->trigger();
    auto *dialog = s->window->findChild<ConfirmDialog *>();
    QVERIFY(dialog != nullptr);
    QCOMPARE(dialog->windowTitle(), u"Delete 2 jobs?"_s);
    dialog->reject();
    QTRY_VERIFY(s->window->findChild<ConfirmDialog *>() == nullptr);
    QCOMPARE(page->list()->model()->rowCount(), 2);
    s->action(action::remove)->trigger();
    s->window->findChild<ConfirmDialog *>()->accept();
    QTRY_COMPARE(page->list()->model()->rowCount(), 0);
    QTRY_COMPARE(page->list()->notice()->kind(), Notice::Kind::Empty);
}

void MainWindowTest::newRowsWaitBehindTheBar()
{
    const auto s = stage();
    s->submit(u"gate"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    s->submit(u"gate"_s);
    QTRY_COMPARE(page->list()->newRows(), 1);
    QCOMPARE(page->list()->model()->rowCount(), 1);
    QTRY_COMPARE(s->size(JobStatus::Pending), 2);
    s->action(action::refresh)->trigger();
    QTRY_COMPARE(page->list()->model()->rowCount(), 2);
    QCOMPARE(page->list()->newRows(), 0);
}

void MainWindowTest::overviewShowsWhatRunsAndWhatFailed()
{
    const auto s = stage();
    auto *page = s->show<OverviewPage>(u"overview"_s);
    const JobId running = s->submit(u"gate"_s);
    QTRY_VERIFY(s->window->alertBar()->title().contains("default"_L1)); // no worker serves it
    s->submit(u"fail"_s);
    s->startWorkers(2);
    QTRY_COMPARE(page->runningModel()->rowOf(running), 0);
    QTRY_COMPARE(page->failuresModel()->rowCount(), 1);
    QCOMPARE(page->failuresModel()->group(0).signature, u"KeyError: 'currency'"_s);
    QTRY_COMPARE(page->tile(JobStatus::DeadLetter)->content().number, u"1"_s);
    QTRY_COMPARE(page->tile(JobStatus::Running)->content().unit, u"of 2"_s);
    QTRY_VERIFY(s->window->alertBar()->title().isEmpty());
    s->gate.isOpen = true;
    QTRY_COMPARE(page->runningModel()->rowCount(), 0);
    page->tile(JobStatus::DeadLetter)->click();
    QCOMPARE(s->window->currentPage(), u"dead"_s);
}

void MainWindowTest::workersStartScaleAndStop()
{
    const auto s = stage();
    auto *page = s->show<WorkersPage>(u"workers"_s);
    QVERIFY(!s->action(action::addWorker)->isEnabled());
    QVERIFY(s->action(action::startWorkers)->isEnabled());
    s->startWorkers(1);
    QTRY_COMPARE(s->window->live().localWorkers(), 1);
    QTRY_VERIFY(s->action(action::addWorker)->isEnabled());
    QVERIFY(!s->action(action::startWorkers)->isEnabled());
    QVERIFY(!s->action(action::removeWorker)->isEnabled()); // the last one is ended by Stop
    s->action(action::addWorker)->trigger();
    QTRY_COMPARE(s->window->live().localWorkers(), 2);
    QTRY_COMPARE(page->model()->rowCount(), 1);
    QTRY_COMPARE(page->model()->rowCount(page->model()->index(0, 0)), 2);
    s->action(action::stopWorkers)->trigger();
    QTRY_COMPARE(s->window->live().localState(), worker::WorkerPool::State::Stopped);
    QTRY_VERIFY(s->action(action::startWorkers)->isEnabled());
    QTRY_COMPARE(page->model()->rowCount(), 0);
}

void MainWindowTest::theLocalPoolIsAsFreshAmongAllMachines()
{
    const auto s = stage();
    s->startWorkers();
    LiveState &live = s->window->live();
    QTRY_COMPARE(live.pools().size(), 1);
    QTRY_VERIFY(live.localPool().has_value());
    // Both say the same of the local workers, at every moment at which one of them changes.
    WorkerStatus last = WorkerStatus::Idle;
    QObject watcher;
    connect(&live, &LiveState::localPoolChanged, &watcher, [&] {
        if (!live.localPool()) return;
        QCOMPARE(live.pools().first().workers, live.localPool()->workers);
        last = live.localPool()->workers.first().status;
    });
    s->submit(u"gate"_s);
    QTRY_COMPARE(last, WorkerStatus::Busy);
    s->gate.isOpen = true;
    QTRY_COMPARE(last, WorkerStatus::Idle);
}

void MainWindowTest::aNarrowTableGivesUpColumns()
{
    const auto s = stage();
    s->submit(u"gate"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    const DataTable *table = page->list()->table();
    s->window->resize(1400, 800);
    QTRY_VERIFY(!table->isColumnHidden(JobTableModel::WorkerColumn));
    s->window->resize(960, 800);
    QTRY_VERIFY(table->isColumnHidden(JobTableModel::WorkerColumn));
    const QString name = u"billing.invoice"_s;
    QVERIFY(table->columnWidth(JobTableModel::HandlerColumn)
            > QFontMetrics(lookOf(table).base).horizontalAdvance(name));
    QVERIFY(!table->isColumnHidden(JobTableModel::ProgressColumn));
    s->window->resize(1400, 800);
    QTRY_VERIFY(!table->isColumnHidden(JobTableModel::WorkerColumn));
}

void MainWindowTest::aQueueIsPausedWithAReason()
{
    const auto s = stage();
    s->submit(u"gate"_s);
    auto *page = s->show<QueuesPage>(u"queues"_s);
    QTRY_COMPARE(page->model()->rowCount(), 1);
    QTRY_VERIFY(s->action(action::pauseQueue)->isEnabled());
    QVERIFY(!s->action(action::resumeQueue)->isEnabled());
    s->action(action::pauseQueue)->trigger();
    auto *dialog = s->window->findChild<ConfirmDialog *>();
    dialog->findChild<QLineEdit *>()->setText(u"the mail server is down"_s);
    dialog->accept();
    QTRY_COMPARE(page->model()->row(0).health, QueueHealth::Paused);
    QCOMPARE(page->model()->row(0).stats.pauseReason, u"the mail server is down"_s);
    QTRY_VERIFY(s->action(action::resumeQueue)->isEnabled());
    s->action(action::resumeQueue)->trigger();
    QTRY_VERIFY(!page->model()->row(0).stats.paused);
}

void MainWindowTest::submitDialogChecksAndSubmits()
{
    const auto s = stage();
    s->action(action::submitJob)->trigger();
    auto *dialog = s->window->findChild<SubmitDialog *>();
    QVERIFY(dialog != nullptr);
    dialog->setHandler(u"gate"_s);
    QVERIFY(dialog->submitButton()->isEnabled());
    dialog->kwargs()->setText(u"{\"a\": }"_s);
    QVERIFY(!dialog->submitButton()->isEnabled());
    QVERIFY(!dialog->kwargs()->complaint().isEmpty());
    dialog->kwargs()->setText(u"{\"big\": 9007199254740993}"_s);
    dialog->args()->setText(u"{}"_s); // an object where an array is wanted
    QVERIFY(!dialog->submitButton()->isEnabled());
    dialog->args()->setText(u"[1.0]"_s);
    QVERIFY(dialog->submitButton()->isEnabled());
    dialog->submitButton()->click();
    QTRY_COMPARE(s->size(JobStatus::Pending), 1);
    QTRY_VERIFY(s->window->findChild<SubmitDialog *>() == nullptr);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    const auto job = get(s->rig->job(page->list()->model()->row(0).id));
    QVERIFY(job);
    QCOMPARE(job->definition.kwargs.bytes(), QByteArray("{\"big\": 9007199254740993}"));
    QCOMPARE(job->definition.args.bytes(), QByteArray("[1.0]"));
}

void MainWindowTest::theInspectorFollowsItsJob()
{
    const auto s = stage();
    const JobId id = s->submit(u"gate"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowOf(id), 0);
    select(page->list(), id);
    page->list()->table()->setFocus();
    QTest::keyClick(page->list()->table(), Qt::Key_Return);
    QTRY_VERIFY(s->window->inspector()->isVisible());
    QCOMPARE(s->window->inspector()->job(), id);
    s->startWorkers();
    s->gate.isOpen = true;
    QTRY_VERIFY(s->window->inspector()->resultView()->toPlainText().contains("\"passed\": true"_L1));
    s->action(action::closeInspector)->trigger();
    QVERIFY(!s->window->inspector()->isVisible());
}

void MainWindowTest::thePaletteFindsAndRunsCommands()
{
    const auto s = stage();
    s->action(action::palette)->trigger();
    auto *commands = s->window->findChild<CommandPalette *>();
    QVERIFY(commands != nullptr);
    const int all = commands->shownCommands();
    QCOMPARE(all, static_cast<int>(consoleActions().size()));
    QTest::keyClicks(commands->box(), u"dead"_s);
    QVERIFY(commands->shownCommands() < all);
    QTest::keyClick(commands->box(), Qt::Key_Return);
    QCOMPARE(s->window->currentPage(), u"dead"_s);
}

void MainWindowTest::everyPageOpensByItsShortcut()
{
    const auto s = stage();
    QApplication::setActiveWindow(s->window.get());
    int number = Qt::Key_1;
    for (const PageSpec &spec : pageList()) {
        QTest::keyClick(s->window.get(), static_cast<Qt::Key>(number++), Qt::ControlModifier);
        QTRY_COMPARE(s->window->currentPage(), QString::fromLatin1(spec.id));
        QVERIFY(s->window->page(QString::fromLatin1(spec.id))->isVisible());
    }
}

void MainWindowTest::anEmptyWindowOffersAStart()
{
    const auto s = stage();
    QTRY_VERIFY(s->window->live().hasFigures());
    QTRY_COMPARE(s->window->live().connection().phase, queue::QueueConnection::Phase::Ready);
    QVERIFY(s->window->status()->text().contains("Connected"_L1));
    QCOMPARE(s->window->sidebar()->countText(u"jobs"_s), u"0"_s);
    QTRY_VERIFY(s->action(action::startSamples)->isEnabled());
}

void MainWindowTest::aLostConnectionKeepsWhatWasThere()
{
    QFETCH_GLOBAL(const bool, isOnServer);
    if (!isOnServer) QSKIP("Memory cannot be lost.");
    const auto s = stage();
    s->submit(u"gate"_s);
    auto *jobs = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(jobs->list()->model()->rowCount(), 1);
    s->window->showPage(u"overview"_s);
    m_server->kill9();
    QTRY_VERIFY_WITH_TIMEOUT(s->window->live().isStale(), 20'000);
    QTRY_COMPARE(s->window->alertBar()->title(), u"Connection lost"_s);
    QVERIFY(s->window->status()->text().contains("Connection lost"_L1));
    QCOMPARE(s->window->sidebar()->countText(u"jobs"_s), u"1"_s); // the last that was known
    s->window->showPage(u"jobs"_s);
    QCOMPARE(jobs->list()->model()->rowCount(), 1);
    QVERIFY(jobs->list()->model()->isDimmed(0));
    m_server->start();
    QTRY_VERIFY_WITH_TIMEOUT(!s->window->live().isStale(), 20'000);
    QTRY_COMPARE(s->window->live().connection().phase, queue::QueueConnection::Phase::Ready);
    QTRY_VERIFY(s->window->status()->text().contains("updated now"_L1));
}

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
