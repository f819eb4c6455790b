#pragma once

#include "core/model/job_status.h"

#include <QWidget>

namespace signalbox::ui {

/// A job's state as a badge, on the window.
class StateLabel : public QWidget {
    Q_OBJECT
public:
    explicit StateLabel(QWidget *parent = nullptr);
    void setStatus(JobStatus status);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    JobStatus m_status = JobStatus::Pending;
};

} // namespace signalbox::ui
