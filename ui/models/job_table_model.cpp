#include "ui/models/job_table_model.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/models/job_change.h"
#include "ui/models/row_range.h"
#include "ui/parts/paint_text.h"

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

JobTableModel::JobTableModel(const runtime::Clock &clock, QObject *parent)
    : QAbstractTableModel(parent), m_clock(clock)
{
    m_repaint.setSingleShot(true);
    connect(&m_repaint, &QTimer::timeout, this, &JobTableModel::showChanges);
}

void JobTableModel::clear()
{
    beginResetModel();
    m_rows.clear();
    m_rowOf.clear();
    m_changed.clear();
    m_looks.clear();
    m_hasMore = false;
    m_isPageAsked = false;
    endResetModel();
}

void JobTableModel::appendPage(QList<JobSummary> rows, bool hasMore)
{
    m_isPageAsked = false;
    QSet<JobId> seen;
    rows.removeIf([&](const JobSummary &row) { // jobs move while we page
        if (m_rowOf.contains(row.id) || seen.contains(row.id)) return true;
        seen.insert(row.id);
        return false;
    });
    const qsizetype room = rowsMax - m_rows.size();
    if (rows.size() > room) rows.resize(room);
    m_hasMore = hasMore && m_rows.size() + rows.size() < rowsMax;
    if (rows.isEmpty()) return;
    const qsizetype first = m_rows.size();
    beginInsertRows({}, static_cast<int>(first), static_cast<int>(first + rows.size() - 1));
    m_rows.append(std::move(rows));
    reindexFrom(first);
    endInsertRows();
}

void JobTableModel::replaceRows(const QList<JobSummary> &given)
{
    QSet<JobId> wanted;
    QList<JobSummary> rows;
    for (const JobSummary &row :
         given) { // a job that moved between two lists while they were read is in both
        if (wanted.contains(row.id) || rows.size() >= rowsMax) continue;
        wanted.insert(row.id);
        rows.append(row);
    }
    for (int i = static_cast<int>(m_rows.size()) - 1; i >= 0; --i) {
        if (!wanted.contains(m_rows.at(i).id)) removeRow(i);
    }
    for (qsizetype at = 0; at < rows.size(); ++at) {
        const int place = static_cast<int>(at);
        const int now = rowOf(rows.at(at).id);
        if (now < 0) {
            beginInsertRows({}, place, place);
            m_rows.insert(at, rows.at(at));
            reindexFrom(at);
            endInsertRows();
        } else if (now != place) {
            beginMoveRows({}, now, now, {}, now < place ? place + 1 : place);
            m_rows.move(now, at);
            reindexFrom(std::min<qsizetype>(now, at));
            endMoveRows();
        }
    }
    updateRows(rows);
}

void JobTableModel::updateRows(const QList<JobSummary> &rows)
{
    for (const JobSummary &fresh : rows) {
        const int at = rowOf(fresh.id);
        if (at < 0 || m_rows.at(at) == fresh) continue;
        m_rows[at] = fresh;
        noteChanged(fresh.id);
    }
}

void JobTableModel::removeIds(const QList<JobId> &ids)
{
    for (const JobId &id : ids) {
        if (const int at = rowOf(id); at >= 0) removeRow(at);
    }
}

void JobTableModel::removeRow(int row)
{
    beginRemoveRows({}, row, row);
    m_rowOf.remove(m_rows.at(row).id);
    m_rows.removeAt(row);
    reindexFrom(row);
    endRemoveRows();
}

void JobTableModel::reindexFrom(qsizetype row)
{
    for (qsizetype i = row; i < m_rows.size(); ++i) m_rowOf.insert(m_rows.at(i).id, static_cast<int>(i));
}

void JobTableModel::applyEvents(const QList<Event> &events)
{
    QList<JobId> gone;
    for (const Event &event : events) {
        const int at = rowOf(event.job);
        if (at < 0) continue;
        const JobChange change = applyEvent(m_rows[at], event);
        if (change.isGone) gone.append(event.job);
        if (change.needsLook) m_looks.insert(event.job);
        if (change.isKnown) noteChanged(event.job);
    }
    removeIds(gone);
}

void JobTableModel::noteChanged(const JobId &id)
{
    m_changed.insert(id);
    if (!m_repaint.isActive()) m_repaint.start(33ms);
}

void JobTableModel::showChanges()
{
    QList<int> rows;
    for (const JobId &id : std::as_const(m_changed)) {
        if (const int at = rowOf(id); at >= 0) rows.append(at);
    }
    m_changed.clear();
    for (const RowRange &range : RowRange::fromRows(std::move(rows)))
        Q_EMIT dataChanged(index(range.first, StateColumn), index(range.last, ColumnCount - 1),
                           {Qt::DisplayRole});
    if (m_looks.isEmpty()) return;
    const QList<JobId> looks = m_looks.values();
    m_looks.clear();
    Q_EMIT lookWanted(looks);
}

void JobTableModel::setExpected(QSet<JobStatus> statuses)
{
    m_expected = std::move(statuses);
}

void JobTableModel::setUsualRun(UsualRun usualRun)
{
    m_usualRun = std::move(usualRun);
}

void JobTableModel::setStale(bool isStale)
{
    if (m_isStale == isStale) return;
    m_isStale = isStale;
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(static_cast<int>(m_rows.size()) - 1, ColumnCount - 1));
}

bool JobTableModel::isDimmed(int row) const
{
    return m_isStale || (!m_expected.isEmpty() && !m_expected.contains(m_rows.at(row).status));
}

std::optional<std::chrono::microseconds> JobTableModel::runTime(const JobSummary &row) const
{
    if (!row.startedAt) return {};
    if (row.status == JobStatus::Running) return std::max(0us, m_clock.wallNow() - *row.startedAt);
    if (!row.endedAt || *row.endedAt < *row.startedAt) return {};
    return *row.endedAt - *row.startedAt;
}

std::optional<double> JobTableModel::shareOfUsual(const JobSummary &row) const
{
    if (row.status != JobStatus::Running || !m_usualRun) return {};
    const std::optional<std::chrono::microseconds> usual = m_usualRun(row.handler);
    const std::optional<std::chrono::microseconds> sofar = runTime(row);
    if (!usual || !sofar || usual->count() <= 0) return {};
    return static_cast<double>(sofar->count()) / static_cast<double>(usual->count());
}

std::optional<double> JobTableModel::ghost(int row) const
{
    const std::optional<double> share = shareOfUsual(m_rows.at(row));
    if (!share) return {};
    return std::min(1.0, *share);
}

QString JobTableModel::pace(const JobSummary &row) const
{
    const std::optional<double> share = shareOfUsual(row);
    if (!share) return {};
    constexpr auto newsFrom = 2s; // of what is as short as that, nobody minds the pace
    if (runTime(row).value_or(0us) < newsFrom) return {};
    constexpr double late = 1.1;
    constexpr double wholeFrom = 10;
    constexpr double tellableTo = 99.5;
    if (*share >= tellableTo) return tr("> 99× median");
    if (*share >= late)
        return tr("%1× median").arg(QLocale().toString(*share, 'f', *share < wholeFrom ? 1 : 0));
    constexpr double tellingFrom = 0.2; // before it, a slow start is no news
    const std::optional<double> percent = row.progress ? row.progress->percentage() : std::nullopt;
    if (percent && *share >= tellingFrom && *percent / 100 < *share / 2) return tr("half pace");
    return {};
}

bool JobTableModel::isConsistent() const
{
    if (m_rowOf.size() != m_rows.size() || m_rows.size() > rowsMax) return false;
    for (int i = 0; i < m_rows.size(); ++i) {
        if (rowOf(m_rows.at(i).id) != i) return false;
    }
    return true;
}

int JobTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int JobTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

bool JobTableModel::canFetchMore(const QModelIndex &parent) const
{
    return !parent.isValid() && m_hasMore && !m_isPageAsked;
}

void JobTableModel::fetchMore(const QModelIndex &parent)
{
    if (!canFetchMore(parent)) return;
    m_isPageAsked = true;
    Q_EMIT pageWanted();
}

QVariant JobTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const JobSummary &job = m_rows.at(index.row());
    const auto column = static_cast<Column>(index.column());
    if (role == Qt::DisplayRole) return text(job, column);
    if (role == Qt::TextAlignmentRole) return headerData(column, Qt::Horizontal, role);
    if (role == Qt::ToolTipRole) {
        if (column == IdColumn) return plainToolTip(job.id.text());
        if (column == AgeColumn) return plainToolTip(toText(job.createdAt));
        if (column == EndedColumn && job.endedAt) return plainToolTip(toText(*job.endedAt));
        if (column == ProgressColumn && job.progress) return plainToolTip(displayLine(job.progress->message));
        return plainToolTip(text(job, column));
    }
    return {};
}

} // namespace signalbox::ui
