#pragma once

#include "ui/pages/page.h"

namespace signalbox::ui {

class FilterBar;
class JobList;

/// Jobs that ran out of retries, with their last error, and what to do with them.
class DeadLettersPage : public Page {
    Q_OBJECT
public:
    explicit DeadLettersPage(const PageContext &context, QWidget *parent = nullptr);
    [[nodiscard]] QList<QWidget *> headWidgets() override;
    void refresh() override;
    void show(const JobFilter &filter) override;
    [[nodiscard]] JobList *list() const { return m_list; }

private:
    void apply(const JobFilter &filter);
    void confirmRequeueAll();
    void requeueAll(const QStringList &queues);
    void updateSummary();
    [[nodiscard]] qint64 deadIn(const JobFilter &filter) const; ///< empty: everywhere

    FilterBar *m_filter;
    JobList *m_list;
};

} // namespace signalbox::ui
