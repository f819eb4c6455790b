#pragma once

#include "ui/models/job_merge.h"
#include "ui/models/job_table_model.h"
#include "ui/pages/job_acts.h"

#include <QTimer>

class QPushButton;

namespace signalbox::ui {

class DataTable;
class Notice;
class PlainLabel;

/// A table of jobs with everything around it: reading page by page, rows that move when events come, new rows
/// that wait behind a bar, what to say when there are none, and a bar for what is selected.
/// Threads  GUI; it asks the service and gives the answers to its model.
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
    [[nodiscard]] QList<JobSummary> selected() const;
    [[nodiscard]] qint64 newRows() const { return m_newRows; }

Q_SIGNALS:
    void loaded();
    void emptyActed(); ///< the empty state's button

protected:
    void showEvent(QShowEvent *event) override;

private:
    void buildBars();
    void connectModel();
    void readOn();
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
    QList<JobMerge::Lane> m_lanes; ///< that were read
    qint64 m_askedAtLoad = 0;      ///< figures asked for later know all that had happened by then
    bool m_isSecondLookDue = false;
    JobMerge m_merge;
    JobTableModel *m_model;
    DataTable *m_table;
    Notice *m_notice;
    QPushButton *m_newBar;
    QWidget *m_selectionBar;
    PlainLabel *m_selectionText;
    int m_generation = 0; ///< answers to an older load() are dropped
    int m_shownGeneration = 0;
    int m_readingsOut = 0;
    int m_rounds = 0; ///< readings in a row that gave no row
    qint64 m_newRows = 0;
    bool m_hasLoaded = false;
    bool m_isLoadWanted = false; ///< asked for before the first figures came, or while hidden
    std::optional<Error> m_error;
};

} // namespace signalbox::ui
