#include "app/ctl/job_lookup.h"

#include "core/model/json_writer.h"

#include <QHash>
#include <QMap>

namespace signalbox::ctl {

using namespace Qt::StringLiterals;

void locate(Context &context, const QList<JobId> &ids, QObject *receiver, std::function<void(Located)> done)
{
    const auto located = std::make_shared<Located>(); // owners: the answers under way
    if (!context.global().queue.isEmpty()) {
        for (const JobId &id : ids) located->append({id, context.global().queue});
        return done(*located);
    }
    const auto missing = std::make_shared<qsizetype>(ids.size());
    for (qsizetype i = 0; i < ids.size(); ++i) {
        located->append({ids[i], QString()});
        runtime::whenDone(context.service().queueOf(ids[i]), receiver,
                          [located, missing, i, done](const Result<QString> &queue) {
                              (*located)[i].second = queue;
                              if (--*missing == 0) done(*located);
                          });
    }
}

namespace {

/// The outcome of each job, in the order in which they were named.
class Outcomes {
public:
    Outcomes(Context &context, QList<JobId> ids, qsizetype calls)
        : m_context(context), m_ids(std::move(ids)), m_callsMissing(calls)
    {
    }
    void set(const JobId &id, const Result<QString> &outcome) { m_outcomes.insert(id, outcome); }
    void callDone()
    {
        if (--m_callsMissing <= 0) say();
    }
    void say()
    {
        ExitCode code = ExitCode::Done;
        for (const JobId &id : std::as_const(m_ids)) {
            const Result<QString> &outcome = *m_outcomes.find(id);
            if (!outcome && code == ExitCode::Done) code = exitCodeOf(outcome.error().kind);
            sayOne(id, outcome);
        }
        m_context.finish(code);
    }

private:
    void sayOne(const JobId &id, const Result<QString> &outcome)
    {
        Output &out = m_context.out();
        if (!outcome) return out.error(outcome.error());
        if (out.isJson())
            out.json(JsonWriter().jobId("job_id"_L1, id).text("outcome"_L1, *outcome).take());
        else
            out.line(u"%1  %2"_s.arg(id.text(), *outcome));
    }
    Context &m_context;
    QList<JobId> m_ids;
    QHash<JobId, Result<QString>> m_outcomes;
    qsizetype m_callsMissing;
};

} // namespace

void actOnJobs(Context &context, const QList<JobId> &ids, QObject *receiver, Act act)
{
    locate(context, ids, receiver, [&context, ids, receiver, act = std::move(act)](const Located &located) {
        QMap<QString, QList<JobId>> byQueue;
        for (const auto &[id, queue] : located)
            if (queue) byQueue[*queue].append(id);
        const auto outcomes = std::make_shared<Outcomes>(context, ids, byQueue.size()); // owners: the calls
        for (const auto &[id, queue] : located)
            if (!queue) outcomes->set(id, queue);
        if (byQueue.isEmpty()) return outcomes->say();
        for (auto one = byQueue.constBegin(); one != byQueue.constEnd(); ++one)
            runtime::whenDone(
                act.call(one.key(), *one), receiver,
                [outcomes, of = *one](const Result<QList<Result<QString>>> &verdicts) {
                    for (qsizetype i = 0; i < of.size(); ++i)
                        outcomes->set(of[i], verdicts ? verdicts->at(i) : tl::unexpected(verdicts.error()));
                    outcomes->callDone();
                });
    });
}

} // namespace signalbox::ctl
