#pragma once

#include "core/queue/invariant_checker.h"

#include <QSet>

#include <memory>

namespace signalbox::queue {

/// One run of InvariantChecker over one queue; included by its .cpp files only. It lives as long as an answer
/// is under way.   Threads  the client's.
class QueueCheck : public std::enable_shared_from_this<QueueCheck> {
public:
    /// What repair.lua is given: an id and the key that its definition names, or no id and a stray key.
    struct ToMend {
        QByteArray id, key;
        Timestamp createdAt{}; ///< what lost its place gets a new one in this order
        bool operator==(const ToMend &) const = default;
    };
    using Done = std::function<void(Result<CheckReport>)>;

    QueueCheck(redis::Client &client, const KeyNames &names, QString queue, bool isDeep, Done done);
    void start();
    [[nodiscard]] const QList<ToMend> &toMend() const { return m_toMend; }
    [[nodiscard]] std::optional<qint64> rightBytes() const { return m_rightBytes; }
    [[nodiscard]] const QByteArray &countedBytes() const { return m_before.bytes; }

private:
    void judgeTypes(const QList<redis::Reply> &types, const QByteArray &layout);
    void readTotals(std::function<void(const QueueTotals &)> then);
    void scan();
    void moveOn(const QByteArray &cursor);
    void takeNames(Noun noun, QByteArrayList names);
    void takeKeys(const redis::Reply &pairs);
    void confirmKey(const QByteArray &key, const QByteArray &owner);
    void keepUnknown(const QByteArrayList &ids);
    void inspect(const QByteArrayList &ids);
    void finishScan();
    void sumFinished(size_t list, qint64 from, qint64 sum);
    void compareBytes(qint64 sum);
    void finish();
    void fail(const Error &error);
    void add(Finding finding);
    void send(const QByteArrayList &command, std::function<void(const redis::Reply &)> then);
    void eval(const redis::ScriptSource &script, const QByteArrayList &keys, const QByteArrayList &arguments,
              std::function<void(const redis::Reply &)> then);

    redis::Client &m_client;
    const KeyNames m_names;
    const QString m_queue;
    const bool m_isDeep;
    Done m_done;
    CheckReport m_report;
    QList<ToMend> m_toMend;
    QSet<QByteArray> m_leftovers;       ///< ids without a job that were named; they may lie under many keys
    std::optional<qint64> m_rightBytes; ///< of the finished jobs, where the counter says something else
    QueueTotals m_before;
    size_t m_noun = 0; ///< in the order of scanning
    QByteArray m_cursor = QByteArrayLiteral("0");
};

} // namespace signalbox::queue
