#include "ui/pages/job_list.h"

#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/models/job_change.h"
#include "ui/parts/action_button.h"
#include "ui/parts/data_table.h"
#include "ui/parts/job_delegate.h"
#include "ui/parts/notice.h"
#include "ui/parts/paint_state.h"
#include "ui/parts/plain_label.h"
#include "ui/parts/search_strip.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QPushButton>

#include <algorithm>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
constexpr int pageSize = 100;
/// Of ids in a filter, each of which is asked for by itself.
constexpr qsizetype lookUpsMax = 100;
/// A row is read again with its payload, so only where that is small; others wait for the next reading.
constexpr qint64 lookBytesMax = 64 * 1024;
constexpr int looksMax = 50;
} // namespace

JobList::JobList(const PageContext &context, Words words, QWidget *parent)
    : QWidget(parent),
      m_context(context),
      m_words(std::move(words)),
      m_model(new JobTableModel(context.live.clock(), this)),
      m_table(new DataTable(this)),
      m_notice(new Notice(this)),
      m_newBar(new QPushButton(this)),
      m_search(new SearchStrip(this)),
      m_selectionBar(new QWidget(this)),
      m_selectionText(new PlainLabel({}, &Look::baseBold, Token::Text, this))
{
    m_table->setUp(m_model, new JobDelegate(m_table));
    m_table->setAccessibleName(tr("Jobs"));
    buildBars();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_newBar);
    layout->addWidget(m_search);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_notice, 1);
    layout->addWidget(m_selectionBar);
    connectModel();
}

void JobList::buildBars()
{
    setEmphasis(m_newBar, Emphasis::Flat);
    m_newBar->setFocusPolicy(Qt::TabFocus);
    m_newBar->hide();
    connect(m_newBar, &QPushButton::clicked, this, &JobList::reload);
    auto *layout = new QHBoxLayout(m_selectionBar);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->addWidget(m_selectionText, 1);
    m_selectionBar->setAutoFillBackground(true);
    m_selectionBar->setBackgroundRole(QPalette::Highlight);
    m_selectionBar->hide();
}

void JobList::connectModel()
{
    LiveState &live = m_context.live;
    m_model->setUsualRun([&live](const QString &handler) { return live.runs().usualRun(handler); });
    connect(m_model, &JobTableModel::pageWanted, this, &JobList::searchOn);
    connect(m_search, &SearchStrip::stopWanted, this, &JobList::stopSearch);
    connect(m_search, &SearchStrip::goOnWanted, this, &JobList::searchOn);
    m_rest.setSingleShot(true);
    connect(&m_rest, &QTimer::timeout, this, &JobList::readOn);
    connect(m_model, &JobTableModel::lookWanted, this, &JobList::lookAgain);
    connect(m_model, &JobTableModel::dataChanged, this, &JobList::updateSelectionBar);
    connect(m_model, &JobTableModel::rowsRemoved, this, &JobList::updateNotice);
    connect(m_notice, &Notice::tryAgain, this, &JobList::reload);
    connect(m_notice, &Notice::acted, this, [this] {
        if (m_filter.isNarrowed())
            Q_EMIT filterDropWanted();
        else
            Q_EMIT emptyActed();
    });
    connect(m_table, &DataTable::selectionMoved, this, [this] {
        updateSelectionBar();
        const QList<JobSummary> rows = selected();
        if (rows.size() == 1) Q_EMIT m_context.navigator.jobSelected(rows.first().queue, rows.first().id);
    });
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        Q_EMIT m_context.navigator.jobWanted(m_model->row(row).queue, m_model->row(row).id);
    });
    connect(&live, &LiveState::eventsArrived, this, &JobList::takeEvents);
    connect(&live, &LiveState::eventsMissed, this, &JobList::reload);
    connect(&live, &LiveState::ticked, this, [this] {
        if (isVisible()) m_table->viewport()->update(); // relative times
    });
    connect(&live, &LiveState::figuresChanged, this, [this] {
        m_model->setStale(m_context.live.isStale());
        if (m_isLoadWanted)
            reload();
        else
            lookTwice();
    });
}

void JobList::setColumns(const QList<int> &shown, int elastic)
{
    for (int column = 0; column < JobTableModel::ColumnCount; ++column)
        m_table->setColumnHidden(column, !shown.contains(column));
    const Look &look = lookOf(this);
    using M = JobTableModel;
    m_table->setColumnPixels(M::StateColumn, static_cast<int>(badgeWidth(look)) + 24);
    m_table->setColumnFor(M::IdColumn, u"00000000"_s);
    m_table->setColumnFor(M::NameColumn, u"billing.invoice_pdf"_s);
    m_table->setColumnFor(M::HandlerColumn, u"billing.invoice_pdf_x"_s);
    m_table->setColumnFor(M::QueueColumn, u"webhooks-eu"_s);
    m_table->setColumnFor(M::PriorityColumn, u"xx Critical"_s);
    m_table->setColumnFor(M::AttemptsColumn, u"10/10"_s);
    m_table->setColumnFor(M::ProgressColumn, u"cancel asked, 100 %  ."_s);
    m_table->setColumnFor(M::AgeColumn, u"00m 00s  "_s);
    m_table->setColumnFor(M::RunTimeColumn, u"00m 00s  "_s);
    m_table->setColumnFor(M::EndedColumn, u"00 min ago"_s);
    m_table->setColumnFor(M::WorkerColumn, u"machine-12:123456"_s);
    m_table->setElasticColumn(elastic);
    QList<int> givenUp{M::WorkerColumn, M::AgeColumn, M::PriorityColumn, M::RunTimeColumn, M::QueueColumn};
    givenUp.removeIf([&shown](int column) { return !shown.contains(column); });
    m_table->setGivenUp(givenUp,
                        elastic == M::ErrorColumn ? u"HttpError 503: the remote end answered too late"_s
                                                  : u"billing.invoice"_s);
}

void JobList::setActions(const QList<const ActionSpec *> &acts)
{
    auto *layout = static_cast<QHBoxLayout *>(m_selectionBar->layout());
    bool isFirst = true;
    for (const ActionSpec *spec : acts) {
        const Emphasis emphasis = spec->isDangerous ? Emphasis::Danger
            : isFirst                               ? Emphasis::Primary
                                                    : Emphasis::Plain;
        if (spec->isDangerous) layout->addSpacing(16);
        auto *button = new ActionButton(m_context.actions.action(*spec), emphasis, m_selectionBar);
        button->hideWhenDisabled();
        layout->addWidget(button);
        isFirst = false;
    }
}

QList<JobSummary> JobList::selected() const
{
    QList<JobSummary> rows;
    for (const int row : m_table->selectedRows()) rows.append(m_model->row(row));
    return rows;
}

bool JobList::isExpected(JobStatus status) const
{
    return m_statuses.contains(status);
}

QList<JobMerge::Lane> JobList::lanes() const
{
    QList<JobMerge::Lane> lanes;
    for (const QueueStats &stats : m_context.live.metrics().queues) {
        if (!m_filter.acceptsQueue(stats.queue)) continue;
        for (const JobStatus status : allJobStatuses) {
            if (isExpected(status) && stats.size(status) > 0) lanes.append({stats.queue, status});
        }
    }
    return lanes;
}

void JobList::load(const JobFilter &filter)
{
    m_filter = filter;
    m_statuses = filter.statuses();
    m_model->setExpected(QSet<JobStatus>(m_statuses.begin(), m_statuses.end()));
    reload();
}

void JobList::reload()
{
    if (!m_context.live.hasFigures() || !isVisible()) { // which lists there are is in the figures
        m_isLoadWanted = true;
        if (!m_hasLoaded && m_context.live.figuresError()) m_error = m_context.live.figuresError();
        updateNotice();
        return;
    }
    m_isLoadWanted = false;
    ++m_generation;
    m_readingsOut = 0;
    m_rest.stop();
    m_isSearchStopped = false;
    m_rowsWanted = pageSize;
    m_newRows = 0;
    m_error.reset();
    m_newBar->hide();
    m_lanes = lanes();
    m_askedAtLoad = m_context.live.asked();
    m_isSecondLookDue = true;
    m_merge = JobMerge(m_lanes, m_filter, pageSize);
    m_searchTotal = 0;
    for (const QueueStats &stats : m_context.live.metrics().queues)
        for (const JobMerge::Lane &lane : std::as_const(m_lanes))
            if (lane.queue == stats.queue) m_searchTotal += stats.size(lane.status);
    if (const auto ids = m_filter.wholeIds())
        lookUp(ids->first(std::min(ids->size(), lookUpsMax)));
    else
        readOn();
}

/// Which lists there are came from figures that may be older than an event which was handed out before the
/// load, and so is not counted as new: its list would be missed. The first figures asked for after the load
/// know it.
void JobList::lookTwice()
{
    if (!m_isSecondLookDue || m_context.live.answered() <= m_askedAtLoad) return;
    m_isSecondLookDue = false;
    if (m_newRows > 0) return; // the bar offers to read again
    const QList<JobMerge::Lane> now = lanes();
    if (std::all_of(now.begin(), now.end(), [this](const auto &lane) { return m_lanes.contains(lane); }))
        return;
    reload();
    m_isSecondLookDue = false;
}

void JobList::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    if (m_isLoadWanted) reload();
}

/// By id a job is found without reading any list.
void JobList::lookUp(const QList<JobId> &ids)
{
    m_found.clear();
    m_merge = {};
    m_readingsOut = static_cast<int>(ids.size());
    const int generation = m_generation;
    for (const JobId &id : ids) {
        runtime::whenDone(m_context.service.job(id), this, [this, generation](const Result<Job> &job) {
            if (generation == m_generation) takeFound(job);
        });
    }
}

void JobList::takeFound(const Result<Job> &job)
{
    if (job) {
        const JobDefinition &definition = job->definition;
        if (m_filter.matches(job->summary(), m_context.live.metrics().serverNow)
            && m_filter.argumentsMatch(definition.args, definition.kwargs))
            m_found.append(job->summary());
    } else if (job.error().kind != Error::Kind::NotFound) {
        m_error = job.error();
    }
    if (--m_readingsOut == 0) showPage();
}

void JobList::searchOn()
{
    const bool wasStopped = std::exchange(m_isSearchStopped, false);
    m_rowsWanted = m_model->rowCount() + pageSize;
    if (m_readingsOut == 0 && !m_rest.isActive()) return readOn();
    if (wasStopped) updateSearch(true); // what is under way goes on by itself
}

void JobList::stopSearch()
{
    if (!m_filter.needsScan() || !m_merge.hasMore()) return;
    m_isSearchStopped = true;
    m_rest.stop();
    m_model->appendPage({}, false); // else the view would ask for more by itself
    updateSearch(false);
    updateNotice();
}

void JobList::updateSearch(bool isSearching)
{
    if (!m_filter.needsScan()) return m_search->clear();
    const auto state = isSearching ? SearchStrip::State::Searching
        : m_isSearchStopped        ? SearchStrip::State::Stopped
                                   : SearchStrip::State::Done;
    m_search->show(state,
                   {m_merge.scanned(), std::max(m_searchTotal, m_merge.scanned()), m_model->rowCount()});
}

void JobList::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    stopSearch(); // nobody watches it
}

void JobList::readOn()
{
    const QList<JobMerge::Reading> readings = m_merge.readings();
    if (readings.isEmpty()) return showPage();
    m_stepTime.start();
    updateSearch(true);
    m_readingsOut = static_cast<int>(readings.size());
    const int generation = m_generation;
    for (const JobMerge::Reading &reading : readings) {
        runtime::whenDone(m_context.service.list(reading.query), this,
                          [this, generation, lane = reading.lane](const Result<queue::ListPage> &page) {
                              takeReading(generation, lane, page);
                          });
    }
}

void JobList::takeReading(int generation, int lane, const Result<queue::ListPage> &page)
{
    if (generation != m_generation) return;
    if (page) {
        m_merge.add(lane, *page);
        for (const JobSummary &row : page->rows) m_context.live.runs().note(row);
    } else {
        m_merge.close(lane);
        m_error = page.error();
    }
    if (--m_readingsOut == 0) showPage();
}

void JobList::showPage()
{
    // Rows of the page before stay until the first of the new reading are here: nothing flickers.
    const bool isById = m_filter.wholeIds().has_value();
    const bool isSearch = m_filter.needsScan();
    const QList<JobSummary> rows = isById ? std::exchange(m_found, {})
        : isSearch                        ? m_merge.takeFound()
        : m_merge.canTake()               ? m_merge.take()
                                          : QList<JobSummary>();
    const bool isFirstPage = std::exchange(m_shownGeneration, m_generation) != m_generation;
    if (isFirstPage && m_model->rowCount() > pageSize) m_model->clear();
    if (isFirstPage) m_model->replaceRows(rows); // what is selected stays so
    m_model->appendPage(rows, m_merge.hasMore() && !m_isSearchStopped);
    m_hasLoaded = true;
    const bool goesOn
        = isSearch && m_merge.hasMore() && !m_isSearchStopped && m_model->rowCount() < m_rowsWanted;
    if (goesOn)
        m_rest.start(std::chrono::milliseconds(m_stepTime.elapsed())); // half the server's time at most
    updateSearch(goesOn);
    updateNotice();
    updateSelectionBar();
    if (!goesOn) Q_EMIT loaded();
}

void JobList::updateNotice()
{
    const bool hasRows = m_model->rowCount() > 0;
    if (m_error && !hasRows)
        m_notice->showFailed(*m_error);
    else if (hasRows)
        m_notice->clear();
    else if (!m_hasLoaded)
        m_notice->showLoading(tr("Reading jobs…"));
    else if (m_merge.hasMore())
        m_notice->showEmpty(tr("No match so far"),
                            m_isSearchStopped ? tr("The search was stopped. Search on, or change the filter.")
                                              : tr("What no index answers is searched job by job."));
    else if (!m_filter.isNarrowed() && !m_filter.asksForQueues())
        m_notice->showEmpty(m_words.emptyTitle, m_words.emptySentence, m_words.emptyButton);
    else
        m_notice->showEmpty(
            tr("Nothing matches"),
            tr("No job matches \"%1\". Take a part of the filter away.").arg(m_filter.toText()),
            tr("Clear the filter"));
    m_table->setVisible(hasRows);
}

void JobList::updateSelectionBar()
{
    const QList<JobSummary> rows = selected();
    m_selectionBar->setVisible(!rows.isEmpty());
    m_selectionText->setText(tr("%1 selected").arg(jobsText(rows.size())));
    m_context.actions.refresh();
}

void JobList::takeEvents(const QList<Event> &events)
{
    m_model->applyEvents(events);
    countNewRows(events);
}

void JobList::countNewRows(const QList<Event> &events)
{
    if (m_filter.wholeIds()) return; // those are found, or not
    const bool hasStates = m_statuses.size() < static_cast<qsizetype>(allJobStatuses.size());
    for (const Event &event : events) {
        if (m_model->rowOf(event.job) >= 0) continue;
        if (!m_filter.acceptsQueue(event.queue)) continue;
        const bool isNew = event.type == Event::Type::JobSubmitted && isExpected(JobStatus::Pending);
        const bool isDead
            = event.type == Event::Type::JobDeadLetter && hasStates && isExpected(JobStatus::DeadLetter);
        const bool isEnded = event.type == Event::Type::JobCompleted && m_statuses.size() == 1
            && isExpected(JobStatus::Completed);
        const bool isBegun = event.type == Event::Type::JobStarted && m_statuses.size() == 1
            && isExpected(JobStatus::Running);
        if (isNew || isDead || isEnded || isBegun) ++m_newRows;
    }
    if (m_newRows == 0 || !m_hasLoaded) return;
    if (m_model->rowCount() == 0) {
        m_newRows = 0;
        m_isLoadWanted = true; // with the next figures, which know the new lists
        return;
    }
    m_newBar->setText(m_filter.isNarrowed() ? tr("Jobs have come since this search. Search again")
                                            : tr("%1 new, show them").arg(jobsText(m_newRows)));
    m_newBar->show();
}

void JobList::lookAgain(const QList<JobId> &ids)
{
    int looks = 0;
    for (const JobId &id : ids) {
        const int at = m_model->rowOf(id);
        if (at < 0 || m_model->row(at).payloadBytes > lookBytesMax || ++looks > looksMax) continue;
        runtime::whenDone(m_context.service.job(id, m_model->row(at).queue), this,
                          [this, id](const Result<Job> &job) {
                              if (job)
                                  m_model->updateRows({job->summary()});
                              else if (job.error().kind == Error::Kind::NotFound)
                                  m_model->removeIds({id});
                              // Any other error: the row keeps what the event said, and the connection says
                              // what is wrong.
                          });
    }
}

} // namespace signalbox::ui
