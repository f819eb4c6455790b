// Text from jobs is data: in every place where the window shows it, it stays text.
#include "core/runtime/manual_clock.h"
#include "tests/core/service/service_rig.h"
#include "tests/ui/rows.h"
#include "ui/models/activity_model.h"
#include "ui/models/failure_groups.h"
#include "ui/models/job_table_model.h"
#include "ui/models/queue_table_model.h"
#include "ui/models/worker_tree_model.h"
#include "ui/pages/inspector.h"
#include "ui/pages/job_list.h"
#include "ui/pages/jobs_page.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/parts/data_table.h"
#include "ui/parts/json_edit.h"
#include "ui/parts/plain_label.h"
#include "ui/window/main_window.h"

#include <QLabel>
#include <QTabWidget>
#include <QTest>
#include <QTextDocument>

using namespace signalbox;
using namespace signalbox::test;
using namespace signalbox::ui;
using namespace Qt::StringLiterals;

namespace {

// Markup, a link to a file, control characters, a line break, text that runs backwards, Qt's own %1 and &.
const QString hostile
    = u"<b>bold</b><img src=\"file:///etc/passwd\"><a href=\"x\">y</a>\n\x1b[31mred\x07\u202Egnp.exe%1 %n &amp; &x"_s;

bool isSafe(const QString &text)
{
    for (const QChar c : text) {
        if (c.category() == QChar::Other_Control && c != u'\n' && c != u'\t') return false;
        if (c == QChar(0x202E)) return false;
    }
    return true;
}

/// What a tooltip would show once Qt has read it as markup, if it does.
QString shownByTip(const QString &tip)
{
    if (!Qt::mightBeRichText(tip)) return tip;
    QTextDocument document;
    document.setHtml(tip);
    return document.toPlainText();
}

void checkModel(const QAbstractItemModel &model, const QModelIndex &parent = {})
{
    for (int row = 0; row < model.rowCount(parent); ++row) {
        for (int column = 0; column < model.columnCount(parent); ++column) {
            const QModelIndex index = model.index(row, column, parent);
            const QString where = u"column %1"_s.arg(column);
            const QString text = index.data(Qt::DisplayRole).toString();
            QVERIFY2(isSafe(text) && !text.contains(u'\n'), qPrintable(where + u": "_s + text));
            const QString tip = index.data(Qt::ToolTipRole).toString();
            if (tip.contains("img"_L1)) QVERIFY2(shownByTip(tip).contains("<img src"_L1), qPrintable(where));
            QVERIFY2(isSafe(shownByTip(tip)), qPrintable(where + u": "_s + tip));
        }
        checkModel(model, model.index(row, 0, parent));
    }
}

JobSummary hostileRow(int n)
{
    JobSummary row = rowOf(n, JobStatus::DeadLetter);
    row.name = row.handler = row.queue = row.workerId = row.errorHead = hostile;
    row.progress = JobProgress();
    row.progress->message = hostile;
    row.endedAt = start;
    return row;
}

} // namespace

class HostileTextTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void modelsShowItAsText();
    void labelsShowItAsText();
    void dialogsShowItAsText();
    void theWindowShowsItAsText();
};

void HostileTextTest::modelsShowItAsText()
{
    const Theme theme(Theme::Choice::Light);
    const runtime::ManualTime time(start + 100s);
    JobTableModel jobs(time);
    jobs.appendPage({hostileRow(1)}, false);
    checkModel(jobs);
    QVERIFY(jobs.index(0, JobTableModel::ErrorColumn).data().toString().contains("<b>bold</b>"_L1));
    QVERIFY(jobs.index(0, JobTableModel::ErrorColumn).data().toString().contains("\\x1b"_L1));

    FailureGroupsModel failures(time);
    failures.setFailures({hostileRow(1)});
    checkModel(failures);

    QueueTableModel queues;
    QueueStats stats;
    stats.queue = stats.pauseReason = hostile;
    stats.paused = true;
    queues.setQueues({stats}, {});
    checkModel(queues);

    PoolInfo pool = poolOf(hostile, 1);
    pool.version = hostile;
    pool.queues = {hostile};
    pool.workers[0].currentJob = idOf(1);
    pool.workers[0].currentHandler = pool.workers[0].currentQueue = hostile;
    const RunWatch runs;
    WorkerTreeModel workers(time, runs);
    workers.setPools({pool});
    checkModel(workers);

    ActivityModel activity;
    JsonWriter data;
    data.text("handler"_L1, hostile).text("error"_L1, hostile).text("final_error"_L1, hostile);
    const QByteArray json = data.take();
    Event event = eventOf(1, Event::Type::JobFailed, json);
    event.queue = event.source = hostile;
    activity.addEvents(
        {event, eventOf(1, Event::Type::JobDeadLetter, json), eventOf(1, Event::Type::JobStarted, json)});
    activity.addProblem({Error::Kind::Internal, hostile, hostile, hostile}, start);
    checkModel(activity);
}

void HostileTextTest::labelsShowItAsText()
{
    const Theme theme(Theme::Choice::Light);
    PlainLabel label(hostile);
    label.setElastic(true);
    label.resize(40, 20); // too narrow: the whole goes to the tooltip
    label.grab();
    QVERIFY(!label.toolTip().isEmpty());
    QCOMPARE(shownByTip(label.toolTip()), hostile);
    TextView view;
    view.showText(hostile);
    QVERIFY(isSafe(view.toPlainText()));
    QVERIFY(view.toPlainText().startsWith("<b>bold</b>"_L1));
}

void HostileTextTest::dialogsShowItAsText()
{
    const Theme theme(Theme::Choice::Light);
    QWidget window;
    ConfirmDialog::Question question;
    question.title = question.text = hostile;
    question.act = u"Yes"_s;
    ConfirmDialog::ask(question, &window, [](const QString &) {});
    auto *dialog = window.findChild<ConfirmDialog *>();
    QVERIFY(dialog->findChildren<QLabel *>().isEmpty()); // only labels that know no markup
    QCOMPARE(dialog->findChildren<PlainLabel *>().first()->text(), hostile);
}

void HostileTextTest::theWindowShowsItAsText()
{
    ServiceRig rig(nullptr);
    QVERIFY(get(rig->start()));
    Theme theme(Theme::Choice::Light);
    MainWindow window(rig.service(), *runtime::systemSeams().clock, theme);
    window.resize(1200, 800);
    window.show();
    JobDefinition job;
    job.handler = u"<b>handler</b>"_s;
    job.name = u"<img src=x>"_s;
    job.queue = u"<i>queue</i>"_s;
    job.tags.insert(u"<u>tag</u>"_s, u"\u202Evalue"_s);
    const auto submitted = get(rig->submit(job));
    QVERIFY2(submitted, qPrintable(submitted ? QString() : submitted.error().text()));
    window.showPage(u"jobs"_s);
    auto *page = qobject_cast<JobsPage *>(window.page(u"jobs"_s));
    QTRY_COMPARE(page->list()->model()->rowCount(), 1);
    page->list()->table()->selectRow(0);
    Q_EMIT page->list()->table()->rowActivated(0);
    QTRY_VERIFY(window.inspector()->findChild<QTabWidget *>()->isVisible());
    window.tell({Error::Kind::Internal, hostile, hostile, hostile});
    for (const QString &id :
         {u"overview"_s, u"queues"_s, u"jobs"_s, u"dead"_s, u"workers"_s, u"metrics"_s, u"activity"_s}) {
        window.showPage(id);
        window.grab(); // every cell is painted
        for (const QLabel *label : window.findChildren<QLabel *>())
            QVERIFY2(label->textFormat() == Qt::PlainText || label->text().isEmpty(),
                     qPrintable(label->text()));
        for (const PlainLabel *label : window.findChildren<PlainLabel *>())
            QVERIFY2(isSafe(label->text()), qPrintable(label->text()));
        for (const QWidget *widget : window.findChildren<QWidget *>())
            QVERIFY2(isSafe(shownByTip(widget->toolTip())), qPrintable(widget->toolTip()));
    }
    QVERIFY(get(rig->stop()));
}

QTEST_MAIN(HostileTextTest)
#include "hostile_text_test.moc"
