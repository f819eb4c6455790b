#include "ui/window/alert_bar.h"

#include "core/model/display_text.h"
#include "core/runtime/answer.h"
#include "ui/parts/action_button.h"
#include "ui/parts/notice.h"

#include <QBoxLayout>
#include <QMenu>
#include <QPushButton>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr auto snoozeFor = 1h;

bool isAboutWorkers(Alert::Kind kind)
{
    return kind == Alert::Kind::NoHealthyWorker;
}

bool canPause(Alert::Kind kind)
{
    return kind == Alert::Kind::DeadLetterGrowth;
}

} // namespace

AlertBar::AlertBar(const PageContext &context, AlertDesk &desk, QWidget *parent)
    : QWidget(parent),
      m_context(context),
      m_desk(desk),
      m_strip(new AlertStrip(this)),
      m_start(new QPushButton(tr("Start local workers"), this)),
      m_open(new QPushButton(this)),
      m_pause(new QPushButton(tr("Pause queue"), this)),
      m_snooze(new QPushButton(tr("Snooze 1 h"), this)),
      m_more(new QPushButton(this)),
      m_menu(new QMenu(this))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 0, 12, 8);
    layout->addWidget(m_strip);
    setEmphasis(m_start, Emphasis::Primary);
    for (QPushButton *button : {m_start, m_open, m_pause, m_snooze, m_more}) m_strip->addButton(button);
    m_snooze->setToolTip(tr("Says nothing of this for an hour, here and in notifications"));
    m_more->setMenu(m_menu);
    connect(m_menu, &QMenu::aboutToShow, this, &AlertBar::fillMore);
    connect(m_start, &QPushButton::clicked, this,
            [this] { m_context.actions.action(action::startWorkers)->trigger(); });
    connect(m_open, &QPushButton::clicked, this, [this] {
        if (m_shown) open(*m_shown);
    });
    connect(m_pause, &QPushButton::clicked, this, &AlertBar::pauseQueue);
    connect(m_snooze, &QPushButton::clicked, this, [this] {
        if (m_shown) m_desk.snooze(*m_shown, snoozeFor);
    });
    connect(&m_desk, &AlertDesk::changed, this, &AlertBar::update);
    connect(&m_context.live, &LiveState::figuresChanged, this, &AlertBar::update);
    connect(&m_context.live, &LiveState::localPoolChanged, this, &AlertBar::update);
    hide();
}

QString AlertBar::title() const
{
    return isHidden() ? QString() : m_strip->title();
}

void AlertBar::update()
{
    const LiveState &live = m_context.live;
    m_shown.reset();
    if (!live.hasFigures() && live.figuresError())
        return showError(displayLine(live.figuresError()->what),
                         displayLine(live.figuresError()->why + u' ' + live.figuresError()->todo));
    if (live.isStale()) {
        const std::optional<Error> error
            = live.connection().error ? live.connection().error : live.figuresError();
        return showError(tr("Connection lost"), error ? displayLine(error->why + u' ' + error->todo)
                                                      : tr("It comes back by itself."));
    }
    const QList<Alert> alerts = m_desk.alerts();
    if (alerts.isEmpty()) return hide();
    showAlert(alerts.first());
    m_more->setText(tr("and %Ln more", nullptr, static_cast<int>(alerts.size() - 1)));
    m_more->setVisible(alerts.size() > 1);
}

void AlertBar::showError(const QString &title, const QString &sentence)
{
    m_strip->setAlert(AlertStrip::Level::Error, title, sentence);
    for (QPushButton *button : {m_start, m_open, m_pause, m_snooze, m_more}) button->hide();
    show();
}

void AlertBar::showAlert(const Alert &alert)
{
    m_shown = alert;
    m_strip->setAlert(alert.level == Alert::Level::Error ? AlertStrip::Level::Error : AlertStrip::Level::Warning,
                      displayLine(alert.what), displayLine(alert.todo));
    m_start->setVisible(alert.kind == Alert::Kind::NoWorkerServes
                        && m_context.live.localState() == worker::WorkerPool::State::Stopped);
    m_open->setText(alert.kind == Alert::Kind::DeadLetterGrowth ? tr("Show dead letters")
                        : isAboutWorkers(alert.kind)            ? tr("Show workers")
                                                                : tr("Show queue"));
    m_open->setVisible(!alert.queue.isEmpty() || isAboutWorkers(alert.kind));
    m_pause->setVisible(canPause(alert.kind));
    m_snooze->show();
    show();
}

void AlertBar::open(const Alert &alert)
{
    if (alert.kind == Alert::Kind::DeadLetterGrowth)
        Q_EMIT m_context.navigator.deadLettersWanted(JobFilter::ofQueue(alert.queue));
    else
        Q_EMIT m_context.navigator.pageWanted(isAboutWorkers(alert.kind) ? u"workers"_s : u"queues"_s);
}

void AlertBar::pauseQueue()
{
    if (!m_shown) return;
    runtime::whenDone(m_context.service.pauseQueue(m_shown->queue, m_shown->what), this,
                      [this, queue = m_shown->queue](const Result<> &paused) {
                          if (paused)
                              Q_EMIT m_context.navigator.said(tr("%1 is paused.").arg(displayLine(queue)));
                          else
                              Q_EMIT m_context.navigator.failed(paused.error());
                          m_context.live.refresh();
                      });
}

void AlertBar::fillMore()
{
    m_menu->clear();
    const QList<Alert> alerts = m_desk.alerts();
    for (qsizetype i = 1; i < alerts.size(); ++i) {
        const Alert alert = alerts.at(i);
        QString text = displayLine(alert.what);
        text.replace(u'&', u"&&"_s); // no shortcut
        connect(m_menu->addAction(text), &QAction::triggered, this, [this, alert] { open(alert); });
    }
}

} // namespace signalbox::ui
