#include "core/worker/handlers/builtin/tar_reader.h"
#include "tests/core/worker/builtin_rig.h"

#include <QJsonArray>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::RunResult;

/// backup.create, validate, restore and prune, beside the system's own tar.
class BackupTest : public QObject, private BuiltinRig {
    Q_OBJECT
private Q_SLOTS:
    void init() { emptyFolder(); }
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

private:
    QString makeBackup();
};

QString BackupTest::makeBackup()
{
    makeTree();
    QDir().mkpath(at(u"archives"_s));
    const RunResult made
        = run(u"backup.create"_s, {{u"folder"_s, at(u"tree"_s)}, {u"to"_s, at(u"archives"_s)}});
    if (made.kind != Kind::Completed) qFatal("%s", qPrintable(made.error));
    return objectOf(made).value(u"archive"_s).toString();
}
void BackupTest::backupIsValidAndRestoresAsItWas()
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
    QVERIFY(QDir(folder())
                .entryList(QDir::Hidden | QDir::Dirs | QDir::NoDotAndDotDot)
                .filter(u"part"_s)
                .isEmpty());
}

void BackupTest::backupOfALinkIsKeptAsALink()
{
    const QString archive = makeBackup();
    QCOMPARE(run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"restored"_s)}}).kind,
             Kind::Completed);
    QVERIFY(QFileInfo(at(u"restored/link"_s)).isSymbolicLink());
    QCOMPARE(read(at(u"restored/link"_s)), QByteArray("first\n"));
}

void BackupTest::backupOfALinkThatLeadsOutIsRefusedByName_data()
{
    QTest::addColumn<QByteArray>("target");
    QTest::newRow("absolute") << QByteArray("/etc/passwd");
    QTest::newRow("relative") << QByteArray("../../elsewhere");
}

void BackupTest::backupOfALinkThatLeadsOutIsRefusedByName()
{
    QFETCH(const QByteArray, target);
    makeTree();
    QVERIFY(::symlink(target.constData(), QFile::encodeName(at(u"tree/a/out"_s)).constData()) == 0);
    const RunResult refused = run(u"backup.create"_s, {{u"folder"_s, at(u"tree"_s)}, {u"to"_s, folder()}});
    QCOMPARE(refused.kind, Kind::FailedPermanently); // it would be the same the next time
    QVERIFY2(refused.error.contains(at(u"tree/a/out"_s)), qPrintable(refused.error));
    QVERIFY2(refused.error.contains(QLatin1StringView(target)), qPrintable(refused.error));
    QVERIFY2(!refused.error.contains("changed"_L1), qPrintable(refused.error));
    QVERIFY(QDir(folder()).entryList({u"*.tar.gz*"_s}).isEmpty());
}

void BackupTest::damagedBackupIsRefused_data()
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

void BackupTest::damagedBackupIsRefused()
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

void BackupTest::archiveThatLeadsOutIsRefused_data()
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

void BackupTest::archiveThatLeadsOutIsRefused()
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

void BackupTest::archiveBombStopsAtItsManifest()
{
    const QString archive = at(u"bomb-20260101T000000Z.tar.gz"_s);
    (void)shell(
        u"cd \"$2\"; head -c 100000000 /dev/zero | (mkdir b; cat > b/zero); tar -czf \"$1\" -C b zero; rm -r b"_s,
        {archive, folder()});
    const QByteArray sum = shell(u"sha256sum <\"$1\""_s, {archive}).first(64);
    write(archive + u".manifest.json"_s,
          R"({"version":1,"folder":"/x","archive_sha256":")" + sum
              + R"(","files":[{"name":"zero","bytes":5,"sha256":"00"}]})");
    const RunResult result = run(u"backup.validate"_s, {{u"archive"_s, archive}});
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"more than its manifest"_s), qPrintable(result.error));
}

void BackupTest::restoreNeverOverwrites()
{
    const QString archive = makeBackup();
    write(at(u"there/precious"_s), "precious");
    QCOMPARE(run(u"backup.restore"_s, {{u"archive"_s, archive}, {u"to"_s, at(u"there"_s)}}).kind,
             Kind::FailedPermanently);
    QCOMPARE(read(at(u"there/precious"_s)), QByteArray("precious"));
}

void BackupTest::pruneKeepsTheNewest()
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

QTEST_GUILESS_MAIN(BackupTest)
#include "backup_test.moc"
