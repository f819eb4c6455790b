#pragma once

#include "core/model/event.h"
#include "core/model/job.h"
#include "core/runtime/clock.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QSet>
#include <QTimer>

#include <functional>

namespace signalbox::ui {

/// Rows of jobs, keyed by id: pages are appended as the view nears the end, events change rows in place at
/// most 30 times a second, rows never move under the pointer. Texts are made when a cell is painted. It knows
/// no service: `pageWanted` and `lookWanted` are wishes that a page answers.
/// Invariants  m_rowOf maps every row's id to its place and nothing else; no id twice; at most rowsMax rows.
/// Threads  GUI.
class JobTableModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        StateColumn,
        IdColumn,
        NameColumn,
        HandlerColumn,
        QueueColumn,
        PriorityColumn,
        AttemptsColumn,
        ProgressColumn,
        ErrorColumn,
        AgeColumn,
        RunTimeColumn,
        PaceColumn, ///< "1.1× median", "half pace": only what is out of the ordinary
        EndedColumn,
        WorkerColumn,
        ColumnCount
    };
    /// A window of rows, so that a list of millions costs the memory of these.
    static constexpr qsizetype rowsMax = 20'000;
    using UsualRun = std::function<std::optional<std::chrono::microseconds>(const QString &handler)>;

    explicit JobTableModel(const runtime::Clock &clock, QObject *parent = nullptr);

    // What the page puts in
    void clear();
    void appendPage(QList<JobSummary> rows, bool hasMore); ///< the answer to pageWanted()
    void replaceRows(const QList<JobSummary> &rows); ///< for short live lists: by key, in the order given
    void updateRows(const QList<JobSummary> &rows);  ///< the answer to lookWanted(); unknown ids are ignored
    void removeIds(const QList<JobId> &ids);
    void applyEvents(const QList<Event> &events); ///< at any rate in, 30 repaints a second out
    void setExpected(QSet<JobStatus> statuses); ///< rows in another state are dimmed; empty: all are expected
    void setUsualRun(UsualRun usualRun);        ///< for the ghost in the progress bar
    void setStale(bool isStale); ///< the connection is lost: everything is dimmed, nothing vanishes

    [[nodiscard]] const JobSummary &row(int row) const { return m_rows.at(row); }
    [[nodiscard]] int rowOf(const JobId &id) const { return m_rowOf.value(id, -1); }
    [[nodiscard]] bool isDimmed(int row) const;
    [[nodiscard]] bool isFull() const { return m_rows.size() >= rowsMax; }
    [[nodiscard]] bool hasMore() const { return m_hasMore; }
    [[nodiscard]] QString pace(const JobSummary &row) const;
    [[nodiscard]] std::optional<double> ghost(int row) const; ///< 0 … 1: where the usual run would be now
    [[nodiscard]] std::optional<std::chrono::microseconds> runTime(const JobSummary &row) const;
    [[nodiscard]] bool isConsistent() const; ///< the class's invariants, for tests

    // QAbstractItemModel
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] bool canFetchMore(const QModelIndex &parent) const override;
    void fetchMore(const QModelIndex &parent) override;

Q_SIGNALS:
    void pageWanted();
    void lookWanted(const QList<signalbox::JobId> &ids);

private:
    [[nodiscard]] QString text(const JobSummary &row, Column column) const;
    [[nodiscard]] QString progressText(const JobSummary &row) const;
    [[nodiscard]] std::optional<double> shareOfUsual(const JobSummary &row) const; ///< run time / usual run
    void noteChanged(const JobId &id);
    void showChanges();
    void removeRow(int row);
    void reindexFrom(qsizetype row);

    const runtime::Clock &m_clock;
    QList<JobSummary> m_rows;
    QHash<JobId, int> m_rowOf;
    QSet<JobId> m_changed; ///< since the last repaint
    QSet<JobId> m_looks;
    QTimer m_repaint;
    QSet<JobStatus> m_expected;
    UsualRun m_usualRun;
    bool m_hasMore = false;
    bool m_isPageAsked = false;
    bool m_isStale = false;
};

} // namespace signalbox::ui
