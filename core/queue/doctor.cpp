#include "core/queue/doctor.h"

#include "core/model/json_writer.h"
#include "core/queue/server_facts.h"
#include "core/queue/words.h"

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::Reply;

namespace {

/// One examination. It lives as long as an answer is under way.
class Examination : public std::enable_shared_from_this<Examination> {
public:
    using Done = std::function<void(Result<DoctorReport>)>;
    Examination(redis::Client &client, const runtime::Seams &seams, const QString &prefix,
                DoctorOptions options, Done done)
        : m_client(client),
          m_seams(seams),
          m_names(prefix),
          m_checker(client, m_names),
          m_options(std::move(options)),
          m_done(std::move(done))
    {
    }

    void start()
    {
        m_client.send({"INFO"}, [self = shared_from_this()](const Result<Reply> &reply) {
            if (reply) self->m_server.info = ServerFacts::infoLines(reply->text);
        });
        m_client.send({"CONFIG", "GET", "maxmemory-policy"}, keepConfig());
        m_client.send({"CONFIG", "GET", "appendfsync"}, keepConfig());
        // A server can look healthy and take no write: only a write shows that.
        m_client.send({"SET", m_names.doctor(), "1", "EX", "60"},
                      [self = shared_from_this()](const Result<Reply> &reply) { self->takeWrite(reply); });
    }

private:
    /// What may not be asked leaves its value empty, and is said to be unchecked.
    redis::ReplyHandler keepConfig()
    {
        return [self = shared_from_this()](const Result<Reply> &reply) {
            for (size_t i = 0; reply && i + 1 < reply->size(); i += 2)
                self->m_server.config.insert(reply->at(i).text, reply->at(i + 1).text);
        };
    }

    void takeWrite(const Result<Reply> &reply)
    {
        if (!reply && reply.error().kind == Error::Kind::ConnectionLost) {
            m_done(tl::unexpected(reply.error()));
            return;
        }
        if (!reply)
            add({0,
                 {},
                 "write",
                 {},
                 reply.error().what + u' ' + reply.error().why,
                 reply.error().todo,
                 false});
        const ServerVerdict verdict = judge(m_server);
        for (const Finding &finding : verdict.findings) add(finding);
        m_report.facts.append(verdict.facts);
        m_report.unchecked.append(verdict.unchecked);
        findQueues();
    }

    void findQueues()
    {
        m_queues = m_options.queues;
        if (!m_queues.isEmpty()) {
            nextQueue();
            return;
        }
        m_client.send({"SMEMBERS", m_names.queues()},
                      [self = shared_from_this()](const Result<Reply> &reply) {
                          if (!reply) {
                              self->m_done(tl::unexpected(reply.error()));
                              return;
                          }
                          for (const Reply &name : reply->elements)
                              self->m_queues.append(QString::fromUtf8(name.text));
                          self->m_queues.sort();
                          self->nextQueue();
                      });
    }

    void nextQueue()
    {
        if (m_queues.isEmpty()) {
            m_done(std::move(m_report));
            return;
        }
        const QString queue = m_queues.takeFirst();
        const auto take = [self = shared_from_this(), queue](Result<CheckReport> report) {
            if (report)
                self->take(queue, *report);
            else
                self->m_done(tl::unexpected(report.error()));
        };
        if (m_options.repairs)
            m_checker.repair(queue, QByteArray::number(m_seams.random->bits(), 16),
                             [self = shared_from_this(), take](Result<InvariantChecker::Repaired> repaired) {
                                 if (repaired) self->m_report.mended.append(repaired->mended);
                                 take(repaired.map([](const auto &all) { return all.left; }));
                             });
        else if (m_options.isDeep)
            m_checker.check(queue, take);
        else
            m_checker.checkCounts(queue, take);
    }

    void take(const QString &queue, const CheckReport &report)
    {
        for (const Finding &finding : report.findings) add(finding);
        m_report.found += report.found - report.findings.size();
        const bool isDeep = m_options.isDeep || m_options.repairs;
        if (isDeep)
            m_report.facts.append(
                Words::tr("Queue %1: every key was looked at, of %L2 jobs.").arg(queue).arg(report.jobs));
        else
            m_report.facts.append(Words::tr("Queue %1: the counts were looked at.").arg(queue));
        if (isDeep && !report.bytesAreCompared && report.jobs > 0)
            m_report.unchecked.append(
                report.found == 0
                    ? Words::tr("Queue %1: the bytes of finished jobs; jobs ended meanwhile.").arg(queue)
                    : Words::tr("Queue %1: the bytes of finished jobs; what was found comes first.")
                          .arg(queue));
        nextQueue();
    }

    void add(Finding finding)
    {
        ++m_report.found;
        m_report.findings.append(std::move(finding));
    }

    redis::Client &m_client;
    const runtime::Seams m_seams;
    const KeyNames m_names;
    InvariantChecker m_checker;
    const DoctorOptions m_options;
    Done m_done;
    ServerFacts m_server;
    QStringList m_queues;
    DoctorReport m_report;
};

} // namespace

QByteArray DoctorReport::toJson() const
{
    QList<QByteArray> rows;
    for (const Finding &finding : findings) rows.append(finding.toJson());
    JsonWriter writer;
    writer.boolean("healthy"_L1, isHealthy())
        .integer("found"_L1, found)
        .json("findings"_L1, jsonArray(rows))
        .textList("facts"_L1, facts)
        .textList("unchecked"_L1, unchecked)
        .textList("mended"_L1, mended);
    return writer.take();
}

Doctor::Doctor(redis::Client &client, const runtime::Seams &seams, const QString &prefix)
    : m_client(client), m_seams(seams), m_prefix(prefix)
{
}

void Doctor::examine(DoctorOptions options, std::function<void(Result<DoctorReport>)> done)
{
    std::make_shared<Examination>(m_client, m_seams, m_prefix, std::move(options), std::move(done))->start();
}

} // namespace signalbox::queue
