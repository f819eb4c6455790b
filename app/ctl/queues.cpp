#include "app/ctl/commands.h"
#include "app/ctl/confirm.h"
#include "app/ctl/options.h"
#include "app/ctl/queue_errors.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

class QueuesList : public Command {
public:
    void define(CLI::App & /*app*/) override { }
    void run(Context &context) override
    {
        runtime::whenDone(context.service().metrics(), this,
                          [&context](const Result<service::ServiceMetrics> &metrics) {
                              if (!metrics) return context.fail(metrics.error());
                              if (context.out().isJson())
                                  sayJson(context.out(), metrics->queues);
                              else
                                  say(context.out(), *metrics);
                              context.finish(endOf(*metrics));
                          });
    }

private:
    static void sayJson(Output &out, const QList<QueueStats> &queues)
    {
        QList<QByteArray> rows;
        for (const QueueStats &queue : queues) rows.append(queue.toJson());
        out.json(JsonWriter().json("queues"_L1, jsonArray(rows)).take());
    }
    static void say(Output &out, const service::ServiceMetrics &metrics)
    {
        const QList<QueueStats> &queues = metrics.queues;
        if (queues.isEmpty()) { // with errors, it is not known that there are none
            if (metrics.queueErrors.isEmpty())
                out.note(Words::tr("There are no queues yet: the first job makes one."));
            return;
        }
        const auto right = Table::Align::Right;
        Table table({{Words::tr("QUEUE")},
                     {Words::tr("PENDING"), right},
                     {Words::tr("RUNNING"), right},
                     {Words::tr("RETRYING"), right},
                     {Words::tr("SCHEDULED"), right},
                     {Words::tr("COMPLETED"), right},
                     {Words::tr("DEAD"), right},
                     {Words::tr("RATE 1M"), right},
                     {Words::tr("NOTE")}});
        for (const QueueStats &queue : queues)
            table.add({queue.queue, countText(queue.size(JobStatus::Pending)),
                       countText(queue.size(JobStatus::Running)), countText(queue.size(JobStatus::Retrying)),
                       countText(queue.size(JobStatus::Scheduled)),
                       countText(queue.size(JobStatus::Completed)),
                       countText(queue.size(JobStatus::DeadLetter)), rateText(queue.completedPerSecond1m),
                       queue.paused ? Words::tr("paused: %1").arg(queue.pauseReason) : QString()});
        out.table(table);
    }
};

/// What acts on one queue: its name as an argument, or by --queue.
class QueueAct : public Command {
public:
    void define(CLI::App &app) override
    {
        addText(app, "NAME", m_name, "The queue; default: as --queue says")->type_name("NAME");
    }

protected:
    [[nodiscard]] QString queueOf(const Context &context) const
    {
        return m_name.isEmpty() ? context.queue() : m_name;
    }
    static void say(Context &context, const Result<> &done, const QString &queue, const QString &state)
    {
        if (!done) return context.fail(done.error());
        Output &out = context.out();
        if (out.isJson())
            out.json(JsonWriter().text("queue"_L1, queue).text("outcome"_L1, state).take());
        else
            out.line(u"%1  %2"_s.arg(queue, state));
        context.finish();
    }
    QString m_name;
};

class QueuesPause : public QueueAct {
public:
    void define(CLI::App &app) override
    {
        QueueAct::define(app);
        addText(app, "--reason", m_reason, "Why, for those who find it paused")->type_name("TEXT");
    }
    void run(Context &context) override
    {
        const QString queue = queueOf(context);
        runtime::whenDone(
            context.service().pauseQueue(queue, m_reason), this,
            [&context, queue](const Result<> &done) { say(context, done, queue, u"paused"_s); });
    }

private:
    QString m_reason;
};

class QueuesResume : public QueueAct {
public:
    void run(Context &context) override
    {
        const QString queue = queueOf(context);
        runtime::whenDone(
            context.service().resumeQueue(queue), this,
            [&context, queue](const Result<> &done) { say(context, done, queue, u"resumed"_s); });
    }
};

class QueuesPurge : public QueueAct {
public:
    void define(CLI::App &app) override
    {
        QueueAct::define(app);
        addText(app, "--status", m_statusText, "Only jobs of this state")->type_name("STATUS");
        app.add_flag("--yes", m_yes, "Do not ask");
    }
    [[nodiscard]] Result<> check(Context & /*context*/) override
    {
        if (m_statusText.isEmpty()) return {};
        const Result<JobStatus> status = jobStatusFromText(m_statusText);
        if (!status) return tl::unexpected(status.error());
        m_status = *status;
        return {};
    }
    void run(Context &context) override
    {
        const QString queue = queueOf(context);
        const QString question = m_status
            ? Words::tr("Delete all %1 jobs of queue %2?").arg(toText(*m_status), queue)
            : Words::tr("Delete all jobs of queue %1 that are not running?").arg(queue);
        if (!confirmed(context, m_yes, question)) return;
        const auto step = [this, &context](const queue::BulkProgress &progress) { // in the engine
            post([&context, progress] {
                context.out().progress(Words::tr("purged"), progress.done, progress.total);
            });
            return true;
        };
        runtime::whenDone(
            context.service().purge(queue, m_status, step), this,
            [&context, queue](const Result<queue::BulkProgress> &done) {
                if (!done) return context.fail(done.error());
                if (context.out().isJson())
                    context.out().json(
                        JsonWriter().text("queue"_L1, queue).integer("purged"_L1, done->done).take());
                else
                    context.out().line(Words::tr("%1 purged.").arg(jobsText(done->done)));
                context.finish();
            });
    }

private:
    QString m_statusText;
    std::optional<JobStatus> m_status;
    bool m_yes = false;
};

} // namespace

std::unique_ptr<Command> makeQueuesList()
{
    return std::make_unique<QueuesList>();
}
std::unique_ptr<Command> makeQueuesPause()
{
    return std::make_unique<QueuesPause>();
}
std::unique_ptr<Command> makeQueuesResume()
{
    return std::make_unique<QueuesResume>();
}
std::unique_ptr<Command> makeQueuesPurge()
{
    return std::make_unique<QueuesPurge>();
}

} // namespace signalbox::ctl
