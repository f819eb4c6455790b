#include "core/worker/handlers/line_splitter.h"
#include "core/worker/handlers/process_handler.h"
#include "tests/core/worker/pool_world.h"
#include "tests/core/worker/process_peer.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>

using namespace signalbox;
using namespace signalbox::test;
using namespace Qt::StringLiterals;
using Kind = queue::Outcome::Kind;
using worker::CancelToken;
using worker::ProcessHandler;
using worker::ProcessSpec;
using worker::RunResult;

class ProcessTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void cleanup();
    void jobComesOnStandardInputAndItsResultGoesBack();
    void linesAreProgressLogOrResult();
    void hostileValuesStayValues_data();
    void hostileValuesStayValues();
    void argumentsArePassedAsTheyAre();
    void programSeesThreeDescriptorsAndAChosenEnvironment();
    void tracebackIsTheError();
    void exitCodesDecide();
    void saidErrorCountsWhateverTheExitCode();
    void unreadableResultIsNoSuccess();
    void endlessLinesCostBoundedMemory();
    void programThatDoesNotReadItsJobIsFine();
    void crashIsTheJobsFailureAlone();
    void memoryEaterMeetsItsLimit();
    void cpuEaterMeetsItsLimit();
    void grandchildThatHoldsOutputDelaysNothing();
    void whatIsLeftInTheGroupEndsWithTheJob();
    void groupIsEndedAtTheTimeout();
    void programThatIgnoresTermIsKilled();
    void leaseEndsTheProgramWhileNobodyCancels();
    void killGraceNeverOutlivesTheLease();
    void noZombiesAfterManyJobs();
    void programIsCheckedWhenItIsRegistered_data();
    void programIsCheckedWhenItIsRegistered();
    void programThatVanishedIsSaid();
    void poolSurvivesCrashesAndGoesOn();
};

void ProcessTest::initTestCase()
{
    QVERIFY(QFileInfo(QStringLiteral(HANDLER_PEER)).isExecutable());
}

void ProcessTest::cleanup()
{
    QVERIFY(!hasChildren()); // whatever a test did, no zombie and no child is left
}

void ProcessTest::jobComesOnStandardInputAndItsResultGoesBack()
{
    TestContext context;
    context.attemptNumber = 3;
    const JobDefinition job = jobFor(u"billing.charge"_s, R"({"n":9007199254740993,"x":1.0})");
    const RunResult result = run(peer({u"echo"_s}), context, job);
    QCOMPARE(result.kind, Kind::Completed);
    QVERIFY(result.result.bytes().startsWith(R"({"attempt":3,)"));
    QVERIFY(result.result.bytes().contains(R"("kwargs":{"n":9007199254740993,"x":1.0})")); // byte for byte
    QCOMPARE(objectOf(result).value(u"handler"_s).toString(), u"billing.charge"_s);
    QCOMPARE(objectOf(result).value(u"id"_s).toString(), job.id.text());
}

void ProcessTest::linesAreProgressLogOrResult()
{
    TestContext context;
    const RunResult result = run(peer({u"speak"_s}), context, jobFor(u"peer"_s));
    QCOMPARE(result.kind, Kind::Completed);
    QCOMPARE(result.result.bytes(),
             QByteArray(R"({"last": 9007199254740993})")); // the last one, without line end
    QCOMPARE(context.progress().size(), 1);
    QCOMPARE(context.progress().first().current, 3);
    QCOMPARE(context.progress().first().total, std::optional<double>(4));
    QCOMPARE(context.progress().first().message, u"three"_s);
    QCOMPARE(context.progress().first().metadata.bytes(), QByteArray(R"({"k": [1]})"));
    QCOMPARE(context.lines(),
             (QStringList{u"plain line"_s, u"a log line"_s, u"{\"progress\": \"three\"}"_s,
                          u"{\"unknown\": 1}"_s, u"{broken"_s}));
}

void ProcessTest::hostileValuesStayValues_data()
{
    QTest::addColumn<QString>("value");
    QTest::newRow("option") << u"-rf"_s;
    QTest::newRow("long option") << u"--help"_s;
    QTest::newRow("substitution") << u"$(touch /tmp/signalbox-was-here)"_s;
    QTest::newRow("backticks") << u"`touch /tmp/signalbox-was-here`"_s;
    QTest::newRow("command") << u";touch /tmp/signalbox-was-here"_s;
    QTest::newRow("newline") << u"a\nb"_s;
    QTest::newRow("NUL") << u"a"_s + QChar::Null + u"b"_s;
    QTest::newRow("quote") << u"\"'\\"_s;
    QTest::newRow("a megabyte") << QString(1024 * 1024, u'x');
}

void ProcessTest::hostileValuesStayValues()
{
    QFETCH(const QString, value);
    const RunResult result = run({u"echo"_s}, "{\"v\":" + jsonString(value) + '}');
    QCOMPARE(result.kind, Kind::Completed);
    QCOMPARE(objectOf(result).value(u"kwargs"_s).toObject().value(u"v"_s).toString(), value);
    QVERIFY(!QFileInfo::exists(u"/tmp/signalbox-was-here"_s));
}

void ProcessTest::argumentsArePassedAsTheyAre()
{
    TestContext context;
    const QStringList arguments{u"-rf"_s, u"$(x)"_s, u"*"_s, u"a b"_s, u""_s, u"ä"_s};
    QCOMPARE(run(peer(QStringList{u"arguments"_s} + arguments), context, jobFor(u"peer"_s)).kind,
             Kind::Completed);
    QCOMPARE(context.lines(), arguments);
}

void ProcessTest::programSeesThreeDescriptorsAndAChosenEnvironment()
{
    // Descriptors that some library opened without close-on-exec.
    const int leaky = ::open("/dev/null", O_RDONLY);
    QVERIFY(leaky > 2);
    QVERIFY(::dup2(leaky, 200) == 200);
    qputenv("SIGNALBOX_SECRET", "canary");
    qputenv("SIGNALBOX_SHOWN", "yes");
    QTemporaryDir folder;
    ProcessSpec spec = peer({u"look"_s});
    spec.environmentPassed = {u"SIGNALBOX_SHOWN"_s, u"NOT_SET_ANYWHERE"_s};
    spec.environmentSet = {{u"MODE"_s, u"test"_s}};
    spec.workingFolder = folder.path();
    TestContext context;
    const QJsonObject seen = objectOf(run(spec, context, jobFor(u"peer"_s)));
    ::close(leaky);
    ::close(200);
    QCOMPARE(seen.value(u"fds"_s).toString(), u"0 1 2 "_s);
    QCOMPARE(seen.value(u"environment"_s).toString(), u"MODE SIGNALBOX_SHOWN "_s);
    QCOMPARE(seen.value(u"folder"_s).toString(), QFileInfo(folder.path()).canonicalFilePath());
    QVERIFY(seen.value(u"leads"_s).toBool()); // its own session and group
}

void ProcessTest::tracebackIsTheError()
{
    const RunResult result = run({u"traceback"_s});
    QCOMPARE(result.kind, Kind::Failed);
    QCOMPARE(result.error,
             u"ValueError: no such row (exit code 1)\nTraceback (most recent call last):\n"
             u"  File \"job.py\", line 7, in run\nValueError: no such row"_s);
}

void ProcessTest::exitCodesDecide()
{
    QCOMPARE(run({u"exit"_s, u"0"_s}).kind, Kind::Completed);
    QVERIFY(run({u"exit"_s, u"0"_s}).result.isNull());
    QCOMPARE(run({u"exit"_s, u"3"_s}).kind, Kind::Failed);
    QVERIFY(run({u"exit"_s, u"3"_s}).error.contains(u"exit code 3"_s));
    QCOMPARE(run({u"exit"_s, u"65"_s}).kind, Kind::FailedPermanently);
}

void ProcessTest::saidErrorCountsWhateverTheExitCode()
{
    const RunResult result = run({u"error"_s});
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QCOMPARE(result.error, u"no such account"_s);
}

void ProcessTest::unreadableResultIsNoSuccess()
{
    const RunResult result = run({u"nan"_s});
    QCOMPARE(result.kind, Kind::FailedPermanently);
    QVERIFY2(result.error.contains(u"NaN"_s), qPrintable(result.error));
}

void ProcessTest::endlessLinesCostBoundedMemory()
{
    TestContext context;
    const RunResult result = run(peer({u"shout"_s}), context, jobFor(u"peer"_s));
    QCOMPARE(result.result.bytes(), QByteArray("\"heard\""));
    worker::LineSplitter splitter(1000, [](QByteArrayView line, bool isCut) {
        QCOMPARE(line.size(), 1000);
        QVERIFY(isCut);
    });
    for (int i = 0; i < 1000; ++i)
        splitter.add(QByteArray(64 * 1024, 'x')); // 64 MB, and 1,000 bytes are kept
    splitter.add("\n");
    QVERIFY(!splitter.isInLine());
}

void ProcessTest::programThatDoesNotReadItsJobIsFine()
{
    const QByteArray big = "{\"v\":\"" + QByteArray(1024 * 1024, 'x') + "\"}";
    QCOMPARE(run({u"exit"_s, u"0"_s}, big).kind, Kind::Completed); // and no SIGPIPE ends us
}

void ProcessTest::crashIsTheJobsFailureAlone()
{
    const RunResult result = run({u"segv"_s});
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.contains(u"SIGSEGV"_s), qPrintable(result.error));
}

void ProcessTest::memoryEaterMeetsItsLimit()
{
    ProcessSpec spec;
    spec.program = u"/usr/bin/python3"_s;
    spec.arguments = {u"-c"_s, u"x = b'x' * (1 << 33)"_s};
    spec.memoryBytesMax = 512LL * 1024 * 1024;
    TestContext context;
    const RunResult result = run(spec, context, jobFor(u"peer"_s));
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.startsWith(u"MemoryError"_s), qPrintable(result.error));
}

void ProcessTest::cpuEaterMeetsItsLimit()
{
    ProcessSpec spec = peer({u"burn"_s});
    spec.cpuMax = 1s;
    TestContext context;
    const RunResult result = run(spec, context, jobFor(u"peer"_s));
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.contains(u"1 s of CPU"_s), qPrintable(result.error));
}

void ProcessTest::grandchildThatHoldsOutputDelaysNothing()
{
    const RunResult result = run({u"grandchild"_s}); // that this returns at all is the point
    QCOMPARE(result.kind, Kind::Completed);
    const auto grandchild = static_cast<pid_t>(result.result.bytes().toInt());
    QVERIFY(isAlive(grandchild)); // it left the group, and still holds our pipes
    QCOMPARE(::kill(grandchild, SIGKILL), 0);
}

void ProcessTest::whatIsLeftInTheGroupEndsWithTheJob()
{
    const RunResult result = run({u"groupchild"_s});
    QCOMPARE(result.kind, Kind::Completed);
    const auto left = static_cast<pid_t>(result.result.bytes().toInt());
    QTRY_VERIFY(!isAlive(left));
}

void ProcessTest::groupIsEndedAtTheTimeout()
{
    TestContext context;
    auto running = std::async(std::launch::async,
                              [&] { return run(peer({u"linger"_s}), context, jobFor(u"peer"_s)); });
    const QStringList pids = context.waitForLine(u"pids"_s).split(u' ');
    context.token.cancel(CancelToken::Reason::TimedOut);
    const RunResult result = running.get();
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.contains(u"SIGTERM"_s), qPrintable(result.error));
    QVERIFY(!isAlive(pids[1].toInt()));
    QTRY_VERIFY(!isAlive(pids[2].toInt())); // its child as well
}

void ProcessTest::programThatIgnoresTermIsKilled()
{
    TestContext context;
    ProcessSpec spec = peer({u"ignore-term"_s});
    spec.killGrace = 20ms;
    auto running = std::async(std::launch::async, [&] { return run(spec, context, jobFor(u"peer"_s)); });
    const QStringList pids = context.waitForLine(u"pids"_s).split(u' ');
    context.token.cancel(CancelToken::Reason::TimedOut);
    QVERIFY(running.get().error.contains(u"SIGKILL"_s));
    QVERIFY(!isAlive(pids[1].toInt()));
    QTRY_VERIFY(!isAlive(pids[2].toInt()));
}

void ProcessTest::leaseEndsTheProgramWhileNobodyCancels()
{
    TestContext context;
    const runtime::Clock &clock = *runtime::systemSeams().clock;
    context.token = CancelToken(clock);
    context.token.setLeaseEnd(clock.monotonicNow() + 300ms);
    const RunResult result = run(peer({u"linger"_s}), context, jobFor(u"peer"_s));
    QCOMPARE(result.kind, Kind::Failed);
    QCOMPARE(context.token.reason(), CancelToken::Reason::LeaseLost);
}

void ProcessTest::killGraceNeverOutlivesTheLease()
{
    const runtime::Clock &clock = *runtime::systemSeams().clock;
    ProcessSpec spec = peer({u"ignore-term"_s});
    spec.killGrace = 25s; // longer than the pool waits for anybody
    for (const bool isCancelled : {false, true}) {
        TestContext context;
        context.token = CancelToken(clock);
        context.token.setGrace(isCancelled ? 200ms : 1h, 200ms);
        context.token.setLeaseEnd(clock.monotonicNow() + (isCancelled ? 1h : 100ms));
        auto running = std::async(std::launch::async, [&] { return run(spec, context, jobFor(u"peer"_s)); });
        (void)context.waitForLine(u"pids"_s);
        const auto told = clock.monotonicNow();
        if (isCancelled) context.token.cancel(CancelToken::Reason::Cancelled);
        QVERIFY(running.get().error.contains(u"SIGKILL"_s));
        QVERIFY(clock.monotonicNow() - told < spec.killGrace);
    }
}

void ProcessTest::noZombiesAfterManyJobs()
{
    const Result<std::shared_ptr<worker::Handler>> handler
        = ProcessHandler::create(peer({u"exit"_s, u"0"_s}));
    std::vector<std::future<int>> threads;
    for (int thread = 0; thread < 4; ++thread)
        threads.push_back(std::async(std::launch::async, [&handler] {
            TestContext context;
            int completed = 0;
            for (int i = 0; i < 100; ++i)
                completed += (*handler)->run(jobFor(u"peer"_s), context).kind == Kind::Completed ? 1 : 0;
            return completed;
        }));
    for (std::future<int> &thread : threads) QCOMPARE(thread.get(), 100);
    QVERIFY(!hasChildren());
}

void ProcessTest::programIsCheckedWhenItIsRegistered_data()
{
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("why");
    QTest::newRow("missing") << QString() << u"missing"_s;
    QTest::newRow("searched for") << u"python3"_s << u"no absolute path"_s;
    QTest::newRow("relative") << u"./python3"_s << u"no absolute path"_s;
    QTest::newRow("home") << u"~/bin/x"_s << u"no absolute path"_s;
    QTest::newRow("not there") << u"/nowhere/python3"_s << u"no file"_s;
    QTest::newRow("folder") << u"/usr/bin"_s << u"not an executable file"_s;
    QTest::newRow("not executable") << u"/etc/passwd"_s << u"not an executable file"_s;
    QTest::newRow("command line") << u"/bin/ls -l"_s << u"no file"_s;
}

void ProcessTest::programIsCheckedWhenItIsRegistered()
{
    QFETCH(const QString, program);
    QFETCH(const QString, why);
    ProcessSpec spec;
    spec.program = program;
    const auto handler = ProcessHandler::create(spec);
    QVERIFY(!handler);
    QCOMPARE(handler.error().kind, Error::Kind::Invalid);
    QVERIFY(handler.error().what.contains(u"program"_s));
    QVERIFY2(handler.error().why.contains(why), qPrintable(handler.error().why));
}

void ProcessTest::programThatVanishedIsSaid()
{
    QTemporaryDir folder;
    const QString program = folder.filePath(u"peer"_s);
    QVERIFY(QFile::copy(QStringLiteral(HANDLER_PEER), program));
    ProcessSpec spec;
    spec.program = program;
    const auto handler = ProcessHandler::create(spec);
    QVERIFY(handler);
    QVERIFY(QFile::remove(program));
    TestContext context;
    const RunResult result = (*handler)->run(jobFor(u"peer"_s), context);
    QCOMPARE(result.kind, Kind::Failed);
    QVERIFY2(result.error.contains(u"could not be executed"_s), qPrintable(result.error));
}

void ProcessTest::poolSurvivesCrashesAndGoesOn()
{
    PoolWorld world(quickOptions());
    QVERIFY(world.handlers->add(u"crash"_s, ProcessHandler::create(peer({u"segv"_s})).value()));
    QVERIFY(world.handlers->add(u"fine"_s, ProcessHandler::create(peer({u"echo"_s})).value()));
    QVERIFY(waitFor(world.pool->start(2)));
    for (int i = 0; i < 10; ++i) {
        world.submit(u"crash"_s, [](JobDefinition &job) { job.retry.maxRetries = 0; });
        world.submit(u"fine"_s);
    }
    QTRY_COMPARE(world.size(JobStatus::DeadLetter), 10);
    QTRY_COMPARE(world.size(JobStatus::Completed), 10);
    QCOMPARE(waitFor(world.queue.stats(u"default"_s)).value().leasesLost, 0);
}

QTEST_GUILESS_MAIN(ProcessTest)
#include "process_test.moc"
