#pragma once

#include "ui/theme/tokens.h"

#include <QFont>
#include <QFontMetrics>
#include <QPalette>

class QWidget;

namespace signalbox::ui {

enum class Density { Compact, Comfortable };

/// What a delegate or a painted widget needs to draw: colours, fonts and heights of the current theme, made
/// once a theme change. A value; cheap to copy, but usually held by reference from lookOf().
class Look {
public:
    Look(Scheme scheme, Density density, const QFont &base, const QFont &mono);

    [[nodiscard]] QColor operator()(Token token) const { return color(scheme, token); }
    [[nodiscard]] StateColors state(JobStatus status) const { return colors(scheme, status); }
    [[nodiscard]] QPalette palette() const;

    Scheme scheme;
    Density density;
    QFont base;       ///< B
    QFont baseMedium; ///< current items
    QFont baseBold;   ///< titles of panels, the one name in a row
    QFont small;      ///< B − 0.75: second lines, heads
    QFont smallMedium;
    QFont smallBold;
    QFont axis; ///< B − 1.5
    QFont mono; ///< B − 0.75: ids, arguments, logs
    QFont monoBold;
    QFont objectName; ///< B + 1
    QFont pageTitle;  ///< B + 2.25
    QFont tileNumber; ///< B + 8.25
    QFont firstTitle; ///< B + 5.25

    int rowHeight = 24;     ///< of tables
    int twoLineHeight = 42; ///< of rows with a second line
    int headHeight = 26;    ///< of tables
    int buttonHeight = 26;
    int inputHeight = 28;
    int sidebarItem = 29;
    int statusBar = 26;
    int pageHead = 44;
    int panelHead = 32;
    int badgeHeight = 18;
};

/// The window's look. REQUIRES the application's style to be a ConsoleStyle.
[[nodiscard]] const Look &lookOf(const QWidget *widget = nullptr);

/// The desktop's font when a platform theme gives one, else Inter and its like at 9.75 pt.
[[nodiscard]] QFont interfaceFont();
[[nodiscard]] QFont fixedFont();

} // namespace signalbox::ui
