#include "core/runtime/log.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

using namespace signalbox;
using namespace signalbox::runtime;
using namespace Qt::StringLiterals;

namespace {

constexpr auto ownerOnly
    = QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ReadUser | QFileDevice::WriteUser;

QString contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// A sink whose lines a test reads; taken out again with the object.
class Listener {
public:
    Listener() { addLogSink(m_sink); }
    ~Listener() { removeLogSink(m_sink); }
    Listener(const Listener &) = delete;
    Listener &operator=(const Listener &) = delete;
    [[nodiscard]] QString text() const { return QString::fromStdString(m_stream.str()); }

private:
    std::ostringstream m_stream;
    std::shared_ptr<spdlog::sinks::ostream_sink_mt> m_sink
        = std::make_shared<spdlog::sinks::ostream_sink_mt>(m_stream);
};

} // namespace

/// In this order: what is set once for a process cannot be unset.
class LogTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isSilentUntilStarted()
    {
        const Listener listener;
        logger("early")->critical("nobody asked");
        QVERIFY(listener.text().isEmpty());
    }
    void aRoomHasOneLogger()
    {
        QCOMPARE(logger("redis"), logger("redis"));
        QVERIFY(logger("redis") != logger("queue"));
    }
    void sinksAddedLaterReachEarlierLoggers()
    {
        const auto early = logger("early");
        QVERIFY(startLogging({}));
        const Listener listener;
        early->info("hello {}", 5);
        QVERIFY2(listener.text().endsWith(u"Z [early] info: hello 5\n"), qUtf8Printable(listener.text()));
    }
    void levelHoldsForEarlierAndLaterLoggers()
    {
        QVERIFY(startLogging({{}, false, u"warn"_s}));
        const Listener listener;
        logger("early")->info("no");
        logger("later")->info("no");
        logger("later")->warn("yes");
        QCOMPARE(listener.text().count(u'\n'), 1);
        QVERIFY(startLogging({{}, false, u"debug"_s}));
        logger("early")->debug("now");
        QVERIFY(listener.text().contains(u"now"));
    }
    void unknownLevelIsAnErrorThatNamesTheRightOnes()
    {
        const Result<> started = startLogging({{}, false, u"loud"_s});
        QVERIFY(!started);
        QCOMPARE(started.error().kind, Error::Kind::Invalid);
        QVERIFY(started.error().what.contains(u"loud") && started.error().todo.contains(u"debug"));
    }
    void unwritableFileIsAnErrorThatNamesIt()
    {
        const Result<> started = startLogging({u"/proc/nowhere/signalbox.log"_s, false, u"info"_s});
        QVERIFY(!started);
        QVERIFY(started.error().what.contains(u"/proc/nowhere/signalbox.log"));
    }
    void fileIsPrivateRotatedAndNotInherited()
    {
        QTemporaryDir folder;
        const QString path = folder.filePath(u"log/signalbox.log"_s);
        QVERIFY(QDir(folder.path()).mkdir(u"log"_s));
        QFile earlier(path); // as an older version might have left it
        QVERIFY(earlier.open(QIODevice::WriteOnly));
        earlier.close();
        QVERIFY(earlier.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner
                                       | QFileDevice::ReadOther));
        QVERIFY(startLogging({path, false, u"info"_s}));
        logger("room")->info("first line");
        QVERIFY(contents(path).endsWith(u"[room] info: first line\n"));
        QCOMPARE(QFileInfo(path).permissions(), ownerOnly);
        QVERIFY(isClosedOnExec(path));

        const std::string line(64 * 1024, 'x');
        for (int i = 0; i < 5 * 16 * 5; ++i) logger("room")->info(line); // 25 MiB into 5 MiB files
        const QStringList files = QDir(folder.filePath(u"log"_s)).entryList(QDir::Files);
        QCOMPARE(files,
                 (QStringList{u"signalbox.1.log"_s, u"signalbox.2.log"_s, u"signalbox.3.log"_s,
                              u"signalbox.log"_s}));
        for (const QString &file : files)
            QCOMPARE(QFileInfo(folder.filePath(u"log/"_s + file)).permissions(), ownerOnly);
    }

private:
    static bool isClosedOnExec(const QString &path)
    {
        for (const QFileInfo &entry : QDir(u"/proc/self/fd"_s).entryInfoList(QDir::Files | QDir::System)) {
            if (entry.symLinkTarget() != QFileInfo(path).canonicalFilePath()) continue;
            return (::fcntl(entry.fileName().toInt(), F_GETFD) & FD_CLOEXEC) != 0;
        }
        return false;
    }
};

QTEST_GUILESS_MAIN(LogTest)
#include "log_test.moc"
