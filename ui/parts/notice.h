#pragma once

#include "core/model/error.h"
#include "ui/theme/look.h"

#include <QWidget>

class QHBoxLayout;
class QPushButton;

namespace signalbox::ui {

class PlainLabel;

/// What a view says when it has no rows to show, or cannot show them: empty, nothing matches, loading,
/// failed, connection lost. Each is one title, one sentence and the next step as a button.
class Notice : public QWidget {
    Q_OBJECT
public:
    explicit Notice(QWidget *parent = nullptr);

    /// `button` empty: none. `acted` is emitted when it is pressed.
    void showEmpty(const QString &title, const QString &sentence, const QString &button = {});
    void showLoading(const QString &title);
    /// What, why, what to do, *Try again* and *Copy details*.
    void showFailed(const Error &error);
    void clear(); ///< hides it

    enum class Kind { None, Empty, Loading, Failed };
    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] QString title() const;

Q_SIGNALS:
    void acted();    ///< the empty state's button
    void tryAgain(); ///< the failed state's

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void show(Kind kind, const QString &title, const QString &sentence);

    Kind m_kind = Kind::None;
    QString m_details;
    PlainLabel *m_title;
    PlainLabel *m_sentence;
    QPushButton *m_act;
    QPushButton *m_again;
    QPushButton *m_copy;
};

/// One strip for a problem that holds now: what, since when, and what can be done. Takes no room else.
class AlertStrip : public QWidget {
    Q_OBJECT
public:
    explicit AlertStrip(QWidget *parent = nullptr);
    enum class Level { Warning, Error };
    void setAlert(Level level, const QString &title, const QString &sentence);
    void clear();
    void addButton(QPushButton *button); ///< the caller shows those that fit the alert
    [[nodiscard]] QString title() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Level m_level = Level::Warning;
    QHBoxLayout *m_layout;
    PlainLabel *m_title;
    PlainLabel *m_sentence;
};

} // namespace signalbox::ui
