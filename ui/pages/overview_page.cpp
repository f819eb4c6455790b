#include "ui/pages/overview_page.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/pages/first_start.h"
#include "ui/parts/action_button.h"
#include "ui/parts/data_table.h"
#include "ui/parts/ghost_legend.h"
#include "ui/parts/job_delegate.h"
#include "ui/parts/notice.h"
#include "ui/parts/panel.h"
#include "ui/parts/tile.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QSplitter>
#include <QStackedWidget>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
constexpr auto readEvery = 500ms;
constexpr int runningMax = 50;   // of each queue; the tile leads to all
constexpr int failuresMax = 200; // of each queue, newest first: what the groups are made of
constexpr std::array tileOrder{JobStatus::Pending,   JobStatus::Running, JobStatus::Retrying,
                               JobStatus::Completed, JobStatus::Failed,  JobStatus::DeadLetter};
} // namespace

OverviewPage::OverviewPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_body(new QStackedWidget(this)),
      m_firstStart(new FirstStart(context, this)),
      m_running(new JobTableModel(context.live.clock(), this)),
      m_failures(new FailureGroupsModel(context.live.clock(), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 0, 12, 12);
    layout->setSpacing(8);
    buildTiles(layout);
    m_lists = buildLists();
    m_body->addWidget(m_lists);
    m_body->addWidget(m_firstStart);
    layout->addWidget(m_body, 1);

    m_readRunning.setSingleShot(true);
    m_readFailures.setSingleShot(true);
    connect(&m_readRunning, &QTimer::timeout, this, &OverviewPage::readRunning);
    connect(&m_readFailures, &QTimer::timeout, this, &OverviewPage::readFailures);
    connect(&live(), &LiveState::figuresChanged, this, &OverviewPage::showFigures);
    connect(&live(), &LiveState::eventsArrived, m_running, &JobTableModel::applyEvents);
    connect(&live(), &LiveState::ticked, this, [this] {
        if (!isVisible()) return;
        updateTiles();
        m_runningTable->viewport()->update();
        m_failuresTable->viewport()->update();
    });
    showFigures();
}

void OverviewPage::buildTiles(QBoxLayout *layout)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    for (const JobStatus status : tileOrder) {
        QString title = pluralWordOf(status);
        if (status == JobStatus::Completed) title = tr("Completed / min");
        if (status == JobStatus::Failed) title = tr("Failed / min");
        auto *tile = new Tile(status, title, this);
        connect(tile, &Tile::clicked, this, [this, status] {
            if (status == JobStatus::DeadLetter) {
                Q_EMIT context().navigator.pageWanted(u"dead"_s);
                return;
            }
            Q_EMIT context().navigator.jobsWanted(JobFilter::ofState(status));
        });
        m_tiles.insert(status, tile);
        row->addWidget(tile, 1);
    }
    layout->addLayout(row);
}

QWidget *OverviewPage::buildLists()
{
    auto *lists = new QWidget(this);
    auto *layout = new QHBoxLayout(lists);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(buildRunning(), 55);
    layout->addWidget(buildFailures(), 45);
    return lists;
}

QWidget *OverviewPage::buildRunning()
{
    m_runningPanel = new Panel(tr("Running"), this);
    m_runningTable = new DataTable(this);
    m_runningNotice = new Notice(this);
    m_runningTable->setUp(m_running, new JobDelegate(m_runningTable));
    m_runningTable->setAccessibleName(tr("Running jobs"));
    using M = JobTableModel;
    for (int column = 0; column < M::ColumnCount; ++column)
        m_runningTable->setColumnHidden(column,
                                        !QList<int>{M::HandlerColumn, M::QueueColumn, M::ProgressColumn,
                                                    M::RunTimeColumn, M::PaceColumn, M::WorkerColumn}
                                             .contains(column));
    m_runningTable->setColumnFor(M::QueueColumn, u"webhooks"_s);
    m_runningTable->setColumnPixels(M::ProgressColumn, 168);
    m_runningTable->setColumnFor(M::RunTimeColumn, u"00m 00s"_s);
    m_runningTable->setColumnFor(M::PaceColumn, u"> 99× median"_s);
    m_runningTable->setColumnFor(M::WorkerColumn, u"eu-12:12345"_s);
    m_runningTable->setElasticColumn(M::HandlerColumn);
    m_runningTable->setGivenUp({M::WorkerColumn, M::QueueColumn}, u"billing.invoice_pdf"_s);
    m_running->setUsualRun([this](const QString &handler) { return live().runs().usualRun(handler); });
    connect(m_runningTable, &DataTable::rowActivated, this, [this](int row) {
        Q_EMIT context().navigator.jobWanted(m_running->row(row).queue, m_running->row(row).id);
    });
    m_runningPanel->addToHead(new GhostLegend(this));
    m_runningPanel->setBody(m_runningTable);
    m_runningPanel->setBody(m_runningNotice);
    return m_runningPanel;
}

QWidget *OverviewPage::buildFailures()
{
    m_failuresPanel = new Panel(tr("Newest failures"), this);
    m_failuresTable = new DataTable(this);
    m_failuresNotice = new Notice(this);
    m_failuresTable->setTwoLines(true);
    m_failuresTable->setUp(m_failures, new FailureDelegate(m_failuresTable));
    m_failuresTable->setAccessibleName(tr("Newest failures, by what they have in common"));
    m_failuresTable->setColumnFor(FailureGroupsModel::CountColumn, u"00000"_s);
    m_failuresTable->setColumnFor(FailureGroupsModel::LastColumn, u"00 min  "_s);
    m_failuresTable->setElasticColumn(FailureGroupsModel::ErrorColumn);
    connect(m_failuresTable, &DataTable::rowActivated, this, [this](int row) {
        const FailureGroupsModel::Group &group = m_failures->group(row);
        Q_EMIT context().navigator.jobWanted(group.newestQueue, group.newest);
    });
    m_failuresPanel->setNote(tr("by what they have in common"));
    m_failuresPanel->setBody(m_failuresTable);
    m_failuresPanel->setBody(m_failuresNotice);
    return m_failuresPanel;
}

void OverviewPage::showEvent(QShowEvent *event)
{
    Page::showEvent(event);
    showFigures();
}

void OverviewPage::refresh()
{
    live().refresh();
    readRunning();
    readFailures();
}

void OverviewPage::showFigures()
{
    if (!isVisible()) return;
    const bool isFirst = live().hasFigures() && live().sum().submitted == 0 && live().sum().total() == 0;
    m_body->setCurrentWidget(isFirst ? static_cast<QWidget *>(m_firstStart) : m_lists);
    if (!live().hasFigures())
        setSummary(live().figuresError() ? tr("not connected") : tr("reading…"));
    else if (live().isStale())
        setSummary(tr("as of %1 ago").arg(ageText(live().clock().wallNow() - *live().asOf())));
    else
        setSummary(isFirst ? tr("nothing has run yet") : tr("last 15 minutes"));
    m_running->setStale(live().isStale());
    updateTiles();
    // Lists follow the figures, which come at most twice a second.
    if (!m_readRunning.isActive()) m_readRunning.start(m_runningOut > 0 ? readEvery : 0ms);
    if (!m_readFailures.isActive()) m_readFailures.start(m_failuresOut > 0 ? readEvery : 0ms);
}

QList<double> OverviewPage::line(qint64 Sample::*figure, bool isRate) const
{
    constexpr qsizetype points = 60;
    const QList<Sample> &samples = live().samples();
    QList<double> values;
    if (samples.size() < 4) return values;
    const qsizetype step = std::max<qsizetype>(1, samples.size() / points);
    for (qsizetype i = isRate ? step : 0; i < samples.size(); i += step) {
        const qint64 now = samples.at(i).*figure;
        values.append(static_cast<double>(isRate ? now - samples.at(i - step).*figure : now));
    }
    return values;
}

void OverviewPage::updateTiles()
{
    const QueueStats &sum = live().sum();
    int workers = 0;
    int idle = 0;
    for (const PoolInfo &pool : live().pools()) {
        for (const WorkerInfo &worker : pool.workers) {
            ++workers;
            if (worker.status == WorkerStatus::Idle) ++idle;
        }
    }
    const auto show = [&](JobStatus status, qint64 number, const QString &unit, const QString &note,
                          const QList<double> &values, bool isWarning = false) {
        m_tiles[status]->setContent({countText(number), unit, note, isWarning, number == 0, values});
    };
    constexpr auto tooOld = 5min;
    const bool isOld = sum.oldestWait && *sum.oldestWait > tooOld;
    show(JobStatus::Pending, sum.size(JobStatus::Pending), {},
         sum.oldestWait ? tr("oldest %1").arg(durationText(*sum.oldestWait)) : tr("nothing waits"),
         line(&Sample::pending, false), isOld);
    show(JobStatus::Running, sum.size(JobStatus::Running),
         workers > 0 ? tr("of %1").arg(countText(workers)) : QString(),
         workers == 0 ? tr("no workers") : tr("%1 free").arg(workersText(idle)),
         line(&Sample::running, false));
    show(JobStatus::Retrying, sum.size(JobStatus::Retrying), {},
         sum.size(JobStatus::Retrying) > 0 ? tr("wait to run again") : tr("none"),
         line(&Sample::retrying, false));
    show(JobStatus::Completed, qRound64(sum.completedPerSecond1m * 60), {},
         tr("%1 in all").arg(countText(sum.completed)), line(&Sample::completed, true));
    const qint64 failed = qRound64(live().failedPerMinute());
    const std::optional<double> rate = sum.errorRate();
    show(JobStatus::Failed, failed, {},
         rate ? tr("%1 of all runs").arg(percentText(*rate * 100)) : tr("no run has ended yet"),
         line(&Sample::failedRuns, true));
    show(JobStatus::DeadLetter, sum.size(JobStatus::DeadLetter), {},
         sum.size(JobStatus::DeadLetter) > 0 ? tr("wait for a person") : tr("none"),
         line(&Sample::dead, false));
}

QStringList OverviewPage::queuesWith(JobStatus status) const
{
    QStringList queues;
    for (const QueueStats &stats : live().metrics().queues) {
        if (stats.size(status) > 0) queues.append(stats.queue);
    }
    return queues;
}

void OverviewPage::readRunning()
{
    if (m_runningOut > 0) return;
    m_runningRows.clear();
    const QStringList queues = queuesWith(JobStatus::Running);
    const auto show = [this] {
        std::sort(m_runningRows.begin(), m_runningRows.end(), [](const JobSummary &a, const JobSummary &b) {
            return std::tie(a.startedAt, a.id) < std::tie(b.startedAt, b.id);
        });
        for (const JobSummary &row : m_runningRows) live().runs().note(row);
        m_running->replaceRows(m_runningRows);
        const qint64 all = live().sum().size(JobStatus::Running);
        m_runningPanel->setNote(
            m_runningRows.size() < all
                ? tr("%1 of %2, longest first").arg(countText(m_runningRows.size()), countText(all))
                : tr("all %1, longest first").arg(countText(m_runningRows.size())));
        m_runningTable->setVisible(!m_runningRows.isEmpty());
        if (m_runningRows.isEmpty())
            m_runningNotice->showEmpty(tr("Nothing runs"),
                                       tr("Jobs appear here as soon as a worker takes them."));
        else
            m_runningNotice->clear();
    };
    if (queues.isEmpty()) return show();
    m_runningOut = static_cast<int>(queues.size());
    for (const QString &queue : queues) {
        queue::ListQuery query;
        query.queue = queue;
        query.status = JobStatus::Running;
        query.limit = runningMax;
        runtime::whenDone(service().list(query), this, [this, show](const Result<queue::ListPage> &page) {
            if (page) m_runningRows.append(page->rows); // an error is the connection's: the strip says it
            if (--m_runningOut == 0) show();
        });
    }
}

void OverviewPage::readFailures()
{
    if (m_failuresOut > 0) return;
    m_failureRows.clear();
    QList<queue::ListQuery> queries;
    for (const JobStatus status : {JobStatus::DeadLetter, JobStatus::Failed}) {
        for (const QString &queue : queuesWith(status)) {
            queue::ListQuery query;
            query.queue = queue;
            query.status = status;
            query.limit = failuresMax;
            queries.append(query);
        }
    }
    const auto show = [this] {
        m_failures->setFailures(m_failureRows);
        m_failuresTable->setVisible(!m_failureRows.isEmpty());
        if (m_failureRows.isEmpty())
            m_failuresNotice->showEmpty(tr("No failures"), tr("Nothing failed for good."));
        else
            m_failuresNotice->clear();
    };
    if (queries.isEmpty()) return show();
    m_failuresOut = static_cast<int>(queries.size());
    for (const queue::ListQuery &query : queries) {
        runtime::whenDone(service().list(query), this, [this, show](const Result<queue::ListPage> &page) {
            if (page) m_failureRows.append(page->rows);
            if (--m_failuresOut == 0) show();
        });
    }
}

} // namespace signalbox::ui
