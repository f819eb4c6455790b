#include "ui/window/top_bar.h"

#include "core/model/display_text.h"
#include "ui/actions/actions.h"
#include "ui/parts/action_button.h"
#include "ui/parts/paint_text.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/parts/stepper.h"
#include "ui/theme/icons.h"

#include <QApplication>
#include <QBoxLayout>
#include <QClipboard>
#include <QMenu>
#include <QPainter>
#include <QPushButton>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

/// Looks like an input, is a button: a click opens the palette, which has the input.
class PaletteBox : public QPushButton {
public:
    explicit PaletteBox(QAction *action, QWidget *parent) : QPushButton(parent), m_action(action)
    {
        setFocusPolicy(Qt::TabFocus);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        setMaximumWidth(400);
        setAccessibleName(ActionRegistry::plainText(action));
        setToolTip(action->toolTip());
        connect(this, &QPushButton::clicked, action, &QAction::trigger);
    }
    [[nodiscard]] QSize sizeHint() const override { return {320, lookOf(this).inputHeight}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, lookOf(this).inputHeight}; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Look &look = lookOf(this);
        QPainter painter(this);
        const bool isFocused = hasFocus();
        paintFrame(painter, rect(), look(Token::Base), look(isFocused ? Token::Accent : Token::Control), 4,
                   isFocused ? 2 : 1);
        paintIcon(painter, QRect(8, (height() - 16) / 2, 16, 16), ui::icon(u"edit-find"_s));
        painter.setFont(look.base);
        painter.setPen(look(Token::Muted));
        const QString text = TopBar::tr("Search or command…");
        painter.drawText(rect().adjusted(32, 0, -8, 0), Qt::AlignVCenter, text);
        const QString key = m_action->shortcut().toString(QKeySequence::NativeText);
        painter.setFont(look.small);
        const int keyWidth = QFontMetrics(look.small).horizontalAdvance(key) + 10;
        const QRect frame(width() - keyWidth - 6, 5, keyWidth, height() - 10);
        paintFrame(painter, frame, look(Token::Alt), look(Token::Border), 3);
        painter.drawText(frame, Qt::AlignCenter, key);
    }

private:
    QAction *m_action;
};

Token profileToken(const LiveState &live)
{
    return live.isOnThisMachine() ? Token::ProfileLocal : Token::ProfileOther;
}

} // namespace

TopBar::TopBar(LiveState &live, ActionRegistry &actions, QWidget *parent)
    : QWidget(parent),
      m_live(live),
      m_actions(actions),
      m_connection(new QPushButton(this)),
      m_menu(new QMenu(this))
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 0, 10, 0);
    layout->setSpacing(8);
    setFixedHeight(lookOf(this).pageHead);
    m_connection->setMaximumWidth(280);
    m_connection->setFocusPolicy(Qt::TabFocus);
    auto *connectionMenu = new QMenu(m_connection);
    auto *copy = connectionMenu->addAction(icon(u"edit-copy"_s), tr("Copy the server's address"));
    connect(copy, &QAction::triggered, this,
            [this] { QApplication::clipboard()->setText(m_live.connection().server); });
    m_connection->setMenu(connectionMenu);
    layout->addWidget(m_connection);
    layout->addStretch(1);
    layout->addWidget(new PaletteBox(m_actions.action(action::palette), this), 3);
    layout->addStretch(1);
    layout->addWidget(
        new ActionButton(m_actions.action(action::submitJob), ActionButton::Show::IconAndText, this));
    layout->addWidget(new Hairline(Qt::Vertical, this, 12));
    buildWorkers(layout);
    layout->addWidget(new Hairline(Qt::Vertical, this, 12));
    buildMenu();
    auto *menuButton = new QPushButton(icon(u"application-menu"_s), {}, this);
    setEmphasis(menuButton, Emphasis::Flat);
    menuButton->setToolTip(tr("Menu"));
    menuButton->setAccessibleName(tr("Menu"));
    connect(menuButton, &QPushButton::clicked, this, [this, menuButton] {
        m_menu->popup(menuButton->mapToGlobal(
            QPoint(menuButton->width() - m_menu->sizeHint().width(), menuButton->height() + 2)));
    });
    layout->addWidget(menuButton);
    connect(&m_live, &LiveState::connectionChanged, this, &TopBar::showConnection);
    connect(&m_live, &LiveState::localPoolChanged, this, &TopBar::showWorkers);
    showConnection();
    showWorkers();
}

void TopBar::buildWorkers(QHBoxLayout *layout)
{
    layout->addWidget(new PlainLabel(tr("Local workers"), &Look::base, Token::Text2, this));
    m_stepper
        = new Stepper(m_actions.action(action::removeWorker), m_actions.action(action::addWorker), this);
    layout->addWidget(m_stepper);
    layout->addWidget(
        new ActionButton(m_actions.action(action::startWorkers), ActionButton::Show::IconAndText, this));
    auto *stop = new QPushButton(icon(u"media-playback-stop"_s), tr("Stop"), this);
    auto *stopMenu = new QMenu(stop);
    stopMenu->addAction(m_actions.action(action::stopWorkers));
    stopMenu->addAction(m_actions.action(action::stopWorkersNow));
    stop->setMenu(stopMenu);
    QAction *graceful = m_actions.action(action::stopWorkers);
    const auto follow = [stop, graceful] {
        stop->setEnabled(graceful->isEnabled());
        stop->setToolTip(graceful->toolTip());
        stop->setAccessibleDescription(graceful->statusTip());
    };
    connect(graceful, &QAction::changed, stop, follow);
    follow();
    layout->addWidget(stop);
}

void TopBar::buildMenu()
{
    m_menu->addAction(m_actions.action(action::submitJob));
    m_menu->addAction(m_actions.action(action::startSamples));
    m_menu->addAction(m_actions.action(action::refresh));
    m_menu->addSeparator();
    QMenu *look = m_menu->addMenu(tr("&Appearance"));
    for (const ActionSpec *spec : {&action::followDesktop, &action::lightTheme, &action::darkTheme})
        look->addAction(m_actions.action(*spec));
    look->addSeparator();
    look->addAction(m_actions.action(action::comfortableRows));
    m_menu->addSeparator();
    m_menu->addAction(m_actions.action(action::shortcuts));
    m_menu->addAction(m_actions.action(action::about));
    m_menu->addSeparator();
    m_menu->addAction(m_actions.action(action::quit));
}

void TopBar::showConnection()
{
    const queue::QueueConnection &connection = m_live.connection();
    const bool isReady = connection.phase == queue::QueueConnection::Phase::Ready;
    QString name = m_live.serverName();
    if (name.isEmpty()) name = tr("not connected");
    constexpr qsizetype charsMax = 32;
    if (name.size() > charsMax) name = name.left(charsMax - 1) + u'…';
    m_connection->setText(name.replace(u'&', u"&&"_s));
    m_connection->setIcon(
        shapeIcon(isReady ? Shape::Dot : Shape::Cross, isReady ? profileToken(m_live) : Token::ErrorText));
    m_connection->setToolTip(plainToolTip(displayLine(connection.server)));
    m_connection->setAccessibleName(tr("Server %1").arg(displayLine(connection.server)));
}

void TopBar::showWorkers()
{
    m_stepper->setValue(m_live.localWorkers());
}

void TopBar::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Window));
    painter.fillRect(QRect(0, height() - 1, width(), 1), look(Token::Border));
}

} // namespace signalbox::ui
