#include "core/model/number_text.h"
#include "core/runtime/answer.h"
#include "ui/pages/inspector.h"
#include "ui/pages/sample_workload.h"
#include "ui/parts/confirm_dialog.h"
#include "ui/theme/words.h"
#include "ui/window/command_palette.h"
#include "ui/window/main_window.h"

#include <QDir>
#include <QDockWidget>

// What the window itself binds: what is possible on every page.

namespace signalbox::ui {

using namespace Qt::StringLiterals;
using State = worker::WorkerPool::State;
using StopMode = worker::WorkerPool::StopMode;

void MainWindow::bindPages()
{
    for (const PageSpec &spec : pageList()) {
        const QString id = QString::fromLatin1(spec.id);
        m_actions->bind(spec.action, this, [this, id] { showPage(id); });
    }
    m_actions->bind(action::refresh, this, [this] {
        m_live->refresh();
        page(m_current)->refresh();
    });
}

void MainWindow::bindJobs()
{
    m_actions->bind(action::submitJob, this, [this] { submit({}); });
    m_actions->bind(
        action::startSamples, this, [this] { startSamples(); },
        [this]() -> ActionState {
            if (m_service.handlers().isEmpty()) return {{}, tr("No handler is registered here.")};
            return {};
        });
    m_actions->bind(
        action::inspect, this, [this] { m_dock->show(); },
        [this]() -> ActionState {
            return {{},
                    m_inspector->job().isNull() ? tr("No job was chosen yet: press Enter on one.")
                                                : QString()};
        });
    m_actions->bind(
        action::closeInspector, this,
        [this] {
            m_dock->hide();
            m_actions->refresh();
        },
        [this]() -> ActionState {
            return {{}, m_dock->isHidden() ? tr("It is not open.") : QString()};
        });
    connect(m_dock, &QDockWidget::visibilityChanged, m_actions, &ActionRegistry::refresh);
}

void MainWindow::answer(const Result<> &result, const QString &message)
{
    if (result)
        say(message);
    else
        tell(result.error());
    m_live->refresh();
}

void MainWindow::bindWorkers()
{
    const auto whenRunning = [this](const QString &reason) -> ActionState {
        return {{}, m_live->localState() == State::Running ? QString() : reason};
    };
    m_actions->bind(
        action::startWorkers, this,
        [this] {
            runtime::whenDone(m_service.startWorkers(), this, [this](const Result<> &result) {
                answer(result, tr("Local workers started."));
            });
        },
        [this]() -> ActionState {
            if (m_live->localState() == State::Running) return {{}, tr("Local workers are running.")};
            if (m_live->localState() != State::Stopped)
                return {{}, tr("The local workers change state just now.")};
            if (m_service.handlers().isEmpty()) return {{}, tr("No handler is registered here.")};
            return {};
        });
    m_actions->bind(
        action::stopWorkers, this,
        [this] {
            runtime::whenDone(
                m_service.stopWorkers(StopMode::Graceful), this,
                [this](const Result<> &result) { answer(result, tr("Local workers stopped.")); });
        },
        [whenRunning] { return whenRunning(tr("No local workers are running.")); });
    m_actions->bind(
        action::stopWorkersNow, this,
        [this] {
            ConfirmDialog::Question question;
            question.title = tr("Stop local workers now?");
            question.text
                = tr("Running jobs are interrupted and given back to their queue at once; no attempt is "
                     "charged. What they did so far is done again.");
            question.act = tr("Stop %1 now").arg(workersText(m_live->localWorkers()));
            question.isDangerous = true;
            ConfirmDialog::ask(question, this, [this](const QString &) {
                runtime::whenDone(m_service.stopWorkers(StopMode::Now), this, [this](const Result<> &result) {
                    answer(result, tr("Local workers stopped; their jobs are back in the queue."));
                });
            });
        },
        [this]() -> ActionState {
            return {{},
                    m_live->localState() == State::Stopped ? tr("No local workers are running.") : QString()};
        });
    m_actions->bind(
        action::addWorker, this, [this] { changeWorkers(1); },
        [whenRunning] { return whenRunning(tr("Start the local workers first.")); });
    m_actions->bind(
        action::removeWorker, this, [this] { changeWorkers(-1); },
        [this, whenRunning]() -> ActionState {
            if (m_live->localState() == State::Running && m_live->localWorkers() <= 1)
                return {{}, tr("The last worker is ended by Stop.")};
            return whenRunning(tr("Start the local workers first."));
        });
}

void MainWindow::changeWorkers(int by)
{
    const int wanted = std::max(1, m_live->localWorkers() + by);
    runtime::whenDone(m_service.scaleWorkers(wanted), this, [this, wanted](const Result<> &result) {
        answer(result, tr("Scaled to %1.").arg(workersText(wanted)));
    });
}

void MainWindow::bindWindow()
{
    m_actions->bind(action::palette, this, [this] {
        auto *commands = new CommandPalette(*m_actions, this);
        commands->setAttribute(Qt::WA_DeleteOnClose);
        commands->popUp();
    });
    m_actions->bind(action::shortcuts, this, [this] { (new ShortcutsDialog(*m_actions, this))->open(); });
    m_actions->bind(action::about, this, [this] {
        ConfirmDialog::Question about;
        about.title = tr("Signalbox %1").arg(QCoreApplication::applicationVersion());
        about.text
            = tr("A native console for background job queues on Redis. Free software under the GNU General "
                 "Public License, version 3.");
        about.act = tr("Close");
        ConfirmDialog::ask(about, this, [](const QString &) {});
    });
    m_actions->bind(action::quit, this, [this] { close(); });
    const auto choice = [this](const ActionSpec &spec, Theme::Choice wanted) {
        QAction *action = m_actions->action(spec);
        action->setCheckable(true);
        m_actions->bind(spec, this, [this, wanted] { m_theme.choose(wanted); });
        const auto follow = [this, action, wanted] { action->setChecked(m_theme.choice() == wanted); };
        connect(&m_theme, &Theme::changed, action, follow);
        follow();
    };
    choice(action::followDesktop, Theme::Choice::FollowDesktop);
    choice(action::lightTheme, Theme::Choice::Light);
    choice(action::darkTheme, Theme::Choice::Dark);
    QAction *rows = m_actions->action(action::comfortableRows);
    rows->setCheckable(true);
    m_actions->bind(action::comfortableRows, this, [this, rows] {
        const bool isCompact = m_theme.density() == Density::Compact;
        m_theme.setDensity(isCompact ? Density::Comfortable : Density::Compact);
        rows->setChecked(isCompact);
    });
}

void MainWindow::startSamples()
{
    SampleWorkload samples;
    samples.handlers = m_service.handlers().keys();
    samples.now = m_live->clock().wallNow();
    samples.folder = QDir::tempPath() + u"/signalbox-samples"_s;
    for (const worker::QueueWeight &queue : m_service.settings().pool.queues)
        samples.queues.append(queue.queue);
    if (!QDir().mkpath(samples.folder + u"/backups"_s))
        return tell(Error{Error::Kind::Invalid, tr("The sample workload cannot start."),
                          tr("The folder %1 cannot be made.").arg(samples.folder),
                          tr("Make it, or set TMPDIR to a folder you may write to.")});
    const QList<JobDefinition> jobs = samples.jobs();
    runtime::whenDone(m_service.submitMany(jobs), this,
                      [this](const Result<QList<Result<queue::Submitted>>> &answers) {
                          if (!answers) return tell(answers.error());
                          qsizetype accepted = 0;
                          for (const Result<queue::Submitted> &one : *answers) {
                              if (one)
                                  ++accepted;
                              else
                                  tell(one.error());
                          }
                          say(tr("Submitted %1.").arg(jobsText(accepted)));
                          m_live->refresh();
                      });
    if (m_live->localState() == State::Stopped) m_actions->action(action::startWorkers)->trigger();
}

} // namespace signalbox::ui
