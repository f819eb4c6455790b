#pragma once

#include "ui/actions/action_registry.h"

#include <QDialog>

class QLineEdit;
class QListView;
class QSortFilterProxyModel;
class QStandardItemModel;

namespace signalbox::ui {

/// Every command, found by typing; disabled ones are listed with the reason.
class CommandPalette : public QDialog {
    Q_OBJECT
public:
    explicit CommandPalette(ActionRegistry &actions, QWidget *parent = nullptr);
    void popUp();
    [[nodiscard]] QLineEdit *box() const { return m_box; }
    [[nodiscard]] int shownCommands() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override; ///< arrows in the box move the list

private:
    void fill();
    void runCurrent();

    ActionRegistry &m_actions;
    QLineEdit *m_box;
    QListView *m_list;
    QStandardItemModel *m_model;
    QSortFilterProxyModel *m_proxy;
};

/// Every shortcut of the window, in a table (F1).
class ShortcutsDialog : public QDialog {
    Q_OBJECT
public:
    explicit ShortcutsDialog(const ActionRegistry &actions, QWidget *parent = nullptr);
};

} // namespace signalbox::ui
