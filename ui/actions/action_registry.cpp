#include "ui/actions/action_registry.h"

#include "ui/parts/paint_text.h"
#include "ui/theme/icons.h"

#include <QCoreApplication>
#include <QPointer>
#include <QWidget>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

QString translated(const char *text)
{
    return QCoreApplication::translate("Actions", text);
}

QString withoutMnemonic(QString text)
{
    return text.replace(u"&&"_s, u"\x01"_s).remove(u'&').replace(u'\x01', u'&');
}

} // namespace

ActionRegistry::ActionRegistry(std::span<const ActionSpec> specs, QObject *parent)
    : QObject(parent), m_specs(specs)
{
    for (const ActionSpec &spec : m_specs) {
        auto *action = new QAction(this);
        const QString id = QString::fromLatin1(spec.id);
        action->setObjectName(id);
        if (spec.icon[0] != '\0') action->setIcon(icon(QString::fromLatin1(spec.icon)));
        action->setShortcut(QKeySequence::fromString(QString::fromLatin1(spec.key)));
        action->setShortcutContext(Qt::WindowShortcut);
        connect(action, &QAction::triggered, this, [this, id] { trigger(id); });
        m_places.insert(id, static_cast<int>(m_actions.size()));
        m_actions.append(action);
    }
    refresh();
}

void ActionRegistry::bind(const ActionSpec &spec, QWidget *scope, Act act, StateOf stateOf)
{
    const QString id = QString::fromLatin1(spec.id);
    Q_ASSERT_X(m_places.contains(id), "ActionRegistry::bind", spec.id);
    m_bindings[id].append({scope, std::move(act), std::move(stateOf)});
    show(m_actions.at(m_places.value(id)), spec);
}

const ActionRegistry::Binding *ActionRegistry::current(const QString &id) const
{
    const auto found = m_bindings.constFind(id);
    if (found == m_bindings.cend()) return nullptr;
    for (const Binding &binding : *found) {
        if (binding.scope && binding.scope->isVisible()) return &binding;
    }
    return nullptr;
}

void ActionRegistry::trigger(const QString &id)
{
    const Binding *binding = current(id);
    if (binding == nullptr) return; // the page went away between the key and its delivery
    if (binding->stateOf && !binding->stateOf().reason.isEmpty()) return refresh();
    binding->act();
}

void ActionRegistry::refresh()
{
    for (size_t i = 0; i < m_specs.size(); ++i) show(m_actions.at(static_cast<qsizetype>(i)), m_specs[i]);
}

void ActionRegistry::show(QAction *action, const ActionSpec &spec)
{
    const Binding *binding = current(action->objectName());
    ActionState state;
    if (binding == nullptr)
        state.reason = tr("Not on this page.");
    else if (binding->stateOf)
        state = binding->stateOf();
    action->setText(state.text.isEmpty() ? translated(spec.text) : state.text);
    action->setEnabled(state.reason.isEmpty());
    QString tip = translated(spec.hint);
    if (!action->shortcut().isEmpty())
        tip += u" (%1)"_s.arg(action->shortcut().toString(QKeySequence::NativeText));
    if (!state.reason.isEmpty()) tip += u'\n' + state.reason;
    action->setToolTip(plainToolTip(tip));
    action->setStatusTip(state.reason);
    action->setWhatsThis(translated(spec.hint));
}

QAction *ActionRegistry::action(const ActionSpec &spec) const
{
    return m_actions.at(m_places.value(QString::fromLatin1(spec.id)));
}

QList<QAction *> ActionRegistry::actions() const
{
    return m_actions;
}

const ActionSpec &ActionRegistry::specOf(const QAction *action) const
{
    return m_specs[static_cast<size_t>(m_places.value(action->objectName()))];
}

QString ActionRegistry::plainText(const QAction *action)
{
    return withoutMnemonic(action->text());
}

} // namespace signalbox::ui
