#include "tests/core/worker/builtin_rig.h"

#include <QJsonArray>
#include <QTest>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::RunResult;

class BuiltinTest : public QObject, private BuiltinRig {
    Q_OBJECT
private Q_SLOTS:
    void init() { emptyFolder(); }
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
    void wrongArgumentsNameTheirField_data();
    void wrongArgumentsNameTheirField();
};

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
    QCOMPARE(QDir(folder()).entryList(QDir::Files | QDir::Hidden).size(),
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
    QDir().mkpath(folder() + u"-neighbour"_s);
    const QString path = QString(output).replace(u"%1"_s, folder());
    const RunResult result
        = run(u"sample.compress_file"_s, {{u"path"_s, at(u"file"_s)}, {u"output"_s, path}});
    QDir().rmdir(folder() + u"-neighbour"_s);
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
