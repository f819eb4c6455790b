#include "ui/pages/first_start.h"

#include "core/model/display_text.h"
#include "core/model/number_text.h"
#include "ui/pages/sample_workload.h"
#include "ui/parts/action_button.h"
#include "ui/parts/command_line.h"
#include "ui/parts/key_hint.h"
#include "ui/parts/panel.h"
#include "ui/parts/plain_label.h"
#include "ui/theme/icons.h"

#include <QBoxLayout>
#include <QGridLayout>
#include <QLabel>
#include <QStandardPaths>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int inset = 16;

/// A sentence over the body of a panel.
PlainLabel *sentence(const QString &text, QWidget *parent)
{
    auto *label = new PlainLabel(text, &Look::base, Token::Text2, parent);
    label->setWrapping(true);
    return label;
}

void addCell(QGridLayout *grid, int row, int column, const QString &text, PlainLabel::Font font, Token token,
             Qt::Alignment alignment = Qt::AlignLeft, bool isElastic = false)
{
    auto *label = new PlainLabel(text, font, token);
    label->setAlignment(alignment | Qt::AlignVCenter);
    label->setElastic(isElastic);
    grid->addWidget(label, row, column);
}

} // namespace

FirstStart::FirstStart(const PageContext &context, QWidget *parent) : QWidget(parent), m_context(context)
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 8, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(buildHead());
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(buildSamples(), 1);
    row->addWidget(buildOwn(), 1);
    layout->addLayout(row);
    layout->addWidget(buildData());
    auto *keys = new QHBoxLayout;
    keys->setContentsMargins(4, 4, 4, 0);
    keys->addWidget(new KeyHints({{{u"Ctrl K"_s}, tr("every command")},
                                  {{u"/"_s}, tr("filter")},
                                  {{u"j"_s, u"k"_s}, tr("move")},
                                  {{tr("Enter")}, tr("inspect")},
                                  {{u"F1"_s}, tr("all shortcuts")}},
                                 this));
    keys->addStretch();
    layout->addLayout(keys);
    layout->addStretch(1);
    connect(&m_context.live, &LiveState::connectionChanged, this, &FirstStart::showConnection);
    showConnection();
}

bool FirstStart::isPrivate() const
{
    const service::Settings &settings = m_context.service.settings();
    return !settings.redisUrl && settings.queueType == service::Settings::QueueType::Redis;
}

QWidget *FirstStart::buildHead()
{
    auto *head = new QWidget(this);
    auto *layout = new QHBoxLayout(head);
    layout->setContentsMargins(4, 4, 4, 8);
    layout->setSpacing(16);
    constexpr int markSize = 44;
    auto *mark = new QLabel(head);
    mark->setPixmap(applicationIcon().pixmap(QSize(markSize, markSize), devicePixelRatioF()));
    mark->setTextFormat(Qt::PlainText);
    mark->setAccessibleName(tr("Signalbox"));
    layout->addWidget(mark);
    auto *texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(new PlainLabel(tr("Signalbox is ready"), &Look::firstTitle, Token::Text, head));
    m_sentence = new PlainLabel({}, &Look::base, Token::Text2, head);
    m_sentence->setElastic(true);
    texts->addWidget(m_sentence);
    layout->addLayout(texts, 1);
    return head;
}

QWidget *FirstStart::buildSamples()
{
    auto *panel = new Panel(tr("Try it with a sample workload"), this);
    auto *body = new QWidget(panel);
    auto *layout = new QVBoxLayout(body);
    layout->setContentsMargins(inset, 2, inset, inset);
    layout->setSpacing(12);
    layout->addWidget(
        sentence(tr("Real work on files of this machine. Some jobs fail, retry and die on purpose, so that "
                    "every page has something to show. Nothing leaves this machine."),
                 body));
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(20);
    grid->setVerticalSpacing(7);
    grid->setColumnStretch(3, 1);
    addCell(grid, 0, 0, tr("Handler"), &Look::small, Token::Muted);
    addCell(grid, 0, 1, tr("What it does"), &Look::small, Token::Muted);
    addCell(grid, 0, 2, tr("Jobs"), &Look::small, Token::Muted, Qt::AlignRight);
    addCell(grid, 0, 3, tr("How they end"), &Look::small, Token::Muted);
    grid->addWidget(new Hairline(Qt::Horizontal, body), 1, 0, 1, 4);
    SampleWorkload samples;
    samples.handlers = m_context.service.handlers().keys();
    int row = 2;
    for (const SampleWorkload::Part &part : SampleWorkload::parts(samples.jobs())) {
        addCell(grid, row, 0, part.handler, &Look::base, Token::Text);
        addCell(grid, row, 1, part.what, &Look::base, Token::Text2);
        addCell(grid, row, 2, countText(part.jobs), &Look::base, Token::Text, Qt::AlignRight);
        addCell(grid, row, 3, part.ends, &Look::base, Token::Text2, Qt::AlignLeft, true);
        ++row;
    }
    layout->addLayout(grid);
    layout->addStretch(1);
    auto *buttons = new QHBoxLayout;
    auto *start = new ActionButton(m_context.actions.action(action::startSamples), Emphasis::Primary, body);
    start->setShape(static_cast<int>(Shape::Triangle), Token::OnAccent);
    buttons->addWidget(start);
    buttons->addStretch(1);
    buttons->addWidget(
        new PlainLabel(tr("later in the menu at the top right"), &Look::small, Token::Muted, body));
    layout->addLayout(buttons);
    panel->setBody(body);
    return panel;
}

QWidget *FirstStart::buildOwn()
{
    auto *panel = new Panel(tr("Work on your own Redis"), this);
    auto *body = new QWidget(panel);
    auto *layout = new QVBoxLayout(body);
    layout->setContentsMargins(inset, 2, inset, inset);
    layout->setSpacing(8);
    layout->addWidget(
        sentence(tr("Machines that use the same address and prefix share their queues. Start this "
                    "window with an address:"),
                 body));
    layout->addWidget(new CommandLine(u"signalbox --redis rediss://user@host:6379/0"_s, body));
    layout->addSpacing(8);
    layout->addWidget(new Hairline(Qt::Horizontal, body));
    layout->addSpacing(4);
    layout->addWidget(new PlainLabel(tr("Or submit one job"), &Look::baseBold, Token::Text, body));
    layout->addWidget(sentence(tr("From here, or from any shell on this machine:"), body));
    layout->addWidget(
        new CommandLine(u"signalboxctl submit sample.hash_tree --kwargs '{\"folder\":\"/etc\"}'"_s, body));
    layout->addStretch(1);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(
        new ActionButton(m_context.actions.action(action::submitJob), ActionButton::Show::IconAndText, body));
    buttons->addStretch(1);
    layout->addLayout(buttons);
    panel->setBody(body);
    return panel;
}

QWidget *FirstStart::buildData()
{
    auto *panel = new Panel(tr("Where your data lives"), this);
    auto *body = new QWidget(panel);
    auto *grid = new QGridLayout(body);
    grid->setContentsMargins(inset, 2, inset, 12);
    grid->setHorizontalSpacing(24);
    grid->setVerticalSpacing(7);
    grid->setColumnStretch(1, 2);
    grid->setColumnStretch(2, 3);
    const service::Settings &settings = m_context.service.settings();
    const QString dataHome = QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
    const QString configHome = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    const QString redis
        = settings.dataFolder.isEmpty() ? dataHome + u"/signalbox/redis"_s : settings.dataFolder;
    addCell(grid, 0, 0, tr("Queues"), &Look::base, Token::Text);
    if (isPrivate()) {
        panel->setNote(tr("all of it on this machine, none of it elsewhere"));
        addCell(grid, 0, 1, redis, &Look::mono, Token::Text2, Qt::AlignLeft, true);
        addCell(grid, 0, 2,
                settings.privateFsync == "always"_L1
                    ? tr("on disk before a submit is confirmed; until you delete it")
                    : tr("written every second; until you delete it"),
                &Look::base, Token::Text2);
    } else {
        m_server = new PlainLabel({}, &Look::mono, Token::Text2, body);
        m_server->setElastic(true);
        grid->addWidget(m_server, 0, 1);
        addCell(grid, 0, 2, tr("as that server is set up"), &Look::base, Token::Text2);
    }
    addCell(grid, 1, 0, tr("Settings"), &Look::base, Token::Text);
    addCell(grid, 1, 1, configHome + u"/signalbox/settings.json"_s, &Look::mono, Token::Text2, Qt::AlignLeft,
            true);
    addCell(grid, 1, 2, tr("optional; without it the defaults hold"), &Look::base, Token::Text2);
    addCell(grid, 2, 0, tr("Handlers"), &Look::base, Token::Text);
    addCell(grid, 2, 1,
            settings.handlersFile.isEmpty() ? configHome + u"/signalbox/handlers.json"_s
                                            : settings.handlersFile,
            &Look::mono, Token::Text2, Qt::AlignLeft, true);
    addCell(grid, 2, 2, tr("what jobs may run here, beside what is built in"), &Look::base, Token::Text2);
    panel->setBody(body);
    return panel;
}

void FirstStart::showConnection()
{
    const QString server = displayLine(m_context.live.connection().server);
    m_sentence->setText(isPrivate()
                            ? tr("It started a Redis of its own for you, reachable from this machine alone. "
                                 "Give it something to do.")
                            : tr("It is connected to %1. Give it something to do.").arg(server));
    if (m_server != nullptr) m_server->setText(server);
}

} // namespace signalbox::ui
