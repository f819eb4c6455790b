#include "ui/theme/desktop_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {
const QString service = u"org.freedesktop.portal.Desktop"_s;
const QString path = u"/org/freedesktop/portal/desktop"_s;
const QString interface = u"org.freedesktop.portal.Settings"_s;
const QString group = u"org.freedesktop.appearance"_s;
const QString key = u"color-scheme"_s;
} // namespace

DesktopScheme::DesktopScheme(const QPalette &platform, QObject *parent)
    : QObject(parent),
      m_platform(platform.window().color().lightness() < platform.windowText().color().lightness()
                     ? Scheme::Dark
                     : Scheme::Light),
      m_scheme(m_platform)
{
    // Offscreen and on a bare X server there is often no session bus; asking for one would start it.
    if (qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS")
        && qEnvironmentVariableIsEmpty("XDG_RUNTIME_DIR"))
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) return;
    bus.connect(service, path, interface, u"SettingChanged"_s, this,
                SLOT(noteSetting(QString, QString, QDBusVariant)));
    ask();
}

void DesktopScheme::ask()
{
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, interface, u"Read"_s);
    call.setArguments({group, key});
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        watcher->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isError()) return; // no portal: the platform's palette stands
        QVariant value = reply.value().variant();
        if (value.canConvert<QDBusVariant>())
            value = value.value<QDBusVariant>().variant(); // Read wraps twice
        take(value.toUInt());
    });
}

Scheme DesktopScheme::fromPortal(uint value, Scheme otherwise)
{
    constexpr uint preferDark = 1;
    constexpr uint preferLight = 2;
    if (value == preferDark) return Scheme::Dark;
    if (value == preferLight) return Scheme::Light;
    return otherwise;
}

void DesktopScheme::noteSetting(const QString &changedGroup, const QString &changedKey,
                                const QDBusVariant &value)
{
    if (changedGroup == group && changedKey == key) take(value.variant().toUInt());
}

void DesktopScheme::take(uint value)
{
    const Scheme scheme = fromPortal(value, m_platform);
    if (scheme == m_scheme) return;
    m_scheme = scheme;
    Q_EMIT changed();
}

} // namespace signalbox::ui
