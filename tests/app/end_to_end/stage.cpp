#include "tests/app/end_to_end/stage.h"

#include "ui/parts/data_table.h"

#include <QApplication>
#include <QTest>

namespace signalbox::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int patience = 60'000;

ui::MainWindow *shownWindow()
{
    for (QWidget *widget : QApplication::topLevelWidgets()) {
        auto *window = qobject_cast<ui::MainWindow *>(widget);
        if (window != nullptr && window->isVisible()) return window;
    }
    return nullptr;
}

void waitUntil(const char *what, const std::function<bool()> &holds)
{
    if (!QTest::qWaitFor(holds, patience)) qFatal("Waited in vain: %s", what);
}

void end(QProcess &process, const char *name)
{
    if (process.state() == QProcess::NotRunning) qFatal("%s has ended by itself.", name);
    process.terminate();
    waitUntil(name, [&] { return process.state() == QProcess::NotRunning; });
    if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        qFatal("%s ended with %d: %s", name, process.exitCode(), process.readAllStandardError().constData());
}

/// Pixels of one row of the picture, through its middle, that have this colour.
int pixelsInTheMiddle(const QImage &image, const QColor &color)
{
    int count = 0;
    for (int x = 0; x < image.width(); ++x) {
        if (image.pixelColor(x, image.height() / 2) == color) ++count;
    }
    return count;
}

} // namespace

EventsListener::EventsListener(const Ctl &ctl) : m_process(ctl.start({u"events"_s, u"--json"_s}))
{
    QByteArray said;
    waitUntil("signalboxctl events does not listen",
              [&] { return (said += m_process->readAllStandardError()).contains("Listening"); });
}

EventsListener::~EventsListener()
{
    end(*m_process, "signalboxctl events");
}

void EventsListener::read()
{
    m_rest += m_process->readAllStandardOutput();
    for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n')) {
        const QJsonDocument line = QJsonDocument::fromJson(m_rest.left(end));
        if (!line.isObject()) qFatal("This is no event: %s", m_rest.left(end).constData());
        m_events.append(line.object());
        m_rest.remove(0, end + 1);
    }
}

QList<QJsonObject> EventsListener::of(const QString &job, const QString &type)
{
    read();
    QList<QJsonObject> found;
    for (const QJsonObject &event : std::as_const(m_events)) {
        if (event.value(u"job_id"_s).toString() == job && event.value(u"event"_s).toString() == type)
            found.append(event);
    }
    return found;
}

BarWatch::BarWatch(ui::JobList *list, const JobId &id) : m_list(list), m_id(id)
{
    connect(list->model(), &ui::JobTableModel::dataChanged, this, &BarWatch::look);
}

void BarWatch::look()
{
    const int row = m_list->model()->rowOf(m_id);
    if (row < 0 || m_list->model()->row(row).status != JobStatus::Running) return;
    const std::optional<JobProgress> &progress = m_list->model()->row(row).progress;
    const std::optional<double> percent = progress ? progress->percentage() : std::nullopt;
    if (!percent || *percent <= 0 || *percent >= 100) return;
    m_percents.append(*percent);
    const QModelIndex cell = m_list->model()->index(row, ui::JobTableModel::ProgressColumn);
    m_texts.insert(cell.data().toString());
    ui::DataTable *table = m_list->table();
    const QImage image = table->viewport()->grab(table->visualRect(cell)).toImage();
    m_lengths.insert(pixelsInTheMiddle(image, ui::lookOf(table).state(JobStatus::Running).solid));
}

Stage::Stage() : m_ctl(&m_server), m_theme(ui::Theme::Choice::Light)
{
    console::ConsoleOptions options;
    options.settings.insert(u"queue.redis_url"_s, m_server.urlText());
    m_console = std::make_unique<console::Console>(options, m_theme);
    m_console->start();
    waitUntil("the console shows no window", [] { return shownWindow() != nullptr; });
    window().resize(1280, 800);
    waitUntil("the window shows no figures", [this] { return window().live().hasFigures(); });
    m_events = std::make_unique<EventsListener>(m_ctl);
}

Stage::~Stage()
{
    if (m_work) end(*m_work, "signalboxctl work");
    m_events.reset();
    m_console->end();
    waitUntil("the console does not end", [] { return shownWindow() == nullptr; });
}

ui::MainWindow &Stage::window() const
{
    ui::MainWindow *window = shownWindow();
    if (window == nullptr) qFatal("The window is gone.");
    return *window;
}

ui::JobList *Stage::showList(const QString &page) const
{
    window().showPage(page);
    return window().page(page)->findChild<ui::JobList *>();
}

JobId Stage::submit(const QStringList &options) const
{
    const CtlEnd submitted = m_ctl.run(QStringList{u"submit"_s} + options);
    if (submitted.code != 0) qFatal("%s", submitted.all().constData());
    const Result<JobId> id = JobId::fromText(QString::fromLatin1(submitted.out.trimmed()));
    if (!id) qFatal("%s", submitted.all().constData());
    return *id;
}

void Stage::startWork(const QStringList &options)
{
    m_work = m_ctl.start(QStringList{u"work"_s} + options);
}

QJsonObject Stage::job(const JobId &id) const
{
    return m_ctl.run({u"show"_s, id.text(), u"--json"_s}).json();
}

} // namespace signalbox::test
