#pragma once

#include "ui/pages/page.h"

class QScrollArea;
class QTreeView;

namespace signalbox::ui {

class Notice;
class Panel;
class Stepper;
class WorkerPanels;
class WorkerTreeModel;

/// The local pool with a panel a worker, and every machine's workers below, grouped by host.
class WorkersPage : public Page {
    Q_OBJECT
public:
    explicit WorkersPage(const PageContext &context, QWidget *parent = nullptr);
    void refresh() override;
    [[nodiscard]] WorkerTreeModel *model() const { return m_model; }
    [[nodiscard]] WorkerPanels *panels() const { return m_panels; }

private:
    QWidget *buildLocal();
    QWidget *buildOthers();
    void showLocal();
    void showOthers();

    Stepper *m_stepper = nullptr;
    WorkerPanels *m_panels = nullptr;
    Panel *m_localPanel = nullptr;
    QScrollArea *m_localArea = nullptr;
    Notice *m_localNotice = nullptr;
    WorkerTreeModel *m_model;
    QTreeView *m_tree = nullptr;
    Notice *m_notice = nullptr;
};

} // namespace signalbox::ui
