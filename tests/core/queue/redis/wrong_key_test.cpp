// Another program's key stops a script before its first write, whichever key and whichever script.
#include "core/queue/redis_job_queue_calls.h"
#include "tests/core/queue/redis/redis_rig.h"

#include <QTest>

namespace signalbox::queue::scripts {
extern const redis::ScriptSource inspect, repair, totals; // the doctor's
}

namespace signalbox::test {

using namespace queue;

namespace {

struct Type {
    const char *name;
    QByteArrayList make; ///< without the key, which comes second
};
const QList<Type> types{{"string", {"SET", "value"}},         {"list", {"RPUSH", "value"}},
                        {"set", {"SADD", "value"}},           {"zset", {"ZADD", "1", "value"}},
                        {"hash", {"HSET", "field", "value"}}, {"stream", {"XADD", "1-1", "field", "value"}}};

struct Call {
    const redis::ScriptSource *script;
    QByteArrayList arguments;
};

} // namespace

class WrongKeyTest : public RedisRig {
    Q_OBJECT
private Q_SLOTS:
    void everyKeyOfEveryTypeStopsEveryScriptBeforeItWrites();
    void theErrorNamesTheKeyAndTheTypeFound();
    void aPoolsKeyOfAnotherTypeIsNamedToo();
    void anotherLayoutIsRefusedInWords();

private:
    [[nodiscard]] QList<Call> calls(const Everything &all) const;
    [[nodiscard]] QByteArrayList dumps();
};

/// Each with arguments that make it write all that it can.
QList<Call> WrongKeyTest::calls(const Everything &all) const
{
    const QByteArray running = all.running.definition.id.bytes(), token = all.running.token;
    const QByteArray worker = token.left(token.lastIndexOf('/'));
    const QByteArrayList ids{all.pending.bytes(),   all.scheduled.bytes(), all.retrying.bytes(), running,
                             all.completed.bytes(), all.failed.bytes(),    all.dead.bytes(),     "nobody"};
    const QByteArray big = bigArray(5000).bytes();
    return {{&scripts::show, {running}},
            {&scripts::stats, {}},
            {&scripts::totals, {}},
            {&scripts::inspect, ids},
            {&scripts::repair, QByteArrayList{"epoch", "7", "", running, "", "", "stray"}},
            {&scripts::page, {"P", "10", "0", "", ""}},
            {&scripts::submit,
             {"epoch", "2", testId(900).bytes(), "1kb", "noop", "noop\n1 3 1 2 - 1 - 2 2 b\n\n\n", "k9", big,
              testId(901).bytes(), "3s", "noop", "noop\n3 3 1 2 - 1 - 2 2 -\n\n\n[]{}", "9999999999999"}},
            {&scripts::settle_and_claim,
             {worker, "7", "1", "5", "30000", "1", running, token, "c", "noop", "5", big, ""}},
            {&scripts::settle_and_claim,
             {worker, "7", "1", "5", "30000", "1", running, token, "f", "noop", "", "it broke", "3 1000"}},
            {&scripts::renew_leases, {worker, "30000", "1", running, token, "0", "0"}},
            {&scripts::reap, {}},
            {&scripts::promote_due, {}},
            {&scripts::cancel, ids},
            {&scripts::requeue, ids},
            {&scripts::run_now, ids},
            {&scripts::delete_jobs, ids},
            {&scripts::purge, {"BPSTXFDC", ""}},
            {&scripts::trim, {}},
            {&scripts::set_meta, {"epoch", "paused", "why", "size_max", "5"}},
            {&scripts::report, {worker, running, token, "{}", "{}", "log"}}};
}

QByteArrayList WrongKeyTest::dumps()
{
    QByteArrayList all;
    for (const QByteArray &name : keys()) all.append(raw().command({"DUMP", name}).text);
    return all;
}

void WrongKeyTest::everyKeyOfEveryTypeStopsEveryScriptBeforeItWrites()
{
    const QList<Call> all = calls(submitOneOfEach());
    int refusals = 0;
    for (int n = 0; n < nounCount; ++n) {
        const QByteArray name = keys().at(n), kept = raw().command({"DUMP", name}).text;
        for (const Type &type : types) {
            if (typeOf(static_cast<Noun>(n)) == type.name) continue;
            raw().command({"DEL", name});
            raw().command(QByteArrayList{type.make.first(), name} + type.make.mid(1));
            const QByteArrayList before = dumps();
            for (const Call &call : all) {
                const Result<redis::Reply> reply = eval(*call.script, call.arguments);
                const QByteArray where
                    = QByteArray(call.script->name) + " with a " + type.name + " at " + name;
                QVERIFY2(!reply, where + " was carried out");
                const QString expected
                    = QStringLiteral("WRONG_KEY %1 %2")
                          .arg(QLatin1String(toText(static_cast<Noun>(n))), QLatin1String(type.name));
                QVERIFY2(reply.error().why.contains(expected), where + ": " + reply.error().why.toUtf8());
                QVERIFY2(dumps() == before, where + " wrote before it was refused");
                ++refusals;
            }
        }
        raw().command({"DEL", name});
        if (!kept.isEmpty()) raw().command({"RESTORE", name, "0", kept});
    }
    QCOMPARE(refusals, nounCount * (types.size() - 1) * all.size());
    for (const Call &call : all) QVERIFY2(eval(*call.script, call.arguments), call.script->name);
}

void WrongKeyTest::theErrorNamesTheKeyAndTheTypeFound()
{
    q().submit();
    raw().command({"DEL", key(Noun::Completed)});
    raw().command({"SET", key(Noun::Completed), "x"});
    const auto check = [](const Error &error) {
        QCOMPARE(error.kind, Error::Kind::Damaged);
        QVERIFY2(error.why.contains(QStringLiteral("completed string")), qPrintable(error.text()));
    };
    check(waitFor(q().queue().submit({testJob()})).error());
    check(waitFor(q().queue().getNext(QStringLiteral("default"), QStringLiteral("w"))).error());
    check(waitFor(q().queue().stats(QStringLiteral("default"))).error());
    check(waitFor(q().queue().list({})).error());
    check(waitFor(q().queue().purge(QStringLiteral("default"), {})).error());
    raw().command({"DEL", key(Noun::Completed)});
    QVERIFY(q().next());
}

void WrongKeyTest::aPoolsKeyOfAnotherTypeIsNamedToo()
{
    raw().command({"SET", "{signalbox}:beats", "x"});
    PoolInfo pool;
    pool.id = QStringLiteral("p");
    const Result<> refused = waitForCallback<Result<>>(
        [&](auto done) { q().queue().publishPool(pool, false, std::move(done)); });
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Damaged);
    QVERIFY2(refused.error().why.contains(QStringLiteral("beats string")),
             qPrintable(refused.error().text()));
    QCOMPARE(raw().command({"EXISTS", "{signalbox}:pools"}).integer, 0);
}

void WrongKeyTest::anotherLayoutIsRefusedInWords()
{
    q().submit();
    raw().command({"HSET", key(Noun::Meta), "layout", "2"});
    const Result<QList<Result<Submitted>>> refused = waitFor(q().queue().submit({testJob()}));
    QVERIFY(!refused);
    QCOMPARE(refused.error().kind, Error::Kind::Unsupported);
    QCOMPARE(raw().command({"HLEN", key(Noun::Jobs)}).integer, 1);
}

} // namespace signalbox::test

QTEST_GUILESS_MAIN(signalbox::test::WrongKeyTest)
#include "wrong_key_test.moc"
