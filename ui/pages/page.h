#pragma once

#include "core/model/job_filter.h"
#include "ui/actions/actions.h"
#include "ui/live/live_state.h"

#include <QWidget>

namespace signalbox::ui {

/// Where a part of the window wants to go; the window takes it there.
class Navigator : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

Q_SIGNALS:
    void pageWanted(const QString &id); ///< a PageSpec's
    void jobsWanted(const signalbox::JobFilter &filter);
    void deadLettersWanted(const signalbox::JobFilter &filter);
    void jobWanted(const QString &queue, const signalbox::JobId &id);
    void jobSelected(const QString &queue, const signalbox::JobId &id); ///< shown if the inspector is open
    void submitWanted(const QString &handler);
    void said(const QString &message); ///< the outcome of an act, for the status bar
    void failed(const signalbox::Error &error);
};

/// What every page is given.
struct PageContext {
    service::JobService &service;
    LiveState &live;
    ActionRegistry &actions;
    Navigator &navigator;
};

/// One entry of the sidebar; head and title are placed by the window. It reads its lists when it is shown.
class Page : public QWidget {
    Q_OBJECT
public:
    explicit Page(const PageContext &context, QWidget *parent = nullptr);
    [[nodiscard]] virtual QList<QWidget *> headWidgets() { return {}; } ///< at the right of the title
    virtual void refresh() { }                                          ///< F5: read again
    virtual void show(const JobFilter & /*filter*/) { }                 ///< pages of jobs narrow their list
    [[nodiscard]] QString summary() const { return m_summary; }

Q_SIGNALS:
    void summaryChanged(const QString &summary);

protected:
    void setSummary(const QString &summary);
    [[nodiscard]] const PageContext &context() const { return m_context; }
    [[nodiscard]] service::JobService &service() const { return m_context.service; }
    [[nodiscard]] LiveState &live() const { return m_context.live; }
    void showEvent(QShowEvent *event) override; ///< its actions become the current ones

private:
    PageContext m_context;
    QString m_summary;
};

/// How a page is registered: one line in page_list.cpp.
struct PageSpec {
    const char *id;
    const ActionSpec &action; ///< its text and icon are the sidebar's
    Page *(*make)(const PageContext &context);
    /// The number beside the name; nothing: none. `isAlarm` when someone has to act.
    struct Count {
        std::optional<qint64> number;
        bool isAlarm = false;
    };
    Count (*count)(const LiveState &live);
};
[[nodiscard]] std::span<const PageSpec> pageList();

} // namespace signalbox::ui
