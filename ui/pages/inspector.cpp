#include "ui/pages/inspector.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/models/job_change.h"
#include "ui/models/worker_name.h"
#include "ui/parts/action_button.h"
#include "ui/parts/json_edit.h"
#include "ui/parts/notice.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/parts/state_label.h"
#include "ui/theme/icons.h"
#include "ui/theme/words.h"

#include <QApplication>
#include <QBoxLayout>
#include <QClipboard>
#include <QGridLayout>
#include <QPushButton>
#include <QTabWidget>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
constexpr auto readAgainAfter = 250ms;
constexpr int margin = 12;

QPushButton *flatButton(const QIcon &picture, const QString &name, QWidget *parent)
{
    auto *button = new QPushButton(picture, {}, parent);
    setEmphasis(button, Emphasis::Flat);
    button->setToolTip(name);
    button->setAccessibleName(name);
    return button;
}
} // namespace

Inspector::Inspector(const PageContext &context, QWidget *parent) : QWidget(parent), m_context(context)
{
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_body = new QWidget(this);
    auto *body = new QVBoxLayout(m_body);
    body->setContentsMargins(0, 0, 0, 0);
    body->setSpacing(0);
    body->addWidget(buildHead());
    body->addWidget(buildTabs(), 1);
    body->addWidget(new Hairline(Qt::Horizontal, m_body));
    body->addWidget(buildButtons());
    layout->addWidget(m_body, 1);
    m_notice = new Notice(this);
    layout->addWidget(m_notice, 1);
    m_notice->showEmpty(tr("No job chosen"), tr("Select one, or press Enter on it."));
    m_body->hide();
    m_readSoon.setSingleShot(true);
    connect(&m_readSoon, &QTimer::timeout, this, &Inspector::read);
    connect(m_notice, &Notice::tryAgain, this, &Inspector::read);
    connect(&m_context.live, &LiveState::eventsArrived, this, &Inspector::takeEvents);
    connect(&m_context.live, &LiveState::ticked, this, [this] {
        if (isVisible() && m_job) showFacts(*m_job);
    });
}

QWidget *Inspector::buildHead()
{
    auto *head = new QWidget(m_body);
    auto *layout = new QVBoxLayout(head);
    layout->setContentsMargins(margin, 8, margin, 8);
    layout->setSpacing(6);
    auto *title = new QHBoxLayout;
    m_name = new PlainLabel({}, &Look::objectName, Token::Text, head);
    m_name->setElastic(true);
    m_state = new StateLabel(head);
    auto *close = flatButton(shapeIcon(Shape::Cross, Token::Text2), tr("Close the inspector"), head);
    connect(close, &QPushButton::clicked, this, &Inspector::closeWanted);
    title->addWidget(m_name, 1);
    title->addWidget(m_state);
    title->addWidget(close);
    layout->addLayout(title);
    auto *ids = new QHBoxLayout;
    m_idText = new PlainLabel({}, &Look::mono, Token::Text2, head);
    m_idText->setElastic(true);
    auto *copy = flatButton(icon(u"edit-copy"_s), tr("Copy the job's ID"), head);
    connect(copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_id.text()); });
    ids->addWidget(m_idText);
    ids->addWidget(copy);
    ids->addStretch(1);
    layout->addLayout(ids);
    m_facts = new QGridLayout;
    m_facts->setHorizontalSpacing(12);
    m_facts->setVerticalSpacing(5);
    m_facts->setColumnStretch(1, 1);
    m_facts->setColumnStretch(3, 1);
    layout->addLayout(m_facts);
    return head;
}

QWidget *Inspector::buildTabs()
{
    m_tabs = new QTabWidget(m_body);
    m_tabs->setDocumentMode(true);
    const auto add = [this](const QString &name) {
        auto *view = new TextView(m_tabs);
        view->setAccessibleName(name);
        m_tabs->addTab(view, name);
        return view;
    };
    m_definition = add(tr("Definition"));
    m_attempts = add(tr("Attempts"));
    m_log = add(tr("Log"));
    m_result = add(tr("Result"));
    m_timeline = add(tr("Timeline"));
    new JsonHighlighter(m_definition->document(), m_definition);
    return m_tabs;
}

QWidget *Inspector::buildButtons()
{
    auto *row = new QWidget(m_body);
    row->setAutoFillBackground(true);
    row->setBackgroundRole(QPalette::Window);
    auto *layout = new QHBoxLayout(row);
    layout->setContentsMargins(margin, 8, margin, 8);
    const auto add = [&](const QString &text, bool (*allowed)(JobStatus), const QString &reason, auto act) {
        auto *button = new QPushButton(text, row);
        layout->addWidget(button);
        connect(button, &QPushButton::clicked, this, act);
        m_acts.append({button, allowed, reason});
    };
    const auto failed = [this](const Error &error) { Q_EMIT m_context.navigator.failed(error); };
    add(tr("Requeue"), canRequeue, tr("Only what ended without success can be requeued."), [this, failed] {
        runtime::whenDone(m_context.service.requeue(m_queue, {m_id}), this,
                          [failed](const Result<QList<Result<JobId>>> &done) {
                              if (!done)
                                  failed(done.error());
                              else if (!done->isEmpty() && !done->first())
                                  failed(done->first().error());
                          });
    });
    add(
        tr("Retry now"), [](JobStatus status) { return canRunNow(status); },
        tr("It does not wait for a time."),
        [this, failed] {
            runtime::whenDone(m_context.service.retry(m_queue, {m_id}), this,
                              [failed](const Result<QList<Result<JobId>>> &done) {
                                  if (!done)
                                      failed(done.error());
                                  else if (!done->isEmpty() && !done->first())
                                      failed(done->first().error());
                              });
        });
    add(tr("Cancel"), canCancel, tr("It has ended."), [this, failed] {
        runtime::whenDone(m_context.service.cancel(m_queue, {m_id}), this,
                          [failed](const Result<QList<Result<queue::CancelOutcome>>> &done) {
                              if (!done)
                                  failed(done.error());
                              else if (!done->isEmpty() && !done->first())
                                  failed(done->first().error());
                          });
    });
    layout->addStretch(1);
    auto *copy = new QPushButton(tr("Copy as JSON"), row);
    connect(copy, &QPushButton::clicked, this, [this] {
        if (m_job) QApplication::clipboard()->setText(QString::fromUtf8(m_job->toJson()));
    });
    layout->addWidget(copy);
    return row;
}

void Inspector::showJob(const QString &queue, const JobId &id)
{
    if (m_id != id) {
        m_history.clear();
        m_job.reset();
    }
    m_queue = queue;
    m_id = id;
    read();
}

void Inspector::read()
{
    if (m_id.isNull()) return;
    if (m_isReading) {
        m_readSoon.start(readAgainAfter);
        return;
    }
    m_isReading = true;
    runtime::whenDone(m_context.service.job(m_id, m_queue), this, [this, id = m_id](const Result<Job> &job) {
        m_isReading = false;
        if (id == m_id)
            take(job);
        else
            read();
    });
    runtime::whenDone(
        m_context.service.logTail(m_id, m_queue), this, [this, id = m_id](const Result<QByteArray> &log) {
            if (id != m_id) return;
            if (log)
                m_log->showText(log->isEmpty() ? tr("It wrote no log.") : QString::fromUtf8(*log));
            else
                m_log->showText(log.error().text());
        });
}

void Inspector::take(const Result<Job> &job)
{
    if (!job) {
        m_notice->showFailed(job.error());
        m_body->hide();
        return;
    }
    m_notice->clear();
    m_body->show();
    m_job = *job;
    m_name->setText(
        displayLine(job->definition.name.isEmpty() ? job->definition.handler : job->definition.name));
    m_state->setStatus(job->status);
    m_idText->setText(job->definition.id.text());
    for (const Act &act : m_acts) {
        const bool isAllowed = act.allowed(job->status);
        act.button->setEnabled(isAllowed);
        act.button->setToolTip(isAllowed ? QString() : act.reason);
        act.button->setAccessibleDescription(isAllowed ? QString() : act.reason);
    }
    showFacts(*job);
    showTabs(*job);
}

void Inspector::showFacts(const Job &job)
{
    const Timestamp now = m_context.live.clock().wallNow();
    const auto ago = [now](std::optional<Timestamp> at) {
        return at ? tr("%1 ago").arg(durationText(std::max(0us, now - *at))) : u"–"_s;
    };
    const JobDefinition &definition = job.definition;
    QStringList tags;
    for (auto tag = definition.tags.cbegin(); tag != definition.tags.cend(); ++tag)
        tags.append(tag.key() + u'=' + tag.value());
    QList<std::pair<QString, QString>> facts{
        {tr("Handler"), definition.handler},
        {tr("Queue"), definition.queue},
        {tr("Priority"),
         u"%1 (%2)"_s.arg(wordOf(definition.priority)).arg(static_cast<int>(definition.priority))},
        {tr("Attempts"), tr("%1 of %2").arg(job.attempts).arg(definition.retry.maxRetries + 1)},
        {tr("Created"), ago(definition.createdAt)},
        {tr("Timeout"), definition.timeout ? durationText(*definition.timeout) : tr("none")},
        {isTerminal(job.status) ? tr("Ended") : tr("Started"),
         ago(isTerminal(job.status) ? job.endedAt : job.startedAt)},
        {tr("Worker"), job.workerId.isEmpty() ? u"–"_s : shortWorker(job.workerId)},
        {job.dueAt ? tr("Due") : tr("Requeued"),
         job.dueAt ? (*job.dueAt > now ? tr("in %1").arg(durationText(*job.dueAt - now)) : tr("now"))
                   : (job.requeues == 0 ? tr("never") : timesText(job.requeues))},
        {tr("Tags"), tags.isEmpty() ? u"–"_s : tags.join(u", "_s)},
    };
    if (m_values.isEmpty()) {
        for (int i = 0; i < facts.size(); ++i) {
            for (const bool isLabel : {true, false}) {
                auto *label = new PlainLabel({}, &Look::small, isLabel ? Token::Muted : Token::Text, this);
                label->setElastic(!isLabel);
                m_facts->addWidget(label, i / 2, i % 2 * 2 + (isLabel ? 0 : 1));
                m_values.append(label);
            }
        }
    }
    for (int i = 0; i < facts.size(); ++i) {
        m_values.at(2 * i)->setText(facts.at(i).first);
        m_values.at(2 * i + 1)->setText(displayLine(facts.at(i).second));
    }
}

QString Inspector::attemptsText(const Job &job) const
{
    QStringList lines{tr("%1 ended").arg(runsText(job.attempts))
                      + tr(", %1 allowed.").arg(job.definition.retry.maxRetries + 1)};
    if (job.workersLost > 0)
        lines.append(tr("Lost while they had it: %1.").arg(workersText(job.workersLost)));
    if (job.requeues > 0)
        lines.append(tr("Requeued %1; attempts began at 0 again.").arg(timesText(job.requeues)));
    if (job.startedAt) {
        const Timestamp end = job.status == JobStatus::Running ? m_context.live.clock().wallNow()
                                                               : job.endedAt.value_or(*job.startedAt);
        lines.append(tr("Last run: %1, on %2.")
                         .arg(durationText(std::max(0us, end - *job.startedAt)),
                              job.workerId.isEmpty() ? tr("an unknown worker") : shortWorker(job.workerId)));
    }
    const RetryPolicy &retry = job.definition.retry;
    lines.append(
        tr("Retries after %1, each wait %2 times the one before, at most %3.")
            .arg(durationText(retry.base), QLocale().toString(retry.factor), durationText(RetryPolicy::cap)));
    if (!job.error.isEmpty()) lines << QString() << tr("Error of the last run:") << job.error;
    return lines.join(u'\n');
}

QString Inspector::timelineText(const Job &job) const
{
    QStringList lines;
    const auto add = [&lines](const QString &what, std::optional<Timestamp> at) {
        if (at) lines.append(u"%1  %2"_s.arg(toText(*at), what));
    };
    add(tr("created"), job.definition.createdAt);
    add(tr("scheduled for"), job.definition.scheduledAt);
    add(tr("last run started"), job.startedAt);
    add(tr("last run ended"), job.endedAt);
    add(tr("due"), job.dueAt);
    add(tr("lease ends"), job.leaseEndsAt);
    if (!m_history.isEmpty()) lines << QString() << tr("Seen by this window:") << m_history;
    return lines.join(u'\n');
}

void Inspector::showTabs(const Job &job)
{
    m_definition->showJson(job.definition.toJson());
    m_attempts->showText(attemptsText(job));
    m_timeline->showText(timelineText(job));
    const bool hasFailed = !job.error.isEmpty();
    constexpr int resultTab = 3;
    m_tabs->setTabText(resultTab, hasFailed ? tr("Error") : tr("Result"));
    if (hasFailed)
        m_result->showText(job.error);
    else if (job.status == JobStatus::Completed)
        m_result->showJson(job.result.bytes());
    else
        m_result->showText(tr("It has not ended yet."));
}

void Inspector::takeEvents(const QList<Event> &events)
{
    bool isAboutIt = false;
    for (const Event &event : events) {
        if (m_id.isNull() || event.job != m_id) continue;
        isAboutIt = true;
        constexpr qsizetype historyMax = 200;
        if (event.type != Event::Type::JobProgress && m_history.size() < historyMax)
            m_history.append(u"%1  %2"_s.arg(toText(event.at), toText(event.type)));
    }
    if (isAboutIt && isVisible() && !m_readSoon.isActive()) m_readSoon.start(readAgainAfter);
}

} // namespace signalbox::ui
