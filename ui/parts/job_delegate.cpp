#include "ui/parts/job_delegate.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/activity_model.h"
#include "ui/models/failure_groups.h"
#include "ui/models/job_table_model.h"
#include "ui/models/queue_table_model.h"
#include "ui/models/worker_tree_model.h"
#include "ui/parts/paint_bars.h"
#include "ui/parts/paint_state.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/words.h"

namespace signalbox::ui {

using namespace std::chrono_literals;

namespace {

void paintJobProgress(QPainter &painter, const RowDelegate::Cell &cell, const JobTableModel &model, int row)
{
    const JobSummary &job = model.row(row);
    ProgressBar bar;
    if (job.status == JobStatus::Running) {
        bar.percent = job.progress ? job.progress->percentage() : std::nullopt;
        bar.ghost = model.ghost(row);
    } else if (job.status == JobStatus::Completed) {
        bar.isComplete = true;
    }
    paintProgress(painter, cell.rect, cell.look, bar);
}

Tag healthTag(QueueHealth health)
{
    Tag tag{wordOf(health), Shape::Ring};
    switch (health) {
    case QueueHealth::Idle:
        break;
    case QueueHealth::KeepsUp:
        tag.shape = Shape::Check;
        break;
    case QueueHealth::Draining:
        tag.shape = Shape::ChevronDown;
        break;
    case QueueHealth::AllBusy:
    case QueueHealth::NoWorker:
        tag.shape = health == QueueHealth::AllBusy ? Shape::Triangle : Shape::Warning;
        tag.front = Token::WarnText;
        tag.ground = Token::WarnGround;
        tag.edge = Token::WarnEdge;
        break;
    case QueueHealth::Paused:
        tag.shape = Shape::TwoBars;
        break;
    }
    return tag;
}

bool isTagged(QueueHealth health)
{
    return health == QueueHealth::AllBusy || health == QueueHealth::NoWorker || health == QueueHealth::Paused;
}

QColor healthColor(const Look &look, QueueHealth health)
{
    if (health == QueueHealth::KeepsUp) return look.state(JobStatus::Completed).text;
    if (health == QueueHealth::Draining) return look.state(JobStatus::Running).text;
    return look(Token::Text2);
}

void paintHealth(QPainter &painter, const RowDelegate::Cell &cell, QueueHealth health)
{
    const Tag tag = healthTag(health);
    if (isTagged(health))
        return paintTag(painter, QPointF(cell.rect.left(), cell.rect.center().y()), cell.look, tag);
    const QColor color = healthColor(cell.look, health);
    const QRectF shape(cell.rect.left() + 6, std::round(cell.rect.center().y() - shapeSize / 2), shapeSize,
                       shapeSize);
    paintShape(painter, shape, *tag.shape, color, cell.ground);
    painter.setFont(cell.look.smallMedium);
    painter.setPen(health == QueueHealth::Idle ? cell.look(Token::Text2) : color);
    painter.drawText(cell.rect.adjusted(6 + shapeSize + 6, 0, 0, 0), Qt::AlignVCenter, tag.text);
}

} // namespace

void JobDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const auto &model = static_cast<const JobTableModel &>(*index.model());
    const JobSummary &job = model.row(index.row());
    const Look &look = cell.look;
    if (model.isDimmed(index.row()) && index.column() != JobTableModel::StateColumn)
        return drawText(painter, cell, index, look.base, Token::Muted);
    switch (static_cast<JobTableModel::Column>(index.column())) {
    case JobTableModel::StateColumn:
        return paintBadge(painter, cell.rect, look, job.status, cell.isSelected);
    case JobTableModel::IdColumn:
        return drawText(painter, cell, index, look.mono, Token::Text);
    case JobTableModel::NameColumn:
    case JobTableModel::HandlerColumn:
        return drawText(painter, cell, index, look.base, Token::Text, Qt::ElideMiddle);
    case JobTableModel::PriorityColumn:
        return paintPriority(painter, cell.rect, look, job.priority);
    case JobTableModel::ProgressColumn:
        if ((job.status == JobStatus::Running && !job.cancelRequested) || job.status == JobStatus::Completed)
            return paintJobProgress(painter, cell, model, index.row());
        return drawText(painter, cell, index, look.small, Token::Muted);
    case JobTableModel::PaceColumn: {
        const QString pace = model.pace(job);
        if (!pace.isEmpty())
            paintTag(painter, QPointF(cell.rect.left(), cell.rect.center().y()), look,
                     {pace, {}, Token::WarnText, Token::WarnGround, Token::WarnEdge});
        return;
    }
    case JobTableModel::AgeColumn:
    case JobTableModel::AttemptsColumn:
        return drawText(painter, cell, index, look.base, Token::Text);
    default: // names of queues and workers, times, errors: text in text2
        return RowDelegate::paintCell(painter, cell, index);
    }
}

void QueueDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const auto &model = static_cast<const QueueTableModel &>(*index.model());
    const QueueTableModel::Row &row = model.row(index.row());
    const Look &look = cell.look;
    if (model.isStale()) return drawText(painter, cell, index, look.base, Token::Muted);
    switch (static_cast<QueueTableModel::Column>(index.column())) {
    case QueueTableModel::NameColumn:
        return drawText(painter, cell, index, look.baseBold, Token::Text);
    case QueueTableModel::HealthColumn:
        return paintHealth(painter, cell, row.health);
    case QueueTableModel::DepthColumn:
        return paintDepth(painter, cell.rect, look, row.stats, model.longest());
    case QueueTableModel::DeadColumn:
        if (row.stats.size(JobStatus::DeadLetter) > 0) {
            painter.setPen(look.state(JobStatus::DeadLetter).text);
            painter.setFont(look.baseBold);
            painter.drawText(cell.rect, Qt::AlignRight | Qt::AlignVCenter, index.data().toString());
            return;
        }
        return RowDelegate::paintCell(painter, cell, index);
    case QueueTableModel::OldestColumn:
    case QueueTableModel::WorkersColumn:
        if (row.health == QueueHealth::NoWorker)
            return drawText(painter, cell, index, look.baseBold, Token::WarnText);
        return RowDelegate::paintCell(painter, cell, index);
    case QueueTableModel::PendingColumn:
        return drawText(painter, cell, index, look.base, Token::Text);
    default: // counts and rates in text2
        return RowDelegate::paintCell(painter, cell, index);
    }
}

void WorkerDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const auto &model = static_cast<const WorkerTreeModel &>(*index.model());
    if (model.workerAt(index) != nullptr) return paintWorker(painter, cell, index);
    if (index.column() == WorkerTreeModel::WorkerColumn)
        paintPool(painter, cell, *model.poolAt(index), model.clock());
}

/// A pool's row is one cell over all columns.
void WorkerDelegate::paintPool(QPainter &painter, const Cell &cell, const PoolInfo &pool,
                               const runtime::Clock &clock) const
{
    const Look &look = cell.look;
    const std::chrono::microseconds silence = std::max(0us, clock.wallNow() - pool.lastHeartbeat);
    const bool isSilent = silence > WorkerInfo::healthyFor;
    const QString beat = WorkerTreeModel::tr("heartbeat %1 ago").arg(ageText(silence));
    painter.setFont(look.small);
    painter.setPen(look(isSilent ? Token::WarnText : Token::Muted));
    drawTabular(painter, cell.rect, Qt::AlignRight | Qt::AlignVCenter, beat);
    qint64 busy = 0;
    for (const WorkerInfo &worker : pool.workers) busy += worker.status == WorkerStatus::Busy ? 1 : 0;
    const QString about = WorkerTreeModel::tr("   %1, %2 busy · pid %3 · %4   ")
                              .arg(workersText(pool.workers.size()), countText(busy),
                                   QString::number(pool.pid), displayLine(pool.version));
    drawRuns(painter, cell.rect.adjusted(0, 0, -tabularWidth(look.small, beat) - 12, 0),
             {{displayLine(pool.hostname), look.baseBold, look(Token::Text)},
              {about, look.small, look(Token::Text2)},
              {displayLine(pool.queues.join(QStringLiteral(", "))), look.small, look(Token::Muted)}});
}

void WorkerDelegate::paintWorker(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const auto &model = static_cast<const WorkerTreeModel &>(*index.model());
    const WorkerInfo &worker = *model.workerAt(index);
    const Look &look = cell.look;
    const bool isBusy = !worker.currentJob.isNull();
    switch (static_cast<WorkerTreeModel::Column>(index.column())) {
    case WorkerTreeModel::WorkerColumn:
        return drawText(painter, cell, index, look.base, Token::Text);
    case WorkerTreeModel::StateColumn:
        return paintWorkerState(painter, cell.rect, look, worker.status);
    case WorkerTreeModel::JobColumn:
        return drawText(painter, cell, index, look.base, isBusy ? Token::Text : Token::Muted,
                        Qt::ElideMiddle);
    case WorkerTreeModel::IdColumn:
        return drawText(painter, cell, index, look.mono, Token::Text2);
    case WorkerTreeModel::ProgressColumn: {
        if (!isBusy) return;
        const std::optional<JobProgress> progress = model.runs().progressOf(worker.currentJob);
        ProgressBar bar{progress ? progress->percentage() : std::nullopt, {}, false};
        const auto usual = model.runs().usualRun(worker.currentHandler);
        const auto sofar = model.elapsed(worker);
        if (usual && sofar && usual->count() > 0)
            bar.ghost = static_cast<double>(sofar->count()) / static_cast<double>(usual->count());
        return paintProgress(painter, cell.rect, look, bar);
    }
    case WorkerTreeModel::RunsColumn: {
        const Timestamp now = model.clock().wallNow();
        const Timestamp from = now - RunWatch::remembered;
        const QRectF strip(cell.rect.left(), std::round(cell.rect.center().y() - 6), cell.rect.width(), 12);
        return paintRuns(painter, strip, look, model.runs().runsOf(worker.id, from), from, now);
    }
    case WorkerTreeModel::FailedColumn:
        if (worker.jobsFailed > 0) return drawText(painter, cell, index, look.base, Token::ErrorText);
        return RowDelegate::paintCell(painter, cell, index);
    default: // figures in text2
        return RowDelegate::paintCell(painter, cell, index);
    }
}

void ActivityDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const auto &model = static_cast<const ActivityModel &>(*index.model());
    const Look &look = cell.look;
    const ActivityModel::Level level = model.level(index.row());
    switch (static_cast<ActivityModel::Column>(index.column())) {
    case ActivityModel::TimeColumn:
        return drawText(painter, cell, index, look.mono, Token::Text2);
    case ActivityModel::SubjectColumn:
        return drawText(painter, cell, index, model.job(index.row()).isNull() ? look.base : look.mono,
                        Token::Text);
    case ActivityModel::KindColumn: {
        Cell text = cell;
        text.rect.adjust(shapeSize + 6, 0, 0, 0);
        const QRectF mark(cell.rect.left(), std::round(cell.rect.center().y() - shapeSize / 2), shapeSize,
                          shapeSize);
        if (level == ActivityModel::Level::Error)
            paintShape(painter, mark, Shape::Cross, look.state(JobStatus::Failed).text, cell.ground);
        if (level == ActivityModel::Level::Warning)
            paintShape(painter, mark, Shape::Warning, look(Token::WarnText), cell.ground);
        return drawText(painter, text, index, look.base, Token::Text);
    }
    default: // queue and details
        return RowDelegate::paintCell(painter, cell, index);
    }
}

void FailureDelegate::paintCell(QPainter &painter, const Cell &cell, const QModelIndex &index) const
{
    const Look &look = cell.look;
    const FailureGroupsModel::Group &group
        = static_cast<const FailureGroupsModel &>(*index.model()).group(index.row());
    if (index.column() == FailureGroupsModel::CountColumn)
        return drawText(painter, cell, index, look.baseBold, Token::Text);
    if (index.column() == FailureGroupsModel::LastColumn) return RowDelegate::paintCell(painter, cell, index);

    const double upper = QFontMetricsF(look.base).height();
    const double lower = QFontMetricsF(look.small).height();
    const double top = cell.rect.top() + (cell.rect.height() - upper - lower) / 2;
    // The error's class, which stands before the first colon, is what the eye looks for.
    const QString error = index.data().toString();
    const qsizetype colon = error.indexOf(QStringLiteral(": "));
    const QString name = colon > 0 && colon < 60 ? error.left(colon) : QString();
    drawRuns(
        painter, QRectF(cell.rect.left(), top, cell.rect.width(), upper),
        {{name, look.baseBold, look(Token::Text)}, {error.mid(name.size()), look.base, look(Token::Text2)}});
    drawRuns(painter, QRectF(cell.rect.left(), top + upper, cell.rect.width(), lower),
             {{displayLine(group.handlers.join(QStringLiteral(", "))), look.small, look(Token::Muted)}});
}

} // namespace signalbox::ui
