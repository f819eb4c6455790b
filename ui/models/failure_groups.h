#pragma once

#include "core/model/job.h"
#include "core/runtime/clock.h"

#include <QAbstractTableModel>

namespace signalbox::ui {

/// Failures by what they have in common: the first line of the error with its ids, numbers and paths taken
/// out.
[[nodiscard]] QString errorSignature(const QString &errorHead);

/// A row a group, newest first. It groups the rows it is given and claims no more: the counts are of those.
/// Threads  GUI.
class FailureGroupsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { CountColumn, ErrorColumn, LastColumn, ColumnCount };
    struct Group {
        QString signature;
        QString error; ///< of the newest
        QStringList handlers;
        qint64 count = 0;
        Timestamp last{};
        JobId newest;
        QString newestQueue;
        bool operator==(const Group &) const = default;
    };
    static constexpr qsizetype groupsMax = 50;

    explicit FailureGroupsModel(const runtime::Clock &clock, QObject *parent = nullptr);
    void setFailures(const QList<JobSummary> &rows);
    [[nodiscard]] const Group &group(int row) const { return m_groups.at(row); }

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    const runtime::Clock &m_clock;
    QList<Group> m_groups;
};

} // namespace signalbox::ui
