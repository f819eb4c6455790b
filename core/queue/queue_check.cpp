#include "core/queue/queue_check.h"

#include "core/queue/job_record.h"
#include "core/queue/words.h"

#include <algorithm>

namespace signalbox::queue {

using namespace Qt::StringLiterals;
using redis::Reply;

namespace scripts {
extern const redis::ScriptSource inspect, names, totals;
}

namespace {

constexpr qint64 idsPerStep = 200;
constexpr qsizetype mendMax = 1'000'000;

/// Definitions first; then whatever names an id, to find what has none.
constexpr std::array scanned{Noun::Jobs,      Noun::Runs,      Noun::Big,       Noun::Progress,
                             Noun::Logs,      Noun::Keyed,     Noun::Keys,      Noun::Pending,
                             Noun::Blocked,   Noun::Scheduled, Noun::Retrying,  Noun::Running,
                             Noun::Completed, Noun::Failed,    Noun::Cancelled, Noun::Dead};
constexpr std::array finishedLists{Noun::Completed, Noun::Failed, Noun::Cancelled, Noun::Dead};

/// `<id>:p` and `<id>:r`; what has neither ending is nobody's.
QByteArray idOfPart(const QByteArray &field)
{
    return field.endsWith(":p") || field.endsWith(":r") ? field.chopped(2) : field;
}

} // namespace

QueueCheck::QueueCheck(redis::Client &client, const KeyNames &names, QString queue, bool isDeep, Done done)
    : m_client(client), m_names(names), m_queue(std::move(queue)), m_isDeep(isDeep), m_done(std::move(done))
{
}

void QueueCheck::send(const QByteArrayList &command, std::function<void(const Reply &)> then)
{
    m_client.send(command, [self = shared_from_this(), then = std::move(then)](const Result<Reply> &reply) {
        if (reply)
            then(*reply);
        else
            self->fail(reply.error());
    });
}

void QueueCheck::eval(const redis::ScriptSource &script, const QByteArrayList &keys,
                      const QByteArrayList &arguments, std::function<void(const Reply &)> then)
{
    m_client.eval(script, keys, arguments,
                  [self = shared_from_this(), then = std::move(then)](const Result<Reply> &reply) {
                      if (reply)
                          then(*reply);
                      else
                          self->fail(reply.error());
                  });
}

void QueueCheck::fail(const Error &error)
{
    if (Done done = std::exchange(m_done, {})) done(tl::unexpected(error));
}

void QueueCheck::finish()
{
    if (Done done = std::exchange(m_done, {})) done(m_report);
}

void QueueCheck::add(Finding finding)
{
    ++m_report.found;
    if (m_report.findings.size() < CheckReport::findingsMax) m_report.findings.append(std::move(finding));
}

// Types and layout: where they are wrong, no script says anything

void QueueCheck::start()
{
    const auto types = std::make_shared<QList<Reply>>(); // owners: the answers to come
    for (const QByteArray &key : m_names.of(m_queue))
        send({"TYPE", key}, [types](const Reply &type) { types->append(type); });
    m_client.send({"HGET", m_names.key(m_queue, Noun::Meta), "layout"},
                  [self = shared_from_this(), types](const Result<Reply> &layout) {
                      if (!layout && layout.error().kind != Error::Kind::Damaged) // its type is told below
                          self->fail(layout.error());
                      else if (types->size() == nounCount) // else what failed has said so
                          self->judgeTypes(*types, layout ? layout->text : QByteArray());
                  });
}

void QueueCheck::judgeTypes(const QList<Reply> &types, const QByteArray &layout)
{
    bool isEmpty = true;
    for (int i = 0; i < nounCount; ++i) {
        const Noun noun = static_cast<Noun>(i);
        const QByteArray &type = types.at(i).text;
        if (type == "none") continue;
        isEmpty = isEmpty && noun == Noun::Meta;
        if (type != typeOf(noun))
            add({9,
                 m_queue,
                 toText(noun),
                 {},
                 Words::tr("Key %1 is a %2 and not a %3.")
                     .arg(QString::fromUtf8(m_names.key(m_queue, noun)), QString::fromLatin1(type),
                          QString::fromLatin1(typeOf(noun))),
                 Words::tr("Another program put it there. Rename or delete it."),
                 false});
    }
    if (m_report.found == 0 && !layout.isEmpty() && layout != "1")
        add({9, m_queue, toText(Noun::Meta), "layout",
             Words::tr("The queue has the layout %1, and this release knows layout 1.")
                 .arg(QString::fromUtf8(layout)),
             Words::tr("Use the release that wrote it."), false});
    if (m_report.found > 0 || isEmpty) {
        finish();
        return;
    }
    if (layout.isEmpty())
        add({9, m_queue, toText(Noun::Meta), "layout",
             Words::tr("The queue's settings are gone: it does not say its layout."),
             Words::tr("Run signalboxctl doctor --repair; then set limits and pause anew."), true});
    readTotals([this](const QueueTotals &totals) {
        m_before = totals;
        if (m_isDeep) {
            scan();
            return;
        }
        for (const Finding &finding : judge(m_queue, totals)) add(finding);
        finish();
    });
}

void QueueCheck::readTotals(std::function<void(const QueueTotals &)> then)
{
    eval(scripts::totals, m_names.of(m_queue), {}, [this, then = std::move(then)](const Reply &reply) {
        if (const std::optional<QueueTotals> totals = QueueTotals::read(reply))
            then(*totals);
        else
            fail({Error::Kind::Internal,
                  Words::tr("The answer of script totals was not understood."),
                  {},
                  Words::tr("Report this as a defect.")});
    });
}

// Every id

void QueueCheck::scan()
{
    if (m_noun == scanned.size()) {
        finishScan();
        return;
    }
    const Noun noun = scanned[m_noun];
    const QByteArray key = m_names.key(m_queue, noun), count = QByteArray::number(idsPerStep);
    if (noun == Noun::Keys)
        send({"HSCAN", key, m_cursor, "COUNT", count}, [this](const Reply &reply) {
            moveOn(reply.at(0).text);
            takeKeys(reply.at(1));
        });
    else if (typeOf(noun) == "zset")
        send({"ZSCAN", key, m_cursor, "COUNT", count}, [this, noun](const Reply &reply) {
            QByteArrayList members;
            for (size_t i = 0; i + 1 < reply.at(1).size(); i += 2) members.append(reply.at(1).at(i).text);
            moveOn(reply.at(0).text);
            takeNames(noun, members);
        });
    else
        eval(scripts::names, {key}, {m_cursor}, [this, noun](const Reply &reply) {
            QByteArrayList fields;
            for (size_t i = 1; i < reply.size(); ++i) fields.append(reply.at(i).text);
            moveOn(reply.at(0).text);
            takeNames(noun, fields);
        });
}

void QueueCheck::moveOn(const QByteArray &cursor)
{
    m_cursor = cursor;
    if (m_cursor == "0") ++m_noun;
}

void QueueCheck::takeNames(Noun noun, QByteArrayList names)
{
    if (noun == Noun::Big) std::ranges::transform(names, names.begin(), idOfPart);
    if (noun == Noun::Jobs)
        inspect(names);
    else
        keepUnknown(names);
}

/// Of ids that are kept somewhere, those that are no job's.
void QueueCheck::keepUnknown(const QByteArrayList &ids)
{
    const auto unknown = std::make_shared<QByteArrayList>(); // owners: the answers to come
    for (const QByteArray &id : ids) {
        if (m_leftovers.contains(id)) continue;
        send({"HEXISTS", m_names.key(m_queue, Noun::Jobs), id}, [unknown, id](const Reply &exists) {
            if (exists.integer == 0) unknown->append(id);
        });
    }
    send({"PING"}, [this, unknown](const Reply &) { inspect(*unknown); }); // behind the answers above
}

void QueueCheck::inspect(const QByteArrayList &ids)
{
    if (ids.isEmpty()) {
        scan();
        return;
    }
    eval(scripts::inspect, m_names.of(m_queue), ids, [this, ids](const Reply &reply) {
        const qint64 seq = reply.at(1).text.toLongLong();
        for (qsizetype i = 0; i < ids.size(); ++i) {
            const JobFacts facts
                = JobFacts::read(ids.at(i), &reply.at(2 + static_cast<size_t>(i) * JobFacts::fieldCount));
            if (facts.hasDefinition) ++m_report.jobs;
            const QList<Finding> found = judge(m_queue, facts, seq);
            for (const Finding &finding : found) add(finding);
            if (!std::ranges::any_of(found, &Finding::isMendable) || m_toMend.size() >= mendMax) continue;
            if (!facts.hasDefinition) m_leftovers.insert(facts.id);
            const std::optional<DefinitionHead> head = readDefinitionHead(facts.definition);
            // Where nobody knows which key the definition names, the job keeps the one it has.
            m_toMend.append({facts.id, head ? head->idempotencyKey.toUtf8() : facts.key,
                             head ? head->createdAt : Timestamp()});
        }
        scan();
    });
}

// Idempotency keys lead to a job that names them

void QueueCheck::takeKeys(const Reply &pairs)
{
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
        const QByteArray &key = pairs.at(i).text, &owner = pairs.at(i + 1).text;
        send({"HGET", m_names.key(m_queue, Noun::Keyed), owner}, [this, key, owner](const Reply &named) {
            if (named.text != key) confirmKey(key, owner);
        });
    }
    send({"PING"}, [this](const Reply &) { scan(); }); // behind the answers above
}

/// Its job may have gone, and the key with it, between two looks: only a key that is still there is wrong.
void QueueCheck::confirmKey(const QByteArray &key, const QByteArray &owner)
{
    send({"HGET", m_names.key(m_queue, Noun::Keys), key}, [this, key, owner](const Reply &now) {
        if (now.text != owner) return;
        add({5, m_queue, toText(Noun::Keys), key,
             Words::tr("The idempotency key %1 leads to %2, which does not name it.")
                 .arg(QString::fromUtf8(key), QString::fromUtf8(owner)),
             Words::tr("Run signalboxctl doctor --repair."), true});
        if (m_toMend.size() < mendMax) m_toMend.append({{}, key, {}});
    });
}

// What must add up

void QueueCheck::finishScan()
{
    readTotals([this](const QueueTotals &after) {
        for (const Finding &finding : judge(m_queue, after)) add(finding);
        m_before = after;
        // The sum means something only where every job stands where it belongs, with a record that can be
        // read.
        if (m_toMend.isEmpty())
            sumFinished(0, 0, 0);
        else
            finish();
    });
}

/// By position, which stands still as long as no finished job comes or goes; compareBytes() sees to that.
void QueueCheck::sumFinished(size_t list, qint64 from, qint64 sum)
{
    if (list == finishedLists.size()) {
        compareBytes(sum);
        return;
    }
    const QByteArray key = m_names.key(m_queue, finishedLists[list]);
    send({"ZRANGE", key, QByteArray::number(from), QByteArray::number(from + idsPerStep - 1)},
         [this, list, from, sum](const Reply &members) {
             if (members.size() == 0) {
                 sumFinished(list + 1, 0, sum);
                 return;
             }
             QByteArrayList command{"HMGET", m_names.key(m_queue, Noun::Runs)};
             for (const Reply &id : members.elements) command.append(id.text);
             send(command, [this, list, from, sum](const Reply &records) {
                 qint64 grown = sum;
                 for (const Reply &record : records.elements)
                     if (const auto run = RunRecord::parse(record.text))
                         grown += run->definitionBytes + record.text.size() + run->resultBytes;
                 sumFinished(list, from + idsPerStep, grown);
             });
         });
}

void QueueCheck::compareBytes(qint64 sum)
{
    readTotals([this, sum](const QueueTotals &after) {
        m_report.bytesAreCompared = after.hasSameFinished(m_before);
        const qint64 counted = after.counts.value("bytes");
        if (m_report.bytesAreCompared && counted != sum) {
            m_rightBytes = sum;
            add({8, m_queue, toText(Noun::Counts), "bytes",
                 Words::tr("Finished jobs take %L1 bytes, and the counter says %L2.").arg(sum).arg(counted),
                 Words::tr("Run signalboxctl doctor --repair."), true});
        }
        finish();
    });
}

} // namespace signalbox::queue
