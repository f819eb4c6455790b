#include "ui/pages/activity_page.h"

#include "core/model/number_text.h"
#include "ui/models/activity_model.h"
#include "ui/parts/data_table.h"
#include "ui/parts/job_delegate.h"
#include "ui/parts/notice.h"
#include "ui/theme/words.h"

#include <QBoxLayout>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

ActivityPage::ActivityPage(const PageContext &context, QWidget *parent)
    : Page(context, parent),
      m_model(new ActivityModel(this)),
      m_table(new DataTable(this)),
      m_notice(new Notice(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_notice, 1);
    using M = ActivityModel;
    m_table->setUp(m_model, new ActivityDelegate(m_table));
    m_table->setAccessibleName(tr("Events"));
    m_table->setColumnFor(M::TimeColumn, u"00:00:00.000 "_s);
    m_table->setColumnFor(M::KindColumn, u"x job.settle_refused"_s);
    m_table->setColumnFor(M::SubjectColumn, u"service/0000000000"_s);
    m_table->setColumnFor(M::QueueColumn, u"webhooks-eu"_s);
    m_table->setElasticColumn(M::TextColumn);
    connect(&live(), &LiveState::eventsArrived, m_model, &ActivityModel::addEvents);
    connect(&live(), &LiveState::problem, m_model,
            [this](const Error &error) { m_model->addProblem(error, live().clock().wallNow()); });
    connect(&context.navigator, &Navigator::failed, m_model,
            [this](const Error &error) { m_model->addProblem(error, live().clock().wallNow()); });
    connect(m_model, &ActivityModel::rowsInserted, this, &ActivityPage::updateSummary);
    connect(m_table, &DataTable::rowActivated, this, [this](int row) {
        if (!m_model->job(row).isNull())
            Q_EMIT this->context().navigator.jobWanted(m_model->queue(row), m_model->job(row));
    });
    m_notice->showEmpty(tr("Nothing happened yet"),
                        tr("Events appear here from the moment this window opened."));
    updateSummary();
}

void ActivityPage::updateSummary()
{
    const int rows = m_model->rowCount();
    m_table->setVisible(rows > 0);
    m_notice->setVisible(rows == 0);
    setSummary(rows < ActivityModel::rowsMax ? tr("%1 since this window opened").arg(eventsText(rows))
                                             : tr("the last %1 events").arg(countText(rows)));
}

} // namespace signalbox::ui
