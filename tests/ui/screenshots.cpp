// Takes the pictures of docs/images: the real window over a real redis-server, with real jobs. No test: see
// packaging/screenshots.
#include "app/compose/composition.h"
#include "core/model/json_writer.h"
#include "core/runtime/answer.h"
#include "core/runtime/clock.h"
#include "ui/models/job_table_model.h"
#include "ui/pages/filter_bar.h"
#include "ui/pages/inspector.h"
#include "ui/pages/job_list.h"
#include "ui/pages/submit_dialog.h"
#include "ui/parts/data_table.h"
#include "ui/parts/json_edit.h"
#include "ui/parts/search_strip.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include <stdexcept>

using namespace signalbox;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr QSize windowSize(1440, 900);
constexpr auto patience = 120s;

/// Thrown, so that the server and the workers are stopped in order also then.
struct CannotBeTaken : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs the loop until it holds.
void waitUntil(const char *what, const std::function<bool()> &holds)
{
    if (QTest::qWaitFor(holds, static_cast<int>(std::chrono::milliseconds(patience).count()))) return;
    throw CannotBeTaken(what);
}

template <typename T> T waitFor(const QFuture<Result<T>> &future)
{
    waitUntil("a call was not answered", [&] { return future.isFinished(); });
    if (!future.result()) throw CannotBeTaken(future.result().error().text().toStdString());
    if constexpr (!std::is_void_v<T>) return *future.result();
}

class Photographer {
public:
    Photographer(QString folder, QString suffix, ui::LiveState &live)
        : m_folder(std::move(folder)), m_suffix(std::move(suffix)), m_live(live)
    {
    }

    void take(QWidget &widget, const QString &name) const
    {
        waitForTick();                          // what is repainted at most 30 times a second is there then
        QApplication::setActiveWindow(&widget); // without a window manager nobody else does
        const QString path = u"%1/%2%3.png"_s.arg(m_folder, name, m_suffix);
        if (!widget.grab().save(path))
            throw CannotBeTaken("a picture cannot be written: " + path.toStdString());
        std::printf("%s\n", qPrintable(path));
    }
    /// In both themes.
    void takeBoth(QWidget &widget, ui::Theme &theme, const QString &name) const
    {
        theme.choose(ui::Theme::Choice::Light);
        take(widget, name + u"-light"_s);
        theme.choose(ui::Theme::Choice::Dark);
        take(widget, name + u"-dark"_s);
    }

private:
    void waitForTick() const
    {
        bool hasTicked = false;
        const auto connection
            = QObject::connect(&m_live, &ui::LiveState::ticked, &m_live, [&hasTicked] { hasTicked = true; });
        waitUntil("the clock stands still", [&] { return hasTicked; });
        QObject::disconnect(connection);
    }

    QString m_folder;
    QString m_suffix;
    ui::LiveState &m_live;
};

/// On a private server, as on a first start.
service::Settings settingsIn(const QString &folder)
{
    service::Settings settings;
    settings.dataFolder = folder;
    settings.pool.queues = {{u"media"_s, 4}, {u"backup"_s, 2}, {u"mail"_s, 2}, {u"reports"_s, 1}};
    settings.workers = 4;
    return settings;
}

/// The built-in handler that hashes folders, under the names that somebody would give it.
void writeHandlers(const QString &path)
{
    QFile file(path);
    const QByteArray text = R"({"handlers": {
        "media.checksum": {"kind": "builtin", "use": "sample.hash_tree"},
        "reports.verify": {"kind": "builtin", "use": "sample.hash_tree"}
    }})";
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        throw CannotBeTaken("a file cannot be written: " + path.toStdString());
}

JobDefinition hashJob(const QString &handler, const QString &folder)
{
    JobDefinition job;
    job.handler = handler;
    job.kwargs = JsonText::trusted(JsonWriter().text("folder"_L1, folder).take());
    job.queue = handler.section(u'.', 0, 0);
    job.timeout = 10min;
    return job;
}

QList<JobDefinition> extraJobs(Timestamp now)
{
    QList<JobDefinition> jobs;
    for (int i = 0; i < 6; ++i) { // nobody serves this queue: the strip says so
        JobDefinition job;
        job.handler = u"webhook.deliver"_s;
        job.queue = u"webhooks"_s;
        job.tags.insert(u"tenant"_s, i % 2 == 0 ? u"northwind"_s : u"contoso"_s);
        jobs.append(job);
    }
    JobDefinition later;
    later.handler = u"sample.hash_tree"_s;
    later.kwargs = JsonText::trusted("{\"folder\":\"/usr/share/doc\"}");
    later.queue = u"reports"_s;
    later.scheduledAt = now + 8h;
    jobs.append(later);
    for (int i = 0; i < ui::RunWatch::samplesMin; ++i) // from then on a median is known
        jobs.append(hashJob(u"media.checksum"_s, u"/usr/share"_s));
    return jobs;
}

/// Enough that some still run, on however fast a machine, while the pictures are taken.
QList<JobDefinition> longJobs()
{
    QList<JobDefinition> jobs;
    for (const QString &folder : {u"/usr/lib"_s, u"/usr"_s})
        jobs.append(hashJob(u"reports.verify"_s, folder));
    for (int i = 0; i < 12; ++i) jobs.append(hashJob(u"media.checksum"_s, u"/usr/share"_s));
    return jobs;
}

void takeAll(ui::MainWindow &window, ui::Theme &theme, service::JobService &service,
             const Photographer &photographer)
{
    using ui::JobTableModel;
    waitUntil("the first figures did not come", [&] { return window.live().hasFigures(); });
    photographer.takeBoth(window, theme, u"first-start"_s);

    std::ignore = waitFor(service.submitMany(extraJobs(window.live().clock().wallNow())));
    window.actions().action(ui::action::startSamples)->trigger();
    waitUntil("no jobs ran and died", [&] {
        const QueueStats &sum = window.live().sum();
        return sum.size(JobStatus::DeadLetter) >= 6 && sum.completed >= 12
            && sum.size(JobStatus::Retrying) >= 1 && window.live().samples().size() > 25
            && window.live().runs().usualRun(u"media.checksum"_s).has_value();
    });
    std::ignore = waitFor(service.submitMany(longJobs()));
    const qsizetype seconds = window.live().samples().size() + 4;
    waitUntil("no jobs run", [&] {
        return window.live().sum().size(JobStatus::Running) >= 3 && window.live().samples().size() >= seconds;
    });
    photographer.takeBoth(window, theme, u"overview"_s);
    window.showPage(u"workers"_s);
    photographer.takeBoth(window, theme, u"workers"_s);
    window.showPage(u"queues"_s);
    photographer.takeBoth(window, theme, u"queues"_s);
    window.showPage(u"jobs"_s);
    auto *jobs = window.page(u"jobs"_s)->findChild<ui::JobList *>();
    waitUntil("no jobs are listed", [&] { return jobs->model()->rowCount() > 20; });
    jobs->table()->selectRow(3);
    photographer.takeBoth(window, theme, u"jobs"_s);
    auto *filter = window.page(u"jobs"_s)->findChild<ui::FilterBar *>();
    const auto narrow = [filter](const QString &text) {
        filter->box()->setText(text);
        Q_EMIT filter->box()->returnPressed();
    };
    narrow(u"handler:media* args:share created:<1h"_s);
    waitUntil("the search does not end", [&] {
        return jobs->search()->state() == ui::SearchStrip::State::Done && !jobs->search()->text().isEmpty();
    });
    photographer.takeBoth(window, theme, u"jobs-search"_s);
    narrow(u"state:dead_letter colour:red"_s);
    photographer.takeBoth(window, theme, u"jobs-filter-fault"_s);
    narrow({});
    window.showPage(u"metrics"_s);
    const qsizetype later = window.live().samples().size() + 12; // two buckets more
    waitUntil("no metrics come", [&] { return window.live().samples().size() >= later; });
    photographer.takeBoth(window, theme, u"metrics"_s);

    window.showPage(u"dead"_s);
    auto *dead = window.page(u"dead"_s)->findChild<ui::JobList *>();
    waitUntil("no dead letters are listed", [&] { return dead->model()->rowCount() > 3; });
    dead->table()->selectRow(1);
    Q_EMIT dead->table()->rowActivated(1);
    waitUntil("the inspector shows nothing",
              [&] { return !window.inspector()->resultView()->toPlainText().isEmpty(); });
    window.inspector()->tabs()->setCurrentIndex(3);
    photographer.takeBoth(window, theme, u"dead-letters"_s);
    window.actions().action(ui::action::closeInspector)->trigger();
    window.showPage(u"activity"_s);
    photographer.takeBoth(window, theme, u"activity"_s);

    window.submit(u"sample.hash_tree"_s);
    auto *dialog = window.findChild<ui::SubmitDialog *>();
    photographer.takeBoth(*dialog, theme, u"submit"_s);
    dialog->close();
}

void takePictures(const QTemporaryDir &folder, const QString &to, const QString &suffix)
{
    compose::CompositionOptions options;
    options.settings = settingsIn(folder.filePath(u"redis"_s));
    options.settings.handlersFile = folder.filePath(u"handlers.json"_s);
    writeHandlers(options.settings.handlersFile);
    options.withHandlers = true;
    compose::Composition composition(options);
    waitFor(composition.open());
    {
        ui::Theme theme(ui::Theme::Choice::Light);
        ui::MainWindow window(composition.service(), *runtime::systemSeams().clock, theme);
        window.resize(windowSize);
        window.show();
        takeAll(window, theme, composition.service(), Photographer(to, suffix, window.live()));
        waitFor(composition.service().stopWorkers(worker::WorkerPool::StopMode::Now));
    }
    waitFor(composition.close());
}

} // namespace

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(u"signalbox-screenshots"_s);
    QApplication::setOrganizationName(u"signalbox-screenshots"_s);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() != 3) qFatal("usage: signalbox_screenshots FOLDER SUFFIX");
    QDir().mkpath(arguments.at(1));
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates));

    const QTemporaryDir folder(u"/tmp/signalbox-XXXXXX"_s); // short: a socket's path has 107 bytes at most
    if (!folder.isValid()) qFatal("There is no folder for the server's data.");
    try {
        takePictures(folder, arguments.at(1), arguments.at(2));
    } catch (const CannotBeTaken &reason) {
        std::fprintf(stderr, "error: The pictures cannot be taken: %s\n", reason.what());
        return 1;
    }
    return 0;
}
