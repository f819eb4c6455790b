#pragma once

#include "core/model/job_id.h"
#include "core/model/job_status.h"
#include "core/model/json_text.h"
#include "core/model/retry_policy.h"
#include "core/model/timestamp.h"

#include <QList>
#include <QMap>
#include <QString>

#include <optional>

namespace signalbox {

/// Limits on one job; a job beyond them is refused at submit, in words.
struct JobLimits {
    static constexpr int handlerCharsMax = 500;
    static constexpr int nameCharsMax = 255;
    static constexpr int queueCharsMax = 255; ///< printable, no control characters
    static constexpr int tagsMax = 64;
    static constexpr int tagCharsMax = 255;
    static constexpr int idempotencyKeyCharsMax = 255;
    static constexpr int dependenciesMax = 1000;
    static constexpr std::chrono::seconds timeoutMax = RetryPolicy::baseMax;
    JsonLimits json; ///< of args and kwargs, each
    bool operator==(const JobLimits &) const = default;
};

/// What was submitted: never changes afterwards (an edit makes a new job).
/// JSON     keys of a job (`id name handler queue args kwargs priority max_retries retry_delay
///          retry_backoff timeout tags created_at depends_on scheduled_at`, and ours: `idempotency_key`);
///          priority is a number or a lower-case name; seconds are numbers; unknown keys are kept, as text,
///          and written back.
/// Errors   Invalid; `what` names the field.   Threads  any.
struct JobDefinition {
    JobId id;
    QString name; ///< empty in JSON: the handler's text after its last "."
    QString handler;
    QString queue = QStringLiteral("default");
    JsonText args = JsonText::emptyArray();
    JsonText kwargs = JsonText::emptyObject();
    JobPriority priority = JobPriority::Normal;
    RetryPolicy retry;
    std::optional<std::chrono::milliseconds> timeout;
    QMap<QString, QString> tags;
    Timestamp createdAt{};
    QList<JobId> dependsOn;
    std::optional<Timestamp> scheduledAt; ///< in the past: at once
    QString idempotencyKey;               ///< empty: none
    QList<JsonMember> unknown;            ///< keys we do not know, in order

    /// Fills what was left out: `id` and `createdAt` from the arguments, `name` from the handler.
    void complete(const JobId &newId, Timestamp now);
    [[nodiscard]] Result<> validate(const JobLimits &limits = {}) const;
    [[nodiscard]] static Result<JobDefinition> fromJson(const QByteArray &json, const JobLimits &limits = {});
    /// args, kwargs and unknown values byte for byte: one line unless they hold line breaks (see
    /// jsonOnOneLine()).
    [[nodiscard]] QByteArray toJson() const;
    [[nodiscard]] static QString nameOf(const QString &handler); ///< cut to nameCharsMax
    bool operator==(const JobDefinition &) const = default;
};

} // namespace signalbox
