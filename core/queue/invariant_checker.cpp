#include "core/queue/invariant_checker.h"

#include "core/queue/queue_check.h"
#include "core/queue/words.h"

namespace signalbox::queue {

using redis::Reply;

namespace scripts {
extern const redis::ScriptSource repair;
}

namespace {

constexpr qsizetype mendedPerCall = 100;
constexpr qsizetype mendedLinesMax = 1000;

/// Looks and mends in turns. It lives as long as an answer is under way.
class QueueRepair : public std::enable_shared_from_this<QueueRepair> {
public:
    using Done = std::function<void(Result<InvariantChecker::Repaired>)>;
    QueueRepair(redis::Client &client, const KeyNames &names, QString queue, QByteArray epoch, Done done)
        : m_client(client),
          m_names(names),
          m_queue(std::move(queue)),
          m_epoch(std::move(epoch)),
          m_done(std::move(done))
    {
    }

    void look()
    {
        m_check = std::make_shared<QueueCheck>( // owners: this, for what it found, and its own answers
            m_client, m_names, m_queue, true, [self = shared_from_this()](Result<CheckReport> report) {
                if (report)
                    self->judge(*report);
                else
                    self->m_done(tl::unexpected(report.error()));
            });
        m_check->start();
    }

private:
    void judge(const CheckReport &report)
    {
        m_repaired.left = report;
        const bool canMend = std::ranges::any_of(report.findings, &Finding::isMendable);
        // The second look finds what the first repair has moved, the third the sum of bytes: more is no use.
        constexpr int roundsMax = 4;
        if (!canMend || ++m_rounds == roundsMax) {
            m_done(std::move(m_repaired));
            return;
        }
        m_toMend = m_check->toMend();
        std::ranges::stable_sort(m_toMend, {}, &QueueCheck::ToMend::createdAt);
        mendNext();
    }

    void mendNext()
    {
        const QList<QueueCheck::ToMend> part = m_toMend.mid(0, mendedPerCall);
        m_toMend.remove(0, part.size());
        const std::optional<qint64> bytes = m_check->rightBytes();
        QByteArrayList arguments{m_epoch, bytes ? QByteArray::number(*bytes) : QByteArray(),
                                 m_check->countedBytes()};
        for (const QueueCheck::ToMend &one : part) arguments << one.id << one.key;
        m_client.eval(scripts::repair, m_names.of(m_queue), arguments,
                      [self = shared_from_this()](const Result<Reply> &reply) {
                          if (reply)
                              self->note(*reply);
                          else
                              self->m_done(tl::unexpected(reply.error()));
                      });
    }

    void note(const Reply &reply)
    {
        for (size_t i = 0; i + 1 < reply.size() && m_repaired.mended.size() < mendedLinesMax; i += 2)
            m_repaired.mended.append(
                sentence(QString::fromUtf8(reply.at(i).text), QString::fromUtf8(reply.at(i + 1).text)));
        if (m_toMend.isEmpty())
            look();
        else
            mendNext();
    }

    [[nodiscard]] static QString sentence(const QString &id, const QString &word)
    {
        if (word == QLatin1StringView("removed")) return Words::tr("Removed what was left of %1.").arg(id);
        if (word == QLatin1StringView("record"))
            return Words::tr("Made a new run record for job %1.").arg(id);
        if (word == QLatin1StringView("progress"))
            return Words::tr("Removed the progress of job %1.").arg(id);
        if (word == QLatin1StringView("payload"))
            return Words::tr("Removed a payload that is not job %1's.").arg(id);
        if (word == QLatin1StringView("result"))
            return Words::tr("Job %1 keeps what is there of its result.").arg(id);
        if (word == QLatin1StringView("key"))
            return id.isEmpty() ? Words::tr("Freed an idempotency key that led nowhere.")
                                : Words::tr("Mended the idempotency key of job %1.").arg(id);
        if (word == QLatin1StringView("counts")) return Words::tr("Counted the jobs anew.");
        if (word == QLatin1StringView("bytes")) return Words::tr("Summed up the finished jobs' bytes anew.");
        if (word == QLatin1StringView("layout")) return Words::tr("Wrote down the queue's layout again.");
        if (word == QLatin1StringView("events")) return Words::tr("Went on numbering events where they are.");
        return Words::tr("Put job %1 into %2.").arg(id, word);
    }

    redis::Client &m_client;
    const KeyNames m_names;
    const QString m_queue;
    const QByteArray m_epoch;
    Done m_done;
    std::shared_ptr<QueueCheck> m_check;
    QList<QueueCheck::ToMend> m_toMend;
    InvariantChecker::Repaired m_repaired;
    int m_rounds = 0;
};

} // namespace

InvariantChecker::InvariantChecker(redis::Client &client, KeyNames names)
    : m_client(client), m_names(std::move(names))
{
}

void InvariantChecker::check(const QString &queue, std::function<void(Result<CheckReport>)> done)
{
    std::make_shared<QueueCheck>(m_client, m_names, queue, true, std::move(done))->start();
}

void InvariantChecker::checkCounts(const QString &queue, std::function<void(Result<CheckReport>)> done)
{
    std::make_shared<QueueCheck>(m_client, m_names, queue, false, std::move(done))->start();
}

void InvariantChecker::repair(const QString &queue, const QByteArray &epoch,
                              std::function<void(Result<Repaired>)> done)
{
    std::make_shared<QueueRepair>(m_client, m_names, queue, epoch, std::move(done))->look();
}

} // namespace signalbox::queue
