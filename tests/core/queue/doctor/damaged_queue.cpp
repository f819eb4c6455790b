#include "tests/core/queue/doctor/damaged_queue.h"

namespace signalbox::test {

using namespace queue;
using namespace std::chrono_literals;

DamagedQueue::DamagedQueue(TestServer &server)
    : m_backend(server),
      m_queue(m_backend),
      m_raw(server.raw()),
      m_client({.url = server.url()}, runtime::systemSeams())
{
    m_client.start();
    const auto submit = [this](const QByteArray &name, JobDefinition job = testJob()) {
        job.createdAt = m_backend.now();
        m_ids.insert(name, m_queue.submit(job));
        m_queue.advance(1s);
    };
    const auto end = [&](const QByteArray &name, const Outcome &outcome) {
        submit(name);
        (void)m_queue.settle(m_queue.claim(), outcome);
    };
    end("completed", {.result = JsonText::trusted("7")});
    end("bigResult", {.result = JsonText::trusted('"' + QByteArray(5000, 'r') + '"')});
    end("failed", {.kind = Outcome::Kind::FailedQuietly, .error = QStringLiteral("no")});
    end("dead", {.kind = Outcome::Kind::FailedPermanently, .error = QStringLiteral("never")});
    end("retrying", {.kind = Outcome::Kind::Failed, .error = QStringLiteral("later"), .retryDelay = 1h});
    submit("cancelled");
    (void)m_queue.tryCancel(m_ids.value("cancelled"));
    submit("running");
    JobProgress progress;
    progress.current = 1;
    const SettledAndClaimed got = m_queue.turn(
        "host:1:a", {.queue = QStringLiteral("default"), .sequence = 1, .claimMax = 1, .lease = 1h});
    m_queue.report(got.claims.constFirst(), progress, "log");
    submit("pending", testJob(QStringLiteral("noop"), JobPriority::High));
    JobDefinition keyed = testJob(), big = testJob(), scheduled = testJob();
    keyed.idempotencyKey = QStringLiteral("the key");
    big.args = JsonText::trusted("[\"" + QByteArray(5000, 'p') + "\"]");
    scheduled.scheduledAt = m_backend.now() + 1h;
    submit("keyed", keyed);
    submit("big", big);
    submit("scheduled", scheduled);
}

void DamagedQueue::damage(const QList<QByteArrayList> &commands)
{
    for (QByteArrayList command : commands) {
        for (QByteArray &word : command) {
            for (int noun = 0; noun < nounCount; ++noun)
                if (word == '@' + toText(static_cast<Noun>(noun))) word = key(static_cast<Noun>(noun));
            for (auto id = m_ids.cbegin(); id != m_ids.cend(); ++id)
                if (word == '#' + id.key() || word.startsWith('#' + id.key() + ':'))
                    word.replace('#' + id.key(), id->bytes());
        }
        m_raw.command(command);
    }
}

CheckReport DamagedQueue::check()
{
    InvariantChecker checker(m_client, m_names);
    return waitForCallback<Result<CheckReport>>(
               [&](auto done) { checker.check(QStringLiteral("default"), std::move(done)); })
        .value();
}

InvariantChecker::Repaired DamagedQueue::repair()
{
    InvariantChecker checker(m_client, m_names);
    return waitForCallback<Result<InvariantChecker::Repaired>>(
               [&](auto done) { checker.repair(QStringLiteral("default"), "an epoch", std::move(done)); })
        .value();
}

QByteArrayList DamagedQueue::members(const QByteArray &list)
{
    QByteArrayList ids;
    for (int i = 0; i < nounCount; ++i)
        if (const Noun noun = static_cast<Noun>(i); toText(noun) == list)
            for (const redis::Reply &id : m_raw.command({"ZRANGE", key(noun), "0", "-1"}).elements)
                ids.append(id.text);
    return ids;
}

QMap<QByteArray, QByteArray> DamagedQueue::contents()
{
    QMap<QByteArray, QByteArray> all;
    for (int i = 0; i < nounCount; ++i) {
        const Noun noun = static_cast<Noun>(i);
        const QByteArray type = m_raw.command({"TYPE", key(noun)}).text;
        const redis::Reply pairs = type == "hash" ? m_raw.command({"HGETALL", key(noun)})
            : type == "zset" ? m_raw.command({"ZRANGE", key(noun), "0", "-1", "WITHSCORES"})
                             : redis::Reply();
        for (size_t k = 0; k + 1 < pairs.size(); k += 2)
            all.insert(toText(noun) + ' ' + pairs.at(k).text, pairs.at(k + 1).text);
    }
    return all;
}

} // namespace signalbox::test
