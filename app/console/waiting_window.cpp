#include "app/console/waiting_window.h"

#include "ui/parts/notice.h"
#include "ui/theme/console_style.h"
#include "ui/theme/icons.h"

#include <QBoxLayout>
#include <QCloseEvent>
#include <QPushButton>

namespace signalbox::console {

using namespace std::chrono_literals;

namespace {
constexpr auto patience = 300ms;
}

WaitingWindow::WaitingWindow()
    : m_notice(new ui::Notice(this)), m_stopNow(new QPushButton(tr("Stop now"), this))
{
    setWindowTitle(tr("Signalbox"));
    setWindowIcon(ui::applicationIcon());
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 12);
    layout->addWidget(m_notice, 1);
    layout->addWidget(m_stopNow, 0, Qt::AlignHCenter);
    ui::setEmphasis(m_stopNow, ui::Emphasis::Danger);
    m_stopNow->setToolTip(tr("Running jobs are interrupted and given back to their queue."));
    connect(m_notice, &ui::Notice::tryAgain, this, &WaitingWindow::tryAgain);
    connect(m_stopNow, &QPushButton::clicked, this, &WaitingWindow::stopNow);
    m_showSoon.setSingleShot(true);
    connect(&m_showSoon, &QTimer::timeout, this, &QWidget::show);
    resize(520, 260);
}

void WaitingWindow::showOpening()
{
    m_notice->showLoading(tr("Opening the queues…"));
    m_stopNow->hide();
    if (!isVisible()) m_showSoon.start(patience);
}

void WaitingWindow::showLeaving(int workers)
{
    m_notice->showEmpty(tr("Finishing"), tr("Local workers finish the job they have: %1.").arg(workers));
    m_stopNow->setVisible(workers > 0);
    m_showSoon.start(patience);
}

void WaitingWindow::showError(const Error &error)
{
    m_showSoon.stop();
    m_notice->showFailed(error);
    m_stopNow->hide();
    show();
}

void WaitingWindow::finish()
{
    m_showSoon.stop();
    hide();
}

void WaitingWindow::closeEvent(QCloseEvent *event)
{
    event->accept();
    Q_EMIT closed();
}

} // namespace signalbox::console
