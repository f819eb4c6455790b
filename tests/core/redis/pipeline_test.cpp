#include "core/redis/pipeline.h"

#include <QTest>

using namespace signalbox;
using namespace signalbox::redis;
using namespace std::chrono_literals;

namespace {

const ScriptSource scriptA{"a", "return 'a'"};
const ScriptSource scriptB{"b", "return 'b'"};
const QByteArray noScript = "-NOSCRIPT No matching script. Please use EVAL.\r\n";

Pipeline::Limits limits(qsizetype waitingMax = 100)
{
    return {.reader = {}, .replyDeadline = 10s, .waitingMax = waitingMax};
}

/// A pipeline whose log of answers is what the tests compare: "name=text", "name!WORD", in the order of
/// delivery.
struct TestPipeline : Pipeline {
    explicit TestPipeline(Limits limits) : Pipeline(limits) { open(); }
    Receiver note(const QByteArray &name)
    {
        return OutcomeHandler([this, name](const Outcome &outcome) {
            log << (outcome ? name + '=' + outcome->text
                            : name + '!' + (outcome.error().word.isEmpty() ? "lost" : outcome.error().word));
        });
    }
    void command(const QByteArray &name) { push({name}, note(name), now); }
    void script(const ScriptSource &source, const QByteArray &name)
    {
        pushScript(source, {}, {name}, note(name), now);
    }
    /// Feeds and delivers; the log is whole afterwards.
    void receive(const QByteArray &bytes)
    {
        const auto fed = feed(bytes, now);
        if (!fed) log << "garbage";
        deliver();
    }
    void deliver()
    {
        for (Answered &answered : takeAnswers()) answered.receiver(std::move(answered.outcome));
    }
    /// What leaves now, one line a command: "PING", "EVAL 1", "SHA 2" (a script's call is told by its last
    /// argument), "LOAD 2" for a transaction that gives the server two scripts.
    QByteArrayList sent()
    {
        RespReader reader({});
        reader.feed(take(now));
        QByteArrayList lines;
        int loads = 0;
        while (const auto frame = reader.next()) {
            const QByteArray verb = frame->reply.at(0).text;
            const QByteArray last = frame->reply.elements.back().text;
            if (verb == "EVAL" || verb == "EVALSHA")
                lines << (verb == "EVAL" ? "EVAL " : "SHA ") + last;
            else if (verb == "SCRIPT")
                ++loads;
            else if (verb == "EXEC")
                lines << "LOAD " + QByteArray::number(loads);
            else if (verb != "MULTI")
                lines << verb;
        }
        return lines;
    }
    /// What a server answers to a transaction that gives it so many scripts.
    static QByteArray loaded(int scripts)
    {
        return "+OK\r\n" + QByteArray("+QUEUED\r\n").repeated(scripts) + '*' + QByteArray::number(scripts)
            + "\r\n" + QByteArray("+sha\r\n").repeated(scripts);
    }
    /// The server knows both scripts, nothing is in flight, the log is empty.
    void warmUp()
    {
        script(scriptA, "0");
        script(scriptB, "0");
        sent();
        receive(loaded(2) + "+ok\r\n+ok\r\n");
        log.clear();
    }
    Time now{0};
    QByteArrayList log;
};

} // namespace

/// Commands in, bytes out, bytes in, answers out: without a server and without a clock.
class PipelineTest : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void writesAllOfATurnAtOnce();
    void writesNothingUntilItIsOpen();
    void letsTheHandshakePassWhatWaits();
    void answersInOrderFromBytesCutAnywhere();
    void turnsAnErrorReplyIntoARefusal();
    void givesTheServerAllScriptsOnceAConnection();
    void givesScriptsOnlyWhileNoneIsInFlight();
    void sendsAForgottenScriptAgainBeforeWhatCameLater();
    void keepsTheOrderOfSeveralForgottenScripts();
    void sendsTheTextToAServerThatForgetsAgainAndAgain();
    void goesByTextWhereLoadingIsForbidden();
    void forgottenScriptsOutliveTheConnection();
    void showsAScriptsOwnErrorFromItsText();
    void refusesOneCommandTooMany();
    void countsSilenceFromTheLastByte();
    void letsABlockingReadBeSilentForLonger();
    void failsWhatWaitedTooLongAsNotSent();
    void failsWhatWasInFlightAndKeepsWhatWaits();
    void sendsNothingMoreToADemotedServer();
    void refusesAReplyNobodyAskedFor();
    void showsNoArgumentInAnError();
};

void PipelineTest::writesAllOfATurnAtOnce()
{
    TestPipeline pipeline(limits());
    pipeline.command("A");
    pipeline.command("B");
    pipeline.command("C");
    QCOMPARE(pipeline.take(pipeline.now), QByteArray("*1\r\n$1\r\nA\r\n*1\r\n$1\r\nB\r\n*1\r\n$1\r\nC\r\n"));
    QVERIFY(pipeline.take(pipeline.now).isEmpty());
}

void PipelineTest::writesNothingUntilItIsOpen()
{
    Pipeline pipeline(limits());
    pipeline.push({"A"}, ReplyHandler(), 0ns);
    QVERIFY(pipeline.take(0ns).isEmpty());
    pipeline.open();
    QVERIFY(!pipeline.take(0ns).isEmpty());
}

void PipelineTest::letsTheHandshakePassWhatWaits()
{
    TestPipeline pipeline(limits());
    pipeline.close({});
    pipeline.command("WAITING");
    pipeline.pushUrgent({"AUTH"}, 1s, pipeline.note("AUTH"), pipeline.now);
    QCOMPARE(pipeline.sent(), QByteArrayList{"AUTH"});
    pipeline.receive("+OK\r\n");
    pipeline.open();
    QCOMPARE(pipeline.sent(), QByteArrayList{"WAITING"});
    QCOMPARE(pipeline.log, QByteArrayList{"AUTH=OK"});
}

void PipelineTest::answersInOrderFromBytesCutAnywhere()
{
    const QByteArray bytes = "+OK\r\n:7\r\n$2\r\nhi\r\n$-1\r\n";
    for (qsizetype cut = 0; cut <= bytes.size(); ++cut) {
        TestPipeline pipeline(limits());
        for (const char *name : {"a", "b", "c", "d"}) pipeline.command(name);
        pipeline.sent();
        pipeline.receive(bytes.first(cut));
        pipeline.receive(bytes.sliced(cut));
        const QByteArrayList expected{"a=OK", "b=", "c=hi", "d="};
        QCOMPARE(pipeline.log, expected);
        QVERIFY(pipeline.isIdle());
    }
}

void PipelineTest::turnsAnErrorReplyIntoARefusal()
{
    TestPipeline pipeline(limits());
    std::optional<Outcome> got;
    pipeline.pushScript(scriptA, {"k"}, {"v"}, OutcomeHandler([&](Outcome o) { got = std::move(o); }), 0ns);
    pipeline.sent();
    pipeline.receive(TestPipeline::loaded(1) + "-WRONG_STATE dead_letter\r\n");
    QCOMPARE(got->error().word, QByteArray("WRONG_STATE"));
    QCOMPARE(got->error().detail, QByteArray("dead_letter"));
    QCOMPARE(got->error().error.what, QStringLiteral("Script a was refused."));
    QVERIFY(got->error().wasSent);
}

void PipelineTest::givesTheServerAllScriptsOnceAConnection()
{
    TestPipeline pipeline(limits());
    pipeline.script(scriptA, "1");
    pipeline.script(scriptA, "2");
    pipeline.script(scriptB, "3");
    const QByteArrayList first{"LOAD 2", "SHA 1", "SHA 2", "SHA 3"};
    QCOMPARE(pipeline.sent(), first);
    pipeline.close({});
    pipeline.open();
    pipeline.script(scriptA, "4"); // it may be another server, or a restarted one
    const QByteArrayList again{"LOAD 2", "SHA 4"};
    QCOMPARE(pipeline.sent(), again);
}

void PipelineTest::givesScriptsOnlyWhileNoneIsInFlight()
{
    TestPipeline pipeline(limits());
    pipeline.script(scriptA, "1");
    pipeline.sent();
    pipeline.script(scriptB, "2"); // first use: a flush between 1 and this load would let 2 overtake 1
    pipeline.command("LATER");
    QVERIFY(pipeline.sent().isEmpty());
    pipeline.receive(TestPipeline::loaded(1) + "+ok\r\n");
    const QByteArrayList expected{"LOAD 2", "SHA 2", "LATER"};
    QCOMPARE(pipeline.sent(), expected);
}

void PipelineTest::sendsAForgottenScriptAgainBeforeWhatCameLater()
{
    TestPipeline pipeline(limits());
    pipeline.warmUp();
    pipeline.script(scriptA, "1");
    pipeline.command("PLAIN");
    pipeline.sent();
    pipeline.receive(noScript);
    pipeline.script(scriptA, "2"); // later than 1, so it must not be sent yet
    pipeline.command("LATER");
    QVERIFY(pipeline.sent().isEmpty());
    pipeline.receive("+ok\r\n"); // PLAIN was in flight behind it: that is the documented exception
    const QByteArrayList again{"LOAD 2", "SHA 1", "SHA 2", "LATER"};
    QCOMPARE(pipeline.sent(), again);
    pipeline.receive(TestPipeline::loaded(2) + "+ok\r\n+ok\r\n+ok\r\n");
    const QByteArrayList expected{"PLAIN=ok", "1=ok", "2=ok", "LATER=ok"};
    QCOMPARE(pipeline.log, expected);
}

void PipelineTest::keepsTheOrderOfSeveralForgottenScripts()
{
    TestPipeline pipeline(limits());
    pipeline.warmUp();
    for (const char *name : {"1", "2", "3", "4"}) pipeline.script(name[0] % 2 ? scriptA : scriptB, name);
    const QByteArrayList first{"SHA 1", "SHA 2", "SHA 3", "SHA 4"};
    QCOMPARE(pipeline.sent(), first);
    pipeline.receive("+ok\r\n" + noScript);
    pipeline.script(scriptA, "5");
    QVERIFY(pipeline.sent().isEmpty());
    pipeline.receive(noScript + noScript);
    const QByteArrayList again{"LOAD 2", "SHA 2", "SHA 3", "SHA 4", "SHA 5"};
    QCOMPARE(pipeline.sent(), again);
    pipeline.receive(TestPipeline::loaded(2) + "+ok\r\n+ok\r\n+ok\r\n+ok\r\n");
    const QByteArrayList expected{"1=ok", "2=ok", "3=ok", "4=ok", "5=ok"};
    QCOMPARE(pipeline.log, expected);
}

void PipelineTest::sendsTheTextToAServerThatForgetsAgainAndAgain()
{
    TestPipeline pipeline(limits());
    pipeline.warmUp();
    pipeline.script(scriptA, "1");
    pipeline.script(scriptB, "2");
    pipeline.sent();
    pipeline.receive(noScript + noScript);
    const QByteArrayList again{"LOAD 2", "SHA 1", "SHA 2"};
    for (int i = 0; i < 2; ++i) {
        QCOMPARE(pipeline.sent(), again);
        pipeline.receive(TestPipeline::loaded(2) + noScript + noScript);
    }
    QCOMPARE(pipeline.sent(), QByteArrayList{"EVAL 1"}); // alone: 2 must not overtake it
    pipeline.receive("+ok\r\n");
    QCOMPARE(pipeline.sent(), QByteArrayList{"EVAL 2"});
    pipeline.receive("+ok\r\n");
    pipeline.script(scriptA, "3");
    const QByteArrayList normal{"LOAD 2", "SHA 3"};
    QCOMPARE(pipeline.sent(), normal);
}

void PipelineTest::goesByTextWhereLoadingIsForbidden()
{
    TestPipeline pipeline(limits());
    pipeline.script(scriptA, "1");
    pipeline.script(scriptA, "2");
    pipeline.sent();
    pipeline.receive("-NOPERM no multi\r\n-NOPERM no script|load\r\n-ERR EXEC without MULTI\r\n" + noScript
                     + noScript);
    const QByteArrayList byText{"EVAL 1", "SHA 2"};
    QCOMPARE(pipeline.sent(), byText);
    pipeline.receive("+ok\r\n+ok\r\n");
    pipeline.script(scriptB, "3");
    QCOMPARE(pipeline.sent(), QByteArrayList{"EVAL 3"});
    const QByteArrayList expected{"1=ok", "2=ok"};
    QCOMPARE(pipeline.log, expected);
}

void PipelineTest::forgottenScriptsOutliveTheConnection()
{
    TestPipeline pipeline(limits());
    pipeline.warmUp();
    pipeline.script(scriptA, "1");
    pipeline.script(scriptA, "2");
    pipeline.sent();
    pipeline.receive(noScript);
    pipeline.close({}); // 1 was certainly not carried out; 2 is unknown
    pipeline.deliver();
    QCOMPARE(pipeline.log, QByteArrayList{"2!lost"});
    pipeline.open();
    const QByteArrayList expected{"LOAD 2", "SHA 1"};
    QCOMPARE(pipeline.sent(), expected);
}

void PipelineTest::showsAScriptsOwnErrorFromItsText()
{
    TestPipeline pipeline(limits());
    pipeline.script(scriptA, "1");
    pipeline.sent();
    pipeline.receive("+OK\r\n+QUEUED\r\n*1\r\n-ERR Error compiling script\r\n" + noScript);
    QCOMPARE(pipeline.sent(), QByteArrayList{"EVAL 1"});
    pipeline.receive("-ERR Error compiling script\r\n");
    QCOMPARE(pipeline.log, QByteArrayList{"1!ERR"});
    pipeline.script(scriptA, "2");
    pipeline.sent();
    pipeline.receive(noScript);
    QCOMPARE(pipeline.sent(), QByteArrayList{"EVAL 2"});
    pipeline.receive(noScript); // to the text itself: repeating that would not end
    QCOMPARE(pipeline.log.last(), QByteArray("2!NOSCRIPT"));
    QVERIFY(pipeline.isIdle());
}

void PipelineTest::refusesOneCommandTooMany()
{
    TestPipeline pipeline(limits(2));
    pipeline.command("1");
    pipeline.sent(); // in flight counts too: what is owed is what takes memory
    pipeline.command("2");
    pipeline.command("3");
    QVERIFY(pipeline.log.isEmpty());
    pipeline.deliver();
    QCOMPARE(pipeline.log, QByteArrayList{"3!lost"});
    pipeline.receive("+ok\r\n");
    pipeline.command("4");
    const QByteArrayList rest{"2", "4"};
    QCOMPARE(pipeline.sent(), rest);
}

void PipelineTest::countsSilenceFromTheLastByte()
{
    TestPipeline pipeline(limits());
    QVERIFY(!pipeline.nextDeadline());
    pipeline.command("1");
    pipeline.command("2");
    pipeline.sent();
    QCOMPARE(*pipeline.nextDeadline(), Pipeline::Time(10s));
    pipeline.now = 9s;
    pipeline.receive("+o"); // half a reply is life too
    QCOMPARE(*pipeline.nextDeadline(), Pipeline::Time(19s));
    QVERIFY(!pipeline.expire(18'999ms, {}));
    QCOMPARE(*pipeline.expire(19s, {}), 10'000ms);
}

void PipelineTest::letsABlockingReadBeSilentForLonger()
{
    TestPipeline pipeline(limits());
    pipeline.pushBlocking({"BLPOP", "k", "30"}, 35s, pipeline.note("read"), pipeline.now);
    QVERIFY(!pipeline.isBlocking());
    pipeline.sent();
    QVERIFY(pipeline.isBlocking());
    QVERIFY(!pipeline.expire(34s, {}));
    QVERIFY(pipeline.expire(35s, {}));
    pipeline.receive("*-1\r\n");
    QVERIFY(!pipeline.isBlocking());
    QCOMPARE(pipeline.log, QByteArrayList{"read="});
}

void PipelineTest::failsWhatWaitedTooLongAsNotSent()
{
    TestPipeline pipeline(limits());
    pipeline.close({});
    std::vector<Refusal> refusals;
    const auto note = [&] {
        return OutcomeHandler([&](const Outcome &outcome) { refusals.push_back(outcome.error()); });
    };
    pipeline.push({"1"}, note(), 0s);
    pipeline.push({"2"}, note(), 4s);
    QCOMPARE(*pipeline.nextDeadline(), Pipeline::Time(10s));
    const Error refused{Error::Kind::Unavailable, {}, QStringLiteral("Nothing listens there."), {}};
    QVERIFY(!pipeline.expire(10s, refused));
    pipeline.deliver();
    QCOMPARE(refusals.size(), size_t{1});
    QCOMPARE(refusals[0].error.kind, Error::Kind::ConnectionLost);
    QCOMPARE(refusals[0].error.why, refused.why);
    QVERIFY(!refusals[0].wasSent);
    QCOMPARE(refusals[0].remedy, Remedy::Retry);
    QCOMPARE(*pipeline.nextDeadline(), Pipeline::Time(14s));
}

void PipelineTest::failsWhatWasInFlightAndKeepsWhatWaits()
{
    TestPipeline pipeline(limits());
    std::optional<Outcome> flying;
    pipeline.push({"FLYING"}, OutcomeHandler([&](Outcome o) { flying = std::move(o); }), 0ns);
    pipeline.sent();
    pipeline.receive(
        "+o"); // the rest of this reply will never come, and must not be mistaken for the next one's
    pipeline.command("WAITING");
    pipeline.close({Error::Kind::Unavailable, {}, QStringLiteral("Gone."), {}});
    pipeline.deliver();
    QCOMPARE(flying->error().error.kind, Error::Kind::ConnectionLost);
    QCOMPARE(flying->error().remedy, Remedy::Check);
    QVERIFY(flying->error().wasSent);
    QVERIFY(pipeline.sent().isEmpty());
    pipeline.open();
    QCOMPARE(pipeline.sent(), QByteArrayList{"WAITING"});
    pipeline.receive("+ok\r\n");
    QCOMPARE(pipeline.log, QByteArrayList{"WAITING=ok"});
}

void PipelineTest::sendsNothingMoreToADemotedServer()
{
    TestPipeline pipeline(limits());
    pipeline.command("1");
    pipeline.command("2");
    pipeline.sent();
    pipeline.receive("-READONLY You can't write against a read only replica.\r\n");
    pipeline.command("3");
    QVERIFY(pipeline.sent().isEmpty());
    QVERIFY(!pipeline.takeDemotion()); // 2 is still to be answered
    pipeline.receive("+ok\r\n");
    QVERIFY(pipeline.takeDemotion());
    const QByteArrayList expected{"1!READONLY", "2=ok"};
    QCOMPARE(pipeline.log, expected);
    pipeline.close({});
    pipeline.open();
    QCOMPARE(pipeline.sent(), QByteArrayList{"3"});
}

void PipelineTest::refusesAReplyNobodyAskedFor()
{
    TestPipeline pipeline(limits());
    QVERIFY(!pipeline.feed("+OK\r\n", 0ns));
    TestPipeline full(limits());
    QVERIFY(full.feed("-ERR max number of clients reached\r\n", 0ns)); // said unasked, and worth knowing
    QCOMPARE(*full.takeUnasked(), QByteArray("ERR max number of clients reached"));
}

void PipelineTest::showsNoArgumentInAnError()
{
    TestPipeline pipeline(limits());
    QString text;
    pipeline.push({"AUTH", "user", "s3cret"},
                  ReplyHandler([&](const Result<Reply> &reply) { text = reply.error().text(); }), 0ns);
    pipeline.sent();
    pipeline.close({});
    pipeline.deliver();
    QVERIFY(text.contains(QStringLiteral("AUTH")));
    QVERIFY(!text.contains(QStringLiteral("s3cret")));
}

QTEST_GUILESS_MAIN(PipelineTest)
#include "pipeline_test.moc"
