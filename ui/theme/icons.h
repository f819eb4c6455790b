#pragma once

#include "ui/theme/shapes.h"
#include "ui/theme/tokens.h"

#include <QIcon>

namespace signalbox::ui {

/// Breeze's icons by name, and our own (overview, queue, dead-letter, worker) in the colour of the text.
/// Own SVGs are tinted when they are rasterised, so they follow a change of theme.
[[nodiscard]] QIcon icon(const QString &name);
[[nodiscard]] QIcon ownIcon(const QString &name, Token token);
/// A state's shape where a button wants an icon: follows the token, also on a solid button.
[[nodiscard]] QIcon shapeIcon(Shape shape, Token token);
[[nodiscard]] QIcon applicationIcon();

/// Every Breeze name that the console asks for, and every own one: for the test that looks for each.
[[nodiscard]] QStringList breezeIconNames();
[[nodiscard]] QStringList ownIconNames();

/// As QIcon::paint(), which on a fine screen takes a theme's drawing for twice the size, with lines half as
/// thick.
void paintIcon(QPainter &painter, const QRect &where, const QIcon &icon);

void addIconSearchPaths(); ///< the `icons` folder of every data directory
void useIconsFor(Scheme scheme);

} // namespace signalbox::ui
