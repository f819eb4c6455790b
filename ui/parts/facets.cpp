#include "ui/parts/facets.h"

#include "core/model/number_text.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/console_style.h"
#include "ui/theme/shapes.h"
#include "ui/theme/words.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace signalbox::ui {

namespace {

/// As an operator thinks of them, not as the enum counts.
constexpr std::array order{JobStatus::Scheduled, JobStatus::Blocked,    JobStatus::Pending,
                           JobStatus::Retrying,  JobStatus::Running,    JobStatus::Completed,
                           JobStatus::Failed,    JobStatus::DeadLetter, JobStatus::Cancelled};
constexpr int cellCount = static_cast<int>(order.size()) + 1;
constexpr int padding = 12;

} // namespace

Facets::Facets(QWidget *parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Jobs by state"));
}

std::optional<JobStatus> Facets::statusAt(int cell)
{
    if (cell < 1 || cell >= cellCount) return {};
    return order[static_cast<size_t>(cell - 1)];
}

int Facets::currentCell() const
{
    for (int cell = 1; cell < cellCount; ++cell) {
        if (statusAt(cell) == m_current) return cell;
    }
    return 0;
}

void Facets::setCounts(const QueueStats &stats)
{
    if (m_stats == stats) return;
    m_stats = stats;
    update();
}

void Facets::setCurrent(std::optional<JobStatus> status)
{
    m_current = status;
    setAccessibleDescription(status ? wordOf(*status) : tr("All"));
    update();
}

QSize Facets::sizeHint() const
{
    const Look &look = lookOf(this);
    return {600, QFontMetrics(look.small).height() + QFontMetrics(look.baseBold).height() + 11};
}

QList<QRect> Facets::cells() const
{
    QList<QRect> rects;
    int x = 0;
    for (int cell = 0; cell < cellCount; ++cell) {
        const int right = width() * (cell + 1) / cellCount;
        rects.append(QRect(x, 0, right - x, height()));
        x = right;
    }
    return rects;
}

void Facets::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Base));
    painter.fillRect(QRect(0, height() - 1, width(), 1), look(Token::Border));
    const QList<QRect> rects = cells();
    for (int cell = 0; cell < cellCount; ++cell) {
        const QRect rect = rects.at(cell);
        const std::optional<JobStatus> status = statusAt(cell);
        const bool isCurrent = cell == currentCell();
        if (isCurrent)
            painter.fillRect(rect.adjusted(0, 0, 0, -1), look(Token::Select));
        else if (cell == m_hovered)
            painter.fillRect(rect.adjusted(0, 0, 0, -1), look(Token::Hover));
        if (isCurrent)
            painter.fillRect(QRect(rect.left(), rect.bottom() - 1, rect.width(), 2), look(Token::Accent));
        if (cell > 0) painter.fillRect(QRect(rect.left(), 0, 1, rect.height() - 1), look(Token::Line));
        const qint64 count = status ? m_stats.size(*status) : m_stats.total();
        QRectF line(rect.left() + (cell == 0 ? padding : 10), 4, rect.width() - 14,
                    QFontMetrics(look.small).height());
        const QColor color = count == 0 || !status ? look(Token::Muted) : look.state(*status).text;
        if (status) {
            paintShape(
                painter,
                QRectF(line.left(), std::round(line.center().y() - shapeSize / 2), shapeSize, shapeSize),
                shapeOf(*status), color, look(isCurrent ? Token::Select : Token::Base));
            line.adjust(shapeSize + 5, 0, 0, 0);
        }
        painter.setFont(look.small);
        painter.setPen(look(count == 0 ? Token::Muted : Token::Text2));
        painter.drawText(line, Qt::AlignVCenter,
                         QFontMetrics(look.small)
                             .elidedText(status ? wordOf(*status) : tr("All"), Qt::ElideRight,
                                         static_cast<int>(line.width())));
        painter.setFont(count == 0 ? look.base : look.baseBold);
        painter.setPen(look(count == 0 ? Token::Muted : Token::Text));
        const QRectF number(rect.left() + (cell == 0 ? padding : 10), line.bottom() + 1, rect.width() - 14,
                            QFontMetrics(look.baseBold).height());
        drawTabular(painter, number, Qt::AlignLeft | Qt::AlignVCenter, countText(count));
    }
    if (hasFocus()) paintFrame(painter, rect(), Qt::transparent, look(Token::Accent), 0, 2);
}

void Facets::choose(int cell)
{
    if (cell < 0 || cell >= cellCount) return;
    setCurrent(statusAt(cell));
    Q_EMIT chosen(m_current);
}

void Facets::mousePressEvent(QMouseEvent *event)
{
    const QList<QRect> rects = cells();
    for (int cell = 0; cell < cellCount; ++cell) {
        if (rects.at(cell).contains(event->position().toPoint())) choose(cell);
    }
}

void Facets::mouseMoveEvent(QMouseEvent *event)
{
    const QList<QRect> rects = cells();
    for (int cell = 0; cell < cellCount; ++cell) {
        if (rects.at(cell).contains(event->position().toPoint()) && std::exchange(m_hovered, cell) != cell)
            update();
    }
}

void Facets::leaveEvent(QEvent *)
{
    m_hovered = -1;
    update();
}

void Facets::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Left) return choose(currentCell() - 1);
    if (event->key() == Qt::Key_Right) return choose(currentCell() + 1);
    QWidget::keyPressEvent(event);
}

} // namespace signalbox::ui
