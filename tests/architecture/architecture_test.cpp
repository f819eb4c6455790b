#include "tests/architecture/include_rules.h"
#include "tests/architecture/source_rules.h"

#include <QDir>
#include <QDirIterator>
#include <QProcess>
#include <QTest>

using namespace signalbox::architecture;
using namespace Qt::StringLiterals;

namespace {

const QString root = QStringLiteral(SIGNALBOX_SOURCE_DIR);
const QString buildFolder = QStringLiteral(SIGNALBOX_BUILD_DIR);
const QStringList sources{u".h"_s, u".cpp"_s};
constexpr qsizetype linesMax = 500;

QByteArray report(const QList<Finding> &findings) // what a failing check prints: one line a finding
{
    QStringList lines{u"%1 found:"_s.arg(findings.size())};
    for (const Finding &finding : findings) lines.append(finding.text());
    return lines.join(u'\n').toUtf8();
}

Rooms roomsOfTheTree()
{
    Rooms rooms;
    for (const SourceFile &file : readTree(root, {u"packaging/cmake"_s}, {u"SignalboxRooms.cmake"_s}))
        rooms.floors = floorsFrom(file.text);
    for (const SourceFile &file : readTree(root, {u"core"_s}, {u"CMakeLists.txt"_s}))
        addUses(file.text, rooms);
    return rooms;
}

Rooms threeRooms()
{
    Rooms rooms;
    rooms.floors = {{u"model"_s, 0}, {u"redis"_s, 2}, {u"queue"_s, 3}, {u"worker"_s, 4}, {u"metrics"_s, 4}};
    rooms.uses = {{u"worker"_s, {u"queue"_s}}, {u"queue"_s, {u"redis"_s}}, {u"redis"_s, {u"model"_s}}};
    return rooms;
}

/// Programs and shared libraries of this build whose names begin so.
QStringList builtFiles(const QString &namePrefix)
{
    QStringList files;
    QDirIterator entries(buildFolder, QDir::Files | QDir::Executable | QDir::NoSymLinks,
                         QDirIterator::Subdirectories);
    while (entries.hasNext()) {
        const QString path = entries.next();
        const QString name = entries.fileName();
        if (name == namePrefix || name.startsWith(namePrefix + u".so"_s)) files.append(path);
    }
    return files;
}

/// Of a built file; nothing, which no caller takes for an answer, where the tool fails. It comes with the
/// compiler.
QString toldByBinutils(const QString &tool, const QString &option, const QString &path)
{
    QProcess process;
    process.start(tool, {option, path});
    if (!process.waitForFinished() || process.exitCode() != 0) return {};
    return QString::fromUtf8(process.readAllStandardOutput());
}

} // namespace

/// The rules that a compiler does not know: read from the sources and the build, every time. Each is also
/// shown a sample that breaks it, since a rule that finds nothing may be a rule that does not work.
class ArchitectureTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theTreeIsThere();
    void includesPointDown();
    void wrongIncludeIsFound_data();
    void wrongIncludeIsFound();
    void usesAreReadFromTheBuildFiles();
    void nothingBannedStandsInTheTree_data();
    void nothingBannedStandsInTheTree();
    void bannedLineIsFound_data();
    void bannedLineIsFound();
    void resultsCannotBeForgotten();
    void forgettableResultIsFound_data();
    void forgettableResultIsFound();
    void filesHaveOneDuty();
    void tooLongFileIsFound();
    void commentsAndStringsAreNotCode();
    void programsHaveOneCopyOfTheCore_data();
    void programsHaveOneCopyOfTheCore();
    void librariesNeedOnlyWhatTheyMay_data();
    void librariesNeedOnlyWhatTheyMay();
    void neededIsReadFromReadelf();
};

void ArchitectureTest::theTreeIsThere()
{
    QVERIFY2(readTree(root, {u"core"_s}, sources).size() > 20,
             qUtf8Printable(root)); // else all below pass for nothing
    const Rooms rooms = roomsOfTheTree();
    QCOMPARE(rooms.floors.value(u"model"_s, -1), 0);
    QVERIFY(rooms.floors.value(u"service"_s) > rooms.floors.value(u"queue"_s));
    QVERIFY(rooms.uses.value(u"runtime"_s).contains(u"model"_s));
}

void ArchitectureTest::includesPointDown()
{
    const Rooms rooms = roomsOfTheTree();
    QList<Finding> findings;
    for (const SourceFile &file : readTree(root, {u"core"_s, u"ui"_s, u"app"_s}, sources))
        findings.append(wrongIncludes(file, rooms));
    QVERIFY2(findings.isEmpty(), report(findings));
}

void ArchitectureTest::wrongIncludeIsFound_data()
{
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("include");
    QTest::addColumn<QString>("why"); // empty: allowed
    const auto row = [](const char *path, const char *include, const char *why = "") {
        QTest::addRow("%s includes %s", path, include)
            << QString::fromUtf8(path) << QString::fromUtf8(include) << QString::fromUtf8(why);
    };
    row("core/queue/a.cpp", "core/redis/client.h");
    row("core/queue/a.cpp", "core/queue/key_names.h");
    row("core/worker/a.cpp", "core/model/job.h"); // by way of queue and redis
    row("core/redis/a.cpp", "core/queue/job_queue.h", "does not point down");
    row("core/worker/a.cpp", "core/metrics/a.h", "does not point down"); // the same floor
    row("core/metrics/a.cpp", "core/queue/job_queue.h", "does not name it");
    row("core/queue/a.cpp", "core/attic/a.h", "no such room");
    row("core/queue/a.cpp", "ui/parts/badge.h", "points up");
    row("core/queue/a.cpp", "app/compose/compose.h", "points up");
    row("core/queue/a.cpp", "tests/support/test_server.h", "must not need its tests");
    row("ui/pages/a.cpp", "core/service/job_service.h");
    row("ui/pages/a.cpp", "core/model/job.h");
    row("ui/pages/a.cpp", "core/runtime/answer.h");
    row("ui/pages/a.cpp", "ui/parts/badge.h");
    row("ui/pages/a.cpp", "core/queue/job_queue.h", "ui sees only");
    row("ui/pages/a.cpp", "core/redis/client.h", "ui sees only");
    row("ui/pages/a.cpp", "app/compose/compose.h", "ui sees only");
    row("app/console/a.cpp", "ui/pages/jobs_page.h");
    row("app/ctl/a.cpp", "core/queue/job_queue.h");
    row("app/ctl/a.cpp", "ui/parts/badge.h", "without widgets");
}

void ArchitectureTest::wrongIncludeIsFound()
{
    QFETCH(QString, path);
    QFETCH(QString, include);
    QFETCH(QString, why);
    const SourceFile file{path, u"// #include \"ui/not_code.h\"\n\n#include \"%1\"\n"_s.arg(include)};
    const QList<Finding> findings = wrongIncludes(file, threeRooms());
    QCOMPARE(findings.size(), why.isEmpty() ? 0 : 1);
    if (why.isEmpty()) return;
    const QString text = findings.first().text();
    QVERIFY2(text.startsWith(path + u":3: "_s) && text.contains(include) && text.contains(why),
             qUtf8Printable(text));
}

void ArchitectureTest::usesAreReadFromTheBuildFiles()
{
    Rooms rooms;
    addUses(u"signalbox_add_room(queue USES redis\n  model\n HEADERS a.h\n SOURCES b.cpp)"_s, rooms);
    QCOMPARE(rooms.uses.value(u"queue"_s), (QSet<QString>{u"redis"_s, u"model"_s}));
    QCOMPARE(floorsFrom(u"set(SIGNALBOX_ROOM_FLOORS\n \"model=0;redis=2\")"_s),
             (QHash<QString, int>{{u"model"_s, 0}, {u"redis"_s, 2}}));
}

void ArchitectureTest::nothingBannedStandsInTheTree_data()
{
    QTest::addColumn<qsizetype>("ban");
    for (qsizetype i = 0; i < bans().size(); ++i) QTest::newRow(bans().at(i).name) << i;
}

void ArchitectureTest::nothingBannedStandsInTheTree()
{
    QFETCH(qsizetype, ban);
    const Ban &rule = bans().at(ban);
    QList<Finding> findings;
    for (const SourceFile &file :
         readTree(root, {u"core"_s, u"ui"_s, u"app"_s, u"tests"_s}, sources + QStringList{u".lua"_s})) {
        if (file.path.startsWith("tests/architecture/"_L1)) continue; // the samples
        if (holdsFor(rule, file.path)) findings.append(brokenBans(file, rule));
    }
    QVERIFY2(findings.isEmpty(), report(findings));
}

void ArchitectureTest::bannedLineIsFound_data()
{
    nothingBannedStandsInTheTree_data();
}

void ArchitectureTest::bannedLineIsFound()
{
    QFETCH(qsizetype, ban);
    const Ban &rule = bans().at(ban);
    const QList<Finding> findings = brokenBans({u"x"_s, u"\n "_s + QString::fromLatin1(rule.bad)}, rule);
    QVERIFY2(!findings.isEmpty(), rule.bad);
    QVERIFY(findings.first().text().startsWith(u"x:2: "_s));
    QVERIFY2(brokenBans({u"x"_s, u"\n "_s + QString::fromLatin1(rule.good)}, rule).isEmpty(), rule.good);
}

void ArchitectureTest::resultsCannotBeForgotten()
{
    QList<Finding> findings;
    for (const SourceFile &file : readTree(root, {u"core"_s, u"ui"_s, u"app"_s}, {u".h"_s}))
        findings.append(forgettableResults(file));
    QVERIFY2(findings.isEmpty(), report(findings));
}

void ArchitectureTest::forgettableResultIsFound_data()
{
    QTest::addColumn<QString>("declaration");
    QTest::addColumn<bool>("isFound");
    const auto row = [](const char *declaration, bool isFound) {
        QTest::newRow(declaration) << QString::fromUtf8(declaration) << isFound;
    };
    row("Result<> start();", true);
    row("static Result<JobId> fromText(QStringView text);", true);
    row("virtual QFuture<Result<QList<Job>>> jobs(int limit) = 0;", true);
    row("QFuture<Result<>> stop() override;", true);
    row("signalbox::Result<int> count();", true);
    row("[[nodiscard]] int a();\n  Result<> b();", true);
    row("[[nodiscard]] Result<> start();", false);
    row("[[nodiscard]] static Result<JobId> fromText(QStringView text);", false);
    row("[[nodiscard]]\n    virtual QFuture<Result<QMap<QString, int>>> counts() const = 0;", false);
    row("void give(Result<T> value);", false);
    row("using Done = std::function<void(Result<Reply> reply)>;", false);
    row("Result<T> (*read)(QStringView);", false);
    row("Result<int> m_value;", false);
    row("// Result<> start();", false);
    row("template <typename T> Result<T> X::ask(T act) { return act; }", false);
}

void ArchitectureTest::forgettableResultIsFound()
{
    QFETCH(QString, declaration);
    QFETCH(bool, isFound);
    QCOMPARE(forgettableResults({u"x.h"_s, u"class X {\n  "_s + declaration + u"\n};\n"_s}).size(),
             isFound ? 1 : 0);
}

void ArchitectureTest::filesHaveOneDuty()
{
    QList<Finding> findings;
    for (const SourceFile &file :
         readTree(root, {u"core"_s, u"ui"_s, u"app"_s, u"tests"_s}, sources + QStringList{u".lua"_s}))
        findings.append(tooLong(file, linesMax));
    QVERIFY2(findings.isEmpty(), report(findings));
}

void ArchitectureTest::tooLongFileIsFound()
{
    QVERIFY(tooLong({u"x"_s, QString(linesMax, u'\n')}, linesMax).isEmpty());
    QCOMPARE(tooLong({u"x"_s, QString(linesMax + 1, u'\n')}, linesMax).size(), 1);
}

void ArchitectureTest::commentsAndStringsAreNotCode()
{
    const auto code = [](const QString &source) { return codeOf(source, Strings::Blank); };
    QCOMPARE(code(u"a // b\nc"_s), u"a     \nc"_s);
    QCOMPARE(code(u"a /* b\nc */ d"_s), u"a     \n     d"_s);
    QCOMPARE(code(u"f(\"a\\\"//b\"); c"_s), u"f(\"      \"); c"_s);
    QCOMPARE(code(u"R\"(a\")b)\"; c"_s), u"R\"      \"; c"_s);
    QCOMPARE(code(u"1'000; 'x'; a"_s), u"1'000; ' '; a"_s);
    QCOMPARE(codeOf(u"f(\"//a\"); // b"_s, Strings::Keep), u"f(\"//a\");     "_s);
    QCOMPARE(luaCodeOf(u"a --[[ b\nc ]] d -- e\nf"_s), u"a       \n     d     \nf"_s);
}

void ArchitectureTest::librariesNeedOnlyWhatTheyMay_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<QStringList>("banned");
    QTest::newRow("core") << u"libSignalboxCore"_s
                          << QStringList{u"libQt6Widgets"_s, u"libQt6Gui"_s, u"libSignalboxUi"_s};
    QTest::newRow("console") << u"signalbox"_s << QStringList{u"libhiredis"_s, u"libQt6Sql"_s};
    QTest::newRow("command line") << u"signalboxctl"_s << QStringList{u"libQt6Widgets"_s, u"libQt6Gui"_s};
}

void ArchitectureTest::programsHaveOneCopyOfTheCore_data()
{
    QTest::addColumn<QString>("program");
    for (const QString &program : {u"signalbox"_s, u"signalboxctl"_s, u"test_console"_s, u"test_end_to_end"_s,
                                   u"test_ui_main_window"_s, u"test_ctl_server"_s})
        QTest::newRow(qUtf8Printable(program)) << program;
}

/// A room that is linked beside the library that holds it is there twice, with two of each of its globals.
void ArchitectureTest::programsHaveOneCopyOfTheCore()
{
    QFETCH(QString, program);
    const QStringList built = builtFiles(program);
    if (built.isEmpty()) QSKIP("It is not built in this build.");
    for (const QString &path : built) {
        const QString symbols = toldByBinutils(u"nm"_s, u"--defined-only"_s, path);
        static const QRegularExpression ownCopy(u"^\\S+ T (_ZN?K?9signalbox[57](redis|queue|service)\\S+)"_s,
                                                QRegularExpression::MultilineOption);
        QVERIFY2(symbols.contains(u"main"_s), "It has been stripped, or nm failed: nothing would be found.");
        const QRegularExpressionMatch match = ownCopy.match(symbols);
        QVERIFY2(!match.hasMatch(), qUtf8Printable(path + u" has its own "_s + match.captured(1)));
    }
}

void ArchitectureTest::librariesNeedOnlyWhatTheyMay()
{
    QFETCH(QString, file);
    QFETCH(QStringList, banned);
    const QStringList built = builtFiles(file);
    if (built.isEmpty()) QSKIP("It is not built as a file of its own in this build.");
    for (const QString &path : built) {
        const QStringList needed = neededFrom(toldByBinutils(u"readelf"_s, u"--dynamic"_s, path));
        QVERIFY2(!needed.isEmpty(), qUtf8Printable(path));
        for (const QString &library : needed)
            for (const QString &prefix : banned)
                QVERIFY2(!library.startsWith(prefix), qUtf8Printable(path + u" needs "_s + library));
    }
}

void ArchitectureTest::neededIsReadFromReadelf()
{
    QCOMPARE(
        neededFrom(
            u" 0x01 (NEEDED)  Shared library: [libQt6Widgets.so.6]\n 0x0e (SONAME)  Library soname: [x.so]\n"
            " 0x01 (NEEDED)  Gemeinsame Bibliothek [libc.so.6]\n"_s),
        (QStringList{u"libQt6Widgets.so.6"_s, u"libc.so.6"_s}));
}

QTEST_GUILESS_MAIN(ArchitectureTest)
#include "architecture_test.moc"
