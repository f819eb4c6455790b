// What is looked for, and what is told unasked: the filter and its search, and alerts.
#include "tests/ui/stage.h"
#include "ui/live/alert_desk.h"
#include "ui/pages/filter_bar.h"
#include "ui/pages/jobs_page.h"
#include "ui/parts/notice.h"
#include "ui/parts/search_strip.h"
#include "ui/window/alert_bar.h"

#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

class FindTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void theFilterNarrowsAndSaysWhatIsWrong();
    void theFilterCompletesKeysAndValues();
    void anAlertIsOnEveryPageUntilItEndsOrIsPutOff();
    void aSearchSaysHowFarItIsAndStops();

private:
    std::unique_ptr<Stage> stage();
    std::unique_ptr<TestServer> m_server;
    QTemporaryDir m_home;
};

void FindTest::initTestCase_data()
{
    // What the window remembers is nobody's: neither read from whoever runs the tests nor left with them.
    QVERIFY(m_home.isValid());
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_home.path());
    QCoreApplication::setOrganizationName(u"signalbox-test"_s);
    QTest::addColumn<bool>("isOnServer");
    QTest::newRow("memory") << false;
    QTest::newRow("redis") << true;
}

std::unique_ptr<Stage> FindTest::stage()
{
    QFETCH_GLOBAL(const bool, isOnServer);
    m_server
        = isOnServer ? std::make_unique<TestServer>() : nullptr; // a fresh one: no test sees another's jobs
    return std::make_unique<Stage>(m_server.get());
}

void FindTest::theFilterNarrowsAndSaysWhatIsWrong()
{
    const auto s = stage();
    s->submit(u"gate"_s);
    const JobId other = s->submit(u"fail"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 2);
    auto *bar = page->findChild<FilterBar *>();
    QLineEdit *box = bar->box();
    s->action(action::search)->trigger();
    QTest::keyClicks(box, u"handler:fail"_s);
    QTest::keyClick(box, Qt::Key_Return);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    QCOMPARE(page->list()->model()->rowOf(other), 0);
    box->clear();
    QTest::keyClicks(box, u"colour:red"_s);
    QTest::keyClick(box, Qt::Key_Return);
    QCOMPARE(page->list()->filter().toText(), u"handler:fail"_s); // the last good one stays
    QVERIFY(bar->complaint().contains("colour"_L1));
    box->clear();
    QTest::keyClicks(box, u"handler:nobody"_s);
    QTest::keyClick(box, Qt::Key_Return);
    QTRY_COMPARE(page->list()->notice()->title(), u"Nothing matches"_s);
    QPushButton *drop = nullptr;
    for (QPushButton *button : page->list()->notice()->findChildren<QPushButton *>())
        if (button->isVisible()) drop = button;
    QVERIFY(drop != nullptr);
    drop->click();
    QTRY_COMPARE(page->list()->model()->rowCount(), 2);
    QVERIFY(box->text().isEmpty());
    box->setText(u"id:%1"_s.arg(other.text()));
    QTest::keyClick(box, Qt::Key_Return);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    QCOMPARE(page->list()->model()->rowOf(other), 0);
    QVERIFY(!page->list()->search()->isVisible()); // found without a search
}

void FindTest::theFilterCompletesKeysAndValues()
{
    const auto s = stage();
    s->startWorkers(1);
    const JobId failing = s->submit(u"fail"_s);
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    QTRY_VERIFY(!s->window->live().pools().isEmpty()); // where names of handlers come from
    auto *bar = page->findChild<FilterBar *>();
    QLineEdit *box = bar->box();
    s->action(action::search)->trigger();
    QTest::keyClicks(box, u"han"_s);
    QCOMPARE(bar->candidates(), QStringList{u"handler:"_s});
    const auto press = [box](Qt::Key key) { // as a person does, whoever has the focus now
        QWidget *popup = QApplication::activePopupWidget();
        QTest::keyClick(popup != nullptr ? popup : box, key);
    };
    press(Qt::Key_Down);
    press(Qt::Key_Return);
    QCOMPARE(box->text(), u"handler:"_s);
    QCOMPARE(bar->candidates(), (QStringList{u"fail"_s, u"gate"_s}));
    press(Qt::Key_Down);
    press(Qt::Key_Return);
    QCOMPARE(box->text(), u"handler:fail "_s);
    QVERIFY(bar->candidates().isEmpty());
    QTRY_COMPARE(page->list()->filter().toText(), u"handler:fail"_s);
    QTRY_COMPARE(page->list()->model()->rowOf(failing), 0);
}

void FindTest::anAlertIsOnEveryPageUntilItEndsOrIsPutOff()
{
    const auto s = stage();
    AlertBar *bar = s->window->alertBar();
    QVERIFY(bar->title().isEmpty());
    s->submit(u"gate"_s);
    QTRY_VERIFY(bar->title().startsWith("No worker serves queue default"_L1));
    for (const char *id : {"queues", "jobs", "dead", "workers", "activity"}) {
        s->window->showPage(QString::fromLatin1(id));
        QVERIFY(bar->isVisible());
    }
    const auto button = [bar](const QString &text) -> QPushButton * {
        for (QPushButton *one : bar->findChildren<QPushButton *>())
            if (one->text() == text && one->isVisible()) return one;
        return nullptr;
    };
    QVERIFY(button(u"Start local workers"_s) != nullptr);
    button(u"Show queue"_s)->click();
    QCOMPARE(s->window->currentPage(), u"queues"_s);
    button(u"Snooze 1 h"_s)->click();
    QVERIFY(!bar->isVisible());
    QCOMPARE(s->window->alerts().snoozed().size(), 1);
    s->window->alerts().wake(s->window->alerts().snoozed().first());
    QVERIFY(bar->isVisible());
    button(u"Start local workers"_s)->click();
    QTRY_VERIFY(!bar->isVisible());
    QVERIFY(s->window->alerts().alerts().isEmpty());
}

void FindTest::aSearchSaysHowFarItIsAndStops()
{
    const auto s = stage();
    QList<JobDefinition> jobs(10'000);
    for (JobDefinition &job : jobs) job.handler = u"gate"_s;
    jobs.last().handler = u"rare"_s;
    QVERIFY(get(s->rig->submitMany(jobs)));
    auto *page = s->show<JobsPage>(u"jobs"_s);
    QTRY_COMPARE(s->size(JobStatus::Pending), 10'000);
    SearchStrip *search = page->list()->search();
    QVERIFY(!search->isVisible());
    QLineEdit *box = page->findChild<FilterBar *>()->box();
    box->setText(u"handler:rare"_s);
    QTest::keyClick(box, Qt::Key_Return);
    QVERIFY(search->isVisible());
    QCOMPARE(search->state(), SearchStrip::State::Searching);
    auto *button = search->findChild<QPushButton *>();
    button->click();
    QCOMPARE(search->state(), SearchStrip::State::Stopped);
    button->click();
    QTRY_COMPARE(search->state(), SearchStrip::State::Done);
    QCOMPARE(search->text(), u"10,000 of 10,000 jobs searched, 1 found"_s);
    QCOMPARE(page->list()->model()->rowCount(), 1);
}

QTEST_MAIN(FindTest)
#include "find_test.moc"
