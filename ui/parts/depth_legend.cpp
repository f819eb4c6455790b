#include "ui/parts/depth_legend.h"

#include "ui/parts/paint_bars.h"
#include "ui/theme/words.h"

#include <QPainter>

namespace signalbox::ui {

DepthLegend::DepthLegend(QWidget *parent) : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Depth, length on a log scale"));
}

QSize DepthLegend::sizeHint() const
{
    return {600, lookOf(this).rowHeight + 4};
}

void DepthLegend::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Base));
    painter.setFont(look.small);
    const QFontMetricsF metrics(look.small);
    double x = 12;
    const auto word = [&](const QString &text, Token token) {
        painter.setPen(look(token));
        painter.drawText(QRectF(x, 0, metrics.horizontalAdvance(text) + 2, height()), Qt::AlignVCenter, text);
        x += metrics.horizontalAdvance(text);
    };
    word(tr("Depth, length on a log scale:"), Token::Muted);
    for (const JobStatus status : depthOrder()) {
        x += 14;
        fillState(painter, QRectF(x, height() / 2 - 5, 10, 10), look, status);
        x += 15;
        word(pluralWordOf(status), Token::Text2);
    }
}

} // namespace signalbox::ui
