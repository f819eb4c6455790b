#include "tests/support/test_server.h"

#include <QDirIterator>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;

/// docs/examples/embed as an embedder meets it: from an installed Signalbox, by find_package.
class EmbedExampleTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void runsInMemory();
    void runsOnAServer();
    void saysWhatIsWrong();
    void installedHeadersNameNoPathOfThisMachine();

private:
    struct End {
        int code = -1;
        QByteArray out;
    };
    static End run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program, arguments);
        if (!process.waitForFinished(250'000)) qFatal("%s did not end.", qPrintable(program));
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, process.readAll()};
    }
    static void cmake(const QStringList &arguments)
    {
        const End end = run(QStringLiteral(CMAKE_PROGRAM), arguments);
        QVERIFY2(end.code == 0, end.out.constData());
    }
    [[nodiscard]] QString prefix() const { return m_folder.filePath(u"prefix"_s); }
    [[nodiscard]] QString program() const { return m_folder.filePath(u"build/embed"_s); }
    QTemporaryDir m_folder;
};

void EmbedExampleTest::initTestCase()
{
    QVERIFY(m_folder.isValid());
    for (const QString &component : {u"library"_s, u"development"_s})
        cmake({u"--install"_s, QStringLiteral(SIGNALBOX_BUILD), u"--prefix"_s, prefix(), u"--component"_s,
               component});
    QStringList configure{u"-S"_s,
                          QStringLiteral(SIGNALBOX_SOURCE "/docs/examples/embed"),
                          u"-B"_s,
                          m_folder.filePath(u"build"_s),
                          u"-G"_s,
                          QStringLiteral(SIGNALBOX_GENERATOR),
                          u"-DCMAKE_CXX_COMPILER="_s + QStringLiteral(SIGNALBOX_COMPILER),
                          u"-DCMAKE_PREFIX_PATH="_s + prefix()};
    // A sanitizer's runtime has to come first in the program as well.
    if (*SIGNALBOX_SANITIZE)
        configure << u"-DCMAKE_CXX_FLAGS=-fsanitize="_s + QStringLiteral(SIGNALBOX_SANITIZE);
    cmake(configure);
    cmake({u"--build"_s, m_folder.filePath(u"build"_s)});
}

void EmbedExampleTest::runsInMemory()
{
    const End end = run(program(), {});
    QCOMPARE(end.out, QByteArray("completed: 10\n"));
    QCOMPARE(end.code, 0);
}

void EmbedExampleTest::runsOnAServer()
{
    const test::TestServer server;
    const End end = run(program(), {server.urlText()});
    QCOMPARE(end.out, QByteArray("completed: 10\n"));
    QCOMPARE(end.code, 0);
    QCOMPARE(server.raw().command({"ZCARD", "{signalbox:default}:completed"}).integer, 1);
}

void EmbedExampleTest::saysWhatIsWrong()
{
    const End end = run(program(), {u"unix:///nonexistent.sock"_s});
    QCOMPARE(end.code, 1);
    QVERIFY2(end.out.contains("/nonexistent.sock"), end.out.constData());
}

void EmbedExampleTest::installedHeadersNameNoPathOfThisMachine()
{
    int files = 0;
    QDirIterator all(prefix(), {u"*.h"_s, u"*.cmake"_s}, QDir::Files, QDirIterator::Subdirectories);
    while (all.hasNext()) {
        QFile file(all.next());
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY2(!file.readAll().contains(SIGNALBOX_SOURCE), qPrintable(file.fileName()));
        ++files;
    }
    QVERIFY(files > 20);
}

QTEST_GUILESS_MAIN(EmbedExampleTest)
#include "embed_example_test.moc"
