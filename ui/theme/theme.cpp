#include "ui/theme/theme.h"

#include "ui/theme/desktop_scheme.h"
#include "ui/theme/icons.h"

#include <QApplication>
#include <QWidget>

namespace signalbox::ui {

Theme::Theme(Choice choice, QObject *parent)
    : QObject(parent),
      m_choice(choice),
      m_desktop(new DesktopScheme(QApplication::palette(), this)),
      m_style(new ConsoleStyle(Look(scheme(), m_density, interfaceFont(), fixedFont()))),
      m_base(interfaceFont()),
      m_mono(fixedFont())
{
    addIconSearchPaths();
    QApplication::setStyle(m_style);
    apply();
    connect(m_desktop, &DesktopScheme::changed, this, [this] {
        if (m_choice == Choice::FollowDesktop) apply();
    });
}

Scheme Theme::scheme() const
{
    switch (m_choice) {
    case Choice::Light:
        return Scheme::Light;
    case Choice::Dark:
        return Scheme::Dark;
    case Choice::FollowDesktop:
        return m_desktop->scheme();
    }
    Q_UNREACHABLE();
}

void Theme::choose(Choice choice)
{
    m_choice = choice;
    apply();
}

void Theme::setDensity(Density density)
{
    m_density = density;
    apply();
}

void Theme::apply()
{
    m_style->setLook(Look(scheme(), m_density, m_base, m_mono));
    const Look &look = m_style->look();
    useIconsFor(look.scheme);
    QApplication::setFont(look.base);
    QApplication::setPalette(look.palette());
    for (QWidget *window : QApplication::topLevelWidgets()) window->update();
    Q_EMIT changed();
}

} // namespace signalbox::ui
