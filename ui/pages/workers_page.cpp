#include "ui/pages/workers_page.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/worker_tree_model.h"
#include "ui/parts/action_button.h"
#include "ui/parts/job_delegate.h"
#include "ui/parts/notice.h"
#include "ui/parts/paint_state.h"
#include "ui/parts/paint_text.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/parts/stepper.h"
#include "ui/parts/worker_panels.h"
#include "ui/theme/words.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QScrollArea>
#include <QTreeView>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

QString stateText(worker::WorkerPool::State state)
{
    switch (state) {
    case worker::WorkerPool::State::Stopped:
        return WorkersPage::tr("stopped");
    case worker::WorkerPool::State::Starting:
        return WorkersPage::tr("starting");
    case worker::WorkerPool::State::Running:
        return WorkersPage::tr("running");
    case worker::WorkerPool::State::Stopping:
        return WorkersPage::tr("stopping");
    }
    Q_UNREACHABLE();
}

void setWidths(QTreeView &tree)
{
    const Look &look = lookOf(&tree);
    QHeaderView *head = tree.header();
    head->setFixedHeight(look.headHeight);
    head->setStretchLastSection(false);
    head->setSectionsClickable(false);
    head->setMinimumSectionSize(28);
    using M = WorkerTreeModel;
    const auto fit = [&](int column, const QString &widest) {
        head->resizeSection(column, static_cast<int>(tabularWidth(look.base, widest)) + 20);
    };
    fit(M::WorkerColumn, u"xxxx machine-12/00"_s);
    head->resizeSection(M::StateColumn, static_cast<int>(workerStateWidth(look)) + 22);
    fit(M::IdColumn, u"00000000."_s);
    fit(M::QueueColumn, u"webhooks"_s);
    head->resizeSection(M::ProgressColumn, 140);
    for (const int column : {M::ElapsedColumn, M::TimeoutColumn}) fit(column, u"00m 00s "_s);
    for (const int column : {M::DoneColumn, M::FailedColumn}) fit(column, u"00,000"_s);
    fit(M::BeatColumn, u"Heartbeat"_s);
    head->resizeSection(M::RunsColumn, 124);
    head->setSectionResizeMode(M::JobColumn, QHeaderView::Stretch);
}

} // namespace

WorkersPage::WorkersPage(const PageContext &context, QWidget *parent)
    : Page(context, parent), m_model(new WorkerTreeModel(context.live.clock(), context.live.runs(), this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 0, 12, 12);
    layout->setSpacing(8);
    layout->addWidget(buildLocal());
    layout->addWidget(buildOthers(), 1);
    connect(&live(), &LiveState::localPoolChanged, this, [this] {
        showLocal();
        showOthers(); // it is among them
    });
    connect(&live(), &LiveState::figuresChanged, this, &WorkersPage::showOthers);
    connect(&live(), &LiveState::ticked, this, [this] {
        if (!isVisible()) return;
        m_panels->update();
        m_tree->viewport()->update();
    });
    showLocal();
    showOthers();
}

QWidget *WorkersPage::buildLocal()
{
    auto *panel = new Panel(tr("Local pool"), this);
    ActionRegistry &actions = context().actions;
    panel->addToHead(new PlainLabel(tr("Workers"), &Look::base, Token::Text2, panel));
    m_stepper = new Stepper(actions.action(action::removeWorker), actions.action(action::addWorker), panel);
    panel->addToHead(m_stepper);
    panel->addToHead(
        new ActionButton(actions.action(action::startWorkers), ActionButton::Show::IconAndText, panel));
    panel->addToHead(
        new ActionButton(actions.action(action::stopWorkers), ActionButton::Show::IconAndText, panel));
    panel->addToHead(new Hairline(Qt::Vertical, panel, 8));
    panel->addToHead(new ActionButton(actions.action(action::stopWorkersNow), Emphasis::Danger, panel));
    panel->setBody(new Hairline(Qt::Horizontal, panel), 0);

    m_panels = new WorkerPanels(live().clock(), live().runs(), panel);
    connect(m_panels, &WorkerPanels::jobActivated, &context().navigator, &Navigator::jobWanted);
    auto *scroll = new QScrollArea(panel);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_panels);
    scroll->setBackgroundRole(QPalette::Base);
    panel->setBody(scroll);
    m_localNotice = new Notice(panel);
    panel->setBody(m_localNotice);
    connect(m_localNotice, &Notice::acted, this,
            [this] { context().actions.action(action::startWorkers)->trigger(); });
    m_localArea = scroll;
    m_localPanel = panel;
    return panel;
}

QWidget *WorkersPage::buildOthers()
{
    auto *panel = new Panel(tr("All machines"), this);
    panel->setNote(tr("every process that shares these queues, by host"));
    m_tree = new QTreeView(panel);
    m_tree->setModel(m_model);
    m_tree->setItemDelegate(new WorkerDelegate(m_tree));
    m_tree->setFrameShape(QFrame::NoFrame);
    m_tree->setRootIsDecorated(true);
    m_tree->setUniformRowHeights(true);
    m_tree->setAllColumnsShowFocus(true);
    m_tree->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_tree->setIndentation(18);
    m_tree->setAccessibleName(tr("Workers of all machines"));
    setWidths(*m_tree);
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        m_tree->expandAll();
        for (int row = 0; row < m_model->rowCount(); ++row) m_tree->setFirstColumnSpanned(row, {}, true);
    });
    connect(m_tree, &QTreeView::activated, this, [this](const QModelIndex &index) {
        const WorkerInfo *worker = m_model->workerAt(index);
        if (worker != nullptr && !worker->currentJob.isNull())
            Q_EMIT context().navigator.jobWanted(worker->currentQueue, worker->currentJob);
    });
    panel->setBody(m_tree);
    m_notice = new Notice(panel);
    panel->setBody(m_notice);
    connect(m_notice, &Notice::tryAgain, &live(), &LiveState::refresh);
    return panel;
}

void WorkersPage::refresh()
{
    live().refresh();
}

void WorkersPage::showLocal()
{
    const std::optional<PoolInfo> pool = live().localPool();
    m_stepper->setValue(live().localWorkers());
    m_panels->setWorkers(pool ? pool->workers : QList<WorkerInfo>());
    const bool hasWorkers = pool && !pool->workers.isEmpty();
    m_localArea->setVisible(hasWorkers);
    if (hasWorkers) {
        m_localNotice->clear();
        // As high as its rows of panels, until the other machines would lose half the page.
        const int wanted = m_panels->heightForWidth(std::max(400, m_localArea->width()));
        m_localArea->setFixedHeight(std::min(wanted, std::max(180, height() / 2)));
    } else if (live().localState() == worker::WorkerPool::State::Stopped) {
        m_localNotice->showEmpty(tr("No local workers"),
                                 tr("Jobs that this machine's handlers know can be run here."),
                                 tr("Start workers"));
    }
    QStringList notes{stateText(live().localState())};
    if (pool) {
        notes.append(tr("pid %1").arg(pool->pid));
        notes.append(tr("serves %1").arg(displayLine(pool->queues.join(u", "_s))));
        if (pool->stuckThreads > 0) notes.append(tr("stuck threads: %1").arg(pool->stuckThreads));
    }
    m_localPanel->setNote(notes.join(u" · "_s));
}

void WorkersPage::showOthers()
{
    m_model->setPools(live().pools());
    const bool hasRows = m_model->rowCount() > 0;
    m_tree->setVisible(hasRows);
    if (hasRows)
        m_notice->clear();
    else if (live().figuresError())
        m_notice->showFailed(*live().figuresError());
    else
        m_notice->showEmpty(
            tr("No workers on any machine"),
            tr("Start some here, or run \"signalboxctl work\" on a machine that shares this Redis."));
    qsizetype workers = 0;
    QSet<QString> hosts;
    for (const PoolInfo &pool : live().pools()) {
        workers += pool.workers.size();
        hosts.insert(pool.hostname);
    }
    setSummary(tr("%1 on %2").arg(workersText(workers), machinesText(hosts.size())));
}

} // namespace signalbox::ui
