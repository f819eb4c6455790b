#pragma once

#include "ui/live/live_state.h"

#include <QTimer>
#include <QWidget>

class QHBoxLayout;

namespace signalbox::ui {

class PlainLabel;

/// Connection, ping, rate, workers, what this console costs, and how old the figures are.
class StatusLine : public QWidget {
    Q_OBJECT
public:
    explicit StatusLine(LiveState &live, QWidget *parent = nullptr);
    void say(const QString &message, bool isError = false); ///< for a while, then the usual again
    [[nodiscard]] QString message() const;
    [[nodiscard]] QString text() const; ///< all of it, for tests

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    PlainLabel *add(QHBoxLayout *layout, bool isFirst = false);
    void show(PlainLabel *label, const QString &text); ///< empty: it takes no room, and no hairline
    void showState();
    void measureCost();
    [[nodiscard]] QString connectionText() const;

    LiveState &m_live;
    PlainLabel *m_connection;
    PlainLabel *m_ping;
    PlainLabel *m_rate;
    PlainLabel *m_workers;
    PlainLabel *m_cost;
    PlainLabel *m_message;
    PlainLabel *m_age;
    QTimer m_messageEnds;
    quint64 m_commandsBefore = 0;
    QHash<PlainLabel *, QWidget *> m_lines; ///< the hairline before each
    Timestamp m_costSince{};
};

} // namespace signalbox::ui
