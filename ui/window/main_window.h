#pragma once

#include "ui/pages/page.h"
#include "ui/theme/theme.h"

#include <QMainWindow>

class QDockWidget;
class QStackedWidget;

namespace signalbox::ui {

class AlertBar;
class AlertDesk;
class Inspector;
class PageHead;
class Sidebar;
class StatusLine;
class TopBar;

/// Places pages and docks; what they do lives in them, in their actions and in the service.
/// Threads  GUI; the service and the clock must outlive it.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    MainWindow(service::JobService &service, const runtime::Clock &clock, Theme &theme,
               QWidget *parent = nullptr);

    void showPage(const QString &id);
    [[nodiscard]] QString currentPage() const { return m_current; }
    [[nodiscard]] Page *page(const QString &id) const;
    [[nodiscard]] LiveState &live() const { return *m_live; }
    [[nodiscard]] ActionRegistry &actions() const { return *m_actions; }
    [[nodiscard]] AlertDesk &alerts() const { return *m_alerts; }
    [[nodiscard]] AlertBar *alertBar() const { return m_alertBar; }
    [[nodiscard]] Inspector *inspector() const { return m_inspector; }
    [[nodiscard]] StatusLine *status() const { return m_status; }
    [[nodiscard]] Sidebar *sidebar() const { return m_sidebar; }
    /// Something outside the service went wrong or is worth a word (the private server mended its data).
    void tell(const Error &error);
    void say(const QString &message);
    void submit(const QString &handler); ///< opens the dialog

Q_SIGNALS:
    void quitWanted();

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void closeEvent(QCloseEvent *event) override;

private:
    void buildPages();
    QWidget *buildCentre();
    void buildInspector();
    void connectNavigator();
    void bindPages();
    void bindJobs();
    void bindWorkers();
    void bindWindow();
    void startSamples();
    void changeWorkers(int by);
    void answer(const Result<> &result, const QString &message);
    void restoreLayout();

    service::JobService &m_service;
    Theme &m_theme;
    LiveState *m_live;
    AlertDesk *m_alerts;
    ActionRegistry *m_actions;
    Navigator *m_navigator;
    TopBar *m_topBar = nullptr;
    Sidebar *m_sidebar = nullptr;
    PageHead *m_head = nullptr;
    AlertBar *m_alertBar = nullptr;
    QStackedWidget *m_stack = nullptr;
    QMainWindow *m_inner = nullptr; ///< holds page and docks, so that bars and sidebar stay outside
    QDockWidget *m_dock = nullptr;
    Inspector *m_inspector = nullptr;
    StatusLine *m_status = nullptr;
    QHash<QString, Page *> m_pages;
    QHash<QString, QList<QWidget *>> m_headWidgets;
    QString m_current;
};

} // namespace signalbox::ui
