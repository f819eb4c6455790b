#include "ui/parts/key_hint.h"

#include "ui/theme/console_style.h"

#include <QFontMetricsF>
#include <QPainter>

#include <cmath>

namespace signalbox::ui {

KeyHints::KeyHints(QList<Hint> hints, QWidget *parent) : QWidget(parent), m_hints(std::move(hints))
{
    setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    QStringList texts;
    for (const Hint &hint : m_hints) texts.append(hint.keys.join(u' ') + u' ' + hint.text);
    setAccessibleName(texts.join(QStringLiteral(", ")));
}

double KeyHints::layOut(QPainter *painter) const
{
    const Look &look = lookOf(this);
    const QFontMetricsF metrics(look.small);
    constexpr double keyPadding = 5;
    double x = 0;
    for (const Hint &hint : m_hints) {
        for (const QString &key : hint.keys) {
            const QRectF frame(x, 3, metrics.horizontalAdvance(key) + 2 * keyPadding, height() - 6);
            if (painter != nullptr) {
                const QColor edge
                    = hint.isDangerous ? look.state(JobStatus::Failed).solid : look(Token::Button);
                paintFrame(*painter, frame, look(Token::Base), edge, 3);
                painter->setPen(hint.isDangerous ? look.state(JobStatus::Failed).text : look(Token::Text2));
                painter->drawText(frame, Qt::AlignCenter, key);
            }
            x = frame.right() + 4;
        }
        const double width = metrics.horizontalAdvance(hint.text);
        if (painter != nullptr) {
            painter->setPen(look(Token::Muted));
            painter->drawText(QRectF(x + 2, 0, width + 2, height()), Qt::AlignVCenter, hint.text);
        }
        x += width + 18;
    }
    return x;
}

QSize KeyHints::sizeHint() const
{
    const Look &look = lookOf(this);
    return {static_cast<int>(std::ceil(layOut(nullptr))), QFontMetrics(look.small).height() + 8};
}

void KeyHints::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setFont(lookOf(this).small);
    std::ignore = layOut(&painter);
}

} // namespace signalbox::ui
