#pragma once

#include "app/ctl/command.h"

#include <QPointer>

namespace signalbox::ctl {

/// Reads jobs of one state or of all, page after page, up to a limit, and says them.
/// The cursor that it gives and takes is the state's letter, a colon, and the queue's own cursor.
class JobLister : public QObject {
    Q_OBJECT
public:
    struct Wanted {
        QString queue;
        QList<JobStatus> statuses; ///< in this order
        queue::ListFilter filter;
        int limit = 100;
        QString after;
        bool reversed = false;
    };
    JobLister(Context &context, Wanted wanted, QObject *parent);
    void start(); ///< ends the program

private:
    void readPage();
    void take(const queue::ListPage &page);
    void say(const QString &next);
    [[nodiscard]] Result<> takeCursor();

    Context &m_context;
    Wanted m_wanted;
    std::optional<queue::Cursor> m_cursor;
    QList<JobSummary> m_rows;
};

} // namespace signalbox::ctl
