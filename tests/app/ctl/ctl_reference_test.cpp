#include "tests/app/ctl/ctl_rig.h"

#include <QFile>
#include <QRegularExpression>

using namespace signalbox;
using namespace Qt::StringLiterals;
using test::Ctl;
using test::CtlEnd;

/// Man page and completions say what the program does: they are made from it.
class CtlReferenceTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void filesAreAsTheProgramMakesThem_data();
    void filesAreAsTheProgramMakesThem();
    void manPageHasEveryCommandAndOption();
    void bashCompletesCommandsAndOptions();
    void shellsTakeTheirFiles_data();
    void shellsTakeTheirFiles();

private:
    [[nodiscard]] static QByteArray read(const QString &path)
    {
        QFile file(QStringLiteral(SIGNALBOX_SOURCE "/") + path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
};

void CtlReferenceTest::filesAreAsTheProgramMakesThem_data()
{
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("path");
    QTest::newRow("man") << u"man"_s << u"docs/man/signalboxctl.1"_s;
    QTest::newRow("bash") << u"bash"_s << u"packaging/completion/signalboxctl.bash"_s;
    QTest::newRow("zsh") << u"zsh"_s << u"packaging/completion/_signalboxctl"_s;
    QTest::newRow("fish") << u"fish"_s << u"packaging/completion/signalboxctl.fish"_s;
}

void CtlReferenceTest::filesAreAsTheProgramMakesThem()
{
    QFETCH(QString, kind);
    QFETCH(QString, path);
    const CtlEnd made = Ctl().run({u"--reference"_s, kind});
    QCOMPARE(made.code, 0);
    QVERIFY(made.out.size() > 500);
    QVERIFY2(read(path) == made.out,
             qPrintable(u"%1 is out of date: signalboxctl --reference %2 > %1"_s.arg(path, kind)));
}

void CtlReferenceTest::manPageHasEveryCommandAndOption()
{
    const QString page = QString::fromUtf8(read(u"docs/man/signalboxctl.1"_s)).replace(u"\\-"_s, u"-"_s);
    const Ctl ctl;
    static const QRegularExpression command(u"^  ([a-z]+)  "_s, QRegularExpression::MultilineOption);
    static const QRegularExpression option(u"--[a-z][a-z-]+"_s);
    int commands = 0;
    QStringList todo{QString()};
    while (!todo.isEmpty()) {
        const QString path = todo.takeFirst();
        const QString help
            = QString::fromUtf8(ctl.run(path.split(u' ', Qt::SkipEmptyParts) << u"--help"_s).out);
        for (auto found = option.globalMatch(help); found.hasNext();) {
            const QString name = found.next().captured();
            QVERIFY2(page.contains(name), qPrintable(path + u' ' + name));
        }
        const qsizetype subcommands = help.indexOf(u"Subcommands:"_s);
        if (subcommands < 0) {
            QVERIFY2(page.contains(u".SS "_s + path), qPrintable(path));
            ++commands;
            continue;
        }
        for (auto match = command.globalMatch(help, subcommands); match.hasNext();)
            todo.append((path + u' ' + match.next().captured(1)).trimmed());
    }
    QVERIFY(commands >= 20);
    for (const char *code : {".B 0\n", ".B 1\n", ".B 2\n", ".B 8\n", ".B 130\n"})
        QVERIFY(page.contains(QLatin1StringView(code)));
}

void CtlReferenceTest::bashCompletesCommandsAndOptions()
{
    const QString script = QStringLiteral(SIGNALBOX_SOURCE "/packaging/completion/signalboxctl.bash");
    const auto complete = [&](const QStringList &words) {
        QProcess bash;
        const QString driver = u"source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
                               "_signalboxctl; printf '%s\\n' \"${COMPREPLY[@]}\""_s;
        bash.start(u"/usr/bin/bash"_s, QStringList{u"-c"_s, driver, u"bash"_s, script} + words);
        bash.waitForFinished();
        return QString::fromUtf8(bash.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
    };
    QCOMPARE(complete({u"signalboxctl"_s, u"sub"_s}), QStringList{u"submit"_s});
    QCOMPARE(complete({u"signalboxctl"_s, u"dead"_s, u"re"_s}), QStringList{u"requeue"_s});
    QCOMPARE(complete({u"signalboxctl"_s, u"submit"_s, u"--retry-d"_s}), QStringList{u"--retry-delay"_s});
    QVERIFY(complete({u"signalboxctl"_s, u"--queue"_s, u"x"_s, u"dead"_s, u"list"_s, u"--"_s})
                .contains(u"--after"_s));
}

void CtlReferenceTest::shellsTakeTheirFiles_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QString>("path");
    QTest::newRow("bash") << u"bash"_s << u"packaging/completion/signalboxctl.bash"_s;
    QTest::newRow("zsh") << u"zsh"_s << u"packaging/completion/_signalboxctl"_s;
    QTest::newRow("fish") << u"fish"_s << u"packaging/completion/signalboxctl.fish"_s;
}

void CtlReferenceTest::shellsTakeTheirFiles()
{
    QFETCH(QString, shell);
    QFETCH(QString, path);
    QProcess process;
    process.start(shell, {u"-n"_s, QStringLiteral(SIGNALBOX_SOURCE "/") + path});
    if (!process.waitForStarted()) QSKIP("This shell is not installed here.");
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.readAllStandardError(), QByteArray());
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(CtlReferenceTest)
#include "ctl_reference_test.moc"
