#pragma once

#include "core/model/job.h"

#include <QByteArrayView>

namespace signalbox::queue {

/// A job's definition as it lies in Redis. Positional text, so that neither a script nor the pool decodes
/// JSON for a job that has no extras, and no script ever touches a payload. docs/protocol.md, "Records":
///
///     handler, one word
///     level max_retries retry_delay_ms retry_backoff timeout_ms created_us scheduled_us args_bytes
///     kwargs_bytes flags
///     {"name":…,"tags":{…},"idempotency_key":…}    or an empty line
///     {unknown keys}                               or an empty line
///     args, then kwargs, byte for byte; elsewhere (the hash `big`) where they are over payloadBytesInline
struct EncodedJob {
    static constexpr qsizetype payloadBytesInline = 4096;
    QByteArray handler; ///< as in line 1
    QByteArray record;
    QByteArray payload; ///< what lies elsewhere; empty: nothing does
    char level = '1';   ///< '0' LOW … '3' CRITICAL
};
[[nodiscard]] EncodedJob encodeJob(const JobDefinition &job);

/// `record` ends with the payload, wherever that lay.   Errors  Damaged: says what is wrong with it.
[[nodiscard]] Result<JobDefinition> decodeJob(const JobId &id, const QString &queue,
                                              const QByteArray &record);
/// Of a record whose payload may be missing: what a list shows of the definition. A damaged one gives what
/// can be read of it, and the name "(damaged)".
[[nodiscard]] JobSummary summarizeJob(const JobId &id, const QString &queue, const QByteArray &record);

/// What a definition's first three lines say of where its job belongs and what belongs to it.
struct DefinitionHead {
    int level = 0; ///< 0 LOW … 3 CRITICAL
    Timestamp createdAt{};
    std::optional<Timestamp> scheduledAt;
    qint64 payloadBytes = 0;
    bool isPayloadApart = false; ///< in the hash `big`
    QString idempotencyKey;
};
/// Nothing when it cannot be read.
[[nodiscard]] std::optional<DefinitionHead> readDefinitionHead(const QByteArray &record);

/// A handler's name as one word of a record, and back.
[[nodiscard]] QByteArray handlerWord(const QString &handler);
[[nodiscard]] QString handlerOfWord(QByteArrayView word);

} // namespace signalbox::queue
