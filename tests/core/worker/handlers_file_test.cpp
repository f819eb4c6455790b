#include "core/worker/handlers/handlers_file.h"
#include "core/worker/handlers/plugin_loader.h"
#include "tests/core/worker/test_context.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::HandlersFile;

namespace {

void write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("A file could not be written.");
}

} // namespace

class HandlersFileTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samplesLoad();
    void samplesRun();
    void sampleThatFailsShowsItsTraceback();
    void schemaListsWhatIsRead();
    void defect31_registrationErrorsReachTheCaller_data();
    void defect31_registrationErrorsReachTheCaller();
    void fileItselfIsChecked();
    void headersComeFromTheEnvironment();
    void pluginIsLoadedFromItsFolder();
    void pluginsFromElsewhereAreRefused();
};

void HandlersFileTest::samplesLoad()
{
    const auto handlers = HandlersFile::load(QStringLiteral(SAMPLES "/handlers.json"));
    QVERIFY2(handlers, handlers ? "" : qPrintable(handlers.error().text()));
    QCOMPARE(handlers->keys(),
             (QStringList{u"disk.usage"_s, u"nightly.backup"_s, u"sample.hash_tree"_s, u"sample.traceback"_s,
                          u"text.count_words"_s, u"text.count_words_warm"_s}));
    QVERIFY(handlers->value(u"text.count_words"_s)->description().endsWith(u"/count_words.py"_s));
}

void HandlersFileTest::samplesRun()
{
    const auto handlers = HandlersFile::load(QStringLiteral(SAMPLES "/handlers.json")).value();
    QTemporaryDir folder;
    write(folder.filePath(u"text"_s), "one two three\nfour\n");
    for (const QString &name :
         {u"text.count_words"_s, u"text.count_words_warm"_s, u"text.count_words_warm"_s}) {
        TestContext context;
        const auto result = handlers[name]->run(
            jobFor(name, "{\"path\":" + jsonString(folder.filePath(u"text"_s)) + '}'), context);
        QVERIFY2(result.kind == Kind::Completed, qPrintable(result.error));
        const QJsonObject counts = QJsonDocument::fromJson(result.result.bytes()).object();
        QCOMPARE(counts.value(u"lines"_s).toInt(), 2);
        QCOMPARE(counts.value(u"words"_s).toInt(), 4);
        QVERIFY(!context.progress().isEmpty());
        TestContext wrong;
        QCOMPARE(handlers[name]->run(jobFor(name, R"({"path":"-rf"})"), wrong).kind, Kind::FailedPermanently);
    }
    TestContext context;
    const auto usage = handlers[u"disk.usage"_s]->run(
        jobFor(u"disk.usage"_s, "{\"folder\":" + jsonString(folder.path()) + '}'), context);
    QVERIFY2(usage.kind == Kind::Completed, qPrintable(usage.error));
    QVERIFY(QJsonDocument::fromJson(usage.result.bytes()).object().value(u"bytes"_s).toInteger() >= 19);
    for (const QString &hostile : {u"$(touch /tmp/signalbox-was-here)"_s, u"-rf"_s, u""_s, u"/nowhere"_s}) {
        const QByteArray kwargs = "{\"folder\":" + jsonString(hostile) + '}';
        QCOMPARE(handlers[u"disk.usage"_s]->run(jobFor(u"disk.usage"_s, kwargs), context).kind,
                 Kind::FailedPermanently);
    }
    QVERIFY(!QFile::exists(u"/tmp/signalbox-was-here"_s));
}

void HandlersFileTest::sampleThatFailsShowsItsTraceback()
{
    const auto handlers = HandlersFile::load(QStringLiteral(SAMPLES "/handlers.json")).value();
    TestContext context;
    const auto handler = handlers[u"sample.traceback"_s];
    const auto failed = handler->run(jobFor(u"sample.traceback"_s), context);
    QCOMPARE(failed.kind, Kind::Failed);
    QVERIFY(failed.error.startsWith(u"ValueError: account 7"_s));
    QVERIFY(failed.error.contains(u"Traceback (most recent call last):"_s));
    QCOMPARE(handler->run(jobFor(u"sample.traceback"_s, R"({"mended":true})"), context).kind,
             Kind::Completed);
}

void HandlersFileTest::schemaListsWhatIsRead()
{
    QFile file(QStringLiteral(SAMPLES "/handlers.schema.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject kinds = QJsonDocument::fromJson(file.readAll()).object().value(u"$defs"_s).toObject();
    // Each field that the schema has is one that the reader knows: it complains about its value, not its
    // name.
    int fields = 0;
    for (const QString &kind : {u"process"_s, u"persistentProcess"_s, u"http"_s, u"plugin"_s, u"builtin"_s}) {
        const QJsonObject properties = kinds.value(kind).toObject().value(u"properties"_s).toObject();
        const QString word = properties.value(u"kind"_s).toObject().value(u"const"_s).toString();
        for (const QString &field : properties.keys()) {
            if (field == u"kind"_s) continue;
            ++fields;
            const QByteArray json
                = "{\"handlers\":{\"h\":{\"kind\":" + jsonString(word) + ',' + jsonString(field) + ":null}}}";
            const auto handlers = HandlersFile::parse(json, u"/etc/handlers.json"_s);
            QVERIFY(!handlers);
            QVERIFY2(!handlers.error().text().contains(u"no such field"_s), qPrintable(kind + u'.' + field));
        }
    }
    QCOMPARE(fields, 8 + 9 + 5 + 3 + 4);
}

void HandlersFileTest::defect31_registrationErrorsReachTheCaller_data()
{
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QStringList>("said"); // all of it
    const auto row = [](const char *name, const QByteArray &json, const QStringList &said) {
        QTest::newRow(name) << json << said;
    };
    const auto entry = [](const QByteArray &fields) {
        return "{\n \"handlers\": {\n  \"a.b\": {\n" + fields + "\n  }\n }\n}";
    };
    row("empty", "", {u"Line 1"_s});
    row("no JSON", "{\n \"handlers\": {\n  \"a\": {,}\n", {u"Line 3, column 9"_s});
    row("comment", "// handlers\n{}", {u"Line 1"_s});
    row("array", "[]", {u"object"_s});
    row("no handlers", "{}", {u"handlers"_s});
    row("handlers an array", "{\n\"handlers\": []}", {u"handlers"_s, u"Line 2"_s});
    row("twice", "{\"handlers\": {\n\"a\": {\"kind\":\"builtin\"},\n\"a\": {}}}", {u"Line 3"_s, u"twice"_s});
    row("unknown field at the top", "{\"handlers\": {},\n\"handler\": {}}", {u"handler"_s, u"Line 2"_s});
    row("newer version", "{\"version\": 2,\n\"handlers\": {}}", {u"version"_s, u"Line 1"_s});
    row("relative plugin folder", "{\"handlers\": {},\n\"plugin_folders\": [\"plugins\"]}",
        {u"plugin_folders"_s, u"Line 2"_s});
    row("bad name", "{\"handlers\": {\n\"a\\u0007\": {}}}", {u"Line 2"_s, u"control character"_s});
    row("empty name", "{\"handlers\": {\n\"\": {}}}", {u"Line 2"_s, u"empty"_s});
    row("no object", "{\"handlers\": {\n\"a.b\": \"/bin/true\"}}", {u"a.b"_s, u"Line 2"_s});
    row("no kind", entry("\"program\": \"/bin/true\""), {u"a.b"_s, u"kind"_s});
    row("unknown kind", entry("\"kind\": \"python\""), {u"a.b"_s, u"kind"_s, u"Line 4"_s, u"python"_s});
    row("no program", entry("\"kind\": \"process\""), {u"a.b"_s, u"program"_s});
    row("misspelt field", entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"argument\": []"),
        {u"a.b"_s, u"argument"_s, u"Line 6"_s});
    row("wrong type", entry("\"kind\": \"process\",\n\"program\": 7"), {u"program"_s, u"Line 5"_s});
    row("argument no text",
        entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\n\"arguments\": [\"a\", 1]"),
        {u"arguments"_s, u"Line 7"_s});
    row("program not there", entry("\"kind\": \"process\",\n\"program\": \"/nowhere/x\""),
        {u"program"_s, u"Line 5"_s, u"/nowhere/x"_s});
    row("program searched for", entry("\"kind\": \"process\",\n\"program\": \"python3\""),
        {u"program"_s, u"Line 5"_s, u"absolute"_s});
    row("working folder",
        entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"working_folder\": \"/nowhere\""),
        {u"working_folder"_s, u"Line 6"_s});
    row("memory", entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"memory_mb\": 1"),
        {u"memory_mb"_s, u"Line 6"_s});
    row("memory a fraction",
        entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"memory_mb\": 64.5"),
        {u"memory_mb"_s, u"Line 6"_s});
    row("grace", entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"kill_grace_s\": -1"),
        {u"kill_grace_s"_s, u"Line 6"_s});
    row("environment",
        entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"environment\": [\"A=b\"]"),
        {u"environment"_s, u"Line 6"_s});
    row("children", entry("\"kind\": \"persistent_process\",\n\"program\": \"/bin/true\",\n\"children\": -1"),
        {u"children"_s, u"Line 6"_s});
    row("children of the other kind",
        entry("\"kind\": \"process\",\n\"program\": \"/bin/true\",\n\"children\": 1"),
        {u"children"_s, u"Line 6"_s});
    row("url", entry("\"kind\": \"http\",\n\"url\": \"ftp://x/\""), {u"url"_s, u"Line 5"_s});
    row("header", entry("\"kind\": \"http\",\n\"url\": \"http://x/\",\n\"headers\": {\"A\": \"b\\nc\"}"),
        {u"headers"_s, u"Line 6"_s});
    row("variable not set",
        entry("\"kind\": \"http\",\n\"url\": \"http://x/\",\n\"headers_from_environment\": {\"A\": "
              "\"SIGNALBOX_NOT_SET\"}"),
        {u"headers_from_environment"_s, u"Line 6"_s, u"SIGNALBOX_NOT_SET"_s});
    row("no such builtin", entry("\"kind\": \"builtin\",\n\"use\": \"os.system\""),
        {u"a.b"_s, u"os.system"_s});
    row("relative folder",
        entry("\"kind\": \"builtin\",\n\"use\": \"sample.fail\",\n\"write_folders\": [\"x\"]"),
        {u"write_folders"_s, u"Line 6"_s});
    row("plugin by path", entry("\"kind\": \"plugin\",\n\"file\": \"../x.so\",\n\"handler\": \"x\""),
        {u"a.b"_s, u"path"_s});
    row("plugin not there", entry("\"kind\": \"plugin\",\n\"file\": \"x.so\",\n\"handler\": \"x\""),
        {u"a.b"_s, u"plugin_folders"_s});
    row("too deep", "{\"handlers\": " + QByteArray(200, '[') + QByteArray(200, ']') + "}", {u"nested"_s});
}

void HandlersFileTest::defect31_registrationErrorsReachTheCaller()
{
    QFETCH(const QByteArray, json);
    QFETCH(const QStringList, said);
    QTemporaryDir folder;
    const QString path = folder.filePath(u"handlers.json"_s);
    write(path, json);
    const auto handlers = HandlersFile::load(path);
    QVERIFY(!handlers);
    const QString text = handlers.error().text();
    QVERIFY2(text.contains(path), qPrintable(text));
    for (const QString &part : said) QVERIFY2(text.contains(part), qPrintable(text));
}

void HandlersFileTest::fileItselfIsChecked()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"handlers.json"_s);
    QCOMPARE(HandlersFile::load(path).error().kind, Error::Kind::NotFound);
    write(path, R"({"handlers": {}})");
    QVERIFY(HandlersFile::load(path)->isEmpty());
    QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0666), 0);
    const auto open = HandlersFile::load(path);
    QCOMPARE(open.error().kind, Error::Kind::Unauthorised);
    QVERIFY(open.error().todo.contains(u"chmod"_s));
    QCOMPARE(HandlersFile::load(folder.path()).error().kind, Error::Kind::Unavailable);
    QCOMPARE(::chmod(QFile::encodeName(path).constData(), 0644), 0);
    write(path, QByteArray(HandlersFile::bytesMax + 10, ' '));
    QCOMPARE(HandlersFile::load(path).error().kind, Error::Kind::Invalid);
}

void HandlersFileTest::headersComeFromTheEnvironment()
{
    qputenv("SIGNALBOX_TEST_TOKEN", "secret");
    const auto handlers = HandlersFile::parse(
        R"({"handlers": {"a": {"kind": "http", "url": "http://127.0.0.1:1/x?key=1",
            "headers_from_environment": {"Authorization": "SIGNALBOX_TEST_TOKEN"}}}})",
        u"/etc/handlers.json"_s);
    QVERIFY2(handlers, handlers ? "" : qPrintable(handlers.error().text()));
    QCOMPARE(handlers->value(u"a"_s)->description(),
             u"http http://127.0.0.1:1/x"_s); // neither token nor query
}

void HandlersFileTest::pluginIsLoadedFromItsFolder()
{
    QTemporaryDir folder;
    QVERIFY(QFile::copy(QStringLiteral(SAMPLE_PLUGIN), folder.filePath(u"libsample.so"_s)));
    const QByteArray json = "{\"plugin_folders\": [" + jsonString(folder.path())
        + R"(], "handlers": {"a": {"kind": "plugin", "file": "libsample.so", "handler": "echo", "options": {"n": 1.0}}}})";
    const auto handlers = HandlersFile::parse(json, u"/etc/handlers.json"_s);
    QVERIFY2(handlers, handlers ? "" : qPrintable(handlers.error().text()));
    TestContext context;
    QCOMPARE(handlers->value(u"a"_s)->run(jobFor(u"a"_s), context).result.bytes(),
             QByteArray(R"({"n": 1.0})"));
    QByteArray other = json;
    other.replace("echo", "nothing");
    QCOMPARE(HandlersFile::parse(other, u"/etc/handlers.json"_s).error().kind, Error::Kind::NotFound);
}

void HandlersFileTest::pluginsFromElsewhereAreRefused()
{
    QTemporaryDir folder;
    QTemporaryDir other;
    const auto load = [&folder](const QString &file) {
        return worker::PluginLoader({folder.path()}).load({file, u"echo"_s});
    };
    // Where Qt would look by itself: the current folder and QT_PLUGIN_PATH.
    QVERIFY(QFile::copy(QStringLiteral(SAMPLE_PLUGIN), other.filePath(u"libplanted.so"_s)));
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(other.path()));
    qputenv("QT_PLUGIN_PATH", QFile::encodeName(other.path()));
    QCOMPARE(load(u"libplanted.so"_s).error().kind, Error::Kind::Invalid);
    QVERIFY(QDir::setCurrent(before));
    qunsetenv("QT_PLUGIN_PATH");
    // By a path, and by a link that leads there.
    for (const QString &name :
         {other.filePath(u"libplanted.so"_s), u"../libplanted.so"_s, u".hidden.so"_s, u""_s})
        QCOMPARE(load(name).error().kind, Error::Kind::Invalid);
    QVERIFY(QFile::link(other.filePath(u"libplanted.so"_s), folder.filePath(u"liblink.so"_s)));
    QCOMPARE(load(u"liblink.so"_s).error().kind, Error::Kind::Invalid);
    // Writable by others: the file, then its folder.
    const QString own = folder.filePath(u"libown.so"_s);
    QVERIFY(QFile::copy(QStringLiteral(SAMPLE_PLUGIN), own));
    QCOMPARE(::chmod(QFile::encodeName(own).constData(), 0775), 0);
    QCOMPARE(load(u"libown.so"_s).error().kind, Error::Kind::Unauthorised);
    QCOMPARE(::chmod(QFile::encodeName(own).constData(), 0755), 0);
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0777), 0);
    QCOMPARE(load(u"libown.so"_s).error().kind, Error::Kind::Unauthorised);
    QCOMPARE(::chmod(QFile::encodeName(folder.path()).constData(), 0700), 0);
    QVERIFY(load(u"libown.so"_s));
    // Another's.
    if (::geteuid() == 0) {
        QCOMPARE(::chown(QFile::encodeName(own).constData(), 65534, 65534), 0);
        QCOMPARE(load(u"libown.so"_s).error().kind, Error::Kind::Unauthorised);
    }
    // No plugin at all, and one of another kind.
    write(folder.filePath(u"libtext.so"_s), "not a library");
    QCOMPARE(load(u"libtext.so"_s).error().kind, Error::Kind::Invalid);
}

QTEST_GUILESS_MAIN(HandlersFileTest)
#include "handlers_file_test.moc"
