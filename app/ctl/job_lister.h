#pragma once

#include "app/ctl/command.h"

#include <QPointer>

namespace signalbox::ctl {

/// Reads the jobs that a filter asks for, page after page, up to a limit, and says them. Lists that the
/// filter rules out are not read; where only the jobs themselves can tell, all are read in bounded steps, and
/// a line on a terminal says how far that is. The cursor that it gives and takes is the state's letter, then,
/// where more than one queue is listed, `@` and the queue, percent-encoded, then a colon and the queue's own
/// cursor.
class JobLister : public QObject {
    Q_OBJECT
public:
    struct Wanted {
        QString queue; ///< empty: all queues that the filter accepts
        JobFilter filter;
        int limit = 100;
        QString after;
        bool reversed = false;
    };
    JobLister(Context &context, Wanted wanted, QObject *parent);
    void start(); ///< ends the program
    void stop();  ///< says what was found so far, and where it would go on

private:
    struct List {
        QString queue;
        JobStatus status;
    };
    void listQueues(QStringList queues);
    void lookUp(QList<JobId> ids);
    void measure(); ///< how many jobs there are to search
    void readPage();
    void take(const queue::ListPage &page);
    void say(const QString &next);
    [[nodiscard]] Result<> takeCursor();
    [[nodiscard]] QString cursor() const; ///< of where m_lists begins
    [[nodiscard]] QString headOf(const List &list) const;

    Context &m_context;
    const Wanted m_wanted;
    QList<List> m_lists; ///< still to be read, in this order
    bool m_isOfManyQueues = false;
    std::optional<queue::Cursor> m_cursor; ///< within the first of them
    QList<JobSummary> m_rows;
    qint64 m_searched = 0;
    std::optional<qint64> m_total; ///< to search
    bool m_isStopped = false;
};

} // namespace signalbox::ctl
