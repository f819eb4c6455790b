#pragma once

#include "ui/theme/tokens.h"

#include <QObject>
#include <QPalette>
#include <QVariant>

class QDBusVariant;

namespace signalbox::ui {

/// Whether the desktop is light or dark: `org.freedesktop.appearance color-scheme` of the settings portal,
/// asked without waiting and followed by its signal; until it answers, and where there is none, the palette
/// that the platform gave.   Threads  GUI.
class DesktopScheme : public QObject {
    Q_OBJECT
public:
    explicit DesktopScheme(const QPalette &platform, QObject *parent = nullptr);
    [[nodiscard]] Scheme scheme() const { return m_scheme; }
    /// The portal's number: 1 dark, 2 light, anything else no preference.
    [[nodiscard]] static Scheme fromPortal(uint value, Scheme otherwise);

Q_SIGNALS:
    void changed();

public Q_SLOTS:
    void noteSetting(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void ask();
    void take(uint value);

    Scheme m_platform;
    Scheme m_scheme;
};

} // namespace signalbox::ui
