#pragma once

#include "core/model/error.h"

#include <QTimer>
#include <QWidget>

class QPushButton;

namespace signalbox::ui {
class Notice;
}

namespace signalbox::console {

/// The small window before the real one and after it: what is being waited for, or why there is no window.
/// What takes less than a moment is not shown at all.
class WaitingWindow : public QWidget {
    Q_OBJECT
public:
    WaitingWindow();
    void showOpening();
    void showLeaving(int workers);
    void showError(const Error &error);
    void finish(); ///< hides it without quitting

Q_SIGNALS:
    void tryAgain();
    void stopNow();
    void closed(); ///< by the person

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    ui::Notice *m_notice;
    QPushButton *m_stopNow;
    QTimer m_showSoon;
};

} // namespace signalbox::console
