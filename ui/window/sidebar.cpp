#include "ui/window/sidebar.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/parts/paint_text.h"
#include "ui/theme/console_style.h"
#include "ui/theme/icons.h"
#include "ui/theme/look.h"
#include "ui/theme/shapes.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int top = 8;
constexpr int margin = 14;
constexpr int iconSize = 16;
constexpr int widthWanted = 192;
} // namespace

Sidebar::Sidebar(LiveState &live, ActionRegistry &actions, QWidget *parent)
    : QWidget(parent), m_live(live), m_actions(actions)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::TabFocus);
    setAccessibleName(tr("Pages"));
    const auto repaint = qOverload<>(&QWidget::update);
    connect(&m_live, &LiveState::figuresChanged, this, repaint);
    connect(&m_live, &LiveState::connectionChanged, this, repaint);
}

void Sidebar::setCurrent(const QString &pageId)
{
    const std::span<const PageSpec> pages = pageList();
    for (size_t i = 0; i < pages.size(); ++i) {
        if (pageId == QLatin1StringView(pages[i].id)) m_current = static_cast<int>(i);
    }
    setAccessibleDescription(
        ActionRegistry::plainText(m_actions.action(pages[static_cast<size_t>(m_current)].action)));
    update();
}

QString Sidebar::countText(const QString &pageId) const
{
    for (const PageSpec &page : pageList()) {
        if (pageId != QLatin1StringView(page.id)) continue;
        const PageSpec::Count count = page.count(m_live);
        if (!count.number || !m_live.hasFigures()) return {};
        return signalbox::countText(*count.number) + (count.isAlarm ? u" !"_s : QString());
    }
    return {};
}

QSize Sidebar::sizeHint() const
{
    return {widthWanted, 400};
}

QSize Sidebar::minimumSizeHint() const
{
    return {48, static_cast<int>(pageList().size()) * lookOf(this).sidebarItem + 80};
}

QRect Sidebar::itemRect(int item) const
{
    const int height = lookOf(this).sidebarItem;
    return {0, top + item * height, width(), height};
}

int Sidebar::itemAt(const QPoint &point) const
{
    for (int item = 0; item < static_cast<int>(pageList().size()); ++item) {
        if (itemRect(item).contains(point)) return item;
    }
    return -1;
}

void Sidebar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), lookOf(this)(Token::Window));
    for (int item = 0; item < static_cast<int>(pageList().size()); ++item) paintItem(painter, item);
    paintConnection(painter);
}

void Sidebar::paintItem(QPainter &painter, int item) const
{
    const Look &look = lookOf(this);
    const PageSpec &page = pageList()[static_cast<size_t>(item)];
    const QAction *action = m_actions.action(page.action);
    const QRect rect = itemRect(item);
    const bool isCurrent = item == m_current;
    if (isCurrent) {
        painter.fillRect(rect, look(Token::Select));
        painter.fillRect(QRect(rect.left(), rect.top(), 3, rect.height()), look(Token::Accent));
    } else if (item == m_hovered) {
        painter.fillRect(rect, look(Token::Hover));
    }
    if (isCurrent && hasFocus()) paintFrame(painter, rect, Qt::transparent, look(Token::Accent), 0, 2);
    paintIcon(painter, QRect(margin, rect.top() + (rect.height() - iconSize) / 2, iconSize, iconSize),
              action->icon());

    const PageSpec::Count count = page.count(m_live);
    const QString number = countText(QString::fromLatin1(page.id));
    painter.setFont(count.isAlarm ? look.smallBold : look.small);
    const double numberWidth = tabularWidth(painter.font(), number);
    painter.setPen(count.isAlarm ? look(Token::ErrorText) : look(isCurrent ? Token::Text2 : Token::Muted));
    if (m_live.isStale()) painter.setPen(look(Token::Disabled));
    drawTabular(painter, QRectF(rect).adjusted(0, 0, -12, 0), Qt::AlignRight | Qt::AlignVCenter, number);
    painter.setFont(isCurrent ? look.baseMedium : look.base);
    painter.setPen(look(isCurrent ? Token::Text : Token::Text2));
    const QRectF text = QRectF(rect).adjusted(margin + iconSize + 10, 0, -(numberWidth + 20), 0);
    painter.drawText(text, Qt::AlignVCenter,
                     QFontMetricsF(painter.font())
                         .elidedText(ActionRegistry::plainText(action), Qt::ElideRight, text.width()));
}

void Sidebar::paintConnection(QPainter &painter) const
{
    const Look &look = lookOf(this);
    const int line = QFontMetrics(look.small).height() + 8;
    const QRectF item(0, height() - line - 6, width(), line);
    const QRectF head = item.translated(0, -line);
    painter.setFont(look.smallBold);
    painter.setPen(look(Token::Muted));
    painter.drawText(head.adjusted(margin, 0, 0, 0), Qt::AlignVCenter, tr("Connection"));
    const queue::QueueConnection &connection = m_live.connection();
    const bool isReady = connection.phase == queue::QueueConnection::Phase::Ready;
    painter.setFont(look.small);
    painter.setPen(look(isReady ? Token::Muted : Token::ErrorText));
    const QString ping = !isReady     ? tr("lost")
        : connection.ping.count() > 0 ? durationText(connection.ping)
                                      : QString();
    drawTabular(painter, item.adjusted(0, 0, -12, 0), Qt::AlignRight | Qt::AlignVCenter, ping);
    const double dot = 8;
    paintShape(painter, QRectF(margin + 2, std::round(item.center().y() - dot / 2), dot, dot), Shape::Dot,
               look(!isReady                       ? Token::ErrorText
                        : m_live.isOnThisMachine() ? Token::ProfileLocal
                                                   : Token::ProfileOther),
               look(Token::Window));
    const QRectF name = item.adjusted(margin + iconSize + 10, 0, -(tabularWidth(look.small, ping) + 20), 0);
    const QString server = m_live.serverName();
    painter.setFont(look.smallMedium);
    painter.setPen(look(Token::Text));
    painter.drawText(name, Qt::AlignVCenter,
                     QFontMetricsF(look.smallMedium).elidedText(server, Qt::ElideRight, name.width()));
}

void Sidebar::go(int item)
{
    if (item < 0 || item >= static_cast<int>(pageList().size())) return;
    m_actions.action(pageList()[static_cast<size_t>(item)].action)->trigger();
}

void Sidebar::mousePressEvent(QMouseEvent *event)
{
    go(itemAt(event->position().toPoint()));
}

void Sidebar::mouseMoveEvent(QMouseEvent *event)
{
    const int item = itemAt(event->position().toPoint());
    if (std::exchange(m_hovered, item) != item) update();
}

void Sidebar::leaveEvent(QEvent *)
{
    m_hovered = -1;
    update();
}

void Sidebar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Up || event->key() == Qt::Key_K) return go(m_current - 1);
    if (event->key() == Qt::Key_Down || event->key() == Qt::Key_J) return go(m_current + 1);
    QWidget::keyPressEvent(event);
}

bool Sidebar::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip) return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    const int item = itemAt(help->pos());
    if (item >= 0)
        QToolTip::showText(help->globalPos(),
                           m_actions.action(pageList()[static_cast<size_t>(item)].action)->toolTip(), this,
                           itemRect(item));
    else if (help->pos().y() > height() - 60)
        QToolTip::showText(help->globalPos(), plainToolTip(displayLine(m_live.connection().server)), this);
    return true;
}

} // namespace signalbox::ui
