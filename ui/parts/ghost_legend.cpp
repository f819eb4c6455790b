#include "ui/parts/ghost_legend.h"

#include "ui/theme/console_style.h"

#include <QPainter>

namespace signalbox::ui {

namespace {
constexpr int markWidth = 18;
}

GhostLegend::GhostLegend(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setAccessibleName(tr("The line in a bar is where the median run would be"));
}

QSize GhostLegend::sizeHint() const
{
    const QFontMetrics metrics(lookOf(this).small);
    return {markWidth + 6 + metrics.horizontalAdvance(tr("where the median run would be")) + 2,
            metrics.height() + 4};
}

void GhostLegend::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    const int middle = height() / 2 + 1; // that of the small letters
    paintFrame(painter, QRectF(0, middle - 3, markWidth, 6), look(Token::Track), Qt::transparent, 3);
    painter.fillRect(QRect(markWidth / 2 - 1, middle - 7, 2, 14), look(Token::Text));
    painter.setFont(look.small);
    painter.setPen(look(Token::Muted));
    painter.drawText(rect().adjusted(markWidth + 6, 0, 0, 0), Qt::AlignVCenter,
                     tr("where the median run would be"));
}

} // namespace signalbox::ui
