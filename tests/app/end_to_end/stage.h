#pragma once

#include "app/console/console.h"
#include "tests/app/ctl/ctl_rig.h"
#include "ui/pages/job_list.h"

#include <QSet>

namespace signalbox::test {

/// `signalboxctl events --json` in a process: what it said so far, one object an event.
class EventsListener {
public:
    explicit EventsListener(const Ctl &ctl);
    ~EventsListener();
    Q_DISABLE_COPY_MOVE(EventsListener)
    /// Of one job and one type, oldest first.
    [[nodiscard]] QList<QJsonObject> of(const QString &job, const QString &type);

private:
    void read();
    std::unique_ptr<QProcess> m_process;
    QByteArray m_rest; ///< of a line whose end has not come yet
    QList<QJsonObject> m_events;
};

/// What a person sees of one job's progress bar in a table of the window.
class BarWatch : public QObject {
public:
    BarWatch(ui::JobList *list, const JobId &id);
    [[nodiscard]] const QList<double> &percents() const { return m_percents; } ///< as the model had them
    [[nodiscard]] const QSet<QString> &texts() const { return m_texts; }       ///< beside the bar
    [[nodiscard]] const QSet<int> &lengths() const { return m_lengths; }       ///< painted pixels of the bar

private:
    void look();
    ui::JobList *m_list;
    JobId m_id;
    QList<double> m_percents;
    QSet<QString> m_texts;
    QSet<int> m_lengths;
};

/// A server; the console of signalbox in this process, as its main() has it; and signalboxctl in processes.
class Stage {
public:
    Stage();
    ~Stage(); ///< ends in order; whatever still runs then ends the test program, in words
    Q_DISABLE_COPY_MOVE(Stage)

    [[nodiscard]] const Ctl &ctl() const { return m_ctl; }
    [[nodiscard]] EventsListener &events() { return *m_events; }
    [[nodiscard]] ui::MainWindow &window() const;
    [[nodiscard]] ui::JobList *showList(const QString &page) const; ///< the table of jobs on a page
    /// By signalboxctl; its id.
    [[nodiscard]] JobId submit(const QStringList &options) const;
    /// `signalboxctl work`, running until the stage ends.
    void startWork(const QStringList &options);
    /// `show --json`.
    [[nodiscard]] QJsonObject job(const JobId &id) const;

private:
    TestServer m_server;
    Ctl m_ctl;
    ui::Theme m_theme;
    std::unique_ptr<console::Console> m_console;
    std::unique_ptr<EventsListener> m_events;
    std::unique_ptr<QProcess> m_work;
};

} // namespace signalbox::test
