#include "ui/theme/look.h"

#include "ui/theme/console_style.h"

#include <QApplication>
#include <QFontDatabase>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr double pointsMin = 8.0;
constexpr double interfacePoints = 9.75; // 13 px at 96 dpi

QFont stepped(const QFont &from, double step, QFont::Weight weight = QFont::Normal)
{
    QFont font = from;
    font.setPointSizeF(std::max(pointsMin, from.pointSizeF() + step));
    font.setWeight(weight);
    return font;
}

bool desktopGivesFonts()
{
    return !qEnvironmentVariableIsEmpty("XDG_CURRENT_DESKTOP")
        || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORMTHEME");
}

} // namespace

Look::Look(Scheme theScheme, Density theDensity, const QFont &baseFont, const QFont &monoFont)
    : scheme(theScheme),
      density(theDensity),
      base(stepped(baseFont, 0)),
      baseMedium(stepped(baseFont, 0, QFont::Medium)),
      baseBold(stepped(baseFont, 0, QFont::DemiBold)),
      small(stepped(baseFont, -0.75)),
      smallMedium(stepped(baseFont, -0.75, QFont::Medium)),
      smallBold(stepped(baseFont, -0.75, QFont::DemiBold)),
      axis(stepped(baseFont, -1.5)),
      mono(stepped(monoFont, baseFont.pointSizeF() - monoFont.pointSizeF() - 0.75)),
      monoBold(mono),
      objectName(stepped(baseFont, 1, QFont::DemiBold)),
      pageTitle(stepped(baseFont, 2.25, QFont::DemiBold)),
      tileNumber(stepped(baseFont, 8.25, QFont::DemiBold)),
      firstTitle(stepped(baseFont, 5.25, QFont::DemiBold))
{
    monoBold.setWeight(QFont::DemiBold);
    // The pictures' heights are minimums at 9.75 pt; a larger font makes everything higher.
    const int line = QFontMetrics(base).height();
    const auto atLeast = [line](int height) { return std::max(height, line + 8); };
    rowHeight = atLeast(density == Density::Compact ? 24 : 30);
    twoLineHeight = std::max(42, line + QFontMetrics(small).height() + 10);
    headHeight = atLeast(headHeight);
    buttonHeight = atLeast(buttonHeight);
    inputHeight = atLeast(inputHeight);
    sidebarItem = atLeast(sidebarItem);
    statusBar = atLeast(statusBar);
    pageHead = std::max(pageHead, QFontMetrics(pageTitle).height() + 16);
    panelHead = atLeast(panelHead);
    badgeHeight = std::max(badgeHeight, QFontMetrics(smallMedium).height() + 2);
}

QPalette Look::palette() const
{
    const Look &look = *this;
    QPalette palette;
    palette.setColor(QPalette::Window, look(Token::Window));
    palette.setColor(QPalette::Base, look(Token::Base));
    palette.setColor(QPalette::AlternateBase, look(Token::Alt));
    palette.setColor(QPalette::Button, look(Token::Base));
    for (const QPalette::ColorRole role :
         {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::HighlightedText}) {
        palette.setColor(role, look(Token::Text));
        palette.setColor(QPalette::Disabled, role, look(Token::Disabled));
    }
    palette.setColor(QPalette::PlaceholderText, look(Token::Muted));
    palette.setColor(QPalette::Highlight, look(Token::Select));
    palette.setColor(QPalette::Inactive, QPalette::Highlight, look(Token::SelectInactive));
    palette.setColor(QPalette::Link, look(Token::Accent));
    palette.setColor(QPalette::LinkVisited, look(Token::Accent));
    palette.setColor(QPalette::ToolTipBase, look(Token::Tip));
    palette.setColor(QPalette::ToolTipText, look(Token::TipText));
    palette.setColor(QPalette::BrightText, look(Token::ErrorText));
    palette.setColor(QPalette::Light, look(Token::Base));
    palette.setColor(QPalette::Midlight, look(Token::Line));
    palette.setColor(QPalette::Mid, look(Token::Border));
    palette.setColor(QPalette::Dark, look(Token::Control));
    palette.setColor(QPalette::Shadow, look(Token::Border));
    return palette;
}

const Look &lookOf(const QWidget *)
{
    // One style draws the whole application, so the widget does not matter; it stands in the signature so
    // that a window with a look of its own needs no change in its callers.
    const auto *style = qobject_cast<const ConsoleStyle *>(QApplication::style());
    Q_ASSERT_X(style != nullptr, "lookOf", "the application's style is not a ConsoleStyle");
    return style->look();
}

QFont interfaceFont()
{
    QFont font = QApplication::font();
    if (desktopGivesFonts()) return font;
    font.setFamilies({u"Inter"_s, u"Noto Sans"_s, u"DejaVu Sans"_s});
    font.setPointSizeF(interfacePoints);
    return font;
}

QFont fixedFont()
{
    QFont font = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    if (desktopGivesFonts()) return font;
    font.setFamilies({u"JetBrains Mono"_s, u"Noto Sans Mono"_s, u"DejaVu Sans Mono"_s});
    font.setStyleHint(QFont::Monospace);
    font.setPointSizeF(interfacePoints);
    return font;
}

} // namespace signalbox::ui
