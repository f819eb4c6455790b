#pragma once

#include "ui/live/alert_desk.h"
#include "ui/pages/page.h"

class QMenu;
class QPushButton;

namespace signalbox::ui {

class AlertStrip;

/// One strip under the page head, on every page, for what is wrong now: a server that cannot be read, else the worst
/// alert, with what can be done about it; the others behind "and 2 more". It takes no room while all is well.
class AlertBar : public QWidget {
    Q_OBJECT
public:
    AlertBar(const PageContext &context, AlertDesk &desk, QWidget *parent = nullptr);
    [[nodiscard]] QString title() const; ///< empty: all is well
    [[nodiscard]] QPushButton *moreButton() const { return m_more; }
    void open(const Alert &alert); ///< goes where it can be looked into

private:
    void update();
    void showAlert(const Alert &alert);
    void showError(const QString &title, const QString &sentence);
    void pauseQueue();
    void fillMore();

    PageContext m_context;
    AlertDesk &m_desk;
    std::optional<Alert> m_shown;
    AlertStrip *m_strip;
    QPushButton *m_start;
    QPushButton *m_open;
    QPushButton *m_pause;
    QPushButton *m_snooze;
    QPushButton *m_more;
    QMenu *m_menu;
};

} // namespace signalbox::ui
