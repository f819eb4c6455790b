// The least that a program can do with our scripts: plain hiredis, one thread, batches of 100, two calls in
// flight. No heartbeat, no threads for handlers, no futures, no models: what Signalbox adds to this is what
// it costs beyond Redis.
#include "core/queue/job_record.h"
#include "core/queue/key_names.h"
#include "core/redis/script.h"
#include "core/runtime/clock.h"
#include "tests/bench/contestant.h"

#include <QCoreApplication>

#include <hiredis/hiredis.h>

#include <array>
#include <deque>
#include <memory>
#include <random>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace signalbox::queue::scripts { // embedded in the library
extern const redis::ScriptSource submit, settle_and_claim;
}

namespace signalbox::bench {
namespace {

using namespace Qt::StringLiterals;
using ReplyPtr = std::unique_ptr<redisReply, decltype(&freeReplyObject)>;

constexpr int batch = 100;
constexpr int laneCount = 2;
constexpr std::string_view handler = "bench.noop";

const QByteArrayList &keys()
{
    static const queue::KeyNames names(u"signalbox"_s);
    return names.of(u"default"_s);
}

std::string_view textOf(const redisReply *reply)
{
    return {reply->str, static_cast<size_t>(reply->len)};
}

/// A blocking connection: any number of commands out, their replies in, in order.
class Connection {
public:
    explicit Connection(const Options &options)
        : m_context(redisConnect(options.host.toLatin1().constData(), options.port), &redisFree)
    {
        if (!m_context || m_context->err != 0) giveUp(u"No connection to the server."_s);
        m_submitSha = load(queue::scripts::submit);
        m_settleSha = load(queue::scripts::settle_and_claim);
    }
    void send(const std::vector<std::string> &command)
    {
        m_argv.clear();
        m_lengths.clear();
        for (const std::string &part : command) {
            m_argv.push_back(part.data());
            m_lengths.push_back(part.size());
        }
        redisAppendCommandArgv(m_context.get(), static_cast<int>(command.size()), m_argv.data(),
                               m_lengths.data());
        flush();
    }
    [[nodiscard]] ReplyPtr receive()
    {
        void *reply = nullptr;
        if (redisGetReply(m_context.get(), &reply) != REDIS_OK) giveUp(u"The connection broke."_s);
        ReplyPtr owned(static_cast<redisReply *>(reply), &freeReplyObject);
        if (owned->type == REDIS_REPLY_ERROR) giveUp(QString::fromUtf8(owned->str));
        return owned;
    }
    [[nodiscard]] ReplyPtr ask(const std::vector<std::string> &command)
    {
        send(command);
        return receive();
    }
    [[nodiscard]] const std::string &submitSha() const { return m_submitSha; }
    [[nodiscard]] const std::string &settleSha() const { return m_settleSha; }

private:
    std::string load(const redis::ScriptSource &script)
    {
        return std::string(textOf(ask({"SCRIPT", "LOAD", script.text}).get()));
    }
    void
    flush() // at once: redisGetReply alone would write the second command only after the first one's reply
    {
        int done = 0;
        while (done == 0) {
            if (redisBufferWrite(m_context.get(), &done) != REDIS_OK) giveUp(u"The connection broke."_s);
        }
    }
    std::unique_ptr<redisContext, decltype(&redisFree)> m_context;
    std::vector<const char *> m_argv;
    std::vector<size_t> m_lengths;
    std::string m_submitSha, m_settleSha;
};

std::vector<std::string> scriptCall(const std::string &sha)
{
    std::vector<std::string> command{"EVALSHA", sha, std::to_string(keys().size())};
    for (const QByteArray &key : keys()) command.push_back(key.toStdString());
    return command;
}

/// Submits n jobs; the reply is still to come.
class Submitter {
public:
    Submitter(Connection &connection, int payloadBytes) : m_connection(connection)
    {
        JobDefinition job;
        job.handler = QString::fromUtf8(handler.data(), handler.size());
        job.kwargs = JsonText::trusted(payload(payloadBytes));
        job.complete(JobId::trusted("00000000-0000-4000-8000-000000000000"),
                     runtime::systemSeams().clock->wallNow());
        m_record = queue::encodeJob(job).record.toStdString();
    }
    void send(int n)
    {
        std::vector<std::string> command = scriptCall(m_connection.submitSha());
        command.insert(command.end(), {"epoch", std::to_string(n)});
        for (int i = 0; i < n; ++i)
            command.insert(command.end(), {newId(), "1", std::string(handler), m_record});
        m_connection.send(command);
    }
    void check(const redisReply *reply, int n) const
    {
        if (reply->elements != static_cast<size_t>(n) + 2)
            giveUp(u"submit answered for another number of jobs."_s);
        for (size_t i = 2; i < reply->elements; ++i)
            if (textOf(reply->element[i]) != "P") giveUp(u"A job was not accepted."_s);
    }

private:
    std::string newId()
    {
        std::array<char, 37> text{};
        const quint64 high = m_random(), low = m_random();
        std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-a%03x-%012llx",
                      static_cast<unsigned>(high >> 32), static_cast<unsigned>(high >> 16 & 0xffff),
                      static_cast<unsigned>(high & 0xfff), static_cast<unsigned>(low >> 48 & 0xfff),
                      static_cast<unsigned long long>(low & 0xffffffffffff));
        return text.data();
    }
    Connection &m_connection;
    std::string m_record;
    std::mt19937_64 m_random{std::random_device{}()};
};

/// One lane: settles what its last call claimed, and claims anew.
class Lane {
public:
    Lane(Connection &connection, int number, int claimMax)
        : m_connection(connection),
          m_field("raw/" + std::to_string(number)),
          m_number(std::to_string(number)),
          m_claimMax(std::to_string(claimMax))
    {
    }
    void send()
    {
        const std::string token = m_field + '.' + std::to_string(m_sequence);
        std::vector<std::string> command = scriptCall(m_connection.settleSha());
        command.insert(command.end(),
                       {"raw", m_number, std::to_string(++m_sequence), m_claimMax, "30000",
                        std::to_string(m_held.size())});
        for (const std::string &id : m_held)
            command.insert(command.end(), {id, token, "c", std::string(handler), "1", R"({"ok":true})", ""});
        m_connection.send(command);
    }
    /// Takes the reply in; answers how many jobs were settled by the call.
    [[nodiscard]] int take(const redisReply *reply)
    {
        const std::string_view verdicts = textOf(reply->element[3]);
        if (verdicts != std::string(m_held.size(), 'C')) giveUp(u"A settlement was refused."_s);
        m_held.clear();
        for (size_t i = 4; i < reply->elements; i += 4) m_held.emplace_back(textOf(reply->element[i]));
        return static_cast<int>(verdicts.size());
    }
    [[nodiscard]] bool isIdle() const { return m_held.empty(); }

private:
    Connection &m_connection;
    std::string m_field, m_number, m_claimMax;
    quint64 m_sequence = 0;
    std::vector<std::string> m_held;
};

void preload(const Options &options)
{
    Connection connection(options);
    Submitter submitter(connection, options.payloadBytes);
    for (int left = options.jobs; left > 0; left -= batch) {
        const int n = std::min(batch, left);
        submitter.send(n);
        submitter.check(connection.receive().get(), n);
    }
}

/// Runs `options.jobs` jobs to their end; submits them meanwhile, where they are not there yet.
QJsonObject work(const Options &options, bool submits)
{
    Connection connection(options);
    Submitter submitter(connection, options.payloadBytes);
    std::deque<Lane> lanes;
    for (int i = 0; i < laneCount; ++i) lanes.emplace_back(connection, i, batch);

    const Window window(options);
    std::deque<Lane *> inFlight; // in the order of the replies; nullptr: the submitter's call
    int toSubmit = submits ? options.jobs : 0;
    int submitting = 0;
    const auto submitNext = [&] {
        submitting = std::min(batch, toSubmit);
        if (submitting == 0) return;
        toSubmit -= submitting;
        submitter.send(submitting);
        inFlight.push_back(nullptr);
    };
    const auto call = [&](Lane &lane) {
        lane.send();
        inFlight.push_back(&lane);
    };
    submitNext();
    for (Lane &lane : lanes) call(lane);
    for (int settled = 0; settled < options.jobs;) {
        if (inFlight.empty()) giveUp(u"Nothing is left to do, but jobs are missing."_s);
        Lane *lane = inFlight.front();
        inFlight.pop_front();
        const ReplyPtr reply = connection.receive();
        if (lane != nullptr) {
            settled += lane->take(reply.get());
            if (!lane->isIdle()) call(*lane);
            continue;
        }
        submitter.check(reply.get(), submitting);
        submitNext();
        for (Lane &idle : lanes) // there is work again
            if (idle.isIdle() && std::ranges::find(inFlight, &idle) == inFlight.end()) call(idle);
    }
    return window.end(options.jobs);
}

/// One job at a time: this thread submits, the other one waits for the wake token, claims and "runs".
QJsonObject latency(const Options &options)
{
    using Clock = std::chrono::steady_clock;
    constexpr int warmUp = 50;
    Clock::time_point begunAt;
    std::binary_semaphore begun(0);
    const std::jthread worker([&](const std::stop_token &stop) {
        Connection connection(options);
        Lane lane(connection, 0, 1);
        const std::string wakeKey = keys().at(static_cast<int>(queue::Noun::Wake)).toStdString();
        while (!stop.stop_requested()) {
            if (connection.ask({"BLPOP", wakeKey, "1"})->type == REDIS_REPLY_NIL) continue;
            do {
                lane.send();
                const ReplyPtr reply = connection.receive();
                const Clock::time_point now = Clock::now();
                if (lane.take(reply.get()) == 0 && !lane.isIdle()) {
                    begunAt = now;
                    begun.release();
                }
            } while (!lane.isIdle());
        }
    });

    Connection connection(options);
    Submitter submitter(connection, options.payloadBytes);
    QList<double> samplesMs;
    for (int i = 0; i < options.samples + warmUp; ++i) {
        const Clock::time_point submittedAt = Clock::now();
        submitter.send(1);
        submitter.check(connection.receive().get(), 1);
        begun.acquire();
        if (i >= warmUp)
            samplesMs << std::chrono::duration<double, std::milli>(begunAt - submittedAt).count();
        // The job ends meanwhile, and the worker is back in its blocking read: the pool is quiet again.
        if (begun.try_acquire_for(std::chrono::milliseconds(5))) giveUp(u"One job began twice."_s);
    }
    return samplesAnswer(samplesMs);
}

QJsonObject measure(const Options &options)
{
    if (options.scenario == "drain"_L1) {
        preload(options);
        return work(options, false);
    }
    if (options.scenario == "lifecycle"_L1 || options.scenario == "finished"_L1) return work(options, true);
    if (options.scenario == "latency"_L1) return latency(options);
    if (options.scenario == "pending"_L1) {
        preload(options);
        return {{u"jobs"_s, options.jobs}};
    }
    giveUp(u"This contestant has no scenario '%1'."_s.arg(options.scenario));
}

} // namespace
} // namespace signalbox::bench

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    signalbox::bench::print(
        signalbox::bench::measure(signalbox::bench::readOptions(QCoreApplication::arguments())));
    return 0;
}
