#include "ui/parts/worker_panels.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/worker_name.h"
#include "ui/parts/paint_bars.h"
#include "ui/parts/paint_state.h"
#include "ui/parts/paint_text.h"

#include <QMouseEvent>
#include <QPainter>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
constexpr int panelWidthMin = 240;
constexpr int margin = 12;
constexpr int lines = 6;
} // namespace

WorkerPanels::WorkerPanels(const runtime::Clock &clock, const RunWatch &runs, QWidget *parent)
    : QWidget(parent), m_clock(clock), m_runs(runs)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Local workers"));
}

void WorkerPanels::setWorkers(const QList<WorkerInfo> &workers)
{
    const bool isOtherCount = workers.size() != m_workers.size();
    m_workers = workers;
    QStringList states;
    for (const WorkerInfo &worker : workers)
        states.append(u"%1: %2"_s.arg(shortWorker(worker.id), toText(worker.status)));
    setAccessibleDescription(states.join(u", "_s));
    if (isOtherCount) updateGeometry();
    update();
}

int WorkerPanels::columns(int width) const
{
    const int count = static_cast<int>(m_workers.size());
    return std::clamp(width / panelWidthMin, 1, std::max(1, std::min(count, 4)));
}

int WorkerPanels::panelHeight() const
{
    return lines * (QFontMetrics(lookOf(this).base).height() + 4) + 16;
}

int WorkerPanels::heightForWidth(int width) const
{
    const int perRow = columns(width);
    const int rows = (static_cast<int>(m_workers.size()) + perRow - 1) / perRow;
    return std::max(1, rows) * panelHeight();
}

QSize WorkerPanels::sizeHint() const
{
    return {panelWidthMin * 4, heightForWidth(width() > 0 ? width() : panelWidthMin * 4)};
}

QRect WorkerPanels::panelRect(int at) const
{
    const int perRow = columns(width());
    const int column = at % perRow;
    const int left = width() * column / perRow;
    const int right = width() * (column + 1) / perRow;
    return {left, at / perRow * panelHeight(), right - left, panelHeight()};
}

void WorkerPanels::paintEvent(QPaintEvent *event)
{
    QPainter painter(this);
    for (int i = 0; i < m_workers.size(); ++i) {
        const QRect panel = panelRect(i);
        if (panel.intersects(event->rect())) paintPanel(painter, panel, m_workers.at(i));
    }
}

void WorkerPanels::paintPanel(QPainter &painter, const QRect &panel, const WorkerInfo &worker) const
{
    const Look &look = lookOf(this);
    const bool isFirstColumn = panel.left() == 0;
    if (!isFirstColumn)
        painter.fillRect(QRect(panel.left(), panel.top(), 1, panel.height()), look(Token::Border));
    if (panel.top() > 0)
        painter.fillRect(QRect(panel.left(), panel.top(), panel.width(), 1), look(Token::Border));
    const double step = QFontMetrics(look.base).height() + 4;
    QRectF line(panel.left() + margin, panel.top() + 8, panel.width() - 2 * margin, step);

    painter.setFont(look.baseBold);
    painter.setPen(look(Token::Text));
    const QString name = shortWorker(worker.id);
    const double stateWidth = workerStateWidth(look);
    const double nameWidth
        = std::min(QFontMetricsF(look.baseBold).horizontalAdvance(name), line.width() - stateWidth - 12);
    painter.drawText(line, Qt::AlignVCenter,
                     QFontMetricsF(look.baseBold).elidedText(name, Qt::ElideMiddle, nameWidth + 1));
    paintWorkerState(painter, QRectF(line.left() + nameWidth + 12, line.top(), stateWidth, line.height()),
                     look, worker.status);
    line.translate(0, step);
    if (worker.currentJob.isNull())
        paintIdle(painter, line, worker);
    else
        paintJob(painter, line, worker);
    line.translate(0, 3 * step);

    const Timestamp now = m_clock.wallNow();
    const Timestamp from = now - RunWatch::remembered;
    const QRectF strip(line.left(), std::round(line.center().y() - 6), line.width(), 12);
    paintRuns(painter, strip, look, m_runs.runsOf(worker.id, from), from, now);
    line.translate(0, step);

    painter.setFont(look.small);
    const QString beat = tr("heartbeat %1 ago").arg(ageText(std::max(0us, now - worker.lastHeartbeat)));
    const bool isHealthy = worker.isHealthy(now);
    painter.setPen(look(isHealthy ? Token::Muted : Token::WarnText));
    drawTabular(painter, line, Qt::AlignRight | Qt::AlignVCenter, beat);
    drawRuns(painter, line.adjusted(0, 0, -tabularWidth(look.small, beat) - 8, 0),
             {{tr("done "), look.small, look(Token::Muted)},
              {countText(worker.jobsCompleted), look.smallBold, look(Token::Text)},
              {tr("   failed "), look.small, look(Token::Muted)},
              {countText(worker.jobsFailed), look.smallBold,
               look(worker.jobsFailed > 0 ? Token::ErrorText : Token::Muted)}});
}

void WorkerPanels::paintJob(QPainter &painter, QRectF line, const WorkerInfo &worker) const
{
    const Look &look = lookOf(this);
    const double step = line.height();
    const QString queue = displayLine(worker.currentQueue);
    const double queueWidth = std::min(QFontMetricsF(look.small).horizontalAdvance(queue), line.width() / 3);
    painter.setFont(look.small);
    painter.setPen(look(Token::Muted));
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter,
                     QFontMetricsF(look.small).elidedText(queue, Qt::ElideRight, queueWidth + 1));
    drawRuns(painter, line.adjusted(0, 0, -queueWidth - 8, 0),
             {{displayLine(worker.currentHandler) + u"  "_s, look.baseMedium, look(Token::Text)},
              {worker.currentJob.shortText(), look.mono, look(Token::Muted)}});
    line.translate(0, step);

    const Timestamp now = m_clock.wallNow();
    const std::chrono::microseconds elapsed
        = worker.jobStartedAt ? std::max(0us, now - *worker.jobStartedAt) : 0us;
    const std::optional<JobProgress> progress = m_runs.progressOf(worker.currentJob);
    ProgressBar bar{progress ? progress->percentage() : std::nullopt, {}, false};
    const std::optional<std::chrono::microseconds> usual = m_runs.usualRun(worker.currentHandler);
    if (usual && usual->count() > 0)
        bar.ghost = static_cast<double>(elapsed.count()) / static_cast<double>(usual->count());
    paintProgress(painter, line, look, bar);
    line.translate(0, step);

    QString time = durationText(elapsed);
    if (worker.jobTimeout) time = tr("%1 of %2 timeout").arg(time, durationText(*worker.jobTimeout));
    painter.setFont(look.small);
    painter.setPen(look(Token::Text2));
    drawTabular(painter, line, Qt::AlignLeft | Qt::AlignVCenter, time);
    if (!worker.jobTimeout) return;
    const double used = tabularWidth(look.small, time) + 10;
    const double share = static_cast<double>(elapsed.count())
        / static_cast<double>(std::chrono::microseconds(*worker.jobTimeout).count());
    paintTimeout(painter, line.adjusted(used, 0, 0, 0), look, share);
}

void WorkerPanels::paintIdle(QPainter &painter, QRectF line, const WorkerInfo &worker) const
{
    const Look &look = lookOf(this);
    painter.setFont(look.base);
    painter.setPen(look(Token::Text2));
    const QString state = worker.status == WorkerStatus::Stopping ? tr("Ends when its job has ended")
        : worker.status == WorkerStatus::Stopped                  ? tr("Stopped")
                                                                  : tr("Waits for work");
    painter.drawText(line, Qt::AlignVCenter, state);
    line.translate(0, line.height());
    painter.setFont(look.small);
    painter.setPen(look(Token::Muted));
    painter.drawText(line, Qt::AlignVCenter,
                     tr("up for %1").arg(durationText(std::max(0us, worker.uptime(m_clock.wallNow())))));
}

void WorkerPanels::mouseReleaseEvent(QMouseEvent *event)
{
    for (int i = 0; i < m_workers.size(); ++i) {
        const WorkerInfo &worker = m_workers.at(i);
        if (panelRect(i).contains(event->position().toPoint()) && !worker.currentJob.isNull())
            Q_EMIT jobActivated(worker.currentQueue, worker.currentJob);
    }
}

} // namespace signalbox::ui
