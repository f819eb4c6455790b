#include "ui/pages/dead_letters_page.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/pages/filter_bar.h"
#include "ui/pages/job_list.h"
#include "ui/parts/action_button.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/parts/data_table.h"
#include "ui/parts/key_hint.h"
#include "ui/theme/words.h"

#include <QBoxLayout>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

DeadLettersPage::DeadLettersPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_filter(new FilterBar(
          tr("handler, id or text of the error; queue:  handler:  error:  ended:  tag:"),
          [this] { return namesFor(live()); }, this)),
      m_list(new JobList(context,
                         {tr("No dead letters"),
                          tr("Every job that failed was retried with success, or is still being retried."),
                          {}},
                         this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_filter);
    layout->addWidget(m_list, 1);
    auto *keys = new QHBoxLayout;
    keys->setContentsMargins(12, 4, 12, 4);
    keys->addWidget(new KeyHints({{{u"j"_s, u"k"_s}, tr("move")},
                                  {{tr("Enter")}, tr("look in")},
                                  {{u"r"_s}, tr("requeue")},
                                  {{u"/"_s}, tr("filter")}},
                                 this));
    keys->addStretch();
    keys->addWidget(
        new KeyHints({{{u"R"_s}, tr("requeue all"), true}, {{u"D"_s}, tr("delete"), true}}, this));
    layout->addLayout(keys);
    using M = JobTableModel;
    m_list->setColumns({M::IdColumn, M::HandlerColumn, M::QueueColumn, M::ErrorColumn, M::AttemptsColumn,
                        M::RunTimeColumn, M::EndedColumn},
                       M::ErrorColumn);
    m_list->setActions({&action::requeue, &action::remove});
    new JobActs(context, this, [this] { return m_list->selected(); });
    context.actions.bind(action::search, this, [this] { m_filter->takeFocus(); });
    context.actions.bind(action::selectAllRows, this, [this] { m_list->table()->selectAll(); });
    context.actions.bind(
        action::requeueAll, this, [this] { confirmRequeueAll(); },
        [this]() -> ActionState {
            const qint64 count = deadIn(m_list->filter());
            if (count == 0) return {{}, tr("There are no dead letters.")};
            return {!m_list->filter().isNarrowed() ? tr("Requeue all %1…").arg(countText(count))
                                                   : tr("Requeue all that match…"),
                    {}};
        });
    connect(m_filter, &FilterBar::filterChanged, this, &DeadLettersPage::apply);
    connect(m_list, &JobList::filterDropWanted, this, [this] { show({}); });
    connect(&live(), &LiveState::figuresChanged, this, &DeadLettersPage::updateSummary);
    apply({});
}

QList<QWidget *> DeadLettersPage::headWidgets()
{
    auto *all = new ActionButton(context().actions.action(action::requeueAll), Emphasis::Plain);
    return {all};
}

void DeadLettersPage::refresh()
{
    m_list->reload();
}

void DeadLettersPage::show(const JobFilter &filter)
{
    const JobFilter shown = filter.withStates({}); // the page is about one state
    m_filter->setFilter(shown);
    apply(shown);
}

void DeadLettersPage::apply(const JobFilter &filter)
{
    m_list->load(filter.withStates({JobStatus::DeadLetter}));
    updateSummary();
}

qint64 DeadLettersPage::deadIn(const JobFilter &filter) const
{
    qint64 count = 0;
    for (const QueueStats &stats : live().metrics().queues) {
        if (filter.acceptsQueue(stats.queue)) count += stats.size(JobStatus::DeadLetter);
    }
    return count;
}

void DeadLettersPage::updateSummary()
{
    setSummary(live().hasFigures() ? jobsText(deadIn(m_list->filter())) : QString());
    context().actions.refresh();
}

void DeadLettersPage::confirmRequeueAll()
{
    QStringList queues;
    for (const QueueStats &stats : live().metrics().queues) {
        if (stats.size(JobStatus::DeadLetter) > 0 && m_list->filter().acceptsQueue(stats.queue))
            queues.append(stats.queue);
    }
    const qint64 count = deadIn(m_list->filter());
    const bool isFiltered = m_list->filter().isNarrowed();
    ConfirmDialog::Question question;
    question.title
        = isFiltered ? tr("Requeue every dead letter that matches?") : tr("Requeue %1?").arg(jobsText(count));
    question.text = tr("From %1: %2. Each starts again with all its attempts. If the cause is not mended, "
                       "they will come back.")
                        .arg(queuesText(queues.size()), displayLine(queues.join(u", "_s)));
    question.act = isFiltered ? tr("Requeue what matches") : tr("Requeue %1").arg(jobsText(count));
    ConfirmDialog::ask(question, this, [this, queues](const QString &) { requeueAll(queues); });
}

void DeadLettersPage::requeueAll(const QStringList &queues)
{
    for (const QString &queue : queues) {
        runtime::whenDone(
            service().requeueAll(queue, JobStatus::DeadLetter, m_list->filter()), this,
            [this, queue](const Result<queue::BulkProgress> &progress) {
                if (progress)
                    Q_EMIT context().navigator.said(
                        tr("Requeued %1 of %2.").arg(jobsText(progress->done), displayLine(queue)));
                else
                    Q_EMIT context().navigator.failed(progress.error());
                live().refresh();
            });
    }
}

} // namespace signalbox::ui
