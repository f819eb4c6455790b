#pragma once

#include "ui/models/failure_groups.h"
#include "ui/models/job_table_model.h"
#include "ui/pages/page.h"

#include <QTimer>

class QStackedWidget;

namespace signalbox::ui {

class DataTable;
class FirstStart;
class Notice;
class Panel;
class Tile;

/// What happens now, in one look: six figures, running jobs, newest failures. Every number leads to the list behind it.
class OverviewPage : public Page {
    Q_OBJECT
public:
    explicit OverviewPage(const PageContext &context, QWidget *parent = nullptr);
    void refresh() override;
    [[nodiscard]] JobTableModel *runningModel() const { return m_running; }
    [[nodiscard]] FailureGroupsModel *failuresModel() const { return m_failures; }
    [[nodiscard]] Tile *tile(JobStatus status) const { return m_tiles.value(status); }

protected:
    void showEvent(QShowEvent *event) override;

private:
    void buildTiles(class QBoxLayout *layout);
    QWidget *buildLists();
    QWidget *buildRunning();
    QWidget *buildFailures();
    void showFigures();
    void updateTiles();
    void readRunning();
    void readFailures();
    [[nodiscard]] QStringList queuesWith(JobStatus status) const;
    [[nodiscard]] QList<double> line(qint64 Sample::*figure, bool isRate) const;

    QHash<JobStatus, Tile *> m_tiles;
    QStackedWidget *m_body;
    FirstStart *m_firstStart;
    QWidget *m_lists = nullptr;
    JobTableModel *m_running;
    DataTable *m_runningTable = nullptr;
    Panel *m_runningPanel = nullptr;
    Notice *m_runningNotice = nullptr;
    FailureGroupsModel *m_failures;
    DataTable *m_failuresTable = nullptr;
    Panel *m_failuresPanel = nullptr;
    Notice *m_failuresNotice = nullptr;
    QTimer m_readRunning;
    QTimer m_readFailures;
    int m_runningOut = 0;
    int m_failuresOut = 0;
    QList<JobSummary> m_runningRows; ///< of the readings under way
    QList<JobSummary> m_failureRows;
};

} // namespace signalbox::ui
