#pragma once

#include "ui/pages/page.h"

namespace signalbox::ui {

class ActivityModel;
class DataTable;

/// What happens, newest first, from the moment the window opened.
class ActivityPage : public Page {
    Q_OBJECT
public:
    explicit ActivityPage(const PageContext &context, QWidget *parent = nullptr);

private:
    void updateSummary();

    ActivityModel *m_model;
    DataTable *m_table;
    class Notice *m_notice;
};

} // namespace signalbox::ui
