#include "core/worker/handlers/builtin/builtin_handlers.h"
#include "core/worker/handlers/builtin/public_address.h"
#include "core/worker/handlers/http_exchange.h"
#include "core/worker/handlers/http_handler.h"
#include "tests/core/worker/http_peer.h"
#include "tests/core/worker/pool_world.h"
#include "tests/core/worker/test_context.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <future>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::HttpHandler;
using worker::HttpSpec;
using worker::RunResult;

namespace {

/// In a thread of its own, as a pool would; the peer answers in this one meanwhile.
RunResult runBeside(worker::Handler &handler, const JobDefinition &job, worker::RunContext &context)
{
    auto running = std::async(std::launch::async, [&] { return handler.run(job, context); });
    while (running.wait_for(0ms) != std::future_status::ready)
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    return running.get();
}

HttpSpec specFor(const QString &url)
{
    HttpSpec spec;
    spec.url = QUrl(url);
    return spec;
}

RunResult post(const HttpSpec &spec, TestContext &context)
{
    const auto handler = HttpHandler::create(spec);
    if (!handler) qFatal("%s", qPrintable(handler.error().text()));
    return runBeside(**handler, jobFor(u"peer"_s, R"({"n":9007199254740993})"), context);
}

} // namespace

class HttpTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void jobIsPostedAndTheBodyIsItsResult();
    void bodyThatIsNoJsonIsAText();
    void statusDecides_data();
    void statusDecides();
    void silentServerFailsTheRun();
    void serverThatIsNotThereFailsTheRun();
    void cancelEndsTheExchange();
    void answerIsCapped();
    void redirectsStayOnTheirHost();
    void credentialsNeverFollowARedirect();
    void specsAreChecked_data();
    void specsAreChecked();
    void manyRunsInAPool();
    void fetchKeepsTheBody();
    void fetchRefusesPrivateAddresses_data();
    void fetchRefusesPrivateAddresses();
    void fetchRefusesARedirectInwards();
    void fetchLeavesNothingBehindWhenItFails();
    void fetchIsCapped();
    void lookUpIsCancelled();
    void addressesAreToldApart_data();
    void addressesAreToldApart();
};

void HttpTest::jobIsPostedAndTheBodyIsItsResult()
{
    HttpPeer peer(
        [](const HttpPeer::Request &) { return HttpPeer::reply(200, R"({"sum": 9007199254740993})"); });
    HttpSpec spec = specFor(peer.url(u"/charge"_s));
    spec.headers = {{u"Authorization"_s, u"Bearer t"_s}};
    TestContext context;
    context.attemptNumber = 2;
    const RunResult result = post(spec, context);
    QCOMPARE(result.kind, Kind::Completed);
    QCOMPARE(result.result.bytes(), QByteArray(R"({"sum": 9007199254740993})"));
    QCOMPARE(peer.requests.size(), 1);
    const HttpPeer::Request &request = peer.requests.first();
    QCOMPARE(request.method, QByteArray("POST"));
    QCOMPARE(request.path, QByteArray("/charge"));
    QCOMPARE(request.headers.value("content-type"), QByteArray("application/json"));
    QCOMPARE(request.headers.value("authorization"), QByteArray("Bearer t"));
    QCOMPARE(request.headers.value("idempotency-key"), jobFor(u"peer"_s).id.bytes());
    QVERIFY(request.body.startsWith(R"({"attempt":2,)"));
    QVERIFY(request.body.contains(R"("kwargs":{"n":9007199254740993})"));
}

void HttpTest::bodyThatIsNoJsonIsAText()
{
    for (const auto &[body, expected] : QList<QPair<QByteArray, QByteArray>>{
             {"done \"well\"", R"("done \"well\"")"}, {"", "null"}, {"  \n", "null"}, {"[1,2]", "[1,2]"}}) {
        HttpPeer peer([&body](const HttpPeer::Request &) { return HttpPeer::reply(200, body); });
        TestContext context;
        QCOMPARE(post(specFor(peer.url()), context).result.bytes(), expected);
    }
}

void HttpTest::statusDecides_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("kind");
    const auto row
        = [](int status, Kind kind) { QTest::addRow("%d", status) << status << static_cast<int>(kind); };
    for (const int status : {200, 201, 202, 204}) row(status, Kind::Completed);
    for (const int status : {400, 401, 403, 404, 409, 422}) row(status, Kind::FailedPermanently);
    for (const int status : {408, 425, 429, 500, 502, 503, 504}) row(status, Kind::Failed);
    for (const int status : {301, 302, 303, 307, 308})
        row(status, Kind::FailedPermanently); // without a Location
}

void HttpTest::statusDecides()
{
    QFETCH(const int, status);
    QFETCH(const int, kind);
    HttpPeer peer([status](const HttpPeer::Request &) {
        return HttpPeer::reply(status, status == 204 ? "" : "because");
    });
    TestContext context;
    const RunResult result = post(specFor(peer.url()), context);
    QCOMPARE(static_cast<int>(result.kind), kind);
    if (status >= 400) {
        QVERIFY(result.error.contains(QString::number(status)));
        QVERIFY(result.error.contains(u"because"_s));
    }
}

void HttpTest::silentServerFailsTheRun()
{
    HttpPeer peer([](const HttpPeer::Request &) { return QByteArray(); });
    HttpSpec spec = specFor(peer.url());
    spec.silenceMax = 200ms;
    TestContext context;
    const RunResult result = post(spec, context);
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.contains(u"silent"_s), qPrintable(result.error));
}

void HttpTest::serverThatIsNotThereFailsTheRun()
{
    QString url;
    {
        const HttpPeer gone([](const HttpPeer::Request &) { return QByteArray(); });
        url = gone.url();
    }
    TestContext context;
    const RunResult result = post(specFor(url), context);
    QCOMPARE(result.kind, Kind::Failed); // retried
    QVERIFY(!result.error.isEmpty());
}

void HttpTest::cancelEndsTheExchange()
{
    TestContext context;
    HttpPeer peer([&context](const HttpPeer::Request &) {
        context.token.cancel(worker::CancelToken::Reason::Cancelled);
        return QByteArray(); // and no answer ever
    });
    QCOMPARE(post(specFor(peer.url()), context).kind, Kind::Failed);
    QCOMPARE(peer.requests.size(), 1);
}

void HttpTest::answerIsCapped()
{
    HttpPeer peer([](const HttpPeer::Request &) {
        return "HTTP/1.1 200 X\r\nContent-Length: 1000000000\r\n\r\n"
            + QByteArray(3 * 1024 * 1024, 'x'); // and on
    });
    TestContext context;
    const RunResult result = post(specFor(peer.url()), context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"more than"_s), qPrintable(result.error));
}

void HttpTest::redirectsStayOnTheirHost()
{
    HttpPeer peer([](const HttpPeer::Request &request) {
        return request.path == "/new" ? HttpPeer::reply(200, "1")
                                      : HttpPeer::reply(308, "", "Location: /new\r\n");
    });
    TestContext context;
    QCOMPARE(post(specFor(peer.url(u"/old"_s)), context).result.bytes(), QByteArray("1"));
    QCOMPARE(peer.requests.last().method, QByteArray("POST"));
    QVERIFY(!peer.requests.last().body.isEmpty());

    HttpPeer circle(
        [](const HttpPeer::Request &) { return HttpPeer::reply(307, "", "Location: /again\r\n"); });
    QCOMPARE(post(specFor(circle.url()), context).kind, Kind::FailedPermanently);
    QCOMPARE(circle.requests.size(), 6);
}

void HttpTest::credentialsNeverFollowARedirect()
{
    HttpPeer other([](const HttpPeer::Request &) { return HttpPeer::reply(200, "1"); });
    HttpPeer peer([&other](const HttpPeer::Request &) {
        return HttpPeer::reply(307, "", "Location: " + other.url().toLatin1() + "\r\n");
    });
    HttpSpec spec = specFor(peer.url());
    spec.headers = {{u"Authorization"_s, u"Bearer secret"_s}};
    TestContext context;
    const RunResult result = post(spec, context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY(result.error.contains(u"not followed"_s));
    QVERIFY(other.requests.isEmpty()); // another port is another host
}

void HttpTest::specsAreChecked_data()
{
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("header");
    QTest::addColumn<QString>("value");
    for (const char *url :
         {"", "ftp://host/", "file:///etc/passwd", "http://", "/path", "http://u:p@host/", "javascript:1"})
        QTest::addRow("url %s", url) << QString::fromLatin1(url) << u"A"_s << u"b"_s;
    QTest::newRow("header name") << u"http://h/"_s << u"A: b"_s << u"c"_s;
    QTest::newRow("header value") << u"http://h/"_s << u"A"_s << u"b\r\nC: d"_s;
}

void HttpTest::specsAreChecked()
{
    QFETCH(const QString, url);
    QFETCH(const QString, header);
    QFETCH(const QString, value);
    HttpSpec spec = specFor(url);
    spec.headers = {{header, value}};
    const auto handler = HttpHandler::create(spec);
    QVERIFY(!handler);
    QCOMPARE(handler.error().kind, Error::Kind::Invalid);
    QVERIFY(!handler.error().text().contains(u":p@"_s)); // a password is not repeated
}

void HttpTest::manyRunsInAPool()
{
    HttpPeer peer(
        [](const HttpPeer::Request &) { return HttpPeer::reply(200, "1", "Connection: close\r\n"); });
    PoolWorld world(quickOptions());
    QVERIFY(world.handlers->add(u"peer"_s, HttpHandler::create(specFor(peer.url())).value()));
    QVERIFY(waitFor(world.pool->start(3)));
    for (int i = 0; i < 60; ++i) world.submit(u"peer"_s);
    QTRY_COMPARE(world.size(JobStatus::Completed), 60);
    QCOMPARE(peer.requests.size(), 60);
}

void HttpTest::fetchKeepsTheBody()
{
    QTemporaryDir folder;
    QByteArray body;
    for (int i = 0; i < 100'000; ++i) body += QByteArray::number(i);
    HttpPeer peer([&body](const HttpPeer::Request &request) {
        return request.path == "/file" ? HttpPeer::reply(200, body, "Content-Type: text/x-numbers\r\n")
                                       : HttpPeer::reply(302, "moved", "Location: /file\r\n");
    });
    const auto handler = worker::makeBuiltin(u"sample.fetch_url"_s,
                                             {.writeFolders = {folder.path()}, .allowPrivateAddresses = true})
                             .value();
    const QString output = folder.filePath(u"body"_s);
    TestContext context;
    const QByteArray kwargs
        = "{\"url\":" + jsonString(peer.url(u"/start"_s)) + ",\"output\":" + jsonString(output) + '}';
    const RunResult result = runBeside(*handler, jobFor(u"fetch"_s, kwargs), context);
    QVERIFY2(result.kind == Kind::Completed, qPrintable(result.error));
    QFile file(output);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), body);
    const QJsonObject said = QJsonDocument::fromJson(result.result.bytes()).object();
    QCOMPARE(said.value(u"bytes"_s).toInteger(), body.size());
    QCOMPARE(said.value(u"sha256"_s).toString().toLatin1(),
             QCryptographicHash::hash(body, QCryptographicHash::Sha256).toHex());
    QCOMPARE(said.value(u"content_type"_s).toString(), u"text/x-numbers"_s);
    QCOMPARE(peer.requests.last().headers.value("host"), peer.url(QString()).toLatin1().sliced(7));
    QCOMPARE(context.progress().last().current, static_cast<double>(body.size()));
    // Once more: what is there is not overwritten unasked.
    QCOMPARE(runBeside(*handler, jobFor(u"fetch"_s, kwargs), context).kind, Kind::FailedPermanently);
}

void HttpTest::fetchRefusesPrivateAddresses_data()
{
    QTest::addColumn<QString>("url");
    for (const char *url :
         {"http://127.0.0.1:%1/", "http://localhost:%1/", "http://0x7f000001:%1/", "http://2130706433:%1/",
          "http://0177.0.0.1:%1/", "http://[::1]:%1/", "http://[::ffff:127.0.0.1]:%1/",
          "http://[::ffff:169.254.169.254]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
          "http://192.168.1.1/", "http://[fe80::1]/", "http://0.0.0.0:%1/", "file:///etc/passwd",
          "http://user:secret@127.0.0.1/"})
        QTest::addRow("%s", url) << QString::fromLatin1(url);
}

void HttpTest::fetchRefusesPrivateAddresses()
{
    QFETCH(const QString, url);
    QTemporaryDir folder;
    HttpPeer peer([](const HttpPeer::Request &) { return HttpPeer::reply(200, "secret"); });
    const QString port = QString::number(QUrl(peer.url()).port());
    const QString wanted = url.contains(u"%1"_s) ? url.arg(port) : url;
    const auto handler
        = worker::makeBuiltin(u"sample.fetch_url"_s, {.writeFolders = {folder.path()}}).value();
    TestContext context;
    const QByteArray kwargs
        = "{\"url\":" + jsonString(wanted) + ",\"output\":" + jsonString(folder.filePath(u"x"_s)) + '}';
    const RunResult result = runBeside(*handler, jobFor(u"fetch"_s, kwargs), context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY(!result.error.contains(u"secret"_s));
    QVERIFY(peer.requests.isEmpty());
    QVERIFY(QDir(folder.path()).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
}

void HttpTest::fetchRefusesARedirectInwards()
{
    // The rule is by address and port, not by the first URL: with private addresses allowed for nobody, a
    // public server's redirect to the metadata service would be refused as the metadata service is when asked
    // directly.
    QVERIFY(!worker::isPublicAddress(QHostAddress(u"169.254.169.254"_s)));
    QTemporaryDir folder;
    HttpPeer peer([](const HttpPeer::Request &) {
        return HttpPeer::reply(302, "", "Location: file:///etc/passwd\r\n");
    });
    const auto handler = worker::makeBuiltin(u"sample.fetch_url"_s,
                                             {.writeFolders = {folder.path()}, .allowPrivateAddresses = true})
                             .value();
    TestContext context;
    const QByteArray kwargs
        = "{\"url\":" + jsonString(peer.url()) + ",\"output\":" + jsonString(folder.filePath(u"x"_s)) + '}';
    QCOMPARE(runBeside(*handler, jobFor(u"fetch"_s, kwargs), context).kind, Kind::FailedPermanently);
}

void HttpTest::fetchLeavesNothingBehindWhenItFails()
{
    QTemporaryDir folder;
    HttpPeer peer([](const HttpPeer::Request &request) {
        return request.path == "/500" ? HttpPeer::reply(500, "broken") : HttpPeer::reply(404, "nothing");
    });
    const auto handler = worker::makeBuiltin(u"sample.fetch_url"_s,
                                             {.writeFolders = {folder.path()}, .allowPrivateAddresses = true})
                             .value();
    for (const auto &[path, kind] :
         QList<QPair<QString, Kind>>{{u"/500"_s, Kind::Failed}, {u"/404"_s, Kind::FailedPermanently}}) {
        TestContext context;
        const QByteArray kwargs = "{\"url\":" + jsonString(peer.url(path))
            + ",\"output\":" + jsonString(folder.filePath(u"x"_s)) + '}';
        QCOMPARE(runBeside(*handler, jobFor(u"fetch"_s, kwargs), context).kind, kind);
        QVERIFY(QDir(folder.path()).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
    }
}

void HttpTest::fetchIsCapped()
{
    QTemporaryDir folder;
    HttpPeer peer([](const HttpPeer::Request &) { return HttpPeer::reply(200, QByteArray(100'000, 'x')); });
    const auto handler = worker::makeBuiltin(u"sample.fetch_url"_s,
                                             {.writeFolders = {folder.path()}, .allowPrivateAddresses = true})
                             .value();
    TestContext context;
    const QByteArray kwargs = "{\"bytes_max\":99999,\"url\":" + jsonString(peer.url())
        + ",\"output\":" + jsonString(folder.filePath(u"x"_s)) + '}';
    const RunResult result = runBeside(*handler, jobFor(u"fetch"_s, kwargs), context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY(QDir(folder.path()).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
}

void HttpTest::lookUpIsCancelled()
{
    worker::CancelToken token;
    const auto addresses = [&token] {
        const std::optional<QHostInfo> info = worker::lookUpHost(u"localhost"_s, token);
        return info ? std::optional(info->addresses()) : std::nullopt;
    };
    const auto found = std::async(std::launch::async, addresses).get(); // a thread without an event loop
    QVERIFY(found && found->contains(QHostAddress(QHostAddress::LocalHost)));
    token.cancel(worker::CancelToken::Reason::Cancelled);
    QVERIFY(!std::async(std::launch::async, addresses).get());
}

void HttpTest::addressesAreToldApart_data()
{
    QTest::addColumn<bool>("isPublic");
    for (const char *address : {"1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.0.1", "192.169.0.1",
                                "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"})
        QTest::addRow("%s", address) << true;
    for (const char *address : {"127.0.0.1",
                                "127.9.9.9",
                                "0.0.0.0",
                                "10.1.2.3",
                                "172.16.0.1",
                                "172.31.255.255",
                                "192.168.0.1",
                                "169.254.169.254",
                                "100.64.0.1",
                                "224.0.0.1",
                                "255.255.255.255",
                                "198.18.0.1",
                                "::1",
                                "::",
                                "fe80::1",
                                "fd00::1",
                                "fc00::1",
                                "ff02::1",
                                "fec0::1",
                                "::ffff:10.0.0.1",
                                "::ffff:169.254.169.254",
                                "64:ff9b::a9fe:a9fe",
                                "2002:7f00:1::",
                                "::127.0.0.1"})
        QTest::addRow("%s", address) << false;
}

void HttpTest::addressesAreToldApart()
{
    QFETCH(const bool, isPublic);
    QCOMPARE(worker::isPublicAddress(QHostAddress(QString::fromLatin1(QTest::currentDataTag()))), isPublic);
}

QTEST_GUILESS_MAIN(HttpTest)
#include "http_test.moc"
