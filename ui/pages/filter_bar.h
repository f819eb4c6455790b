#pragma once

#include "ui/models/job_filter.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;

namespace signalbox::ui {

class PlainLabel;

/// One box, one grammar; what is wrong with it is said under the box while the last good filter stays.
class FilterBar : public QWidget {
    Q_OBJECT
public:
    explicit FilterBar(const QString &placeholder, QWidget *parent = nullptr);
    void setFilter(const JobFilter &filter); ///< shows it; filterChanged() is not emitted
    void takeFocus();
    [[nodiscard]] QString complaint() const;
    [[nodiscard]] QLineEdit *box() const { return m_box; }

Q_SIGNALS:
    void filterChanged(const signalbox::ui::JobFilter &filter);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void read();

    QLineEdit *m_box;
    PlainLabel *m_complaint;
    QTimer m_pause; ///< typing goes on
};

} // namespace signalbox::ui
