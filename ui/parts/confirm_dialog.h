#pragma once

#include <QDialog>

#include <functional>

class QLineEdit;
class QPushButton;

namespace signalbox::ui {

class PlainLabel;

/// A question that names how many, which and where, and whose button says what it does. Opens and returns at
/// once: no nested event loop. All text is plain.
class ConfirmDialog : public QDialog {
    Q_OBJECT
public:
    struct Question {
        QString title;
        QString text;
        QString act; ///< "Delete 412 jobs"
        bool isDangerous = false;
        QString field; ///< label of a text field, if one is wanted
        QString typed; ///< what must be typed there before the button works; empty: anything
    };
    /// `yes` gets the field's text. The dialog belongs to the parent and goes when it is answered.
    static ConfirmDialog *ask(const Question &question, QWidget *parent,
                              std::function<void(const QString &)> yes);

private:
    ConfirmDialog(const Question &question, QWidget *parent);
    void addField(const Question &question);

    QLineEdit *m_field = nullptr;
    QPushButton *m_yes = nullptr;
};

} // namespace signalbox::ui
