#pragma once

#include <QWidget>

#include <optional>

class QPushButton;

namespace signalbox::ui {

class PlainLabel;

/// How far a search has come that no index answers: what has been looked at of how much, what was found, and
/// a stop. Takes no room while nothing is searched.
class SearchStrip : public QWidget {
    Q_OBJECT
public:
    explicit SearchStrip(QWidget *parent = nullptr);
    enum class State { Searching, Stopped, Done };
    struct Progress {
        qint64 searched = 0;
        qint64 total = 0;
        qint64 found = 0;
    };
    void show(State state, const Progress &progress);
    void clear();
    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString text() const;

Q_SIGNALS:
    void stopWanted();
    void goOnWanted();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    State m_state = State::Done;
    Progress m_progress;
    PlainLabel *m_text;
    QPushButton *m_button;
};

} // namespace signalbox::ui
