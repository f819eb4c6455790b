#pragma once

#include "ui/models/job_merge.h"
#include "ui/models/job_table_model.h"
#include "ui/pages/job_acts.h"

#include <QElapsedTimer>
#include <QTimer>

class QPushButton;

namespace signalbox::ui {

class DataTable;
class Notice;
class PlainLabel;
class SearchStrip;

/// A table of jobs with everything around it: reading page by page, rows that move when events come, new rows
/// that wait behind a bar, what to say when there are none, and a bar for what is selected. What no index
/// answers is searched in steps, with a rest after each as long as the step, until a page is full or the user
/// stops it. Threads  GUI; it asks the service and gives the answers to its model.
class JobList : public QWidget {
    Q_OBJECT
public:
    struct Words { ///< what an empty list says
        QString emptyTitle;
        QString emptySentence;
        QString emptyButton;
    };
    JobList(const PageContext &context, Words words, QWidget *parent = nullptr);

    void load(const JobFilter &filter); ///< from the start
    void reload();
    void setColumns(const QList<int> &shown, int elastic);
    void
    setActions(const QList<const ActionSpec *> &acts); ///< buttons of the selection bar; dangerous ones apart
    [[nodiscard]] const JobFilter &filter() const { return m_filter; }
    [[nodiscard]] JobTableModel *model() const { return m_model; }
    [[nodiscard]] DataTable *table() const { return m_table; }
    [[nodiscard]] Notice *notice() const { return m_notice; }
    [[nodiscard]] SearchStrip *search() const { return m_search; }
    [[nodiscard]] QList<JobSummary> selected() const;
    [[nodiscard]] qint64 newRows() const { return m_newRows; }

Q_SIGNALS:
    void loaded();
    void emptyActed();       ///< the empty state's button
    void filterDropWanted(); ///< nothing matches; the button said "Clear the filter"

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void buildBars();
    void connectModel();
    void readOn();
    void lookUp(const QList<JobId> &ids);
    void takeFound(const Result<Job> &job);
    void searchOn();
    void stopSearch();
    void updateSearch(bool isSearching);
    void takeReading(int generation, int lane, const Result<queue::ListPage> &page);
    void showPage();
    void lookTwice();
    void updateNotice();
    void updateSelectionBar();
    void takeEvents(const QList<Event> &events);
    void countNewRows(const QList<Event> &events);
    void lookAgain(const QList<JobId> &ids);
    [[nodiscard]] QList<JobMerge::Lane> lanes() const;
    [[nodiscard]] bool isExpected(JobStatus status) const;

    PageContext m_context;
    Words m_words;
    JobFilter m_filter;
    QList<JobStatus> m_statuses;   ///< in which the filter's jobs can be
    QList<JobMerge::Lane> m_lanes; ///< that were read
    qint64 m_askedAtLoad = 0;      ///< figures asked for later know all that had happened by then
    bool m_isSecondLookDue = false;
    JobMerge m_merge;
    JobTableModel *m_model;
    DataTable *m_table;
    Notice *m_notice;
    QPushButton *m_newBar;
    SearchStrip *m_search;
    QWidget *m_selectionBar;
    PlainLabel *m_selectionText;
    int m_generation = 0; ///< answers to an older load() are dropped
    int m_shownGeneration = 0;
    int m_readingsOut = 0;
    QElapsedTimer m_stepTime; ///< since the readings that are under way
    QTimer m_rest;            ///< between two steps of a search
    bool m_isSearchStopped = false;
    qint64 m_searchTotal = 0;
    int m_rowsWanted = 0;      ///< a search rests when there are so many
    QList<JobSummary> m_found; ///< by id
    qint64 m_newRows = 0;
    bool m_hasLoaded = false;
    bool m_isLoadWanted = false; ///< asked for before the first figures came, or while hidden
    std::optional<Error> m_error;
};

} // namespace signalbox::ui
