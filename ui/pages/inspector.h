#pragma once

#include "ui/pages/job_acts.h"
#include "ui/pages/page.h"

#include <QTimer>

class QGridLayout;
class QPushButton;
class QTabWidget;

namespace signalbox::ui {

class Notice;
class PlainLabel;
class StateLabel;
class TextView;

/// All about one job: what was submitted, how its runs went, its log, its result or error, when it moved.
/// Read again when an event is about it.   Threads  GUI.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(const PageContext &context, QWidget *parent = nullptr);
    void showJob(const QString &queue, const JobId &id);
    [[nodiscard]] JobId job() const { return m_id; }
    [[nodiscard]] QTabWidget *tabs() const { return m_tabs; }
    [[nodiscard]] TextView *resultView() const { return m_result; }

Q_SIGNALS:
    void closeWanted();

private:
    QWidget *buildHead();
    QWidget *buildTabs();
    QWidget *buildButtons();
    void read();
    void take(const Result<Job> &job);
    void showFacts(const Job &job);
    void showTabs(const Job &job);
    [[nodiscard]] QString attemptsText(const Job &job) const;
    [[nodiscard]] QString timelineText(const Job &job) const;
    void takeEvents(const QList<Event> &events);

    struct Act {
        QPushButton *button;
        bool (*allowed)(JobStatus);
        QString reason; ///< when it cannot be done
    };

    PageContext m_context;
    QList<Act> m_acts;
    QString m_queue;
    JobId m_id;
    std::optional<Job> m_job;
    QStringList m_history; ///< what was seen of it since it is shown
    PlainLabel *m_name = nullptr;
    StateLabel *m_state = nullptr;
    PlainLabel *m_idText = nullptr;
    QGridLayout *m_facts = nullptr;
    QList<PlainLabel *> m_values;
    QTabWidget *m_tabs = nullptr;
    TextView *m_definition = nullptr;
    TextView *m_attempts = nullptr;
    TextView *m_log = nullptr;
    TextView *m_result = nullptr;
    TextView *m_timeline = nullptr;
    Notice *m_notice = nullptr;
    QWidget *m_body = nullptr;
    QTimer m_readSoon;
    bool m_isReading = false;
};

} // namespace signalbox::ui
