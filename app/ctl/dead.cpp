#include "app/ctl/commands.h"
#include "app/ctl/confirm.h"
#include "app/ctl/job_lister.h"
#include "app/ctl/job_lookup.h"
#include "app/ctl/options.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

class DeadList : public Command {
public:
    void define(CLI::App &app) override
    {
        app.add_option("--limit", m_wanted.limit, "Jobs at most")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000))
            ->default_str("100");
        addText(app, "--after", m_wanted.after, "Go on behind the cursor of an earlier answer")
            ->type_name("CURSOR");
        addText(app, "--handler", m_handler, "Only this handler; NAME* for all that begin so")
            ->type_name("NAME");
        addFilter(app, m_wanted.filter);
    }
    void run(Context &context) override
    {
        if (!m_wanted.filter.asksForQueues() || !context.global().queue.isEmpty())
            m_wanted.queue = context.queue();
        m_wanted.filter.terms.append({JobFilter::Key::State, false, QList{JobStatus::DeadLetter}});
        if (!m_handler.isEmpty())
            m_wanted.filter.terms.append({JobFilter::Key::Handler, false, QStringList{m_handler}});
        (new JobLister(context, m_wanted, this))->start();
    }

private:
    QString m_handler;
    JobLister::Wanted m_wanted;
};

/// What `requeue` and `delete` share: ids, or all of a queue.
class DeadAct : public Command {
public:
    void define(CLI::App &app) override
    {
        CLI::Option *ids = addIds(app, m_ids);
        app.add_flag("--all", m_all, "All dead letters of the queue")->excludes(ids);
    }
    [[nodiscard]] Result<> check(Context & /*context*/) override
    {
        if (m_all || !m_ids.isEmpty()) return {};
        return signalbox::fail(Error::Kind::Invalid, Words::tr("No dead letter is named."), {},
                               Words::tr("Name ids, or --all."));
    }

protected:
    void sayBulk(Context &context, const Result<queue::BulkProgress> &done, const QString &sentence)
    {
        if (!done) return context.fail(done.error());
        Output &out = context.out();
        if (out.isJson())
            out.json(JsonWriter().integer("done"_L1, done->done).integer("skipped"_L1, done->skipped).take());
        else
            out.line(sentence.arg(jobsText(done->done)));
        context.finish();
    }
    [[nodiscard]] queue::BulkStep stepper(Context &context, const QString &label)
    {
        // Called in the engine; the bar belongs to this thread.
        return [this, &context, label](const queue::BulkProgress &progress) {
            post([&context, label, progress] {
                context.out().progress(label, progress.done, progress.total);
            });
            return true;
        };
    }
    QList<JobId> m_ids;
    bool m_all = false;
};

class DeadRequeue : public DeadAct {
public:
    void define(CLI::App &app) override
    {
        DeadAct::define(app);
        addText(app, "--handler", m_handler, "With --all: only this handler; NAME* for all that begin so")
            ->type_name("NAME");
    }
    void run(Context &context) override
    {
        if (!m_all)
            return actOnJobs(context, m_ids, this,
                             {[this, &context](const QString &queue, const QList<JobId> &ids) {
                                 return wordsOf(context.service().requeue(queue, ids), this,
                                                [](const JobId & /*id*/) { return u"pending"_s; });
                             }});
        JobFilter filter;
        if (!m_handler.isEmpty())
            filter.terms.append({JobFilter::Key::Handler, false, QStringList{m_handler}});
        runtime::whenDone(context.service().requeueAll(context.queue(), JobStatus::DeadLetter, filter,
                                                       stepper(context, Words::tr("requeued"))),
                          this, [this, &context](const Result<queue::BulkProgress> &done) {
                              sayBulk(context, done, Words::tr("%1 requeued."));
                          });
    }

private:
    QString m_handler;
};

class DeadDelete : public DeadAct {
public:
    void define(CLI::App &app) override
    {
        DeadAct::define(app);
        app.add_flag("--yes", m_yes, "With --all: do not ask");
    }
    void run(Context &context) override
    {
        if (!m_all)
            return actOnJobs(
                context, m_ids, this, {[this, &context](const QString &queue, const QList<JobId> &ids) {
                    return wordsOf(context.service().remove(queue, ids), this, [] { return u"deleted"_s; });
                }});
        if (!confirmed(context, m_yes,
                       Words::tr("Delete all dead letters of queue %1?").arg(context.queue())))
            return;
        runtime::whenDone(context.service().purge(context.queue(), JobStatus::DeadLetter,
                                                  stepper(context, Words::tr("deleted"))),
                          this, [this, &context](const Result<queue::BulkProgress> &done) {
                              sayBulk(context, done, Words::tr("%1 deleted."));
                          });
    }

private:
    bool m_yes = false;
};

} // namespace

std::unique_ptr<Command> makeDeadList()
{
    return std::make_unique<DeadList>();
}
std::unique_ptr<Command> makeDeadRequeue()
{
    return std::make_unique<DeadRequeue>();
}
std::unique_ptr<Command> makeDeadDelete()
{
    return std::make_unique<DeadDelete>();
}

} // namespace signalbox::ctl
