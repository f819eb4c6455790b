#include "core/worker/handlers/persistent_process_handler.h"
#include "tests/core/worker/process_peer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <future>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::CancelToken;
using worker::PersistentProcessHandler;
using worker::RunResult;

class PersistentProcessTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup() { QVERIFY(!hasChildren()); }
    void persistentChildGetsJobAfterJob();
    void persistentChildThatDiesIsReplaced();
    void persistentChildIsEndedWhenItsJobIsCancelled();
    void persistentChildrenAreLimited();
    void renewedWorkerGetsANewChild();
    void persistentChildrenEndWithTheirHandler();
    void childThatDidNotReadItsJobGetsNoOther_data();
    void childThatDidNotReadItsJobGetsNoOther();
    void childThatSaysMoreGetsNoOtherJob_data();
    void childThatSaysMoreGetsNoOtherJob();
    void answerOfAnotherJobIsNotTaken();
    void resultThatIsNoJsonIsTheEndOfTheJob();
};

void PersistentProcessTest::persistentChildGetsJobAfterJob()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 1).value();
    TestContext context;
    const QJsonObject first = objectOf(handler->run(jobFor(u"peer"_s), context));
    for (int i = 2; i <= 50; ++i) {
        TestContext next;
        const QJsonObject answer = objectOf(handler->run(jobFor(u"peer"_s), next));
        QCOMPARE(answer.value(u"pid"_s), first.value(u"pid"_s));
        QCOMPARE(answer.value(u"n"_s).toInt(), i);
        // Its own lines, and not what the child said after its last answer.
        QVERIFY(next.lines().contains(u"job %1"_s.arg(i)));
        QVERIFY(next.lines().size() <= 2);
    }
    TestContext refused;
    const RunResult result = handler->run(jobFor(u"peer"_s, R"({"do":"fail"})"), refused);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QCOMPARE(result.error, u"refused"_s);
    QCOMPARE(objectOf(handler->run(jobFor(u"peer"_s), refused)).value(u"pid"_s), first.value(u"pid"_s));
}

void PersistentProcessTest::persistentChildThatDiesIsReplaced()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 1).value();
    TestContext context;
    const QJsonObject first = objectOf(handler->run(jobFor(u"peer"_s), context));
    const RunResult died = handler->run(jobFor(u"peer"_s, R"({"do":"die"})"), context);
    QCOMPARE(died.kind, Kind::Failed);
    QVERIFY2(died.error.contains(u"SIGSEGV"_s), qPrintable(died.error));
    const QJsonObject second = objectOf(handler->run(jobFor(u"peer"_s), context));
    QVERIFY(second.value(u"pid"_s) != first.value(u"pid"_s));
    // And one that is killed while it has nothing to do costs no job anything.
    QCOMPARE(::kill(second.value(u"pid"_s).toInt(), SIGKILL), 0);
    QTRY_VERIFY(!isAlive(second.value(u"pid"_s).toInt()));
    QCOMPARE(handler->run(jobFor(u"peer"_s), context).kind, Kind::Completed);
}

void PersistentProcessTest::persistentChildIsEndedWhenItsJobIsCancelled()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 1).value();
    TestContext context;
    auto running = std::async(std::launch::async,
                              [&] { return handler->run(jobFor(u"peer"_s, R"({"do":"hang"})"), context); });
    (void)context.waitForLine(u"hanging"_s);
    context.token.cancel(CancelToken::Reason::Cancelled);
    QCOMPARE(running.get().kind, Kind::Failed);
    TestContext next;
    QCOMPARE(objectOf(handler->run(jobFor(u"peer"_s), next)).value(u"n"_s).toInt(), 1); // another child
}

void PersistentProcessTest::persistentChildrenAreLimited()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 1).value();
    TestContext hanging;
    auto first = std::async(std::launch::async,
                            [&] { return handler->run(jobFor(u"peer"_s, R"({"do":"hang"})"), hanging); });
    (void)hanging.waitForLine(u"hanging"_s);
    TestContext waiting;
    auto second = std::async(std::launch::async, [&] { return handler->run(jobFor(u"peer"_s), waiting); });
    TestContext cancelled;
    auto third = std::async(std::launch::async, [&] { return handler->run(jobFor(u"peer"_s), cancelled); });
    cancelled.token.cancel(CancelToken::Reason::Cancelled);
    QCOMPARE(third.get().kind, Kind::Failed); // it need not wait for a child to be told
    QVERIFY(cancelled.lines().isEmpty());
    hanging.token.cancel(CancelToken::Reason::Cancelled);
    QCOMPARE(first.get().kind, Kind::Failed);
    QCOMPARE(second.get().kind, Kind::Completed); // its turn has come
}

void PersistentProcessTest::renewedWorkerGetsANewChild()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 0).value();
    TestContext context;
    context.worker = 7;
    const QJsonObject first = objectOf(handler->run(jobFor(u"peer"_s), context));
    handler->renewWorker(8);
    QCOMPARE(objectOf(handler->run(jobFor(u"peer"_s), context)).value(u"pid"_s), first.value(u"pid"_s));
    handler->renewWorker(7);
    QVERIFY(!isAlive(first.value(u"pid"_s).toInt()));
    QVERIFY(objectOf(handler->run(jobFor(u"peer"_s), context)).value(u"pid"_s) != first.value(u"pid"_s));
}

void PersistentProcessTest::persistentChildrenEndWithTheirHandler()
{
    pid_t pid = 0;
    {
        const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 0).value();
        TestContext context;
        pid = objectOf(handler->run(jobFor(u"peer"_s), context)).value(u"pid"_s).toInt();
        QVERIFY(isAlive(pid));
    }
    QVERIFY(!isAlive(pid));
}

void PersistentProcessTest::childThatDidNotReadItsJobGetsNoOther_data()
{
    QTest::addColumn<int>("bytes");
    QTest::newRow("the rest is in the pipe") << 100;
    QTest::newRow("the rest is not even written") << 1'000'000;
}

void PersistentProcessTest::childThatDidNotReadItsJobGetsNoOther()
{
    QFETCH(int, bytes);
    const auto handler = PersistentProcessHandler::create(peer({u"early"_s, u"50"_s}), 1).value();
    TestContext context;
    const QByteArray kwargs = R"({"fill":")" + QByteArray(bytes, 'x') + R"("})";
    const QJsonObject first = objectOf(handler->run(jobFor(u"peer"_s, kwargs), context));
    const QJsonObject second = objectOf(handler->run(jobFor(u"peer"_s, kwargs), context));
    QVERIFY(first.value(u"pid"_s).toInt() > 0); // its answer counts: what it needs to read is its affair
    QVERIFY(second.value(u"pid"_s).toInt() > 0);
    QVERIFY(second.value(u"pid"_s) != first.value(u"pid"_s));
    QVERIFY(!isAlive(first.value(u"pid"_s).toInt()));
}

void PersistentProcessTest::childThatSaysMoreGetsNoOtherJob_data()
{
    QTest::addColumn<QString>("more");
    QTest::addColumn<bool>("isReplaced");
    QTest::newRow("a second answer") << u"{\"result\": 2}\n"_s << true;
    QTest::newRow("an error") << u"{\"error\": \"no\"}\n"_s << true;
    QTest::newRow("half an answer") << u"noise\n{\"res"_s << true;
    QTest::newRow("a line of its own") << u"noise\n{\"log\": \"tidied up\"}\n"_s << false;
}

void PersistentProcessTest::childThatSaysMoreGetsNoOtherJob()
{
    QFETCH(QString, more);
    QFETCH(bool, isReplaced);
    const QTemporaryDir folder;
    const QString file = folder.filePath(u"said"_s);
    const auto handler = PersistentProcessHandler::create(peer({u"more"_s, more, file}), 1).value();
    TestContext context;
    const QJsonObject first = objectOf(handler->run(jobFor(u"peer"_s), context));
    QTRY_VERIFY(QFile::exists(file));
    TestContext next;
    const QJsonObject second = objectOf(handler->run(jobFor(u"peer"_s), next));
    QVERIFY(second.value(u"pid"_s).toInt() > 0);
    QCOMPARE(second.value(u"pid"_s) != first.value(u"pid"_s), isReplaced);
    // It says why, in the log of the job under which it was noticed.
    const QStringList said = (context.lines() + next.lines()).filter(u"answered more than its job"_s);
    QCOMPARE(!said.isEmpty(), isReplaced);
}

void PersistentProcessTest::answerOfAnotherJobIsNotTaken()
{
    const auto handler = PersistentProcessHandler::create(peer({u"late"_s}), 1).value();
    TestContext context;
    JobDefinition one = jobFor(u"peer"_s), two = jobFor(u"peer"_s);
    two.id = JobId::fromRandom({4, 5, 6});
    const RunResult first = handler->run(one, context);
    const RunResult second = handler->run(two, context);
    QCOMPARE(objectOf(second).value(u"pid"_s), objectOf(first).value(u"pid"_s));
    QVERIFY(context.waitForLine(u"It answered more"_s).contains(one.id.text()));
    const RunResult third = handler->run(two, context);
    QVERIFY(objectOf(third).value(u"pid"_s) != objectOf(first).value(u"pid"_s));
}

void PersistentProcessTest::resultThatIsNoJsonIsTheEndOfTheJob()
{
    const auto handler = PersistentProcessHandler::create(peer({u"serve"_s}), 1).value();
    TestContext context;
    const RunResult result = handler->run(jobFor(u"peer"_s, R"({"do":"nan"})"), context);
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"JSON"), qPrintable(result.error));
    QCOMPARE(objectOf(handler->run(jobFor(u"peer"_s), context)).value(u"n"_s).toInt(), 2); // the same child
}

QTEST_GUILESS_MAIN(PersistentProcessTest)
#include "persistent_process_test.moc"
