#include "app/compose/composition.h"
#include "app/compose/settings_source.h"
#include "core/runtime/answer.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace signalbox;
using namespace signalbox::compose;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

template <typename T> T get(const QFuture<T> &future)
{
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30'000))
        qFatal("A call was not answered within 30 s.");
    return future.result();
}

template <typename T> const char *why(const Result<T> &result)
{
    static QByteArray text;
    text = result ? QByteArray() : result.error().text().toUtf8();
    return text.constData();
}

JobDefinition job(const QString &handler)
{
    JobDefinition job;
    job.handler = handler;
    return job;
}

} // namespace

/// Everything put together, opened and closed.
class CompositionTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init()
    {
        m_home = std::make_unique<QTemporaryDir>(u"/tmp/signalbox-test-XXXXXX"_s);
        QVERIFY(m_home->isValid());
        m_settings = service::Settings();
        m_settings.dataFolder = m_home->filePath(u"redis"_s);
        qputenv("XDG_CONFIG_HOME", m_home->filePath(u"config"_s).toUtf8());
    }
    void cleanup()
    {
        if (const int pid = serverPid()) ::kill(pid, SIGKILL);
    }
    void opensAndClosesOnThePrivateServer();
    void twoShareOneServer();
    void memoryNeedsNoServer();
    void destructorLeavesTheServerToo();
    void failedOpenLeavesNothingRunning();
    void secondOpenIsAnError();
    void closeSettlesWhatRuns();
    void lostServerComesBackWithItsJobs();
    void handlersComeWithTheFile();
    void settingsComeFromFileAndEnvironment();

private:
    [[nodiscard]] int serverPid() const
    {
        const QString folder = QFileInfo(m_settings.dataFolder).canonicalFilePath();
        for (const QString &entry : QDir(u"/proc"_s).entryList(QDir::Dirs))
            if (entry.toInt() > 0 && !folder.isEmpty()
                && QFile::symLinkTarget(u"/proc/"_s + entry + u"/cwd"_s) == folder)
                return entry.toInt();
        return 0;
    }
    [[nodiscard]] std::unique_ptr<Composition> make(bool withHandlers = false) const
    {
        return std::make_unique<Composition>(CompositionOptions{m_settings, true, withHandlers});
    }
    QString write(const QString &name, const QByteArray &text) const
    {
        const QString path = m_home->filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("Could not write %s", qPrintable(path));
        return path;
    }
    std::unique_ptr<QTemporaryDir> m_home;
    service::Settings m_settings;
};

void CompositionTest::opensAndClosesOnThePrivateServer()
{
    const auto one = make();
    const auto opened = get(one->open());
    QVERIFY2(opened, why(opened));
    QVERIFY(one->url()->socketPath.startsWith(m_settings.dataFolder));
    QVERIFY(serverPid() != 0);
    QVERIFY(get(one->service().submit(job(u"a"_s))));
    QVERIFY(get(one->close()));
    QCOMPARE(serverPid(), 0);
    QVERIFY(get(one->close())); // closed already: done
}

void CompositionTest::twoShareOneServer()
{
    const auto one = make();
    const auto two = make();
    QVERIFY(get(one->open()));
    QVERIFY(get(two->open()));
    const JobId id = get(one->service().submit(job(u"a"_s)))->id;
    QVERIFY(get(one->close()));
    QVERIFY(serverPid() != 0);
    QCOMPARE(get(two->service().job(id))->status, JobStatus::Pending);
    QVERIFY(get(two->close()));
    QCOMPARE(serverPid(), 0);
}

void CompositionTest::memoryNeedsNoServer()
{
    m_settings.queueType = service::Settings::QueueType::Memory;
    const auto one = make();
    QVERIFY(get(one->open()));
    QVERIFY(!one->url());
    QVERIFY(get(one->service().submit(job(u"a"_s))));
    QVERIFY(get(one->close()));
    QVERIFY(!QFileInfo::exists(m_settings.dataFolder));
}

void CompositionTest::destructorLeavesTheServerToo()
{
    auto one = make(true);
    QVERIFY(get(one->open()));
    QVERIFY(get(one->service().startWorkers(1)));
    one.reset();
    QTRY_COMPARE(serverPid(), 0);
    make().reset(); // never opened: nothing to leave
}

void CompositionTest::failedOpenLeavesNothingRunning()
{
    m_settings.handlersFile = write(u"handlers.json"_s, "{");
    const auto one = make(true);
    const auto opened = get(one->open());
    QVERIFY(!opened);
    QVERIFY(opened.error().what.contains(u"handlers.json"));
    QCOMPARE(serverPid(), 0);
    m_settings.dataFolder = u"/dev/null/redis"_s;
    const auto two = make();
    QVERIFY(!get(two->open()));
    QVERIFY(get(two->close()));
}

void CompositionTest::secondOpenIsAnError()
{
    m_settings.queueType = service::Settings::QueueType::Memory;
    const auto one = make();
    QVERIFY(get(one->open()));
    const auto again = get(one->open());
    QVERIFY(!again);
    QCOMPARE(again.error().kind, Error::Kind::WrongState);
}

void CompositionTest::closeSettlesWhatRuns()
{
    const auto one = make();
    QVERIFY(get(one->open()));
    std::atomic<bool> began{false};
    std::atomic<bool> mayEnd{false};
    QVERIFY(one->service().registerHandler(
        u"slow"_s,
        std::make_shared<worker::FunctionHandler>([&](const JobDefinition &, worker::RunContext &context) {
            began = true;
            while (!mayEnd && !context.cancelToken().waitFor(1ms)) { }
            return worker::RunResult::completed();
        })));
    const JobId id = get(one->service().submit(job(u"slow"_s)))->id;
    QVERIFY(get(one->service().startWorkers(1)));
    QTRY_VERIFY(began.load());
    const auto closing = one->close();
    QVERIFY(!closing.isFinished());
    mayEnd = true;
    QVERIFY(get(closing));
    const auto two = make();
    QVERIFY(get(two->open()));
    QCOMPARE(get(two->service().job(id))->status, JobStatus::Completed); // settled before the server went
    QVERIFY(get(two->close()));
}

void CompositionTest::lostServerComesBackWithItsJobs()
{
    const auto one = make();
    QList<Error> problems;
    connect(one.get(), &Composition::problem, this, [&](const Error &error) { problems.append(error); });
    QVERIFY(get(one->open()));
    const JobId id = get(one->service().submit(job(u"a"_s)))->id;
    const int before = serverPid();
    ::kill(before, SIGKILL);
    QTRY_VERIFY(!problems.isEmpty());
    QTRY_VERIFY(serverPid() != 0 && serverPid() != before);
    Result<Job> found = tl::unexpected(Error());
    QTRY_VERIFY((found = get(one->service().job(id))).has_value()); // once the client is connected again
    QCOMPARE(found->status, JobStatus::Pending);
    QVERIFY(get(one->close()));
}

void CompositionTest::handlersComeWithTheFile()
{
    m_settings.queueType = service::Settings::QueueType::Memory;
    m_settings.handlersFile
        = write(u"handlers.json"_s, R"({"handlers": {"list": {"kind": "process", "program": "/bin/ls"}}})");
    const auto worker = make(true);
    const auto opened = get(worker->open());
    QVERIFY2(opened, why(opened));
    const QStringList names = worker->service().handlers().keys();
    QVERIFY(names.contains(u"list"_s));
    QVERIFY(names.contains(u"sample.hash_tree"_s));
    const auto client = make(false);
    QVERIFY(get(client->open()));
    QVERIFY(client->service().handlers().isEmpty()); // who runs no jobs reads no file
}

void CompositionTest::settingsComeFromFileAndEnvironment()
{
    SettingsSource source;
    source.environment.clear();
    QVERIFY(loadSettings({}, source)); // no file is no error
    write(u"config/signalbox/settings.json"_s, R"({"workers": {"count": 5}})");
    QCOMPARE(loadSettings({}, source)->workers, 5);
    QCOMPARE(loadSettings({}, source)->handlersFile, QString());
    const QString beside = write(u"config/signalbox/handlers.json"_s, "{}");
    QCOMPARE(loadSettings({}, source)->handlersFile, beside);
    source.environment.insert(u"SIGNALBOX_SETTINGS"_s,
                              write(u"other.json"_s, R"({"workers": {"count": 6}})"));
    QCOMPARE(loadSettings({}, source)->workers, 6);
    source.file = u"/nonexistent.json"_s; // a file that was named must be there
    QCOMPARE(loadSettings({}, source).error().kind, Error::Kind::NotFound);
}

QTEST_GUILESS_MAIN(CompositionTest)
#include "composition_test.moc"
