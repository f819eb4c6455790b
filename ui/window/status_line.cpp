#include "ui/window/status_line.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/console_style.h"
#include "ui/theme/shapes.h"

#include <QBoxLayout>
#include <QPainter>

namespace signalbox::ui {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {
constexpr int markRoom = 30;
}

StatusLine::StatusLine(LiveState &live, QWidget *parent) : QWidget(parent), m_live(live)
{
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(markRoom, 0, 12, 0);
    layout->setSpacing(10);
    m_connection = add(layout, true);
    m_connection->setElastic(true);
    m_connection->setElideMode(Qt::ElideMiddle);
    m_ping = add(layout);
    m_rate = add(layout);
    m_workers = add(layout);
    m_cost = add(layout);
    layout->addStretch(1);
    m_message = new PlainLabel({}, &Look::smallMedium, Token::Text, this);
    m_message->setElastic(true);
    m_message->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_message, 4);
    m_age = add(layout);
    setFixedHeight(lookOf(this).statusBar);
    m_messageEnds.setSingleShot(true);
    connect(&m_messageEnds, &QTimer::timeout, this, [this] { m_message->setText({}); });
    connect(&m_live, &LiveState::figuresChanged, this, &StatusLine::showState);
    connect(&m_live, &LiveState::ticked, this, &StatusLine::showState);
    connect(&m_live, &LiveState::connectionChanged, this, [this] {
        measureCost();
        showState();
    });
    show(m_cost, {});
    showState();
}

PlainLabel *StatusLine::add(QHBoxLayout *layout, bool isFirst)
{
    auto *label = new PlainLabel({}, &Look::small, Token::Text2, this);
    if (!isFirst) {
        auto *line = new Hairline(Qt::Vertical, this, 7);
        layout->addWidget(line);
        m_lines.insert(label, line);
    }
    layout->addWidget(label);
    return label;
}

void StatusLine::show(PlainLabel *label, const QString &text)
{
    label->setText(text);
    label->setVisible(!text.isEmpty());
    if (QWidget *line = m_lines.value(label)) line->setVisible(!text.isEmpty());
}

void StatusLine::say(const QString &message, bool isError)
{
    m_message->setText(message);
    m_message->setToken(isError ? Token::ErrorText : Token::Text);
    m_messageEnds.start(isError ? 20s : 8s);
}

QString StatusLine::message() const
{
    return m_message->text();
}

QString StatusLine::text() const
{
    QStringList parts;
    for (const PlainLabel *label : {m_connection, m_ping, m_rate, m_workers, m_cost, m_message, m_age})
        parts.append(label->text());
    return parts.join(u" | "_s);
}

void StatusLine::measureCost()
{
    // The connection counts; it tells with every ping. A shorter span than this would jump.
    constexpr auto spanMin = 2s;
    const Timestamp now = m_live.clock().wallNow();
    const auto span = now - m_costSince;
    if (span < spanMin) return;
    const quint64 sent = m_live.connection().commandsSent;
    if (sent < m_commandsBefore || m_costSince == Timestamp()) {
        show(m_cost, {}); // a new connection counts from zero
    } else {
        const double seconds = std::chrono::duration<double>(span).count();
        const double rate = static_cast<double>(sent - m_commandsBefore) / seconds;
        show(m_cost, tr("this console %1 commands/s").arg(QLocale().toString(rate, 'f', 1)));
    }
    m_commandsBefore = sent;
    m_costSince = now;
}

QString StatusLine::connectionText() const
{
    const queue::QueueConnection &connection = m_live.connection();
    const QString server = displayLine(connection.server);
    switch (connection.phase) {
    case queue::QueueConnection::Phase::Stopped:
        return tr("Not connected");
    case queue::QueueConnection::Phase::Connecting:
        return tr("Connecting…");
    case queue::QueueConnection::Phase::Ready:
        return server.isEmpty() ? tr("Connected") : tr("Connected  %1").arg(server);
    case queue::QueueConnection::Phase::Lost:
        return tr("Connection lost %1 ago, trying again")
            .arg(ageText(std::max(0us, m_live.clock().wallNow() - connection.since)));
    }
    Q_UNREACHABLE();
}

void StatusLine::showState()
{
    const bool isLost = m_live.connection().phase == queue::QueueConnection::Phase::Lost;
    m_connection->setText(connectionText());
    m_connection->setToken(isLost ? Token::ErrorText : Token::Text2);
    const std::chrono::microseconds ping = m_live.connection().ping;
    show(m_ping, ping.count() > 0 ? tr("ping %1").arg(durationText(ping)) : QString());
    show(m_rate, tr("%1 jobs/s").arg(QLocale().toString(m_live.sum().completedPerSecond1m, 'f', 1)));
    int busy = 0;
    int workers = 0;
    for (const PoolInfo &pool : m_live.pools()) {
        for (const WorkerInfo &worker : pool.workers) {
            ++workers;
            if (worker.status == WorkerStatus::Busy) ++busy;
        }
    }
    show(m_workers, tr("%1/%2 workers busy").arg(busy).arg(workers));
    if (!m_live.asOf()) {
        m_age->setText(tr("no figures yet"));
    } else {
        const auto age = m_live.clock().wallNow() - *m_live.asOf();
        m_age->setText(age < 4s ? tr("updated now") : tr("updated %1 ago").arg(ageText(age)));
        m_age->setToken(m_live.isStale() ? Token::WarnText : Token::Text2);
    }
    update();
}

void StatusLine::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Window));
    painter.fillRect(QRect(0, 0, width(), 1), look(Token::Border));
    const bool isReady = m_live.connection().phase == queue::QueueConnection::Phase::Ready;
    paintShape(painter, QRectF(12, std::round(height() / 2.0 - shapeSize / 2), shapeSize, shapeSize),
               isReady ? Shape::Check : Shape::Cross, look(isReady ? Token::OkText : Token::ErrorText),
               look(Token::Window));
}

} // namespace signalbox::ui
