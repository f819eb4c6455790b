#include "ui/pages/jobs_page.h"

#include "core/model/number_text.h"
#include "ui/pages/filter_bar.h"
#include "ui/pages/job_list.h"
#include "ui/parts/data_table.h"
#include "ui/parts/facets.h"
#include "ui/parts/key_hint.h"

#include <QBoxLayout>

namespace signalbox::ui {

JobsPage::JobsPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_filter(new FilterBar(
          tr("handler, id, name or text of an error; state:  queue:  handler:  args:  ended:  tag:"),
          [this] { return namesFor(live()); }, this)),
      m_facets(new Facets(this)),
      m_list(new JobList(
          context, {tr("No jobs"), tr("Nothing is in this state just now."), tr("Submit a job…")}, this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filter);
    layout->addWidget(m_facets);
    layout->addWidget(m_list, 1);
    using M = JobTableModel;
    m_list->setColumns({M::StateColumn, M::IdColumn, M::HandlerColumn, M::QueueColumn, M::PriorityColumn,
                        M::AttemptsColumn, M::ProgressColumn, M::AgeColumn, M::RunTimeColumn,
                        M::WorkerColumn},
                       M::HandlerColumn);
    m_list->setActions({&action::requeue, &action::retry, &action::cancel, &action::remove});
    new JobActs(context, this, [this] { return m_list->selected(); });
    context.actions.bind(action::search, this, [this] { m_filter->takeFocus(); });
    context.actions.bind(action::selectAllRows, this, [this] { m_list->table()->selectAll(); });
    connect(m_filter, &FilterBar::filterChanged, this, &JobsPage::apply);
    connect(m_list, &JobList::filterDropWanted, this, [this] { show({}); });
    connect(m_list, &JobList::emptyActed, this,
            [this] { Q_EMIT this->context().navigator.submitWanted({}); });
    connect(m_facets, &Facets::chosen, this, [this](std::optional<JobStatus> status) {
        show(m_list->filter().withStates(status ? QList{*status} : QList<JobStatus>()));
    });
    connect(&live(), &LiveState::figuresChanged, this, &JobsPage::updateCounts);
    updateCounts();
    m_list->load({});
}

void JobsPage::refresh()
{
    m_list->reload();
}

void JobsPage::show(const JobFilter &filter)
{
    m_filter->setFilter(filter);
    apply(filter);
}

void JobsPage::apply(const JobFilter &filter)
{
    const QList<JobStatus> statuses = filter.statuses();
    m_facets->setCurrent(statuses.size() == 1 ? std::optional(statuses.front()) : std::nullopt);
    m_list->load(filter);
    updateCounts();
}

void JobsPage::updateCounts()
{
    // The facets count the queues that the filter names: what a click on one would list.
    QueueStats sum;
    for (const QueueStats &stats : live().metrics().queues) {
        if (!m_list->filter().acceptsQueue(stats.queue)) continue;
        for (size_t i = 0; i < sum.sizes.size(); ++i) sum.sizes[i] += stats.sizes[i];
    }
    m_facets->setCounts(sum);
    setSummary(live().hasFigures() ? jobsText(sum.total()) : QString());
}

} // namespace signalbox::ui
