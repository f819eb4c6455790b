#pragma once

#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QObject>
#include <QPointer>

#include <functional>
#include <span>

class QWidget;

namespace signalbox::ui {

/// One thing a person can do, said once: menus, toolbar, palette and the list of shortcuts are made of these.
struct ActionSpec {
    const char *id;
    const char *text;    ///< QT_TRANSLATE_NOOP("Actions", …), with its mnemonic
    const char *hint;    ///< QT_TRANSLATE_NOOP: one sentence for the tooltip
    const char *icon;    ///< a name for icon(); empty: none
    const char *key;     ///< portable text of the shortcut; empty: none
    bool writes = false; ///< changes something in the queue
    bool isDangerous = false;
};

/// What an action would do just now.
struct ActionState {
    QString text;   ///< with its count: "Requeue 412 jobs"; empty: the spec's
    QString reason; ///< why it cannot be done; empty: it can
};

/// Every action of the window. A page binds what it can do; of several pages that bind the same action, the
/// one that is on the screen does it. An action without one is disabled, with the reason in its tooltip.
/// Threads  GUI.
class ActionRegistry : public QObject {
    Q_OBJECT
public:
    explicit ActionRegistry(std::span<const ActionSpec> specs, QObject *parent = nullptr);

    using Act = std::function<void()>;
    using StateOf = std::function<ActionState()>;
    /// `scope` is the widget that must be visible; the binding ends with it.
    void bind(const ActionSpec &spec, QWidget *scope, Act act, StateOf stateOf = {});
    void refresh(); ///< asks every binding for its state again: after a selection or a figure changed

    [[nodiscard]] QAction *action(const ActionSpec &spec) const;
    [[nodiscard]] QList<QAction *> actions() const; ///< in the order of the specs
    [[nodiscard]] const ActionSpec &specOf(const QAction *action) const;
    [[nodiscard]] static QString plainText(const QAction *action); ///< without mnemonic

private:
    struct Binding {
        QPointer<QWidget> scope;
        Act act;
        StateOf stateOf;
    };
    [[nodiscard]] const Binding *current(const QString &id) const;
    void trigger(const QString &id);
    void show(QAction *action, const ActionSpec &spec);

    std::span<const ActionSpec> m_specs;
    QList<QAction *> m_actions;
    QHash<QString, int> m_places; ///< id → place in m_specs and m_actions
    QHash<QString, QList<Binding>> m_bindings;
};

} // namespace signalbox::ui
