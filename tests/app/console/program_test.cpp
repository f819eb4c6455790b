// The shipped program, from outside: what it says, and how it ends, where there is no display.
#include "app/console/console_options.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace signalbox;
using namespace Qt::StringLiterals;
using Variables = QMap<QString, QString>;

namespace {
constexpr int patience = 60'000;
}

class ProgramTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QVERIFY(m_home.isValid()); }
    void helpAndVersionNeedNoDisplay();
    void aWrongOptionIsSaidWithoutADisplay();
    void aMissingDisplayIsSaid_data();
    void aMissingDisplayIsSaid();
    void aSignalEndsIt();

private:
    struct End {
        bool isNormal = false;
        int code = -1;
        QByteArray out;
        QByteArray err;
    };
    /// Nothing of the desktop that the tests run in.
    [[nodiscard]] QProcessEnvironment bare() const;
    [[nodiscard]] End run(const QStringList &arguments, const Variables &variables = {}) const;
    QTemporaryDir m_home;
};

QProcessEnvironment ProgramTest::bare() const
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        if (name.startsWith("QT_QPA"_L1) || name.contains("DISPLAY"_L1) || name.startsWith("XDG_"_L1)
            || name == "REDIS_URL"_L1)
            environment.remove(name);
    }
    environment.insert(u"HOME"_s, m_home.path());
    environment.insert(u"XDG_RUNTIME_DIR"_s, m_home.path());
    environment.insert(u"LC_ALL"_s, u"C.UTF-8"_s);
    return environment;
}

ProgramTest::End ProgramTest::run(const QStringList &arguments, const Variables &variables) const
{
    QProcessEnvironment environment = bare();
    for (auto it = variables.begin(); it != variables.end(); ++it) environment.insert(it.key(), it.value());
    QProcess process;
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(SIGNALBOX), arguments);
    if (!process.waitForFinished(patience))
        qFatal("signalbox %s does not end.", qPrintable(arguments.join(u' ')));
    return {process.exitStatus() == QProcess::NormalExit, process.exitCode(), process.readAllStandardOutput(),
            process.readAllStandardError()};
}

void ProgramTest::helpAndVersionNeedNoDisplay()
{
    const End help = run({u"--help"_s});
    QVERIFY(help.isNormal);
    QCOMPARE(help.code, 0);
    QCOMPARE(help.err, QByteArray());
    for (const char *part : {"--redis", "--page", "signalbox [options]", "Exit status"})
        QVERIFY2(help.out.contains(part), help.out.constData());
    const End version = run({u"-v"_s});
    QVERIFY(version.isNormal);
    QCOMPARE(version.code, 0);
    QVERIFY2(version.out.startsWith("signalbox 0"), version.out.constData());
    QCOMPARE(version.err, QByteArray());
}

void ProgramTest::aWrongOptionIsSaidWithoutADisplay()
{
    const End end = run({u"--colour"_s});
    QVERIFY(end.isNormal);
    QCOMPARE(end.code, console::exitUsage);
    QCOMPARE(end.out, QByteArray());
    QVERIFY2(end.err.contains("colour"), end.err.constData());
}

void ProgramTest::aMissingDisplayIsSaid_data()
{
    QTest::addColumn<Variables>("variables");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("none") << Variables() << QByteArray("Neither DISPLAY nor WAYLAND_DISPLAY is set.");
    QTest::newRow("gone") << Variables{{u"DISPLAY"_s, u":9999"_s}} << QByteArray(":9999");
    QTest::newRow("unknown platform")
        << Variables{{u"QT_QPA_PLATFORM"_s, u"billboard"_s}} << QByteArray("billboard");
}

void ProgramTest::aMissingDisplayIsSaid()
{
    QFETCH(const Variables, variables);
    QFETCH(const QByteArray, reason);
    const End end = run({}, variables);
    QVERIFY2(end.isNormal, "it crashed");
    QCOMPARE(end.code, console::exitNoDisplay);
    QVERIFY2(end.err.startsWith("error: There is no display"), end.err.constData());
    QVERIFY2(end.err.contains(reason), end.err.constData());
    QVERIFY2(end.err.contains("signalboxctl"), end.err.constData()); // what to do instead
}

void ProgramTest::aSignalEndsIt()
{
    QProcess process;
    process.setProcessEnvironment(bare());
    // Nobody listens there: the window says so, and stays.
    process.start(
        QStringLiteral(SIGNALBOX),
        {u"-platform"_s, u"offscreen"_s, u"--redis"_s, u"unix://"_s + m_home.filePath(u"nobody.sock"_s)});
    QVERIFY(process.waitForStarted(patience));
    // It heeds signals from when its handler stands in /proc, a bit of SigCgt: 15 is SIGTERM.
    const auto heedsTerm = [&process] {
        QFile status(u"/proc/%1/status"_s.arg(process.processId()));
        if (!status.open(QIODevice::ReadOnly)) return false;
        const QByteArray text = status.readAll();
        const qsizetype at = text.indexOf("SigCgt:");
        return at >= 0 && (text.mid(at + 7, 17).trimmed().toULongLong(nullptr, 16) >> 14 & 1) == 1;
    };
    QTRY_VERIFY_WITH_TIMEOUT(heedsTerm(), patience);
    process.terminate();
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, patience);
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(ProgramTest)
#include "program_test.moc"
