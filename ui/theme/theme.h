#pragma once

#include "ui/theme/console_style.h"

#include <QObject>

namespace signalbox::ui {

class DesktopScheme;

/// Light or dark, and how dense: sets style, palette, fonts and icon theme of the application, and follows
/// the desktop while the person has not chosen.   Threads  GUI; one per application, owned by main().
class Theme : public QObject {
    Q_OBJECT
public:
    enum class Choice { FollowDesktop, Light, Dark };
    explicit Theme(Choice choice = Choice::FollowDesktop, QObject *parent = nullptr);

    [[nodiscard]] Choice choice() const { return m_choice; }
    [[nodiscard]] Scheme scheme() const;
    [[nodiscard]] Density density() const { return m_density; }
    void choose(Choice choice);
    void setDensity(Density density);

Q_SIGNALS:
    void changed(); ///< after palette, fonts and icons are in place

private:
    void apply();

    Choice m_choice;
    Density m_density = Density::Compact;
    DesktopScheme *m_desktop;
    ConsoleStyle *m_style; // the application owns it
    QFont m_base;
    QFont m_mono;
};

} // namespace signalbox::ui
