#pragma once

#include "core/model/queue_stats.h"

#include <QDialog>

#include <functional>

class QComboBox;
class QLineEdit;
class QPushButton;

namespace signalbox::ui {

/// Which state of a queue to delete, with the count, which must be typed where it is large.
class PurgeDialog : public QDialog {
    Q_OBJECT
public:
    static PurgeDialog *ask(const QueueStats &stats, QWidget *parent,
                            std::function<void(std::optional<JobStatus>)> yes);
    static constexpr qint64 typedFrom = 100; ///< jobs; fewer need no typing

private:
    PurgeDialog(const QueueStats &stats, QWidget *parent);
    [[nodiscard]] std::optional<JobStatus> status() const;
    [[nodiscard]] qint64 count() const;
    void showCount();

    QueueStats m_stats;
    QComboBox *m_state;
    class PlainLabel *m_hint;
    QLineEdit *m_typed;
    QPushButton *m_yes;
};

} // namespace signalbox::ui
