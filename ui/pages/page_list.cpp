#include "ui/pages/activity_page.h"
#include "ui/pages/dead_letters_page.h"
#include "ui/pages/jobs_page.h"
#include "ui/pages/metrics_page.h"
#include "ui/pages/overview_page.h"
#include "ui/pages/queues_page.h"
#include "ui/pages/workers_page.h"

#include <array>

namespace signalbox::ui {

namespace {

template <typename PageType> Page *make(const PageContext &context)
{
    return new PageType(context);
}

PageSpec::Count none(const LiveState &)
{
    return {};
}

PageSpec::Count queues(const LiveState &live)
{
    return {live.metrics().queues.size()};
}

PageSpec::Count jobs(const LiveState &live)
{
    return {live.sum().total()};
}

PageSpec::Count dead(const LiveState &live)
{
    const qint64 count = live.sum().size(JobStatus::DeadLetter);
    return {count, count > 0};
}

PageSpec::Count workers(const LiveState &live)
{
    qint64 count = 0;
    for (const PoolInfo &pool : live.pools()) count += pool.workers.size();
    return {count};
}

} // namespace

std::span<const PageSpec> pageList()
{
    static const std::array pages{
        PageSpec{"overview", action::showOverview, make<OverviewPage>, none},
        PageSpec{"queues", action::showQueues, make<QueuesPage>, queues},
        PageSpec{"jobs", action::showJobs, make<JobsPage>, jobs},
        PageSpec{"dead", action::showDeadLetters, make<DeadLettersPage>, dead},
        PageSpec{"workers", action::showWorkers, make<WorkersPage>, workers},
        PageSpec{"metrics", action::showMetrics, make<MetricsPage>, none},
        PageSpec{"activity", action::showActivity, make<ActivityPage>, none},
    };
    return pages;
}

} // namespace signalbox::ui
