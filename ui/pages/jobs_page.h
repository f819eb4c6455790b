#pragma once

#include "ui/pages/page.h"

namespace signalbox::ui {

class Facets;
class FilterBar;
class JobList;

/// Every job in every state: one filter, a facet a state with its count, one table.
class JobsPage : public Page {
    Q_OBJECT
public:
    explicit JobsPage(const PageContext &context, QWidget *parent = nullptr);
    void refresh() override;
    void show(const JobFilter &filter) override;
    [[nodiscard]] JobList *list() const { return m_list; }

private:
    void apply(const JobFilter &filter);
    void updateCounts();

    FilterBar *m_filter;
    Facets *m_facets;
    JobList *m_list;
};

} // namespace signalbox::ui
