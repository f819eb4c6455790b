#include "app/ctl/commands.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/runtime/answer.h"
#include "core/worker/pool_bounds.h"

#include <QTimer>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

/// A headless pool. TERM or INT: what runs is finished, what was only claimed is handed back. A second time:
/// the handlers are cancelled and their jobs given back at once.
class Work : public Command {
public:
    void define(CLI::App &app) override
    {
        app.add_option("--workers", m_workers, "How many jobs at once; default: one for each CPU core")
            ->type_name("N")
            ->check(CLI::Range(worker::PoolBounds::workers.min, worker::PoolBounds::workers.max));
        addText(app, "--handlers", m_handlers, "The file that registers handlers")->type_name("FILE");
        addText(app, "--queues", m_queues,
                "Queues with their weights: mail:3,default:1. Default: as --queue or the settings say")
            ->type_name("NAME:N,...");
        app.add_flag("--drain", m_drain, "End when these queues have nothing left to run");
    }
    [[nodiscard]] Needs needs() const override { return {.events = m_drain, .handlers = true}; }
    [[nodiscard]] service::Settings::Values settings(const GlobalOptions &global) const override
    {
        service::Settings::Values values;
        if (m_workers > 0) values.insert(u"workers.count"_s, QString::number(m_workers));
        if (!m_handlers.isEmpty()) values.insert(u"workers.handlers"_s, m_handlers);
        const QString queues = m_queues.isEmpty() ? global.queue : m_queues;
        if (!queues.isEmpty()) values.insert(u"workers.queues"_s, queues);
        return values;
    }
    void run(Context &context) override
    {
        runtime::whenDone(context.service().startWorkers(), this, [this, &context](const Result<> &started) {
            if (!started && m_isStopping) return; // called off by the stop, which answers for itself
            if (!started) return context.fail(started.error());
            sayStarted(context);
            if (m_drain) watchForTheEnd(context);
        });
    }
    void interrupt(Context &context, int times) override
    {
        const bool isForced = times > 1;
        if (times > 2) return; // the forced stop is under way and takes no longer than it must
        m_isStopping = true;
        context.out().note(
            isForced ? Words::tr("Stopping now: running jobs are given back.")
                     : Words::tr("Stopping: running jobs are finished. Again to give them back now."));
        stop(context, isForced ? worker::WorkerPool::StopMode::Now : worker::WorkerPool::StopMode::Graceful);
    }

private:
    static void sayStarted(Context &context)
    {
        QStringList queues;
        for (const worker::QueueWeight &queue : context.settings().pool.queues) queues.append(queue.queue);
        context.out().note(
            Words::tr("%n worker(s) on %1; handlers: %2", nullptr, context.settings().workerCount())
                .arg(queues.join(u", "_s), context.service().handlers().keys().join(u", "_s)));
    }
    void stop(Context &context, worker::WorkerPool::StopMode mode)
    {
        runtime::whenDone(context.service().stopWorkers(mode), this, [&context](const Result<> &stopped) {
            if (!stopped) return context.fail(stopped.error());
            context.finish();
        });
    }
    void watchForTheEnd(Context &context)
    {
        connect(&context.service(), &service::JobService::eventsArrived, this,
                [this, &context] { look(context); });
        auto *slow = new QTimer(this); // what waits for its time makes no events
        connect(slow, &QTimer::timeout, this, [this, &context] { look(context); });
        slow->start(1s);
        look(context);
    }
    void look(Context &context)
    {
        if (m_isLooking || m_isDrained) return;
        m_isLooking = true;
        runtime::whenDone(context.service().metrics(), this,
                          [this, &context](const Result<service::ServiceMetrics> &metrics) {
                              m_isLooking = false;
                              if (!metrics || m_isDrained)
                                  return; // the server is away: its next look will tell
                              for (const QString &damaged : metrics->queueErrors.keys())
                                  if (isOurs(context, damaged)) return; // how much is left is not known
                              qint64 left = 0;
                              for (const QueueStats &queue : metrics->queues)
                                  if (isOurs(context, queue.queue))
                                      for (const JobStatus status : allJobStatuses)
                                          if (!isTerminal(status)) left += queue.size(status);
                              if (left > 0) return;
                              m_isDrained = true;
                              stop(context, worker::WorkerPool::StopMode::Graceful);
                          });
    }
    static bool isOurs(const Context &context, const QString &name)
    {
        const QList<worker::QueueWeight> &ours = context.settings().pool.queues;
        return std::any_of(ours.begin(), ours.end(),
                           [&](const worker::QueueWeight &one) { return one.queue == name; });
    }

    int m_workers = 0;
    QString m_handlers, m_queues;
    bool m_drain = false;
    bool m_isStopping = false;
    bool m_isLooking = false;
    bool m_isDrained = false;
};

} // namespace

std::unique_ptr<Command> makeWork()
{
    return std::make_unique<Work>();
}

} // namespace signalbox::ctl
