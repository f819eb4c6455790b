#include "core/worker/handlers/builtin/builtin_handlers.h"
#include "core/worker/handlers/builtin/tar_reader.h"
#include "tests/core/worker/test_context.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::RunResult;

namespace {

void write(const QString &path, const QByteArray &content)
{
    QDir().mkpath(QFileInfo(path).absolutePath());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("A file could not be written.");
}

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(no file)");
}

/// What the system's own tools say. Only tests use a shell.
QByteArray shell(const QString &command, const QStringList &arguments = {})
{
    QProcess process;
    process.start(u"/bin/sh"_s, QStringList{u"-euc"_s, command, u"sh"_s} + arguments);
    if (!process.waitForFinished() || process.exitCode() != 0)
        qFatal("%s", process.readAllStandardError().constData());
    return process.readAllStandardOutput();
}

QByteArray kwargs(const QJsonObject &values)
{
    return QJsonDocument(values).toJson(QJsonDocument::Compact);
}

QJsonObject objectOf(const RunResult &result)
{
    return QJsonDocument::fromJson(result.result.bytes()).object();
}

} // namespace

class BuiltinTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void namesAreRegisteredOnce();
    void hashOfATreeIsWhatSha256sumSays();
    void hashTreeLeavesNothingOut();
    void hashTreeRefusesWhatIsNoFolder_data();
    void hashTreeRefusesWhatIsNoFolder();
    void hashTreeStopsWhenItIsCancelled();
    void compressedFileIsReadByGunzip();
    void compressNeverOverwritesUnasked();
    void pathsOutsideAreRefused_data();
    void pathsOutsideAreRefused();
    void failFailsAsItIsTold();
    void backupIsValidAndRestoresAsItWas();
    void backupOfALinkIsKeptAsALink();
    void backupOfALinkThatLeadsOutIsRefusedByName_data();
    void backupOfALinkThatLeadsOutIsRefusedByName();
    void damagedBackupIsRefused_data();
    void damagedBackupIsRefused();
    void archiveThatLeadsOutIsRefused_data();
    void archiveThatLeadsOutIsRefused();
    void archiveBombStopsAtItsManifest();
    void restoreNeverOverwrites();
    void pruneKeepsTheNewest();
    void wrongArgumentsNameTheirField_data();
    void wrongArgumentsNameTheirField();

private:
    RunResult run(const QString &name, const QJsonObject &values)
    {
        TestContext context;
        return run(name, values, context);
    }
    RunResult run(const QString &name, const QJsonObject &values, TestContext &context)
    {
        const auto handler = worker::makeBuiltin(
            name, {.readFolders = {m_folder->path()}, .writeFolders = {m_folder->path()}});
        if (!handler) qFatal("%s", qPrintable(handler.error().text()));
        return (*handler)->run(jobFor(name, kwargs(values)), context);
    }
    [[nodiscard]] QString at(const QString &path) const { return m_folder->filePath(path); }
    void makeTree();
    QString makeBackup();

    std::unique_ptr<QTemporaryDir> m_folder;
};

void BuiltinTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void BuiltinTest::makeTree()
{
    write(at(u"tree/b.txt"_s), "second\n");
    write(at(u"tree/a.txt"_s), "first\n");
    write(at(u"tree/a/x"_s), "below\n");
    write(at(u"tree/a-b/x"_s), QByteArray(300'000, '\0'));
    write(at(u"tree/empty"_s), "");
    write(at(u"tree/.hidden/file"_s), "hidden\n");
    write(at(u"tree/with space"_s), "space\n");
    write(at(u"tree/ünïcode"_s), "unicode\n");
    write(at(u"tree/back\\slash"_s), "backslash\n");
    write(at(u"tree/new\nline"_s), "newline\n");
    write(at(u"tree/-rf"_s), "option\n");
    QDir().mkpath(at(u"tree/no files here/at all"_s));
    QVERIFY(::symlink("a.txt", QFile::encodeName(at(u"tree/link"_s)).constData()) == 0);
}

QString BuiltinTest::makeBackup()
{
    makeTree();
    QDir().mkpath(at(u"archives"_s));
    const RunResult made
        = run(u"backup.create"_s, {{u"folder"_s, at(u"tree"_s)}, {u"to"_s, at(u"archives"_s)}});
    if (made.kind != Kind::Completed) qFatal("%s", qPrintable(made.error));
    return objectOf(made).value(u"archive"_s).toString();
}

void BuiltinTest::namesAreRegisteredOnce()
{
    worker::HandlerRegistry registry;
    const auto own = worker::makeBuiltin(u"sample.fail"_s, {}).value();
    QVERIFY(registry.add(u"sample.hash_tree"_s, own)); // as handlers.json may say
    QVERIFY(worker::registerBuiltins(registry, {}));
    QCOMPARE(registry.find(u"sample.hash_tree"_s), own);
    QCOMPARE(registry.names(), worker::builtinNames());
    QCOMPARE(worker::makeBuiltin(u"os.system"_s, {}).error().kind, Error::Kind::NotFound);
}

void BuiltinTest::hashOfATreeIsWhatSha256sumSays()
{
    makeTree();
    TestContext context;
    const RunResult result = run(u"sample.hash_tree"_s, {{u"folder"_s, at(u"tree"_s)}}, context);
    QVERIFY2(result.kind == Kind::Completed, qPrintable(result.error));
    const QByteArray listing
        = shell(u"find \"$1\" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum"_s, {at(u"tree"_s)});
    const QByteArray digest
        = shell(u"find \"$1\" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"_s,
                {at(u"tree"_s)});
    QCOMPARE(objectOf(result).value(u"listing"_s).toString().toUtf8(), listing);
    QCOMPARE(objectOf(result).value(u"digest"_s).toString().toLatin1(), digest.first(64));
    QCOMPARE(objectOf(result).value(u"files"_s).toInt(), 11);
    QCOMPARE(objectOf(result).value(u"bytes"_s).toInt(), 300'000 + 7 + 6 + 6 + 7 + 6 + 8 + 10 + 8 + 7);
    QCOMPARE(context.progress().last().current, 11);
    QCOMPARE(context.progress().last().total, std::optional<double>(11));
}

void BuiltinTest::hashTreeLeavesNothingOut()
{
    // Larger than a listing that is kept, with a name that is no UTF-8.
    for (int i = 0; i < 900; ++i) write(at(u"many/%1/%2"_s.arg(i % 30).arg(i)), QByteArray::number(i));
    const QByteArray oddPath = QFile::encodeName(at(u"many/"_s)) + "\xff\xfe";
    FILE *const file = std::fopen(oddPath.constData(), "w");
    QVERIFY(file);
    std::fclose(file);
    const RunResult result = run(u"sample.hash_tree"_s, {{u"folder"_s, at(u"many"_s)}});
    const QByteArray digest
        = shell(u"find \"$1\" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum"_s,
                {at(u"many"_s)});
    QCOMPARE(objectOf(result).value(u"digest"_s).toString().toLatin1(), digest.first(64));
    QCOMPARE(objectOf(result).value(u"files"_s).toInt(), 901);
    QVERIFY(!objectOf(result).contains(u"listing"_s));
    QCOMPARE(::unlink(oddPath.constData()), 0); // or the folder could not be removed
}

void BuiltinTest::hashTreeRefusesWhatIsNoFolder_data()
{
    QTest::addColumn<QString>("folder");
    QTest::newRow("missing") << u"nowhere"_s;
    QTest::newRow("file") << u"tree/a.txt"_s;
    QTest::newRow("link") << u"link to tree"_s;
}

void BuiltinTest::hashTreeRefusesWhatIsNoFolder()
{
    QFETCH(const QString, folder);
    makeTree();
    QVERIFY(::symlink("tree", QFile::encodeName(at(u"link to tree"_s)).constData()) == 0);
    QCOMPARE(run(u"sample.hash_tree"_s, {{u"folder"_s, at(folder)}}).kind, Kind::FailedPermanently);
}

void BuiltinTest::hashTreeStopsWhenItIsCancelled()
{
    makeTree();
    TestContext context;
    context.token.cancel(worker::CancelToken::Reason::Cancelled);
    QCOMPARE(run(u"sample.hash_tree"_s, {{u"folder"_s, at(u"tree"_s)}}, context).kind, Kind::Failed);
}

void BuiltinTest::compressedFileIsReadByGunzip()
{
    QByteArray content;
    for (int i = 0; i < 200'000; ++i) content += QByteArray::number(i * 7919);
    for (const QByteArray &some : {content, QByteArray(), QByteArray("x")}) {
        write(at(u"file"_s), some);
        const RunResult result
            = run(u"sample.compress_file"_s, {{u"path"_s, at(u"file"_s)}, {u"overwrite"_s, true}});
        QVERIFY2(result.kind == Kind::Completed, qPrintable(result.error));
        QCOMPARE(shell(u"gunzip -c \"$1\""_s, {at(u"file.gz"_s)}), some);
        const QJsonObject said = objectOf(result);
        QCOMPARE(said.value(u"bytes_in"_s).toInteger(), some.size());
        QCOMPARE(said.value(u"bytes_out"_s).toInteger(), QFileInfo(at(u"file.gz"_s)).size());
        QCOMPARE(said.value(u"sha256"_s).toString().toLatin1(),
                 shell(u"sha256sum <\"$1\""_s, {at(u"file"_s)}).first(64));
    }
    QCOMPARE(QFileInfo(at(u"file.gz"_s)).permissions() & (QFile::WriteOther | QFile::WriteGroup),
             QFile::Permissions());
}

void BuiltinTest::compressNeverOverwritesUnasked()
{
    write(at(u"file"_s), "new");
    write(at(u"file.gz"_s), "precious");
    QCOMPARE(run(u"sample.compress_file"_s, {{u"path"_s, at(u"file"_s)}}).kind, Kind::FailedPermanently);
    QCOMPARE(read(at(u"file.gz"_s)), QByteArray("precious"));
    QCOMPARE(QDir(m_folder->path()).entryList(QDir::Files | QDir::Hidden).size(),
             2); // and leaves nothing behind
}

void BuiltinTest::pathsOutsideAreRefused_data()
{
    QTest::addColumn<QString>("output");
    QTest::newRow("elsewhere") << u"/etc/signalbox-test"_s;
    QTest::newRow("dots") << u"%1/../signalbox-test"_s;
    QTest::newRow("dot") << u"%1/./x"_s;
    QTest::newRow("relative") << u"x"_s;
    QTest::newRow("option") << u"-rf"_s;
    QTest::newRow("empty") << u""_s;
    QTest::newRow("NUL") << u"%1/x"_s + QChar::Null + u"y"_s;
    QTest::newRow("by a link") << u"%1/out/x"_s;
    QTest::newRow("no folder") << u"%1/nowhere/x"_s;
    QTest::newRow("neighbour") << u"%1-neighbour/x"_s;
}

void BuiltinTest::pathsOutsideAreRefused()
{
    QFETCH(const QString, output);
    write(at(u"file"_s), "content");
    QVERIFY(::symlink("/tmp", QFile::encodeName(at(u"out"_s)).constData()) == 0);
    QDir().mkpath(m_folder->path() + u"-neighbour"_s);
    const QString path = QString(output).replace(u"%1"_s, m_folder->path());
    const RunResult result
        = run(u"sample.compress_file"_s, {{u"path"_s, at(u"file"_s)}, {u"output"_s, path}});
    QDir().rmdir(m_folder->path() + u"-neighbour"_s);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"output"_s), qPrintable(result.error));
    QVERIFY(!QFileInfo::exists(path));
}

void BuiltinTest::failFailsAsItIsTold()
{
    const RunResult plain = run(u"sample.fail"_s, {});
    QCOMPARE(plain.kind, Kind::Failed);
    QVERIFY(plain.error.startsWith(u"FailedOnPurpose: "_s));
    QCOMPARE(plain.error.section(u'\n', 1), u"  at sample.fail, attempt 1"_s);
    QCOMPARE(plain.error, plain.error.trimmed());
    for (const QString &line : plain.error.split(u'\n')) QVERIFY2(!line.endsWith(u' '), qPrintable(line));
    QCOMPARE(run(u"sample.fail"_s, {{u"permanent"_s, true}}).kind, Kind::FailedPermanently);
    TestContext third;
    third.attemptNumber = 3;
    QCOMPARE(run(u"sample.fail"_s, {{u"succeed_on_attempt"_s, 3}}, third).kind, Kind::Completed);
    QCOMPARE(run(u"sample.fail"_s, {{u"succeed_on_attempt"_s, 3}}).kind, Kind::Failed);
}

void BuiltinTest::backupIsValidAndRestoresAsItWas()
{
    const QString archive = makeBackup();
    QVERIFY(QFileInfo::exists(archive));
    QVERIFY(QFileInfo(archive).fileName().startsWith(u"tree-2"_s));
    const RunResult valid = run(u"backup.validate"_s, {{u"archive"_s, archive}});
    QVERIFY2(valid.kind == Kind::Completed, qPrintable(valid.error));
    QCOMPARE(objectOf(valid).value(u"files"_s).toInt(), 11);
    (void)shell(u"tar -tzf \"$1\""_s, {archive}); // others can read it as well
    const RunResult restored
        = run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"restored"_s)}});
    QVERIFY2(restored.kind == Kind::Completed, qPrintable(restored.error));
    QCOMPARE(
        shell(u"diff -r --no-dereference \"$1\" \"$2\" && echo same"_s, {at(u"tree"_s), at(u"restored"_s)}),
        QByteArray("same\n"));
    // Times and permissions as well.
    const auto facts
        = u"cd \"$1\" && find . ! -type l -printf '%P %m %T@\\n' | sed 's/\\.[0-9]*$//' | LC_ALL=C sort | sed 1d"_s;
    QCOMPARE(shell(facts, {at(u"restored"_s)}), shell(facts, {at(u"tree"_s)}));
    QVERIFY(QDir(m_folder->path())
                .entryList(QDir::Hidden | QDir::Dirs | QDir::NoDotAndDotDot)
                .filter(u"part"_s)
                .isEmpty());
}

void BuiltinTest::backupOfALinkIsKeptAsALink()
{
    const QString archive = makeBackup();
    QCOMPARE(run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"restored"_s)}}).kind,
             Kind::Completed);
    QVERIFY(QFileInfo(at(u"restored/link"_s)).isSymbolicLink());
    QCOMPARE(read(at(u"restored/link"_s)), QByteArray("first\n"));
}

void BuiltinTest::backupOfALinkThatLeadsOutIsRefusedByName_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("absolute") << QByteArray("/etc/passwd");
    QTest::newRow("relative") << QByteArray("../../elsewhere");
}

void BuiltinTest::backupOfALinkThatLeadsOutIsRefusedByName()
{
    QFETCH(const QByteArray, target);
    makeTree();
    QVERIFY(::symlink(target.constData(), QFile::encodeName(at(u"tree/a/out"_s)).constData()) == 0);
    const RunResult refused
        = run(u"backup.create"_s, {{u"folder"_s, at(u"tree"_s)}, {u"to"_s, m_folder->path()}});
    QCOMPARE(refused.kind, Kind::FailedPermanently); // it would be the same the next time
    QVERIFY2(refused.error.contains(at(u"tree/a/out"_s)), qPrintable(refused.error));
    QVERIFY2(refused.error.contains(QLatin1StringView(target)), qPrintable(refused.error));
    QVERIFY2(!refused.error.contains("changed"_L1), qPrintable(refused.error));
    QVERIFY(QDir(m_folder->path()).entryList({u"*.tar.gz*"_s}).isEmpty());
}

void BuiltinTest::damagedBackupIsRefused_data()
{
    QTest::addColumn<int>("damage");
    QTest::newRow("a byte flipped") << 0;
    QTest::newRow("cut short") << 1;
    QTest::newRow("empty") << 2;
    QTest::newRow("manifest gone") << 3;
    QTest::newRow("manifest no JSON") << 4;
    QTest::newRow("manifest of another") << 5;
    QTest::newRow("archive and sum swapped") << 6;
}

void BuiltinTest::damagedBackupIsRefused()
{
    QFETCH(const int, damage);
    const QString archive = makeBackup();
    const QString manifest = archive + u".manifest.json"_s;
    QByteArray bytes = read(archive);
    QByteArray said = read(manifest);
    if (damage == 0) bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    if (damage == 1) bytes.truncate(bytes.size() / 2);
    if (damage == 2) bytes.clear();
    if (damage == 4) said = "{";
    if (damage == 5) said.replace("\"bytes\":7", "\"bytes\":8");
    if (damage == 6) { // an archive of other content, with its own right sum in the manifest
        write(at(u"tree/a.txt"_s), "changed\n");
        (void)shell(u"tar -czf \"$1\" -C \"$2\" ."_s, {archive, at(u"tree"_s)});
        bytes = read(archive);
        const qsizetype sum = said.indexOf("archive_sha256") + 17;
        said.replace(sum, 64, shell(u"sha256sum <\"$1\""_s, {archive}).first(64));
    }
    write(archive, bytes);
    write(manifest, said);
    if (damage == 3) QVERIFY(QFile::remove(manifest));
    QCOMPARE(run(u"backup.validate"_s, {{u"archive"_s, archive}}).kind, Kind::FailedPermanently);
    QCOMPARE(run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"restored"_s)}}).kind,
             Kind::FailedPermanently);
    QVERIFY(!QFileInfo::exists(at(u"restored"_s)));
}

void BuiltinTest::archiveThatLeadsOutIsRefused_data()
{
    QTest::addColumn<QString>("make"); // in an empty folder, with $1 the archive
    QTest::newRow("dots") << u"echo evil > ../evil; tar -P -czf \"$1\" ../evil"_s;
    QTest::newRow("absolute") << u"echo evil > evil; tar -P -czf \"$1\" \"$PWD/evil\""_s;
    QTest::newRow("dots within")
        << u"mkdir d; echo evil > evil; tar -P -czf \"$1\" --transform 's,^evil,d/../../evil,' evil"_s;
    QTest::newRow("absolute link") << u"ln -s /etc/passwd link; tar -czf \"$1\" link"_s;
    QTest::newRow("link out") << u"mkdir d; ln -s ../../out d/link; tar -czf \"$1\" d"_s;
    QTest::newRow("through a link")
        << u"mkdir t; ln -s t l; tar -cf a.tar l; rm l; mkdir l; echo e > l/e; tar -rf a.tar l/e; gzip -c a.tar > \"$1\""_s;
    QTest::newRow("hard link") << u"echo a > a; ln a b; tar -czf \"$1\" a b"_s;
    QTest::newRow("pipe") << u"mkfifo p; tar -czf \"$1\" p"_s;
    QTest::newRow("not a tar") << u"echo no tar at all | gzip > \"$1\""_s;
    QTest::newRow("not gzip") << u"echo nothing > \"$1\""_s;
}

void BuiltinTest::archiveThatLeadsOutIsRefused()
{
    QFETCH(const QString, make);
    const QString archive = at(u"x-20260101T000000Z.tar.gz"_s);
    QDir().mkpath(at(u"empty/work"_s));
    (void)shell(u"cd \"$2\"; "_s + make, {archive, at(u"empty/work"_s)});
    // With a manifest that says all is well: only what is in the archive may refuse it.
    const QByteArray sum = shell(u"sha256sum <\"$1\""_s, {archive}).first(64);
    QByteArray files;
    for (const char *name : {"a", "b", "evil", "e", "l/e"})
        files += QByteArray(files.isEmpty() ? "" : ",") + R"({"name":")" + name + R"(","bytes":2,"sha256":")"
            + shell(u"echo \"$1\" | sha256sum"_s, {QString::fromLatin1(name).right(1)}).first(64) + "\"}";
    write(archive + u".manifest.json"_s,
          R"({"version":1,"folder":"/x","archive_sha256":")" + sum + R"(","files":[)" + files + "]}");
    const RunResult result = run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"to"_s)}});
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY(!QFileInfo::exists(at(u"to"_s)));
    QVERIFY(!QFileInfo::exists(at(u"evil"_s)));
}

void BuiltinTest::archiveBombStopsAtItsManifest()
{
    const QString archive = at(u"bomb-20260101T000000Z.tar.gz"_s);
    (void)shell(
        u"cd \"$2\"; head -c 100000000 /dev/zero | (mkdir b; cat > b/zero); tar -czf \"$1\" -C b zero; rm -r b"_s,
        {archive, m_folder->path()});
    const QByteArray sum = shell(u"sha256sum <\"$1\""_s, {archive}).first(64);
    write(archive + u".manifest.json"_s,
          R"({"version":1,"folder":"/x","archive_sha256":")" + sum
              + R"(","files":[{"name":"zero","bytes":5,"sha256":"00"}]})");
    const RunResult result = run(u"backup.validate"_s, {{u"archive"_s, archive}});
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"more than its manifest"_s), qPrintable(result.error));
}

void BuiltinTest::restoreNeverOverwrites()
{
    const QString archive = makeBackup();
    write(at(u"there/precious"_s), "precious");
    QCOMPARE(run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"there"_s)}}).kind,
             Kind::FailedPermanently);
    QCOMPARE(read(at(u"there/precious"_s)), QByteArray("precious"));
}

void BuiltinTest::pruneKeepsTheNewest()
{
    for (int day = 10; day < 20; ++day) {
        const QString archive = at(u"archives/tree-202601%1T120000Z.tar.gz"_s.arg(day));
        write(archive, "archive");
        write(archive + u".manifest.json"_s, "manifest");
    }
    for (const QString &other :
         {u"tree-notes.txt"_s, u"tree2-20260101T120000Z.tar.gz"_s, u"tree-20260101T120000Z.tar.gz.old"_s})
        write(at(u"archives/"_s + other), "not ours");
    const RunResult result
        = run(u"backup.prune"_s, {{u"folder"_s, at(u"archives"_s)}, {u"name"_s, u"tree"_s}, {u"keep"_s, 3}});
    QVERIFY2(result.kind == Kind::Completed, qPrintable(result.error));
    QCOMPARE(objectOf(result).value(u"deleted"_s).toArray().size(), 7);
    QCOMPARE(objectOf(result).value(u"kept"_s).toArray().first().toString(),
             u"tree-20260117T120000Z.tar.gz"_s);
    QCOMPARE(QDir(at(u"archives"_s)).entryList(QDir::Files).size(), 3 * 2 + 3);
    QCOMPARE(
        run(u"backup.prune"_s, {{u"folder"_s, at(u"archives"_s)}, {u"name"_s, u".*"_s}, {u"keep"_s, 1}}).kind,
        Kind::Completed);
    QCOMPARE(QDir(at(u"archives"_s)).entryList(QDir::Files).size(), 9); // a name is no pattern
}

void BuiltinTest::wrongArgumentsNameTheirField_data()
{
    QTest::addColumn<QString>("handler");
    QTest::addColumn<QByteArray>("kwargs");
    QTest::addColumn<QString>("field");
    QTest::newRow("no folder") << u"sample.hash_tree"_s << QByteArray("{}") << u"folder"_s;
    QTest::newRow("folder a number") << u"sample.hash_tree"_s << QByteArray(R"({"folder":7})") << u"folder"_s;
    QTest::newRow("no path") << u"sample.compress_file"_s << QByteArray("{}") << u"path"_s;
    QTest::newRow("level") << u"sample.compress_file"_s << QByteArray(R"({"path":"/x","level":10})")
                           << u"level"_s;
    QTest::newRow("no url") << u"sample.fetch_url"_s << QByteArray(R"({"output":"/x"})") << u"url"_s;
    QTest::newRow("no output") << u"sample.fetch_url"_s << QByteArray(R"({"url":"http://x/"})")
                               << u"output"_s;
    QTest::newRow("keep 0") << u"backup.prune"_s << QByteArray(R"({"folder":"/x","name":"a","keep":0})")
                            << u"keep"_s;
    QTest::newRow("no keep") << u"backup.prune"_s << QByteArray(R"({"folder":"/x","name":"a"})") << u"keep"_s;
    QTest::newRow("name") << u"backup.create"_s << QByteArray(R"({"folder":"/x","to":"/y","name":"../z"})")
                          << u"name"_s;
    QTest::newRow("option as name") << u"backup.create"_s
                                    << QByteArray(R"({"folder":"/x","to":"/y","name":"-rf"})") << u"name"_s;
}

void BuiltinTest::wrongArgumentsNameTheirField()
{
    QFETCH(const QString, handler);
    QFETCH(const QByteArray, kwargs);
    QFETCH(const QString, field);
    TestContext context;
    const RunResult result = worker::makeBuiltin(handler, {}).value()->run(jobFor(handler, kwargs), context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(field), qPrintable(result.error));
}

QTEST_GUILESS_MAIN(BuiltinTest)
#include "builtin_test.moc"
