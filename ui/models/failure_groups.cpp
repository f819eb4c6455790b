#include "ui/models/failure_groups.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/parts/paint_text.h"

#include <QHash>
#include <QRegularExpression>

#include <algorithm>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

QString errorSignature(const QString &errorHead)
{
    static const QRegularExpression id(
        u"\\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\\b"_s);
    static const QRegularExpression url(u"\\b[a-z][a-z0-9+.-]*://\\S+"_s);
    static const QRegularExpression path(u"(?<![\\w/])/[^\\s:,;'\"()]+"_s);
    static const QRegularExpression number(u"\\b(0x[0-9a-fA-F]+|\\d+([.,]\\d+)*)\\b"_s);
    QString signature = errorHead;
    signature.replace(id, u"‹id›"_s);
    signature.replace(url, u"‹url›"_s);
    signature.replace(path, u"‹path›"_s);
    signature.replace(number, u"‹n›"_s);
    return signature.simplified();
}

FailureGroupsModel::FailureGroupsModel(const runtime::Clock &clock, QObject *parent)
    : QAbstractTableModel(parent), m_clock(clock)
{
}

void FailureGroupsModel::setFailures(const QList<JobSummary> &rows)
{
    QHash<QString, qsizetype> placeOf;
    QList<Group> groups;
    for (const JobSummary &row : rows) {
        const QString signature = errorSignature(row.errorHead);
        if (!placeOf.contains(signature)) {
            placeOf.insert(signature, groups.size());
            groups.append(Group());
            groups.last().signature = signature;
        }
        Group &group = groups[placeOf.value(signature)];
        ++group.count;
        if (!group.handlers.contains(row.handler)) group.handlers.append(row.handler);
        const Timestamp ended = row.endedAt.value_or(row.createdAt);
        if (group.count > 1 && ended <= group.last) continue;
        group.last = ended;
        group.error = row.errorHead;
        group.newest = row.id;
        group.newestQueue = row.queue;
    }
    std::sort(groups.begin(), groups.end(), [](const Group &a, const Group &b) { return a.last > b.last; });
    if (groups.size() > groupsMax) groups.resize(groupsMax);
    if (groups == m_groups) return;
    beginResetModel(); // at most once a second, a handful of rows
    m_groups = std::move(groups);
    endResetModel();
}

int FailureGroupsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_groups.size());
}

int FailureGroupsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant FailureGroupsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) return {};
    const Group &group = m_groups.at(index.row());
    if (role == Qt::TextAlignmentRole) return headerData(index.column(), Qt::Horizontal, role);
    if (role == Qt::ToolTipRole) return plainToolTip(displayLine(group.error));
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(index.column())) {
    case CountColumn:
        return countText(group.count);
    case ErrorColumn:
        return group.signature.isEmpty() ? tr("(no message)") : displayLine(group.signature);
    case LastColumn:
        return ageText(std::max(0us, m_clock.wallNow() - group.last));
    case ColumnCount:
        break;
    }
    return {};
}

QVariant FailureGroupsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::AlignVCenter
                                   | (section == ErrorColumn ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole) return {};
    switch (static_cast<Column>(section)) {
    case CountColumn:
        return tr("Jobs");
    case ErrorColumn:
        return tr("Error and handlers");
    case LastColumn:
        return tr("Last");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace signalbox::ui
