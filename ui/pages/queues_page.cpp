#include "ui/pages/queues_page.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/models/queue_table_model.h"
#include "ui/pages/purge_dialog.h"
#include "ui/parts/action_button.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/parts/data_table.h"
#include "ui/parts/depth_legend.h"
#include "ui/parts/job_delegate.h"
#include "ui/parts/notice.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/words.h"

#include <QBoxLayout>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

QueuesPage::QueuesPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_model(new QueueTableModel(this)),
      m_table(new DataTable(this)),
      m_notice(new Notice(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_notice, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(new DepthLegend(this));
    m_bar = buildBar();
    layout->addWidget(m_bar);
    using M = QueueTableModel;
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setUp(m_model, new QueueDelegate(m_table));
    m_table->setAccessibleName(tr("Queues"));
    m_table->setColumnFor(M::NameColumn, u"a-rather-long-queue"_s);
    m_table->setColumnFor(M::HealthColumn, u"xxxx No worker x"_s);
    for (int column = M::PendingColumn; column < M::ColumnCount; ++column)
        m_table->setColumnFor(column, column == M::OldestColumn ? u"00m 00s "_s : u"000,000 "_s);
    m_table->setElasticColumn(M::DepthColumn);
    connect(m_table, &DataTable::selectionMoved, this, &QueuesPage::updateBar);
    connect(m_table, &DataTable::rowActivated, this,
            [this] { this->context().actions.action(action::showQueueJobs)->trigger(); });
    connect(&live(), &LiveState::figuresChanged, this, &QueuesPage::showFigures);
    connect(m_notice, &Notice::acted, this, [this] { Q_EMIT this->context().navigator.submitWanted({}); });
    connect(m_notice, &Notice::tryAgain, &live(), &LiveState::refresh);
    bindActions();
    showFigures();
}

QWidget *QueuesPage::buildBar()
{
    auto *bar = new QWidget(this);
    auto *layout = new QHBoxLayout(bar);
    layout->setContentsMargins(12, 8, 12, 8);
    m_barText = new PlainLabel({}, &Look::objectName, Token::Text, bar);
    m_barNote = new PlainLabel({}, &Look::base, Token::Text2, bar);
    m_barNote->setElastic(true);
    layout->addWidget(m_barText);
    layout->addWidget(m_barNote, 1);
    ActionRegistry &actions = context().actions;
    using Show = ActionButton::Show;
    layout->addWidget(new ActionButton(actions.action(action::showQueueJobs), Show::IconAndText, bar));
    layout->addWidget(new ActionButton(actions.action(action::pauseQueue), Show::IconAndText, bar));
    layout->addWidget(new ActionButton(actions.action(action::resumeQueue), Show::IconAndText, bar));
    // Purge never sits beside pause.
    layout->addSpacing(20);
    layout->addWidget(new Hairline(Qt::Vertical, bar, 2));
    layout->addSpacing(20);
    layout->addWidget(new ActionButton(actions.action(action::purgeQueue), Emphasis::Danger, bar));
    return bar;
}

std::optional<QueueStats> QueuesPage::selected() const
{
    const QList<int> rows = m_table->selectedRows();
    if (rows.size() != 1) return {};
    return m_model->row(rows.first()).stats;
}

ActionState QueuesPage::stateFor(const std::function<QString(const QueueStats &)> &refusal) const
{
    const std::optional<QueueStats> stats = selected();
    if (!stats) return {{}, tr("No queue is selected.")};
    return {{}, refusal(*stats)};
}

void QueuesPage::bindActions()
{
    ActionRegistry &actions = context().actions;
    actions.bind(
        action::pauseQueue, this, [this] { confirmPause(); },
        [this] {
            return stateFor([](const QueueStats &stats) {
                return stats.paused ? tr("It is paused already.") : QString();
            });
        });
    actions.bind(
        action::resumeQueue, this, [this] { resume(); },
        [this] {
            return stateFor(
                [](const QueueStats &stats) { return stats.paused ? QString() : tr("It is not paused."); });
        });
    actions.bind(
        action::purgeQueue, this, [this] { confirmPurge(); },
        [this] {
            return stateFor([](const QueueStats &stats) {
                return stats.total() > stats.size(JobStatus::Running) ? QString()
                                                                      : tr("It holds nothing to delete.");
            });
        });
    actions.bind(
        action::showQueueJobs, this,
        [this] {
            JobFilter filter;
            if (const std::optional<QueueStats> stats = selected()) filter = JobFilter::ofQueue(stats->queue);
            Q_EMIT context().navigator.jobsWanted(filter);
        },
        [this] { return stateFor([](const QueueStats &) { return QString(); }); });
}

void QueuesPage::refresh()
{
    live().refresh();
}

void QueuesPage::showFigures()
{
    m_model->setQueues(live().metrics().queues, live().pools());
    m_model->setStale(live().isStale());
    const bool hasRows = m_model->rowCount() > 0;
    m_table->setVisible(hasRows);
    if (hasRows)
        m_notice->clear();
    else if (live().figuresError())
        m_notice->showFailed(*live().figuresError());
    else if (!live().hasFigures())
        m_notice->showLoading(tr("Reading queues…"));
    else
        m_notice->showEmpty(tr("No queues yet"), tr("A queue comes into being with its first job."),
                            tr("Submit a job…"));
    int paused = 0;
    int unserved = 0;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->row(row).stats.paused) ++paused;
        if (m_model->row(row).health == QueueHealth::NoWorker) ++unserved;
    }
    QStringList parts{queuesText(m_model->rowCount())};
    if (unserved > 0) parts.append(tr("%1 without a worker").arg(unserved));
    if (paused > 0) parts.append(tr("%1 paused").arg(paused));
    setSummary(hasRows ? parts.join(u", "_s) : QString());
    if (hasRows && m_table->selectedRows().isEmpty()) m_table->selectRow(0);
    updateBar();
}

void QueuesPage::updateBar()
{
    const std::optional<QueueStats> stats = selected();
    m_bar->setVisible(stats.has_value());
    if (stats) {
        m_barText->setText(displayLine(stats->queue));
        QStringList notes{
            tr("%1 submitted, %2 completed").arg(countText(stats->submitted), countText(stats->completed))};
        if (stats->averageWait) notes.append(tr("average wait %1").arg(durationText(*stats->averageWait)));
        if (stats->averageRun) notes.append(tr("average run %1").arg(durationText(*stats->averageRun)));
        if (stats->paused)
            notes.prepend(stats->pauseReason.isEmpty()
                              ? tr("paused")
                              : tr("paused: %1").arg(displayLine(stats->pauseReason)));
        m_barNote->setText(notes.join(u" · "_s));
    }
    context().actions.refresh();
}

void QueuesPage::tell(const Result<> &result, const QString &message)
{
    if (result)
        Q_EMIT context().navigator.said(message);
    else
        Q_EMIT context().navigator.failed(result.error());
    live().refresh();
}

void QueuesPage::confirmPause()
{
    const QString queue = selected()->queue;
    const QString name = displayLine(queue);
    ConfirmDialog::Question question;
    question.title = tr("Pause %1?").arg(name);
    question.text = tr(
        "Workers take no more jobs from it, on any machine. What runs goes on; what is submitted waits.");
    question.act = tr("Pause %1").arg(name);
    question.field = tr("Reason, for those who find it paused");
    ConfirmDialog::ask(question, this, [this, queue, name](const QString &reason) {
        runtime::whenDone(service().pauseQueue(queue, reason.trimmed()), this,
                          [this, name](const Result<> &result) { tell(result, tr("Paused %1.").arg(name)); });
    });
}

void QueuesPage::resume()
{
    const QString queue = selected()->queue;
    runtime::whenDone(service().resumeQueue(queue), this, [this, queue](const Result<> &result) {
        tell(result, tr("Resumed %1.").arg(displayLine(queue)));
    });
}

void QueuesPage::confirmPurge()
{
    const QueueStats stats = *selected();
    PurgeDialog::ask(stats, this, [this, stats](std::optional<JobStatus> status) {
        runtime::whenDone(
            service().purge(stats.queue, status), this,
            [this, stats](const Result<queue::BulkProgress> &progress) {
                if (!progress) return tell(tl::unexpected(progress.error()), {});
                tell({}, tr("Deleted %1 from %2.").arg(jobsText(progress->done), displayLine(stats.queue)));
            });
    });
}

} // namespace signalbox::ui
