#include "ui/window/main_window.h"

#include "core/model/display_text.h"
#include "ui/pages/inspector.h"
#include "ui/pages/submit_dialog.h"
#include "ui/theme/icons.h"
#include "ui/window/alert_bar.h"
#include "ui/window/page_head.h"
#include "ui/window/sidebar.h"
#include "ui/window/status_line.h"
#include "ui/window/top_bar.h"

#include <QBoxLayout>
#include <QCloseEvent>
#include <QDockWidget>
#include <QPainter>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>

namespace signalbox::ui {

using namespace Qt::StringLiterals;

namespace {
constexpr int frameWidth = 2;
constexpr int inspectorWidth = 392;
const QString geometryKey = u"window/geometry"_s;
const QString docksKey = u"window/docks"_s;
} // namespace

MainWindow::MainWindow(service::JobService &service, const runtime::Clock &clock, Theme &theme,
                       QWidget *parent)
    : QMainWindow(parent),
      m_service(service),
      m_theme(theme),
      m_live(new LiveState(service, clock, this)),
      m_alerts(new AlertDesk(service, *m_live, this)),
      m_actions(new ActionRegistry(consoleActions(), this)),
      m_navigator(new Navigator(this))
{
    setWindowTitle(tr("Signalbox"));
    setWindowIcon(applicationIcon());
    addActions(m_actions->actions());
    setCentralWidget(buildCentre());
    buildPages();
    connectNavigator();
    bindPages();
    bindJobs();
    bindWorkers();
    bindWindow();
    connect(m_live, &LiveState::localPoolChanged, m_actions, &ActionRegistry::refresh);
    connect(m_live, &LiveState::connectionChanged, this, [this] { update(); });
    connect(m_live, &LiveState::problem, this, &MainWindow::tell);
    resize(1280, 800);
    restoreLayout();
    showPage(u"overview"_s);
}

QWidget *MainWindow::buildCentre()
{
    auto *centre = new QWidget(this);
    auto *column = new QVBoxLayout(centre);
    // The frame in the profile's colour is painted by the window, around everything.
    column->setContentsMargins(frameWidth, frameWidth, frameWidth, frameWidth);
    column->setSpacing(0);
    m_topBar = new TopBar(*m_live, *m_actions, centre);
    column->addWidget(m_topBar);

    auto *splitter = new QSplitter(Qt::Horizontal, centre);
    m_sidebar = new Sidebar(*m_live, *m_actions, splitter);
    splitter->addWidget(m_sidebar);
    auto *right = new QWidget(splitter);
    auto *rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->setSpacing(0);
    m_head = new PageHead(right);
    rightColumn->addWidget(m_head);
    m_alertBar = new AlertBar({m_service, *m_live, *m_actions, *m_navigator}, *m_alerts, right);
    rightColumn->addWidget(m_alertBar);
    m_inner = new QMainWindow(right);
    m_inner->setWindowFlags(Qt::Widget); // the constructor makes it a window whatever it is told
    m_stack = new QStackedWidget(m_inner);
    m_inner->setCentralWidget(m_stack);
    rightColumn->addWidget(m_inner, 1);
    splitter->addWidget(right);
    splitter->setStretchFactor(1, 1);
    splitter->setCollapsible(1, false);
    splitter->setSizes({m_sidebar->sizeHint().width(), width()});
    column->addWidget(splitter, 1);

    m_status = new StatusLine(*m_live, centre);
    column->addWidget(m_status);
    buildInspector();
    return centre;
}

void MainWindow::buildInspector()
{
    const PageContext context{m_service, *m_live, *m_actions, *m_navigator};
    m_dock = new QDockWidget(tr("Inspector"), m_inner);
    m_dock->setObjectName(u"inspector"_s);
    m_dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    m_dock->setAllowedAreas(Qt::LeftDockWidgetArea | Qt::RightDockWidgetArea);
    m_dock->setTitleBarWidget(new QWidget(m_dock)); // its own head says what it shows
    m_inspector = new Inspector(context, m_dock);
    m_inspector->setMinimumWidth(300);
    m_dock->setWidget(m_inspector);
    m_inner->addDockWidget(Qt::RightDockWidgetArea, m_dock);
    m_inner->resizeDocks({m_dock}, {inspectorWidth}, Qt::Horizontal);
    m_dock->hide();
    connect(m_inspector, &Inspector::closeWanted, m_dock, &QWidget::hide);
}

void MainWindow::buildPages()
{
    const PageContext context{m_service, *m_live, *m_actions, *m_navigator};
    for (const PageSpec &spec : pageList()) {
        const QString id = QString::fromLatin1(spec.id);
        Page *page = spec.make(context);
        m_pages.insert(id, page);
        m_headWidgets.insert(id, page->headWidgets());
        for (QWidget *widget : m_headWidgets.value(id)) {
            widget->setParent(m_head);
            widget->hide();
        }
        m_stack->addWidget(page);
        connect(page, &Page::summaryChanged, this, [this, id](const QString &summary) {
            if (id == m_current) m_head->setSummary(summary);
        });
    }
}

void MainWindow::connectNavigator()
{
    connect(m_navigator, &Navigator::pageWanted, this, &MainWindow::showPage);
    connect(m_navigator, &Navigator::jobsWanted, this, [this](const JobFilter &filter) {
        showPage(u"jobs"_s);
        page(u"jobs"_s)->show(filter);
    });
    connect(m_navigator, &Navigator::deadLettersWanted, this, [this](const JobFilter &filter) {
        showPage(u"dead"_s);
        page(u"dead"_s)->show(filter);
    });
    connect(m_navigator, &Navigator::jobWanted, this, [this](const QString &queue, const JobId &id) {
        m_inspector->showJob(queue, id);
        m_dock->show();
    });
    connect(m_navigator, &Navigator::jobSelected, this, [this](const QString &queue, const JobId &id) {
        if (m_dock->isVisible()) m_inspector->showJob(queue, id);
    });
    connect(m_navigator, &Navigator::submitWanted, this, &MainWindow::submit);
    connect(m_navigator, &Navigator::said, this, &MainWindow::say);
    connect(m_navigator, &Navigator::failed, this, &MainWindow::tell);
}

Page *MainWindow::page(const QString &id) const
{
    return m_pages.value(id);
}

void MainWindow::showPage(const QString &id)
{
    Page *wanted = page(id);
    if (wanted == nullptr) return;
    m_current = id;
    for (const PageSpec &spec : pageList()) {
        if (id == QLatin1StringView(spec.id))
            m_head->setTitle(ActionRegistry::plainText(m_actions->action(spec.action)));
    }
    m_head->setSummary(wanted->summary());
    m_head->setWidgets(m_headWidgets.value(id));
    m_sidebar->setCurrent(id);
    m_stack->setCurrentWidget(wanted);
    m_actions->refresh();
}

void MainWindow::submit(const QString &handler)
{
    const PageContext context{m_service, *m_live, *m_actions, *m_navigator};
    auto *dialog = new SubmitDialog(context, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setHandler(handler);
    dialog->open();
}

void MainWindow::tell(const Error &error)
{
    m_status->say(displayLine(u"%1 %2"_s.arg(error.what, error.why)), true);
}

void MainWindow::say(const QString &message)
{
    m_status->say(message);
}

void MainWindow::restoreLayout()
{
    const QSettings settings;
    restoreGeometry(settings.value(geometryKey).toByteArray());
    m_inner->restoreState(settings.value(docksKey).toByteArray());
    m_dock->hide(); // there is nothing to inspect yet
}

void MainWindow::showEvent(QShowEvent *event)
{
    QMainWindow::showEvent(event);
    m_actions->refresh(); // until now nothing was visible, so nothing could be done
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    QSettings settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(docksKey, m_inner->saveState());
    event->accept();
    Q_EMIT quitWanted();
}

void MainWindow::paintEvent(QPaintEvent *)
{
    const Look &look = lookOf(this);
    QPainter painter(this);
    painter.fillRect(rect(), look(Token::Window));
    const bool isLost = m_live->connection().phase == queue::QueueConnection::Phase::Lost;
    QPen pen(look(isLost                          ? Token::ErrorText
                      : m_live->isOnThisMachine() ? Token::ProfileLocal
                                                  : Token::ProfileOther),
             2 * frameWidth);
    if (isLost) pen.setStyle(Qt::DashLine);
    painter.setPen(pen);
    painter.drawRect(rect());
}

} // namespace signalbox::ui
