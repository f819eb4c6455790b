#include "ui/pages/job_acts.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/theme/words.h"

#include <QClipboard>
#include <QGuiApplication>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

bool canRetry(JobStatus status)
{
    return canRequeue(status) || canRunNow(status);
}

bool canRemove(JobStatus status)
{
    return status != JobStatus::Running;
}

/// The counts of an act that was asked of several queues, told once all have answered.
struct Tally { // owners: the answers that are still on their way
    qsizetype done = 0;
    qsizetype skipped = 0;
    QString why; ///< of the first that was skipped
    qsizetype waiting = 0;
};

QString told(const QString &outcome, const Tally &tally)
{
    QString text = outcome.arg(jobsText(tally.done));
    if (tally.skipped > 0)
        text += u' ' + JobActs::tr("%1 skipped: %2").arg(countText(tally.skipped), displayLine(tally.why));
    return text;
}

} // namespace

JobActs::JobActs(const PageContext &context, QWidget *scope, Seen selected)
    : QObject(scope), m_context(context), m_scope(scope), m_selected(std::move(selected))
{
    bindAll(scope);
}

void JobActs::bindAll(QWidget *scope)
{
    ActionRegistry &actions = m_context.actions;
    actions.bind(
        action::cancel, scope, [this] { cancel(); },
        [this] {
            return state(canCancel, tr("&Cancel %1"), tr("Only jobs that have not ended can be cancelled."));
        });
    actions.bind(
        action::retry, scope, [this] { retry(); },
        [this] {
            return state(canRetry, tr("Re&try %1 now"),
                         tr("Only jobs that wait for their time, or ended without success, can be retried."));
        });
    actions.bind(
        action::requeue, scope, [this] { requeue(); },
        [this] {
            return state(canRequeue, tr("&Requeue %1"),
                         tr("Only dead letters, failed and cancelled jobs can be requeued."));
        });
    actions.bind(
        action::remove, scope, [this] { confirmRemove(); },
        [this] { return state(canRemove, tr("&Delete %1…"), tr("A running job must be cancelled first.")); });
    const auto any = [](JobStatus) { return true; };
    actions.bind(
        action::copyId, scope, [this] { copyIds(); }, [this, any] { return state(any, {}, {}); });
    actions.bind(
        action::copyCommand, scope, [this] { copyCommand(); }, [this, any] { return state(any, {}, {}); });
}

qsizetype JobActs::count(Allowed allowed) const
{
    const QList<JobSummary> rows = m_selected();
    return std::count_if(rows.cbegin(), rows.cend(),
                         [=](const JobSummary &row) { return allowed(row.status); });
}

ActionState JobActs::state(Allowed allowed, const QString &textWithCount, const QString &reason) const
{
    if (m_selected().isEmpty()) return {{}, tr("No job is selected.")};
    const qsizetype able = count(allowed);
    if (able == 0) return {{}, reason};
    return {textWithCount.isEmpty() ? QString() : textWithCount.arg(jobsText(able)), {}};
}

QMap<QString, QList<JobId>> JobActs::byQueue(Allowed allowed) const
{
    QMap<QString, QList<JobId>> jobs;
    for (const JobSummary &row : m_selected()) {
        if (allowed(row.status)) jobs[row.queue].append(row.id);
    }
    return jobs;
}

template <typename T>
void JobActs::collect(
    const QString &outcome, const QMap<QString, QList<JobId>> &jobs,
    const std::function<QFuture<Result<QList<Result<T>>>>(const QString &, const QList<JobId> &)> &ask)
{
    const auto tally = std::make_shared<Tally>(); // shared by the answers below
    tally->waiting = jobs.size();
    for (auto queue = jobs.cbegin(); queue != jobs.cend(); ++queue) {
        runtime::whenDone(ask(queue.key(), queue.value()), this,
                          [this, tally, outcome](const Result<QList<Result<T>>> &answers) {
                              --tally->waiting;
                              if (!answers)
                                  Q_EMIT m_context.navigator.failed(answers.error());
                              else
                                  for (const Result<T> &answer : *answers) {
                                      if (answer)
                                          ++tally->done;
                                      else if (tally->skipped++ == 0)
                                          tally->why = answer.error().why;
                                  }
                              if (tally->waiting > 0) return;
                              if (tally->done + tally->skipped > 0)
                                  Q_EMIT m_context.navigator.said(told(outcome, *tally));
                              Q_EMIT done();
                          });
    }
}

void JobActs::cancel()
{
    collect<queue::CancelOutcome>(tr("Cancelled %1; running ones were asked to end."), byQueue(canCancel),
                                  [this](const QString &queue, const QList<JobId> &ids) {
                                      return m_context.service.cancel(queue, ids);
                                  });
}

void JobActs::retry()
{
    collect<JobId>(tr("Retried %1."), byQueue(canRetry),
                   [this](const QString &queue, const QList<JobId> &ids) {
                       return m_context.service.retry(queue, ids);
                   });
}

void JobActs::requeue()
{
    collect<JobId>(tr("Requeued %1."), byQueue(canRequeue),
                   [this](const QString &queue, const QList<JobId> &ids) {
                       return m_context.service.requeue(queue, ids);
                   });
}

void JobActs::confirmRemove()
{
    const QMap<QString, QList<JobId>> jobs = byQueue(canRemove);
    const QString number = jobsText(count(canRemove));
    const QStringList names = jobs.keys();
    ConfirmDialog::Question question;
    question.title = tr("Delete %1?").arg(number);
    question.text = tr("From %1: %2. Their arguments, results, errors and logs go with them, and this "
                       "cannot be undone. Jobs that arrived since you selected are left alone.")
                        .arg(queuesText(names.size()), displayLine(names.join(u", "_s)));
    question.act = tr("Delete %1").arg(number);
    question.isDangerous = true;
    ConfirmDialog::ask(question, m_scope, [this, jobs](const QString &) { remove(jobs); });
}

void JobActs::remove(const QMap<QString, QList<JobId>> &jobs)
{
    collect<void>(tr("Deleted %1."), jobs, [this](const QString &queue, const QList<JobId> &ids) {
        return m_context.service.remove(queue, ids);
    });
}

void JobActs::copyIds() const
{
    QStringList ids;
    for (const JobSummary &row : m_selected()) ids.append(row.id.text());
    QGuiApplication::clipboard()->setText(ids.join(u'\n'));
}

void JobActs::copyCommand() const
{
    QStringList ids;
    for (const JobSummary &row : m_selected()) ids.append(row.id.text());
    QGuiApplication::clipboard()->setText(u"signalboxctl show "_s + ids.join(u' '));
}

} // namespace signalbox::ui
