#include "app/ctl/commands.h"
#include "app/ctl/words.h"
#include "core/model/json_writer.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

namespace {

class WorkersList : public Command {
public:
    void define(CLI::App & /*app*/) override { }
    void run(Context &context) override
    {
        runtime::whenDone(context.service().pools(), this,
                          [this, &context](const Result<QList<PoolInfo>> &pools) {
                              if (!pools) return context.fail(pools.error());
                              runtime::whenDone(context.service().serverNow(), this,
                                                [&context, pools = *pools](const Result<Timestamp> &now) {
                                                    if (!now) return context.fail(now.error());
                                                    if (context.out().isJson())
                                                        sayJson(context.out(), pools);
                                                    else
                                                        say(context.out(), pools, *now);
                                                    context.finish();
                                                });
                          });
    }

private:
    static void sayJson(Output &out, const QList<PoolInfo> &pools)
    {
        QList<QByteArray> rows;
        for (const PoolInfo &pool : pools) rows.append(pool.toJson());
        out.json(JsonWriter().json("pools"_L1, jsonArray(rows)).take());
    }
    static void say(Output &out, const QList<PoolInfo> &pools, Timestamp now)
    {
        const auto right = Table::Align::Right;
        Table table({{Words::tr("WORKER")},
                     {Words::tr("STATUS")},
                     {Words::tr("COMPLETED"), right},
                     {Words::tr("FAILED"), right},
                     {Words::tr("HEARTBEAT"), right},
                     {Words::tr("UPTIME"), right},
                     {Words::tr("HANDLER")},
                     {Words::tr("JOB")}});
        for (const PoolInfo &pool : pools)
            for (const WorkerInfo &worker : pool.workers)
                table.add({worker.id, worker.isHealthy(now) ? toText(worker.status) : Words::tr("unhealthy"),
                           countText(worker.jobsCompleted), countText(worker.jobsFailed),
                           ageText(now - worker.lastHeartbeat), ageText(worker.uptime(now)),
                           worker.currentHandler, worker.currentJob.text()});
        if (table.isEmpty()) return out.note(Words::tr("No workers run. Start some with: signalboxctl work"));
        out.table(table);
    }
};

} // namespace

std::unique_ptr<Command> makeWorkersList()
{
    return std::make_unique<WorkersList>();
}

} // namespace signalbox::ctl
